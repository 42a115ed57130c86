//! Repetitions, corrections, withdrawals, and who sees what.

use super::{Answer, TestLab, WARD, errors, result, statuses};
use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::events::{Outcome, ResultAmended, ResultReported};
use shared_testkit::servers::{DATABASE_URL, TestPostgres};

async fn an_amendment_is_a_new_version_on(lab: &TestLab) {
    let first = lab.results(&result(&[])).await;
    assert_eq!(statuses(&first), ["accepted"]);
    let [event] = &lab.events().await[..] else { panic!("one event") };
    let reported: ResultReported = event.data().unwrap();
    assert_eq!((reported.version, reported.outcome), (1, Outcome::Detected));
    assert_eq!(reported.ward_code.as_deref(), Some(WARD));
    assert_eq!(first["rows"][0]["person_id"], json!(reported.person_id));

    assert_eq!(statuses(&lab.results(&result(&[])).await), ["duplicate"]);
    assert_eq!(statuses(&lab.results(&result(&[("/outcome", json!("not_detected"))])).await), ["held"]);
    assert!(lab.events().await.is_empty());

    let corrected = [("/outcome", json!("not_detected")), ("/status", json!("corrected"))];
    assert_eq!(statuses(&lab.results(&result(&corrected)).await), ["amended"]);
    assert_eq!(statuses(&lab.results(&result(&corrected)).await), ["duplicate"]);
    let withdrawn = [("/outcome", json!("not_detected")), ("/status", json!("withdrawn"))];
    assert_eq!(statuses(&lab.results(&result(&withdrawn)).await), ["amended"]);

    let events = lab.events().await;
    let amended: Vec<ResultAmended> = events.iter().map(|event| event.data().unwrap()).collect();
    let told: Vec<_> =
        amended.iter().map(|a| (a.previous_outcome, a.result.outcome, a.result.version, a.withdrawn)).collect();
    assert_eq!(
        told,
        [(Outcome::Detected, Outcome::NotDetected, 2, false), (Outcome::NotDetected, Outcome::NotDetected, 3, true)]
    );
    // A correction of a person whom the laboratory describes as before is about the same person.
    assert!(amended.iter().all(|a| a.result.person_id == reported.person_id && a.previous_person_id.is_none()));
    assert_eq!(amended[1].result.link_code, reported.link_code);

    let one = lab.get(&lab.lab, &format!("/api/v1/lab/results/{}", reported.result_id)).await.json();
    assert_eq!((one["version"].clone(), one["status"].clone()), (json!(3), json!("withdrawn")));
    let outcomes: Vec<_> = one["versions"].as_array().unwrap().iter().map(|v| v["outcome"].clone()).collect();
    assert_eq!(outcomes, ["detected", "not_detected", "not_detected"]);
}

#[tokio::test]
async fn an_amendment_is_a_new_version_and_the_old_one_stays() {
    an_amendment_is_a_new_version_on(&TestLab::sqlite().await).await;
}

#[tokio::test]
async fn an_amendment_is_a_new_version_and_the_old_one_stays_on_postgresql() {
    if std::env::var(DATABASE_URL).is_ok() {
        let database = TestPostgres::database().await;
        let lab = TestLab::with(|config| config.database_url = Some(database.url())).await;
        an_amendment_is_a_new_version_on(&lab).await;
        lab.app.platform.database.close().await;
    }
}

async fn one_of_many_wins_on(lab: &TestLab) {
    let body = result(&[]);
    let corrected = result(&[("/outcome", json!("not_detected")), ("/status", json!("corrected"))]);
    for (body, stored) in [(body, "accepted"), (corrected, "amended")] {
        let sent = (0..8).map(|_| lab.post(&lab.lab, "/api/v1/lab/results", &body));
        let reports: Vec<_> = join_all(sent).await.iter().map(Answer::json).collect();
        let mut found: Vec<_> = reports.iter().flat_map(statuses).collect();
        found.sort_unstable();
        let mut expected = vec!["duplicate"; 7];
        expected.push(stored);
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(lab.events().await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_result_sent_eight_times_at_once_one_is_stored() {
    one_of_many_wins_on(&TestLab::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_result_sent_eight_times_at_once_one_is_stored_on_postgresql() {
    if std::env::var(DATABASE_URL).is_ok() {
        let database = TestPostgres::database().await;
        let lab = TestLab::with(|config| config.database_url = Some(database.url())).await;
        one_of_many_wins_on(&lab).await;
        lab.app.platform.database.close().await;
    }
}

#[tokio::test]
async fn a_result_that_turns_out_to_be_somebody_elses_says_whose_it_was() {
    let lab = TestLab::sqlite().await;
    let before = lab.results(&result(&[])).await["rows"][0]["person_id"].clone();
    let other = json!({"full_name": "Trần Văn Ba", "birth_year": 1980, "phone": "0987654321"});
    let report = lab.results(&result(&[("/person", other), ("/status", json!("corrected"))])).await;
    assert_eq!(statuses(&report), ["amended"]);
    let amended: ResultAmended = lab.events().await[1].data().unwrap();
    assert_eq!(json!(amended.previous_person_id), before);
    assert_eq!(json!(amended.result.person_id), report["rows"][0]["person_id"]);
    assert_ne!(report["rows"][0]["person_id"], before);
}

#[tokio::test]
async fn a_withdrawal_of_what_never_came_waits_and_the_original_still_comes() {
    let lab = TestLab::sqlite().await;
    let report = lab.results(&result(&[("/status", json!("withdrawn"))])).await;
    assert_eq!(statuses(&report), ["held"]);
    assert_eq!(errors(&report), [("/accession".to_owned(), "unknown_accession".to_owned())]);
    assert_eq!(statuses(&lab.results(&result(&[])).await), ["accepted"]);
}

#[tokio::test]
async fn two_laboratories_may_use_one_accession() {
    let lab = TestLab::sqlite().await;
    assert_eq!(statuses(&lab.results(&result(&[])).await), ["accepted"]);
    let other = result(&[("/lab_code", json!("hcm-pasteur"))]);
    assert_eq!(statuses(&lab.post(&lab.officer, "/api/v1/lab/results", &other).await.json()), ["accepted"]);
}

#[tokio::test]
async fn results_are_listed_to_those_who_have_the_duty() {
    let lab = TestLab::sqlite().await;
    let report = lab.results(&json!([result(&[]), result(&[("/accession", json!("A2"))])])).await;
    let person = report["rows"][0]["person_id"].as_str().unwrap().to_owned();
    assert_eq!(report["rows"][1]["person_id"].as_str(), Some(person.as_str()), "name, birth and phone agree");
    let area = |scope| lab.account("somebody", Role::Nurse, None, scope);
    let own_ward = area(AreaScope::Ward(WARD.to_owned())).await;
    let other_ward = lab.account("other", Role::Nurse, None, AreaScope::Ward("28249".to_owned())).await;
    let district = lab.account("cdc", Role::Officer, None, AreaScope::District("815".to_owned())).await;
    let pasteur = lab.account("pasteur", Role::Lab, Some("HCM-PASTEUR"), AreaScope::Province("79".to_owned())).await;
    let count = async |token: &str, query: &str| {
        let answer = lab.get(token, &format!("/api/v1/lab/results{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["items"].as_array().unwrap().len()
    };
    for query in ["", &format!("?person_id={person}")] {
        assert_eq!(count(&own_ward, query).await, 2, "{query}");
        assert_eq!(count(&other_ward, query).await, 0, "{query}");
        assert_eq!(count(&district, query).await, 2, "{query}");
        assert_eq!(count(&lab.officer, query).await, 2, "{query}");
        assert_eq!(count(&lab.lab, query).await, 2, "{query}");
        assert_eq!(count(&pasteur, query).await, 0, "{query}");
    }
    assert_eq!(count(&pasteur, "?lab_code=TG-CDC").await, 0);
    assert_eq!(count(&lab.lab, "?outcome=not_detected").await, 0);
    assert_eq!(count(&lab.lab, "?from=2022-03-09&to=2022-03-09").await, 2);
    assert_eq!(count(&lab.lab, "?from=2022-03-10").await, 0);
    let page = lab.get(&lab.lab, "/api/v1/lab/results?limit=1").await.json();
    assert_eq!(page["next_cursor"], "1");
    let lines = lab.app.platform.shared.read().await.unwrap();
    let lines = { lines }.audit_lines(Some(&format!("person:{person}")), None, 100).await.unwrap();
    assert!(lines.iter().filter(|line| line.action == "results.list").count() >= 4);
    assert_eq!(lines.iter().filter(|line| line.action == "result.store").count(), 2);
}
