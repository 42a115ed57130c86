//! From results to cases: once only, whatever is delivered twice or out of order.

use futures::future::join_all;
use shared::event::EventData;
use shared::events::{CaseOpened, CaseVoided, ExposureAt, ExposureFound, ExposureLevel, Outcome, PersonMerged};
use shared::ids::{ExposureId, PlaceId};
use shared::time::{days, hours};
use shared_bus::Handler;

use super::stage::{Stage, WARD, amended, detected, grounds};
use crate::consumers::F0Handler;
use crate::domain::case::CaseState;
use crate::store::{AlertFilter, AlertState, CaseRecord, FeedKind};

/// The types of the events that wait in the outbox.
async fn outbox(stage: &Stage) -> Vec<String> {
    stage.new_events().await.into_iter().map(|event| event.kind).collect()
}

async fn feed(stage: &Stage) -> Vec<FeedKind> {
    let lines = stage.app.store.read().await.unwrap().feed_after(0, 1_000).await.unwrap();
    assert!(lines.iter().map(|entry| entry.seq).eq(1..=i64::try_from(lines.len()).unwrap()));
    lines.into_iter().map(|entry| entry.line.kind).collect()
}

fn states(cases: &[CaseRecord]) -> Vec<CaseState> {
    cases.iter().map(|case| case.state).collect()
}

#[tokio::test]
async fn a_detected_result_opens_a_case_with_its_first_call() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        let result = detected(&stage, person);
        stage.hear(&result).await;
        let cases = stage.cases().await;
        assert_eq!(states(&cases), [CaseState::Open]);
        assert_eq!(cases[0].ward_code.as_deref(), Some(WARD));
        assert_eq!(feed(&stage).await, [FeedKind::CaseOpened, FeedKind::AlertRaised]);
        let mut tx = stage.app.store.read().await.unwrap();
        let alerts = tx.alerts(&AlertFilter { limit: 10, ..AlertFilter::default() }).await.unwrap();
        assert_eq!(alerts.len(), 1);
        assert_eq!((alerts[0].owner.code(), alerts[0].reasons[0].rule.as_str()), ("doctor_on_duty", "first_call"));
        assert_eq!(outbox(&stage).await, [CaseOpened::TYPE, "antam.f0.alert_raised.v1"]);
    }
}

#[tokio::test]
async fn fifty_deliveries_at_once_twice_and_out_of_order_open_one_case() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Trần Văn Nam", None, None, WARD).await;
        let results: Vec<_> = (0..5).map(|_| detected(&stage, person)).collect();
        let mut events = Vec::new();
        for result in &results {
            let first = stage.event(result);
            let second = stage.event(&amended(result, Outcome::Detected, false));
            // Twice under one id, twice under another, and the correction before and after.
            events.extend([second.clone(), first.clone(), first.clone(), stage.event(result), first]);
            events.extend([second.clone(), stage.event(result), second, stage.event(result), stage.event(result)]);
        }
        assert_eq!(events.len(), 50);
        let handler = F0Handler::new(stage.app.clone());
        let deliver = |event| {
            let handler = &handler;
            async move {
                // As the bus does: what fails for a moment is delivered again.
                let mut tries = 0;
                while let Err(error) = handler.handle(event).await {
                    tries += 1;
                    assert!(error.may_pass() && tries < 5, "{error:?}");
                }
            }
        };
        join_all(events.iter().map(deliver)).await;
        let cases = stage.cases().await;
        assert_eq!(states(&cases), [CaseState::Open]);
        let evidence = stage.app.store.read().await.unwrap().evidence_of(cases[0].id).await.unwrap();
        assert_eq!(evidence.len(), 5);
        assert!(evidence.iter().all(|evidence| evidence.version == 2));
        assert_eq!(feed(&stage).await, [FeedKind::CaseOpened, FeedKind::AlertRaised]);
    }
}

#[tokio::test]
async fn a_case_is_voided_when_its_only_result_is_withdrawn_and_does_not_come_back() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Lê Thị Lan", None, None, WARD).await;
        let result = detected(&stage, person);
        stage.hear(&result).await;
        stage.hear(&amended(&result, Outcome::Detected, true)).await;
        stage.hear(&result).await;
        let cases = stage.cases().await;
        assert_eq!(states(&cases), [CaseState::Voided]);
        assert_eq!(cases[0].void_reason.as_deref(), Some("result_withdrawn"));
        let expected = [FeedKind::CaseOpened, FeedKind::AlertRaised, FeedKind::AlertResolved, FeedKind::CaseClosed];
        assert_eq!(feed(&stage).await, expected);
        assert!(outbox(&stage).await.contains(&CaseVoided::TYPE.to_owned()));
    }
}

#[tokio::test]
async fn a_correction_that_overtakes_its_result_wins() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Phạm Văn Bình", None, None, WARD).await;
        let negative_now = detected(&stage, person);
        stage.hear(&amended(&negative_now, Outcome::NotDetected, false)).await;
        stage.hear(&negative_now).await;
        assert_eq!(stage.cases().await, []);
        // Detected before and after: the correction comes first and opens, since nothing was known before.
        let still = detected(&stage, person);
        stage.hear(&amended(&still, Outcome::Detected, false)).await;
        stage.hear(&still).await;
        assert_eq!(states(&stage.cases().await), [CaseState::Open]);
    }
}

#[tokio::test]
async fn a_result_that_was_anothers_voids_the_one_case_and_opens_the_other() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let wrong = stage.person("Nguyễn Văn An", None, None, WARD).await;
        let right = stage.person("Nguyễn Văn Ân", None, None, WARD).await;
        let result = detected(&stage, wrong);
        stage.hear(&result).await;
        let mut correction = amended(&result, Outcome::Detected, false);
        correction.result.person_id = right;
        correction.previous_person_id = Some(wrong);
        stage.hear(&correction).await;
        let cases = stage.cases().await;
        let state_of = |person| cases.iter().find(|case| case.person_id == person).map(|case| case.state);
        assert_eq!((state_of(wrong), state_of(right)), (Some(CaseState::Voided), Some(CaseState::Open)));
    }
}

#[tokio::test]
async fn a_second_result_keeps_a_case_whose_first_was_corrected() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Võ Thị Sáu", None, None, WARD).await;
        let (first, second) = (detected(&stage, person), detected(&stage, person));
        stage.hear(&first).await;
        stage.hear(&second).await;
        stage.hear(&amended(&first, Outcome::NotDetected, false)).await;
        assert_eq!(states(&stage.cases().await), [CaseState::Open]);
        stage.hear(&amended(&second, Outcome::NotDetected, false)).await;
        assert_eq!(states(&stage.cases().await), [CaseState::Voided]);
        // A correction to detected opens one.
        stage.hear(&amended(&amended(&first, Outcome::NotDetected, false).result, Outcome::Detected, false)).await;
        assert_eq!(states(&stage.cases().await), [CaseState::Open, CaseState::Voided]);
    }
}

#[tokio::test]
async fn a_late_result_of_a_closed_illness_opens_nothing_and_a_new_illness_does() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Đặng Văn Em", None, None, WARD).await;
        stage.hear(&detected(&stage, person)).await;
        let case = stage.cases().await.remove(0);
        let late = detected(&stage, person);
        stage.clock.advance(days(8));
        let closed = CaseRecord { state: CaseState::Closed, closed_at: Some(stage.now()), ..case };
        let mut tx = stage.app.store.write().await.unwrap();
        tx.update_case(&closed).await.unwrap();
        tx.commit().await.unwrap();
        stage.hear(&late).await;
        assert_eq!(states(&stage.cases().await), [CaseState::Closed]);
        stage.clock.advance(days(90));
        stage.hear(&detected(&stage, person)).await;
        assert_eq!(states(&stage.cases().await), [CaseState::Open, CaseState::Closed]);
    }
}

#[tokio::test]
async fn two_open_cases_of_one_person_become_the_older() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let kept = stage.person("Bùi Thị Mai", None, None, WARD).await;
        let other = stage.person("Bui Thi Mai", None, None, WARD).await;
        stage.hear(&detected(&stage, other)).await;
        stage.clock.advance(hours(1));
        stage.hear(&detected(&stage, kept)).await;
        let mut tx = stage.app.platform.shared.write().await.unwrap();
        tx.merge_person(kept, other).await.unwrap();
        tx.commit().await.unwrap();
        stage.hear(&PersonMerged { person_id: kept, other_id: other }).await;
        let cases = stage.cases().await;
        assert_eq!(states(&cases), [CaseState::Voided, CaseState::Open]);
        assert!(cases.iter().all(|case| case.person_id == kept));
        assert_eq!(cases[0].void_reason.as_deref(), Some("merged"));
        let mut tx = stage.app.store.read().await.unwrap();
        assert_eq!(tx.evidence_of(cases[1].id).await.unwrap().len(), 2);
        let open = AlertFilter { states: vec![AlertState::Open], limit: 10, ..AlertFilter::default() };
        let open: Vec<_> = tx.alerts(&open).await.unwrap().into_iter().map(|alert| alert.case_id).collect();
        assert_eq!(open, [cases[1].id]);
        drop(tx);
        // News for the old name finds the case.
        stage.hear(&detected(&stage, other)).await;
        assert_eq!(stage.cases().await.len(), 2);
    }
}

#[tokio::test]
async fn a_contact_is_kept_at_the_nearest() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Hồ Văn Tư", None, None, WARD).await;
        let contact = stage.person("Hồ Thị Năm", None, None, WARD).await;
        stage.hear(&detected(&stage, person)).await;
        let case_id = stage.cases().await[0].id;
        for level in [ExposureLevel::Close, ExposureLevel::Brief] {
            let exposure = ExposureAt {
                exposure_id: ExposureId::new(stage.now(), &mut stage.app.platform.random()),
                venue_id: PlaceId::new(stage.now(), &mut stage.app.platform.random()),
                day: stage.now().local_date(),
                overlap_minutes: 20,
                level,
            };
            stage
                .hear(&ExposureFound { case_id, person_id: contact, exposures: vec![exposure], household: false })
                .await;
        }
        let contacts = stage.app.store.read().await.unwrap().contacts_of(case_id).await.unwrap();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].level.code(), "close");
    }
}
