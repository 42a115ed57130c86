//! What waits for a person, and what a person decides.

use super::{TestLab, errors, result, statuses};
use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::events::{Outcome, ResultReported};

async fn waiting(lab: &TestLab) -> Vec<Value> {
    lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"].as_array().unwrap().clone()
}

async fn decide(lab: &TestLab, id: &Value, what: &str, body: &Value) -> super::Answer {
    lab.post(&lab.lab, &format!("/api/v1/lab/held/{}/{what}", id.as_str().unwrap()), body).await
}

#[tokio::test]
async fn a_doubtful_result_waits_once_however_often_it_is_sent_and_is_then_released() {
    let lab = TestLab::sqlite().await;
    let doubtful = result(&[("/outcome", json!("presumptive positive"))]);
    let report = lab.results(&doubtful).await;
    assert_eq!(statuses(&report), ["held"]);
    assert_eq!(errors(&report), [("/outcome".to_owned(), "presumptive".to_owned())]);
    assert_eq!(statuses(&lab.results(&doubtful).await), ["duplicate"]);
    assert!(lab.events().await.is_empty());

    let queue = waiting(&lab).await;
    assert_eq!((queue.len(), queue[0]["reasons"].clone()), (1, json!(["presumptive"])));
    let answer = decide(&lab, &queue[0]["id"], "release", &json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let reported: ResultReported = lab.events().await[0].data().unwrap();
    assert_eq!(reported.outcome, Outcome::Inconclusive);
    assert_eq!(answer.json()["person_id"], json!(reported.person_id));
    assert!(waiting(&lab).await.is_empty());
    assert_eq!(decide(&lab, &queue[0]["id"], "release", &json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(statuses(&lab.results(&doubtful).await), ["duplicate"]);
}

#[tokio::test]
async fn the_final_result_takes_the_place_of_a_preliminary_one() {
    let lab = TestLab::sqlite().await;
    let preliminary = result(&[("/status", json!("preliminary"))]);
    assert_eq!(statuses(&lab.results(&preliminary).await), ["held"]);
    assert_eq!(statuses(&lab.results(&result(&[])).await), ["accepted"]);
    assert!(waiting(&lab).await.is_empty());
    assert_eq!(lab.events().await.len(), 1);
    let other = result(&[("/accession", json!("A2")), ("/status", json!("preliminary"))]);
    assert_eq!(statuses(&lab.results(&other).await), ["held"]);
    let negative = result(&[("/accession", json!("A2")), ("/outcome", json!("not_detected"))]);
    assert_eq!(statuses(&lab.results(&negative).await), ["accepted"]);
    let reported: ResultReported = lab.events().await[0].data().unwrap();
    assert_eq!((reported.outcome, reported.version), (Outcome::NotDetected, 2));
}

#[tokio::test]
async fn other_content_waits_beside_what_holds_and_becomes_a_version_when_it_is_released() {
    let lab = TestLab::sqlite().await;
    lab.results(&result(&[])).await;
    let other = result(&[("/outcome", json!("not_detected"))]);
    for _ in 0..2 {
        let report = lab.results(&other).await;
        assert_eq!(errors(&report), [("/accession".to_owned(), "content_differs".to_owned())]);
    }
    let queue = waiting(&lab).await;
    assert_eq!(queue.len(), 1);
    lab.events().await;
    assert_eq!(decide(&lab, &queue[0]["id"], "release", &json!({})).await.status, StatusCode::OK);
    assert_eq!(lab.events().await[0].kind, "antam.lab.result_amended.v1");
}

#[tokio::test]
async fn what_is_dismissed_says_nothing() {
    let lab = TestLab::sqlite().await;
    lab.results(&result(&[("/outcome", json!("not done"))])).await;
    let queue = waiting(&lab).await;
    assert_eq!(decide(&lab, &queue[0]["id"], "dismiss", &json!({})).await.status, StatusCode::OK);
    assert!(waiting(&lab).await.is_empty());
    assert!(lab.events().await.is_empty());
}

#[tokio::test]
async fn what_is_no_virus_result_is_ignored_and_what_names_no_presence_cannot_be_released() {
    let lab = TestLab::sqlite().await;
    let report = lab.results(&result(&[("/test/loinc", json!("94563-4"))])).await;
    assert_eq!(statuses(&report), ["ignored"]);
    assert_eq!(errors(&report), [("/test/loinc".to_owned(), "antibody_test".to_owned())]);
    assert_eq!(statuses(&lab.results(&result(&[("/test/loinc", json!("94745-7"))])).await), ["held"]);
    let queue = waiting(&lab).await;
    assert_eq!(decide(&lab, &queue[0]["id"], "release", &json!({})).await.status, StatusCode::CONFLICT);
    assert_eq!(waiting(&lab).await.len(), 1);
}
