//! Files: one bad row never loses the others, sending twice changes nothing, a dry run stores nothing.

use std::fmt::Write as _;
use std::time::Instant as Stopwatch;

use super::{TestLab, statuses};
use axum::http::StatusCode;
use serde_json::json;
use shared::time::minutes;
use shared_store::Database;
use shared_store::pace::Pace;

const HEADER: &str =
    "Mã xét nghiệm,Họ và tên,Ngày sinh,Số điện thoại,Loại mẫu,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả\n";

/// A file of so many people, each with one negative result.
fn file(rows: usize) -> String {
    let mut text = HEADER.to_owned();
    for n in 1..=rows {
        writeln!(text, "{}", row(n, "âm tính")).unwrap();
    }
    text
}

fn row(n: usize, outcome: &str) -> String {
    let part = |n: usize| ["An", "Bình", "Châu", "Dung", "Giang", "Hạnh", "Khoa", "Lan", "Minh", "Ngọc"][n % 10];
    let name = format!("Nguyễn {} {} {}", part(n / 100), part(n / 10), part(n));
    let (day, month, year) = (n % 28 + 1, n / 28 % 12 + 1, 1940 + n / 336 % 70);
    format!(
        "A{n},{name},{day:02}/{month:02}/{year},09{:08},Dịch tỵ hầu,09/03/2022 08:00,09/03/2022 20:00,PCR,{outcome}",
        n + 10_000_000,
    )
}

#[tokio::test]
async fn one_bad_row_never_loses_the_other_999_and_sending_twice_changes_nothing() {
    let lab = TestLab::sqlite().await;
    let text = file(1_000).replace(&row(500, "âm tính"), &row(500, "chắc là âm"));
    let answer = lab.upload("", text.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let first = answer.json();
    assert_eq!((&first["accepted"], &first["rejected"], &first["received"]), (&json!(999), &json!(1), &json!(1_000)));
    let bad = &first["rows"][499];
    assert_eq!((&bad["row"], &bad["accession"], &bad["status"]), (&json!(501), &json!("A500"), &json!("rejected")));
    assert_eq!(bad["errors"][0]["column"], "Kết quả");
    // Those of a large file are told when it is in.
    lab.clock.advance(minutes(1));
    assert_eq!(lab.events().await.len(), 999);

    let again = lab.upload("", text.as_bytes()).await.json();
    assert_eq!((&again["duplicate"], &again["rejected"]), (&json!(999), &json!(1)));
    assert_eq!(again["rows"][0]["result_id"], first["rows"][0]["result_id"]);
    assert!(lab.events().await.is_empty());

    let corrected = lab.upload("", file(1_000).as_bytes()).await.json();
    assert_eq!((&corrected["duplicate"], &corrected["accepted"]), (&json!(999), &json!(1)));
    let counts = lab.get(&lab.lab, &format!("/api/v1/lab/uploads/{}", first["upload_id"].as_str().unwrap())).await;
    assert_eq!((&counts.json()["accepted"], &counts.json()["lab_code"]), (&json!(999), &json!("TG-CDC")));
}

#[tokio::test]
async fn a_dry_run_gives_the_same_answer_and_stores_nothing() {
    let lab = TestLab::sqlite().await;
    let mut text = file(250);
    writeln!(text, "{}", row(1, "âm tính")).unwrap();
    writeln!(text, "{}", row(2, "dương tính")).unwrap();
    writeln!(text, "{},đính chính", row(3, "dương tính")).unwrap();
    writeln!(text, "{}", row(300, "nghi ngờ")).unwrap();
    writeln!(text, "{}", row(300, "nghi ngờ")).unwrap();
    let text = text.replacen("Kết quả\n", "Kết quả,Trạng thái\n", 1);
    let text: String = text
        .lines()
        .map(|line| if line.matches(',').count() == 8 { format!("{line},\n") } else { format!("{line}\n") })
        .collect();
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let dry = lab.upload(&format!("?dry_run=true&id={id}"), text.as_bytes()).await.json();
    assert_eq!(dry["upload_id"], id);
    assert!(lab.events().await.is_empty());
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"], json!([]));
    assert_eq!(lab.get(&lab.lab, &format!("/api/v1/lab/uploads/{id}")).await.status, StatusCode::NOT_FOUND);
    let progress = lab.get(&lab.lab, &format!("/api/v1/lab/uploads/{id}/progress")).await.json();
    assert_eq!((&progress["received"], &progress["done"]), (&json!(255), &json!(true)));
    let wet = lab.upload("", text.as_bytes()).await.json();
    assert_eq!(statuses(&dry), statuses(&wet));
    assert_eq!(statuses(&dry)[250..], ["duplicate", "held", "amended", "held", "duplicate"]);
}

#[tokio::test]
async fn a_retried_upload_is_the_same_upload_and_another_file_is_not() {
    let lab = TestLab::sqlite().await;
    let query = "?id=01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(lab.upload(query, file(3).as_bytes()).await.json()["accepted"], 3);
    assert_eq!(lab.upload(query, file(3).as_bytes()).await.json()["duplicate"], 3);
    assert_eq!(lab.upload(query, file(4).as_bytes()).await.status, StatusCode::CONFLICT);
    let counts = lab.get(&lab.lab, "/api/v1/lab/uploads/01890a5d-ac96-774b-bcce-b302099a8057").await.json();
    assert_eq!((&counts["received"], &counts["duplicate"]), (&json!(3), &json!(3)));
    let path = "/api/v1/lab/uploads/01890a5d-ac96-774b-bcce-b302099a8057/progress";
    assert_eq!(lab.get(&lab.officer, path).await.json()["done"], true);
}

#[tokio::test]
async fn a_row_that_the_database_refuses_fails_alone() {
    let lab = TestLab::sqlite().await;
    let Database::Sqlite(engine) = &lab.app.platform.database else { panic!("the test is on SQLite") };
    sqlx::raw_sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON lab_results WHEN NEW.accession = 'A150' \
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    .execute(engine.write_pool())
    .await
    .unwrap();
    let report = lab.upload("", file(300).as_bytes()).await.json();
    assert_eq!((&report["accepted"], &report["rejected"]), (&json!(299), &json!(1)));
    assert_eq!(report["rows"][149]["errors"][0]["code"], "not_stored");
    assert_eq!(lab.events().await.len(), 299);
}

#[tokio::test]
async fn a_long_file_is_checked_quickly_row_by_row() {
    let lab = TestLab::sqlite().await;
    let text = file(20_000);
    let start = Stopwatch::now();
    let report = lab.upload("?dry_run=true", text.as_bytes()).await.json();
    assert_eq!((&report["received"], &report["accepted"]), (&json!(20_000), &json!(20_000)));
    assert!(start.elapsed().as_secs() < 120, "took {:?}", start.elapsed());
}

#[tokio::test]
async fn validating_tells_field_by_field_what_was_read_and_stores_nothing() {
    let lab = TestLab::sqlite().await;
    let path = "/api/v1/lab/validate";
    let csv = lab.post_as(&lab.lab, path, "text/csv", file(2)).await.json();
    assert_eq!((&csv["format"], &csv["accepted"]), (&json!("csv"), &json!(2)));
    assert_eq!(csv["rows"][0]["fields"]["outcome"], "not_detected");
    assert_eq!(csv["rows"][0]["fields"]["test"]["loinc"], "94500-6");
    assert_eq!(csv["rows"][0]["source"]["Kết quả"], "âm tính");
    let json = lab.post(&lab.lab, path, &json!({"accession": "A1", "outcome": "?"})).await.json();
    assert_eq!((&json["rejected"], &json["rows"][0]["fields"]), (&json!(1), &json!(null)));
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"], json!([]));
}

#[tokio::test]
async fn the_positives_of_a_large_file_may_all_be_told_as_soon_as_it_is_in_and_its_negatives_behind_them() {
    let lab = TestLab::sqlite().await;
    let mut text = file(600);
    for n in (100..=600).step_by(100) {
        text = text.replace(&row(n, "âm tính"), &row(n, "dương tính"));
    }
    let report = lab.upload("", text.as_bytes()).await.json();
    assert_eq!(report["received"], json!(600), "{report}");
    let now = lab.app.platform.now();
    let mut tx = lab.app.platform.shared.write().await.unwrap();
    let soon = tx.claim_events_of(Pace::Soon, now, now.plus(minutes(2)), 100).await.unwrap();
    assert_eq!(soon.len(), 6);
    tx.commit().await.unwrap();
    let mut told = 0;
    for _ in 0..100 {
        let mut tx = lab.app.platform.shared.write().await.unwrap();
        told += tx.claim_events_of(Pace::Later, now, now.plus(minutes(2)), 1_000).await.unwrap().len();
        tx.commit().await.unwrap();
        if told == 594 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("only {told} of the others were told");
}
