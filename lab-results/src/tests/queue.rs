//! What a person sees of a record that waits, and what they may say about it: whose it is, and what it is.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use shared::events::{Outcome, ResultReported};
use shared::time::{days, hours, minutes};

use super::{Answer, TestLab, result, statuses};
use crate::app::raw;

async fn waiting(lab: &TestLab) -> Vec<Value> {
    lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"].as_array().unwrap().clone()
}

async fn look(lab: &TestLab, held: &Value) -> Value {
    let answer = lab.get(&lab.lab, &format!("/api/v1/lab/held/{}", held["id"].as_str().unwrap())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

async fn release(lab: &TestLab, held: &Value, body: &Value) -> Answer {
    lab.post(&lab.lab, &format!("/api/v1/lab/held/{}/release", held["id"].as_str().unwrap()), body).await
}

/// A record of a tube that is not ours, of somebody of whom only the name is said, or nothing.
fn of_unknown_tube(accession: &str, name: Option<&str>) -> Value {
    let mut record = result(&[("/accession", json!(accession)), ("/barcode", json!("NOT-OURS"))]);
    record["person"] = name.map_or(Value::Null, |name| json!({"full_name": name}));
    record
}

/// The actions of the audit log that stand under a subject.
async fn audited(lab: &TestLab, subject: &str) -> Vec<String> {
    let mut tx = lab.app.platform.shared.read().await.unwrap();
    tx.audit_lines(Some(subject), None, 100).await.unwrap().into_iter().map(|line| line.action).collect()
}

#[tokio::test]
async fn a_record_of_nobody_known_shows_who_resembles_and_is_released_to_whom_a_person_picks() {
    let lab = TestLab::sqlite().await;
    let known = lab.results(&result(&[])).await["rows"][0]["person_id"].clone();
    assert_eq!(statuses(&lab.results(&of_unknown_tube("A2", Some("le thi tam"))).await), ["held"]);
    lab.events().await;
    let held = waiting(&lab).await.remove(0);
    assert_eq!(
        (held["barcode"].clone(), held["person"]["full_name"].clone()),
        (json!("NOT-OURS"), json!("le thi tam"))
    );
    assert_eq!((held["finding"].clone(), held["needs_person"].clone()), (json!("detected"), json!(true)));
    assert!(held["why"][0]["detail"].as_str().unwrap().contains("Không có ống mẫu"), "{held}");
    let detail = look(&lab, &held).await;
    let candidate = &detail["candidates"][0];
    assert_eq!(
        (candidate["person_id"].clone(), candidate["birth"].clone()),
        (known.clone(), json!("1950")),
        "a laboratory sees the year"
    );
    let path = format!("/api/v1/lab/held/{}", held["id"].as_str().unwrap());
    let by_officer = lab.get(&lab.officer, &path).await.json();
    assert_eq!(by_officer["candidates"][0]["birth"], json!("1950-02-01"));
    assert_eq!(
        (candidate["phone_end"].clone(), candidate["compared"][0].clone()),
        (json!("678"), json!("cùng họ tên"))
    );
    assert!(!detail.to_string().contains("0912345678") && !detail.to_string().contains("+84912345678"));
    let refused = release(&lab, &held, &json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("person_needed"), "{}", refused.text());
    assert!(lab.events().await.is_empty());
    let released = release(&lab, &held, &json!({"person_id": known})).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.text());
    let reported: ResultReported = lab.events().await[0].data().unwrap();
    assert_eq!((json!(reported.person_id), reported.outcome), (known.clone(), Outcome::Detected));
    let looks = audited(&lab, &format!("held:{}", held["id"].as_str().unwrap())).await;
    assert!(looks.contains(&"held.read".to_owned()), "{looks:?}");
    let person = audited(&lab, &format!("person:{}", known.as_str().unwrap())).await;
    for action in ["held.compare", "held.release"] {
        assert!(person.contains(&action.to_owned()), "{action}: {person:?}");
    }
}

#[tokio::test]
async fn a_record_of_nobody_is_released_to_somebody_new_and_what_is_wrong_is_named() {
    let lab = TestLab::sqlite().await;
    for accession in ["A1", "A2"] {
        assert_eq!(statuses(&lab.results(&of_unknown_tube(accession, None)).await), ["held"]);
    }
    let queue = waiting(&lab).await;
    assert_eq!(look(&lab, &queue[0]).await["candidates"], json!([]));
    let wrong =
        release(&lab, &queue[0], &json!({"person": {"full_name": "Lê Văn Ba", "birth_date": "31/02/1980"}})).await;
    assert_eq!(
        (wrong.status, wrong.json()["errors"][0]["pointer"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("/person/birth_date"))
    );
    let person = json!({"person": {"full_name": "Lê Văn Ba", "birth_date": "01/02/1980", "phone": "0912345679"}});
    let first = release(&lab, &queue[0], &person).await;
    let second = release(&lab, &queue[1], &person).await;
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK), "{}", second.text());
    assert_eq!(first.json()["person_id"], second.json()["person_id"], "who is in the register already is found");
    let nobody = json!({"person_id": "01890a5d-ac96-774b-bcce-b302099a8057"});
    assert_eq!(release(&lab, &queue[0], &nobody).await.status, StatusCode::NOT_FOUND, "it waits no more");
}

/// A message whose code and text of the value disagree.
fn contradiction(accession: &str) -> String {
    format!(
        "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-{accession}|P|2.5.1\r\
         PID|1||079050000123^^^^NI||Lê^Thị Tám||19500201|F\rORC|RE||{accession}\r\
         OBR|1||{accession}|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
         OBX|1|CWE|94500-6^RT-PCR^LN||260373001^Not detected^SCT||||||F|||20220309080000\r"
    )
}

async fn send(lab: &TestLab, message: &str) -> String {
    lab.clock.advance(minutes(1));
    lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/hl7-v2", message.to_owned()).await.text()
}

#[tokio::test]
async fn a_person_says_what_a_record_is_that_says_two_things_and_its_message_stands_beside_it() {
    let lab = TestLab::sqlite().await;
    assert!(send(&lab, &contradiction("A1")).await.contains("MSA|AA"));
    let held = waiting(&lab).await.remove(0);
    assert_eq!((held["reasons"].clone(), held["needs_outcome"].clone()), (json!(["codes_disagree"]), json!(true)));
    let detail = look(&lab, &held).await;
    assert_eq!(detail["message"]["format"], json!("hl7"));
    assert_eq!(detail["message"]["text"], json!(contradiction("A1").replace('\r', "\n")));
    assert_eq!(detail["outcomes"].as_array().unwrap().len(), 4);
    for (body, code) in [(json!({}), "outcome_needed"), (json!({"outcome": "maybe"}), "outcome")] {
        let refused = release(&lab, &held, &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()["errors"][0]["code"], json!(code));
        assert_eq!(refused.json()["errors"][0]["pointer"], json!("/outcome"));
    }
    let released = release(&lab, &held, &json!({"outcome": "detected"})).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.text());
    let events = lab.events().await;
    let reported: ResultReported = events[0].data().unwrap();
    assert_eq!((events.len(), reported.outcome), (1, Outcome::Detected));
    assert!(send(&lab, &contradiction("A1")).await.contains("MSA|AA"));
    assert!(waiting(&lab).await.is_empty(), "the same message again is a repetition");
    assert!(lab.events().await.is_empty());
    // Where the record says one thing, nobody says another.
    lab.results(&result(&[("/accession", json!("B1")), ("/outcome", json!("presumptive positive"))])).await;
    let held = waiting(&lab).await.remove(0);
    assert_eq!(release(&lab, &held, &json!({"outcome": "detected"})).await.status, StatusCode::CONFLICT);
    assert_eq!(waiting(&lab).await.len(), 1);
}

/// A message whose PCR found the virus and whose antigen test did not.
fn two_results(accession: &str) -> String {
    let pcr = contradiction(accession).replace("260373001^Not detected", "260373001^Detected");
    format!(
        "{pcr}OBR|2||{accession}|94558-4^Ag^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
         OBX|1|CWE|94558-4^Ag^LN||260415000^Not detected^SCT||||||F|||20220309080000\r"
    )
}

#[tokio::test]
async fn of_results_that_contradict_each_other_a_person_says_which_value_stands() {
    let lab = TestLab::sqlite().await;
    assert!(send(&lab, &two_results("A1")).await.contains("MSA|AA"));
    let mut queue = waiting(&lab).await;
    // They came at one moment.
    queue.sort_by_key(|held| held["accession"].to_string().len());
    assert_eq!(queue.len(), 2, "{queue:?}");
    let found = |detail: &Value| (detail["finding"].clone(), detail["others"][0]["finding"].clone());
    assert_eq!(found(&look(&lab, &queue[0]).await), (json!("detected"), json!("not_detected")));
    let second = look(&lab, &queue[1]).await;
    assert_eq!(found(&second), (json!("not_detected"), json!("detected")));
    assert_eq!(
        (second["needs_outcome"].clone(), second["others"][0]["loinc"].clone()),
        (json!(true), json!("94500-6"))
    );
    assert_eq!(second["outcomes"].as_array().map(Vec::len), Some(4));
    for held in &queue {
        assert_eq!(held["reasons"], json!(["results_disagree"]));
        let refused = release(&lab, held, &json!({})).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "no value was chosen");
        assert_eq!(refused.json()["errors"][0]["pointer"], json!("/outcome"));
        assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("chọn kết quả"));
    }
    let list = browse(&lab, "/lab", "vi").await.text();
    assert!(!list.contains("/release\""), "nobody releases it without a look: {list}");
    let path = format!("/lab/held/{}", queue[1]["id"].as_str().unwrap());
    for (lang, other, said) in [
        ("vi", "Kết quả khác trong cùng bản tin", "chọn kết quả"),
        ("en", "Other results of the same message", "say the result"),
    ] {
        let page = browse(&lab, &path, lang).await.text();
        assert!(page.contains(other) && page.contains("94500-6"), "{page}");
        assert!(page.contains("name=\"outcome\" value=\"detected\" required"), "{page}");
        let request = Request::post(format!("{path}/release"))
            .header(header::AUTHORIZATION, format!("Bearer {}", lab.lab))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT_LANGUAGE, lang);
        let refused = lab.send(request.body(Body::from("who=record")).unwrap()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("id=\"outcome-error\"") && refused.text().contains(said), "{}", refused.text());
    }
    assert!(lab.events().await.is_empty());
    let released = release(&lab, &queue[0], &json!({"outcome": "detected"})).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.text());
    let dismissed = lab.post(&lab.lab, &format!("/api/v1/lab{}/dismiss", &path[4..]), &json!({})).await;
    assert_eq!(dismissed.status, StatusCode::OK, "{}", dismissed.text());
    let events = lab.events().await;
    let reported: ResultReported = events[0].data().unwrap();
    assert_eq!((events.len(), reported.outcome), (1, Outcome::Detected));
}

#[tokio::test]
async fn the_queue_is_read_page_by_page_also_while_it_is_worked_on() {
    let lab = TestLab::sqlite().await;
    for n in 0..25 {
        lab.results(&of_unknown_tube(&format!("A{n:02}"), None)).await;
    }
    let page =
        async |cursor: &str| lab.get(&lab.lab, &format!("/api/v1/lab/held?limit=10&cursor={cursor}")).await.json();
    let accessions = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|one| one["accession"].as_str().unwrap().to_owned()).collect()
    };
    let first = page("").await;
    assert_eq!(accessions(&first), (0..10).map(|n| format!("A{n:02}")).collect::<Vec<_>>());
    let dismissed = format!("/api/v1/lab/held/{}/dismiss", first["items"][9]["id"].as_str().unwrap());
    assert_eq!(lab.post(&lab.lab, &dismissed, &json!({})).await.status, StatusCode::OK);
    let second = page(first["next_cursor"].as_str().unwrap()).await;
    assert_eq!(accessions(&second), (10..20).map(|n| format!("A{n:02}")).collect::<Vec<_>>());
    let last = page(second["next_cursor"].as_str().unwrap()).await;
    assert_eq!((accessions(&last).len(), last["next_cursor"].clone()), (5, Value::Null));
    let wrong = lab.get(&lab.lab, "/api/v1/lab/held?cursor=x").await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], json!("/cursor"));
    // The page has twenty, and leads to the others.
    let shown = browse(&lab, "/lab", "vi").await.text();
    let has = |page: &str, accession: &str| page.contains(&format!("quyết định {accession}\""));
    assert!(has(&shown, "A20") && !has(&shown, "A21") && !has(&shown, "A09"));
    let more = shown.split("href=\"/lab?after=").nth(1).unwrap().split(['#', '"']).next().unwrap().to_owned();
    let next = browse(&lab, &format!("/lab?after={more}"), "vi").await.text();
    assert!(has(&next, "A21") && has(&next, "A24") && !has(&next, "A20") && next.contains("/lab#waiting-title"));
}

async fn browse(lab: &TestLab, path: &str, lang: &str) -> Answer {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", lab.lab))
        .header(header::ACCEPT_LANGUAGE, lang)
        .header(header::ACCEPT, "text/html");
    lab.send(request.body(Body::empty()).unwrap()).await
}

async fn form(lab: &TestLab, path: &str, body: &str) -> Answer {
    lab.post_as(&lab.lab, path, "application/x-www-form-urlencoded", body.to_owned()).await
}

#[tokio::test]
async fn the_page_of_a_record_offers_only_what_can_be_done_and_keeps_what_was_typed() {
    let lab = TestLab::sqlite().await;
    let known = lab.results(&result(&[])).await["rows"][0]["person_id"].as_str().unwrap().to_owned();
    lab.results(&of_unknown_tube("A2", Some("Lê Thị Tám"))).await;
    lab.results(&of_unknown_tube("A3", None)).await;
    send(&lab, &contradiction("A4")).await;
    lab.results(&result(&[("/accession", json!("A5")), ("/outcome", json!("462371000124108"))])).await;
    let list = browse(&lab, "/lab", "vi").await.text();
    assert!(list.contains("NOT-OURS") && list.contains("Lê Thị Tám 01/02/1950"), "{list}");
    assert!(!list.contains("/release\""), "no button that would end in a refusal: {list}");
    let queue = waiting(&lab).await;
    let path = |at: usize| format!("/lab/held/{}", queue[at]["id"].as_str().unwrap());
    for (lang, words) in [
        ("vi", ["Kết quả này của ai?", "cùng họ tên", "1950 · điện thoại …678"]),
        ("en", ["Whose result is it?", "same name", "1950 · phone ends in 678"]),
    ] {
        let page = browse(&lab, &path(0), lang).await;
        assert_eq!(page.status, StatusCode::OK);
        for word in words {
            assert!(page.text().contains(word), "{word}: {}", page.text());
        }
        assert!(page.text().contains(&format!("value=\"{known}\"")));
    }
    let message = browse(&lab, &path(2), "vi").await.text();
    assert!(message.contains("OBX|1|CWE|94500-6") && message.contains("name=\"outcome\""), "{message}");
    let pool = browse(&lab, &path(3), "vi").await.text();
    assert!(!pool.contains("/release\"") && pool.contains("/dismiss\""), "a pool is released to nobody: {pool}");

    let typed = "who=new&name=L%C3%AA+V%C4%83n+Ba&birth=31%2F02%2F1980";
    let refused = form(&lab, &format!("{}/release", path(1)), typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["Lê Văn Ba", "31/02/1980", "birth-error", "<title>Lỗi:"] {
        assert!(refused.text().contains(kept), "{kept}: {}", refused.text());
    }
    let nobody = form(&lab, &format!("{}/release", path(1)), "").await;
    assert_eq!(nobody.status, StatusCode::CONFLICT);
    assert!(nobody.text().contains("href=\"#decide\""), "{}", nobody.text());
    let picked = form(&lab, &format!("{}/release", path(0)), &format!("who={known}")).await;
    assert_eq!(picked.status, StatusCode::SEE_OTHER, "{}", picked.text());
    let said = form(&lab, &format!("{}/release", path(2)), "who=record&outcome=not_detected").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
}

/// The messages that are kept of an upload, by their places.
async fn kept(lab: &TestLab, report: &Value) -> Vec<(i64, String)> {
    let upload_id = report["upload_id"].as_str().unwrap().parse().unwrap();
    let mut tx = lab.app.store.read().await.unwrap();
    let mut kept = Vec::new();
    for place in 0..=report["received"].as_i64().unwrap() + 1 {
        if let Some((_, bytes)) = tx.raw(upload_id, place).await.unwrap() {
            kept.push((place, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    kept
}

#[tokio::test]
async fn messages_are_kept_as_they_came_and_forgotten_after_some_weeks() {
    let lab = TestLab::sqlite().await;
    let good = contradiction("A1").replace("260373001^Not detected", "260415000^Not detected");
    let other = good.replace("94500-6^RT-PCR^LN", "718-7^Hemoglobin^LN").replace("A1", "B1");
    let born = good.replace("19500201", "DeIdentified").replace("A1", "C1");
    let file = format!("{good}{other}{born}{}{good}", contradiction("D1"));
    let check = lab.upload("?dry_run=true", file.as_bytes()).await.json();
    assert_eq!(kept(&lab, &check).await, []);
    let report = lab.upload("", file.as_bytes()).await.json();
    assert_eq!(statuses(&report), ["accepted", "ignored", "rejected", "held", "duplicate"]);
    let places = kept(&lab, &report).await;
    assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(places[0].1.trim_end(), good.trim_end(), "byte for byte");

    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"text": "Trần Thị Bưởi"}], "birthDate": "1970-01-02"}},
        {"resource": {"resourceType": "Observation", "id": "o", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
            "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2022-03-09",
            "valueCodeableConcept": {"coding": [{"code": "260415000"}]}}}]});
    let documents = lab.upload("", bundle.to_string().as_bytes()).await.json();
    let (place, text) = kept(&lab, &documents).await.remove(0);
    assert_eq!((place, serde_json::from_str::<Value>(&text).unwrap()), (1, bundle));

    // Rows of a table that are taken have no copy: a file of a hundred thousand costs what it did.
    let csv = "Mã xét nghiệm,Họ và tên,Ngày sinh,Ngày lấy mẫu,Ngày trả kết quả,LOINC,Kết quả\n\
               E1,Trần Văn Bảy,07/07/1977,09/03/2022 08:00,09/03/2022 20:00,94500-6,âm tính\n\
               E2,Trần Văn Tám,07/07/1977,09/03/2022 08:00,09/03/2022 20:00,94563-4,âm tính\n";
    let table = lab.upload("", csv.as_bytes()).await.json();
    assert_eq!(statuses(&table), ["accepted", "ignored"]);
    let rows = kept(&lab, &table).await;
    assert!(rows.len() == 1 && rows[0].1.contains("Trần Văn Tám"), "{rows:?}");

    lab.clock.advance(days(raw::KEPT_DAYS) + hours(1));
    assert!(raw::forget(&lab.app).await.unwrap() > 0);
    assert_eq!(kept(&lab, &documents).await, []);
    let still: Vec<_> = kept(&lab, &report).await.into_iter().map(|(place, _)| place).collect();
    assert_eq!(still, [4], "what a person must still look at stays");
}

#[tokio::test]
async fn another_laboratory_sees_neither_the_record_nor_its_message() {
    let lab = TestLab::sqlite().await;
    send(&lab, &contradiction("A1")).await;
    let held = waiting(&lab).await.remove(0);
    let area = shared::access::AreaScope::Province("79".to_owned());
    let other = lab.account("other", shared::access::Role::Lab, Some("HCM-PASTEUR"), area).await;
    for path in ["/api/v1/lab/held", "/lab/held"] {
        let path = format!("{path}/{}", held["id"].as_str().unwrap());
        assert_eq!(lab.get(&other, &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
