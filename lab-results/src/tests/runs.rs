//! Tables of analysers: runs that failed and were done again, and when a run was done.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::events::{Outcome, ResultAmended};
use shared::time::hours;

use super::flow::{person, sample, sampler};
use super::{TestLab, errors, multipart, statuses};

async fn run(lab: &TestLab, table: &str) -> Value {
    lab.clock.advance(hours(1));
    let (kind, body) = multipart("file", table.as_bytes());
    let answer = lab.post_as(&lab.lab, "/api/v1/lab/pools/results", &kind, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

/// The service with a tube of one person, taken at eight in the morning of the tenth of March.
async fn with_tube() -> (TestLab, String) {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    sample(&lab, &sampler, "T1", &[person("Lê Thị Tám", "0912345678")]).await;
    lab.events().await;
    lab.clock.advance(hours(10));
    (lab.renew().await, sampler)
}

const FAILED: &str = "Specimen Barcode,Interpretation,Completion Time\nT1,Invalid,3/10/2022 3:00\n";
const AGAIN: &str = "Specimen Barcode,Interpretation,Completion Time\nT1,Positive,3/10/2022 5:00\n";

#[tokio::test]
async fn a_run_after_one_that_failed_is_taken_and_either_table_may_come_again() {
    let (lab, _) = with_tube().await;
    assert_eq!(statuses(&run(&lab, FAILED).await), ["accepted"]);
    assert_eq!(lab.events().await[0].data["outcome"], json!("invalid"));
    let report = run(&lab, AGAIN).await;
    assert_eq!(statuses(&report), ["amended"], "{report}");
    let events = lab.events().await;
    let amended: ResultAmended = events[0].data().unwrap();
    assert_eq!(
        (events.len(), amended.previous_outcome, amended.result.outcome),
        (1, Outcome::Invalid, Outcome::Detected)
    );
    assert_eq!(statuses(&run(&lab, AGAIN).await), ["duplicate"]);
    let report = run(&lab, FAILED).await;
    assert_eq!((statuses(&report), errors(&report)[0].1.as_str()), (vec!["ignored"], "run_again"));
    assert!(lab.events().await.is_empty());
    assert!(lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_tube_that_stands_twice_in_a_table_has_what_its_last_run_found() {
    let (lab, _) = with_tube().await;
    let both = format!("{FAILED}T1,Negative,3/10/2022 5:00\n");
    assert_eq!(statuses(&run(&lab, &both).await), ["ignored", "accepted"]);
    assert_eq!(statuses(&run(&lab, &both).await), ["ignored", "duplicate"]);
    // A run that contradicts one that found something is for a person to look at, as before.
    assert_eq!(statuses(&run(&lab, &AGAIN.replace("5:00", "6:00")).await), ["held"]);
}

#[tokio::test]
async fn a_pool_whose_run_failed_releases_when_it_is_run_again_and_negative() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    sample(&lab, &sampler, "P1", &[person("Lê Thị Tám", "0912345678"), person("Lê Văn Ba", "0912345679")]).await;
    lab.events().await;
    lab.clock.advance(hours(10));
    let lab = lab.renew().await;
    let table = |word: &str, hour: u8| {
        format!("Specimen Barcode,Interpretation,Completion Time\nP1,{word},3/10/2022 {hour}:00\n")
    };
    assert_eq!(statuses(&run(&lab, &table("Invalid", 3)).await), ["held"]);
    assert!(lab.events().await.is_empty());
    assert_eq!(statuses(&run(&lab, &table("Negative", 5)).await), ["amended"]);
    let events = lab.events().await;
    assert_eq!(events.len(), 2, "each member");
    assert!(events.iter().all(|event| event.data["outcome"] == json!("not_detected")));
}

#[tokio::test]
async fn a_day_before_its_month_is_read_and_what_is_no_moment_is_refused_by_name() {
    let (lab, _) = with_tube().await;
    let report = run(&lab, "Mã ống,Kết quả,Thời gian có kết quả\nT1,âm tính,10/03/2022 14:30\n").await;
    assert_eq!(statuses(&report), ["accepted"], "{report}");
    let listed = lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"][0].clone();
    assert_eq!(listed["resulted_at"], json!("2022-03-10T07:30:00Z"));
    for (row, wrong) in [("T1,Negative,16/07/2020", "16/07/2020"), ("T1,Negative,31/31/2022 8:00", "31/31/2022 8:00")] {
        let report = run(&lab, &format!("Specimen Barcode,Interpretation,Completion Time\n{row}\n")).await;
        assert_eq!(statuses(&report), ["rejected"], "{report}");
        assert_eq!(errors(&report), [("/0/resulted_at".to_owned(), "time".to_owned())]);
        assert!(report["rows"][0]["errors"][0]["detail"].as_str().unwrap().contains(wrong), "{report}");
    }
}
