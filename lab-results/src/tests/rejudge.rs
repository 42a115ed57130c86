//! Records that wait for a laboratory's own word are judged again once the laboratory has said what the word means.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::events::{Outcome, ResultReported};
use shared::time::minutes;

use super::flow::{person, sample, sampler};
use super::{TestLab, result, statuses};

/// A message with these tests (OBX-3) and values (OBX-5), about somebody.
fn message(accession: &str, (name, birth): (&str, &str), found: &[(&str, &str)]) -> String {
    let observations: String = (1..)
        .zip(found)
        .map(|(n, (test, value))| format!("OBX|{n}|CWE|{test}||{value}||||||F|||20220309080000\r"))
        .collect();
    let test = found[0].0;
    format!(
        "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-{accession}|P|2.5.1\r\
         PID|1||||{name}||{birth}|F\rORC|RE||{accession}\r\
         OBR|1||{accession}|{test}|||20220309080000|||||||||||||||20220309200000|||F\r{observations}"
    )
}

const OWN: &str = "CV19NB^SARS-CoV-2 PCR nội bộ^L";
const FOUND: &str = "260373001^Detected^SCT";

async fn send(lab: &TestLab, message: String) {
    lab.clock.advance(minutes(1));
    let answer = lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/hl7-v2", message).await.text();
    assert!(answer.contains("MSA|AA"), "{answer}");
}

/// What waits: accession and reasons.
async fn waiting(lab: &TestLab) -> Vec<(String, Value)> {
    let list = lab.get(&lab.lab, "/api/v1/lab/held").await.json();
    let items = list["items"].as_array().unwrap().iter();
    items.map(|one| (one["accession"].as_str().unwrap().to_owned(), one["reasons"].clone())).collect()
}

/// Waits until the background is done with it.
async fn until_waiting(lab: &TestLab, wanted: &[(&str, Value)]) {
    let wanted: Vec<_> = wanted.iter().map(|(accession, reasons)| ((*accession).to_owned(), reasons.clone())).collect();
    for _ in 0..500 {
        if waiting(lab).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(waiting(lab).await, wanted);
}

async fn map(lab: &TestLab, kind: &str, local: &str, target: &str) -> Value {
    let words = json!({"items": [{"kind": kind, "local": local, "target": target}]});
    let answer = lab.put(&lab.lab, "/api/v1/lab/mappings", &words).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.into_iter().find(|word| word["kind"] == json!(kind)).unwrap()["waiting"].clone()
}

async fn judge_again(lab: &TestLab, kind: &str, local: &str) -> (StatusCode, Value) {
    let word = json!({"kind": kind, "local": local});
    let answer = lab.post(&lab.lab, "/api/v1/lab/mappings/rejudge", &word).await;
    (answer.status, answer.json())
}

async fn audited(lab: &TestLab, subject: &str) -> Vec<String> {
    let mut tx = lab.app.platform.shared.read().await.unwrap();
    tx.audit_lines(Some(subject), None, 100).await.unwrap().into_iter().map(|line| line.action).collect()
}

#[tokio::test]
async fn what_waits_for_a_code_ends_by_the_usual_rules_once_its_meaning_is_said() {
    let lab = TestLab::sqlite().await;
    let known = lab.results(&result(&[])).await["rows"][0]["person_id"].clone();
    let stranger = ("Trần^Văn Lạ", "19700203");
    send(&lab, message("B1", stranger, &[(OWN, FOUND)])).await;
    send(&lab, message("B2", ("Lê^Thị Tám", "1950"), &[(OWN, FOUND)])).await;
    send(&lab, message("B3", ("Lý^Văn Mới", "19800203"), &[("94500-6^RT-PCR^LN", "POSX^Positif^L")])).await;
    send(&lab, message("B4", ("Vũ^Văn Khác", "19810203"), &[("CV77^SARS-CoV-2 khác^L", FOUND)])).await;
    let (code, value) = (json!(["local_code"]), json!(["unknown_value"]));
    let both = json!(["local_code", "similar_person"]);
    let rest = [("B3", value.clone()), ("B4", code.clone())];
    until_waiting(&lab, &[("B1", code.clone()), ("B2", both), rest[0].clone(), rest[1].clone()]).await;
    let held = lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    lab.events().await;

    let page = lab.get(&lab.lab, &format!("/lab/held/{held}")).await.text();
    assert!(page.contains("href=\"/lab/words?lab=TG-CDC#test-title\"") && !page.contains("/release\""), "{page}");
    let (status, refused) = judge_again(&lab, "test", "CV19NB").await;
    assert_eq!((status, refused["errors"][0]["pointer"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, json!("/local")));
    assert_eq!(map(&lab, "test", "cv19nb", "94500-6").await, json!(2));
    assert!(lab.events().await.is_empty(), "a meaning alone judges nothing");
    let page = lab.get(&lab.lab, "/lab/words").await.text();
    assert!(page.contains("Xét lại 2 bản ghi đang chờ vì mã này"), "{page}");
    assert_eq!(judge_again(&lab, "test", "CV19NB").await, (StatusCode::ACCEPTED, json!({"waiting": 2})));
    until_waiting(&lab, &[("B2", json!(["similar_person"])), rest[0].clone(), rest[1].clone()]).await;
    let events = lab.events().await;
    let reported: ResultReported = events[0].data().unwrap();
    assert_eq!((events.len(), reported.outcome), (1, Outcome::Detected));
    assert!(audited(&lab, &format!("held:{held}")).await.contains(&"held.rejudge".to_owned()));
    assert!(audited(&lab, "laboratory:TG-CDC").await.contains(&"mapping.rejudge".to_owned()));
    // The same message again is a repetition, and whose B2 is, a person says as ever.
    send(&lab, message("B1", stranger, &[(OWN, FOUND)])).await;
    assert!(lab.events().await.is_empty());
    let queue = lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"][0].clone();
    assert_eq!((queue["accession"].clone(), queue["test"]["loinc"].clone()), (json!("B2"), json!("94500-6")));
    let path = format!("/api/v1/lab/held/{}/release", queue["id"].as_str().unwrap());
    let released = lab.post(&lab.lab, &path, &json!({"person_id": known})).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.text());
    assert_eq!(lab.events().await.len(), 1);

    assert_eq!(map(&lab, "outcome", "POSX", "detected").await, json!(1));
    let form = "kind=outcome&local=posx";
    let begun = lab.post_as(&lab.lab, "/lab/words/again", "application/x-www-form-urlencoded", form.to_owned()).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    assert_eq!(begun.headers["location"], "/lab/words?again=1");
    until_waiting(&lab, &[rest[1].clone()]).await;
    let reported: ResultReported = lab.events().await[0].data().unwrap();
    assert_eq!(reported.outcome, Outcome::Detected);
}

#[tokio::test]
async fn two_codes_that_are_one_test_release_one_result() {
    let lab = TestLab::sqlite().await;
    let both = [("94500-6^RT-PCR^LN", FOUND), (OWN, FOUND)];
    send(&lab, message("B1", ("Trần^Văn Lạ", "19700203"), &both)).await;
    assert_eq!(lab.events().await.len(), 1);
    assert_eq!(waiting(&lab).await.len(), 1);
    assert_eq!(map(&lab, "test", "CV19NB", "94500-6").await, json!(1));
    judge_again(&lab, "test", "CV19NB").await;
    until_waiting(&lab, &[]).await;
    assert!(lab.events().await.is_empty(), "it was told already");
}

#[tokio::test]
async fn rows_of_a_table_and_pools_are_judged_again_too() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let people = [person("Lê Văn An", "0912345671"), person("Lê Văn Ba", "0912345672")];
    let tube = sample(&lab, &sampler, "POOL-1", &people).await;
    let file = "result id,root sample id,full_name,phone,collected_at,resulted_at,loinc,outcome\n\
                R1,,Trần Văn Lạ,0912345679,2022-03-09,2022-03-09,CV19NB,detected\n\
                R2,POOL-1,,,2022-03-09,2022-03-09,CV19NB,detected\n";
    let report = lab.upload("", file.as_bytes()).await.json();
    assert_eq!(statuses(&report), ["held", "held"], "{report}");
    let mut queue = waiting(&lab).await;
    queue.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(queue[1], ("R2".to_owned(), json!(["local_code", "pool"])), "{queue:?}");
    let pool = format!("/api/v1/lab/pools/{}", tube["id"].as_str().unwrap());
    let state = async || lab.get(&sampler, &pool).await.json();
    assert_eq!(state().await["state"], json!("waiting"));
    lab.events().await;
    assert_eq!(map(&lab, "test", "CV19NB", "94500-6").await, json!(2));
    judge_again(&lab, "test", "CV19NB").await;
    until_waiting(&lab, &[("R2", json!(["pool"]))]).await;
    let after = state().await;
    assert_eq!((after["state"].clone(), after["members"][0]["state"].clone()), (json!("positive"), json!("to_call")));
    let events = lab.events().await;
    assert_eq!(events.len(), 1, "nobody is told of a pool: {events:?}");
}
