//! Check-in learns whenever what a case's window is counted from changes, and only then.

use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::event::EventData;
use shared::events::{CaseUpdated, Method, Outcome, PersonMerged, ResultAmended, ResultReported};
use shared::ids::{PaperId, TestId};
use shared::time::{Date, Instant, days, hours};
use shared_web::caller::{Caller, Identity};

use super::http::{Site, adult};
use super::stage::{OTHER_WARD, Stage, WARD, account, amended, detected, grounds, province, signed_in};
use crate::app::edit_case;
use crate::domain::station_test::Watch;
use crate::store::{CaseRecord, PaperKind, PaperRecord, TestRecord};

async fn updates(stage: &Stage) -> Vec<CaseUpdated> {
    let events = stage.new_events().await.into_iter().filter(|event| event.kind == CaseUpdated::TYPE);
    events.map(|event| event.data().unwrap()).collect()
}

#[tokio::test]
async fn an_earlier_specimen_or_a_corrected_one_moves_the_window() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        let first = detected(&stage, person);
        stage.hear(&first).await;
        assert_eq!(updates(&stage).await, [], "an opening is no update");
        let earlier = ResultReported { collected_at: first.collected_at.minus(days(2)), ..detected(&stage, person) };
        stage.hear(&earlier).await;
        let told = updates(&stage).await;
        assert_eq!(told.iter().map(|told| told.case.specimen_at).collect::<Vec<_>>(), [earlier.collected_at]);
        // A later specimen changes nothing, and the same news again changes nothing.
        let later = ResultReported { collected_at: first.collected_at.plus(hours(5)), ..detected(&stage, person) };
        stage.hear(&later).await;
        stage.hear(&earlier).await;
        assert_eq!(updates(&stage).await, []);
        // The laboratory corrects when it was taken; then it withdraws it.
        let mut corrected = amended(&earlier, Outcome::Detected, false);
        corrected.result.collected_at = first.collected_at.minus(days(1));
        stage.hear(&corrected).await;
        assert_eq!(updates(&stage).await[0].case.specimen_at, first.collected_at.minus(days(1)));
        let withdrawn = ResultAmended { withdrawn: true, ..amended(&corrected.result, Outcome::Detected, true) };
        stage.hear(&withdrawn).await;
        assert_eq!(updates(&stage).await[0].case.specimen_at, first.collected_at);
        assert_eq!(stage.cases().await[0].specimen_at, first.collected_at);
    }
}

#[tokio::test]
async fn a_corrected_case_tells_its_onset_and_isolation_and_nothing_else() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let path = format!("cases/{case}");
        let body = json!({"symptom_onset": "2022-03-07", "isolated_from": "2022-03-09T10:00:00+07:00"});
        let (status, answer) = site.patch(&site.doctor, &path, body.clone()).await;
        assert_eq!((status, &answer["symptom_onset"]), (200, &json!("2022-03-07")), "{answer}");
        let stored = site.stage.cases().await.remove(0);
        assert_eq!(stored.isolated_from, Some("2022-03-09T03:00:00Z".parse().unwrap()));
        assert_eq!(site.patch(&site.doctor, &path, body).await.0, 200, "the same again");
        let (status, answer) = site.patch(&site.doctor, &path, json!({"conditions": ["diabetes"]})).await;
        assert_eq!((status, &answer["conditions"]), (200, &json!(["diabetes"])));
        let kept = site.get(&site.doctor, &path).await.1;
        assert_eq!((&kept["symptom_onset"], &kept["conditions"]), (&json!("2022-03-07"), &json!(["diabetes"])));
        let (status, answer) = site.patch(&site.doctor, &path, json!({"symptom_onset": "2022-03-11"})).await;
        assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &json!("/symptom_onset")), "{answer}");
        let (status, answer) = site.patch(&site.doctor, &path, json!({"onset": "2022-03-01"})).await;
        assert!((400..=422).contains(&status), "{answer}");
        let elsewhere =
            signed_in(&site.stage.app, "Tram", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
        assert_eq!(site.patch(&elsewhere, &path, json!({"pregnant": null})).await.0, 404);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_correction_is_told_where_it_moves_the_window_and_not_otherwise() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        stage.hear(&detected(&stage, person)).await;
        let case = stage.cases().await.remove(0);
        let officer = account(&stage.app, "Minh", Role::Officer, province()).await;
        let officer = Caller { identity: Identity::Account(Box::new(officer)), ..Caller::default() };
        let _ = stage.new_events().await;
        let edit = async |json: &str| {
            edit_case::edit(&stage.app, &officer, case.id, &serde_json::from_str(json).unwrap()).await.unwrap();
            updates(&stage).await.into_iter().map(|told| (told.case.symptom_onset, told.case.isolated_from)).collect()
        };
        let onset = Some(Date::constant(2022, 3, 7));
        let told: Vec<_> = edit(r#"{"symptom_onset":"2022-03-07"}"#).await;
        assert_eq!(told, [(onset, None)]);
        let told: Vec<_> = edit(r#"{"symptom_onset":"2022-03-07","vaccine_doses":3}"#).await;
        assert_eq!(told, []);
        let told: Vec<_> = edit(r#"{"isolated_from":"2022-03-09"}"#).await;
        assert_eq!(told, [(onset, Some(Instant::start_of(Date::constant(2022, 3, 9))))]);
        let told: Vec<_> = edit(r#"{"isolated_from":null,"symptom_onset":null}"#).await;
        assert_eq!(told, [(None, None)]);
    }
}

#[tokio::test]
async fn two_cases_joined_keep_tests_and_papers_and_tell_the_earlier_window() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let kept = stage.person("Bùi Thị Mai", None, None, WARD).await;
        let other = stage.person("Bui Thi Mai", None, None, WARD).await;
        stage.hear(&detected(&stage, kept)).await;
        let older = stage.cases().await.remove(0);
        stage.clock.advance(hours(1));
        let earlier = ResultReported { collected_at: stage.now().minus(days(3)), ..detected(&stage, other) };
        stage.hear(&earlier).await;
        let newer = stage.cases().await.into_iter().find(|case| case.person_id == other).unwrap();
        beside(&stage, &newer).await;
        let _ = stage.new_events().await;
        let mut tx = stage.app.platform.shared.write().await.unwrap();
        tx.merge_person(kept, other).await.unwrap();
        tx.commit().await.unwrap();
        stage.hear(&PersonMerged { person_id: kept, other_id: other }).await;
        let told = updates(&stage).await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].case.case_id, told[0].case.specimen_at), (older.id, earlier.collected_at));
        let mut tx = stage.app.store.read().await.unwrap();
        let tests = tx.tests_of_case(older.id).await.unwrap();
        assert_eq!((tests.len(), tests[0].person_id), (1, kept));
        let papers = tx.papers_of(older.id).await.unwrap();
        assert_eq!(papers.len(), 1);
        assert_eq!(papers[0].revoked.as_ref().map(|(_, why)| why.as_str()), Some("merged"));
        assert_eq!(tx.tests_of_case(newer.id).await.unwrap(), []);
    }
}

/// A test and a paper of a case.
async fn beside(stage: &Stage, case: &CaseRecord) {
    let (now, mut random) = (stage.now(), stage.app.platform.random());
    let mut tx = stage.app.store.write().await.unwrap();
    let test = TestRecord {
        id: TestId::new(now, &mut random),
        case_id: Some(case.id),
        person_id: case.person_id,
        method: Method::Antigen,
        outcome: Outcome::NotDetected,
        watch: Watch::Staff,
        collected_at: now,
        recorded_at: now,
        recorded_by: None,
        verdict: None,
        definition: None,
        note: String::new(),
        body_hash: String::new(),
    };
    assert!(tx.insert_test(&test).await.unwrap());
    let paper = PaperRecord {
        id: PaperId::new(now, &mut random),
        case_id: case.id,
        kind: PaperKind::IsolationOrder,
        number: "4F2A19C3/QĐ-TYT".to_owned(),
        sealed: vec![1],
        issued_at: now,
        issued_by: None,
        revoked: None,
    };
    assert!(tx.insert_paper(&paper).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn results_are_counted_once_in_their_highest_version() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        let negative = ResultReported { outcome: Outcome::NotDetected, ..detected(&stage, person) };
        let positive = detected(&stage, person);
        for result in [&negative, &positive, &negative] {
            stage.hear(result).await;
        }
        stage.hear(&amended(&positive, Outcome::Detected, true)).await;
        stage.hear(&positive).await;
        let day = stage.now().local_date();
        let counts = stage.app.store.read().await.unwrap().test_counts(day).await.unwrap();
        let told: Vec<_> = counts.iter().map(|c| (c.ward_code.as_deref(), c.outcome, c.count)).collect();
        assert_eq!(told, [(Some(WARD), Outcome::NotDetected, 1)]);
    }
}
