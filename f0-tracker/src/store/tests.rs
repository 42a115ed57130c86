//! The contract of the store: one suite for both databases.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::events::{AlertLevel, ExposureLevel, Method, Outcome};
use shared::ids::{
    AccountId, AlertId, CaseId, DutyId, InboundId, PaperId, PersonId, ProtocolChangeId, ReportId, ResultId, ShiftId,
    TestId,
};
use shared::time::{Date, Instant, minutes};
use uuid::Uuid;

use super::*;
use crate::domain::case::CaseState;
use crate::domain::condition::Condition;
use crate::domain::duty::Duty;
use crate::domain::eligibility::{Answer, Decision, Verdict};
use crate::domain::engine::{Measure, ProtocolSays, Reason};
use crate::domain::ladder::Owner;
use crate::domain::observation::{Observation, Reporter};
use crate::domain::protocol::Comparison;
use crate::domain::replay::Replay;
use crate::domain::risk::RiskGroup;
use crate::domain::shift::{Line, LineKind};
use crate::domain::station_test::Watch;
use crate::domain::symptom::Symptom;
use crate::domain::vital::{Tenths, Vital, Vitals};
use crate::tests::stage::{Stage, grounds};

fn now() -> Instant {
    "2022-03-10T01:00:00.123456Z".parse().unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn vitals() -> Vitals {
    Vitals::default().with(Vital::TemperatureC, Tenths::new(383)).with(Vital::Spo2Pct, Tenths::whole(91))
}

fn case(n: u128, person: u128) -> CaseRecord {
    CaseRecord {
        id: CaseId::from_uuid(id(n)),
        person_id: PersonId::from_uuid(id(person)),
        state: CaseState::Open,
        opened_by: OpenedBy::Result,
        diagnosed_at: now(),
        specimen_at: now().minus(minutes(90)),
        symptom_onset: Some(Date::constant(2022, 3, 7)),
        isolated_from: Some(now()),
        conditions: BTreeSet::from([Condition::Diabetes, Condition::Copd]),
        vaccine_doses: Some(2),
        pregnant: Some(false),
        risk: RiskGroup::VeryHigh,
        ward_code: Some("28252".to_owned()),
        opened_at: now().plus(minutes(i64::try_from(n).unwrap())),
        closed_at: None,
        void_reason: None,
        doctor: Some(AccountId::from_uuid(id(77))),
        latest: Latest { at: Some(now()), level: AlertLevel::Urgent, vitals: vitals() },
        report_due_at: Some(now().plus(minutes(720))),
    }
}

fn reason(rule: &str) -> Reason {
    Reason {
        rule: rule.to_owned(),
        parameter: "spo2_pct".to_owned(),
        value: Measure::Number(Tenths::whole(91)),
        comparison: Comparison::Lt,
        threshold: Measure::Number(Tenths::whole(94)),
        level: AlertLevel::Emergency,
        protocol: "byt-261-2022".to_owned(),
        source: "437/QĐ-BYT".to_owned(),
        text: Bilingual::new("SpO2 thấp", "Low SpO2"),
        proposed: true,
        confirm: true,
        at: Some(now()),
    }
}

fn report(n: u128, case: u128, minute: i64) -> ReportRecord {
    let report = ReportId::from_uuid(id(n));
    ReportRecord {
        id: report,
        case_id: CaseId::from_uuid(id(case)),
        observed: Observation {
            id: Some(report),
            at: now().plus(minutes(minute)),
            by: Reporter::Family,
            vitals: vitals().with(Vital::Systolic, Tenths::whole(120)).with(Vital::Diastolic, Tenths::whole(80)),
            on_oxygen: true,
            symptoms: BTreeSet::from([Symptom::Cough]),
        },
        received_at: now(),
        level: AlertLevel::Emergency,
        reasons: vec![reason("R09")],
        protocol: "byt-261-2022".to_owned(),
        protocols: vec![ProtocolSays {
            id: "news2".to_owned(),
            fired: Some(true),
            level: AlertLevel::Watch,
            score: Some(3),
            band: Some("low_medium".to_owned()),
            missing: vec![Vital::Pulse],
        }],
        doubtful: vec![Vital::Spo2Pct],
        body_hash: "ab".repeat(32),
    }
}

fn alert(n: u128, case: u128, level: AlertLevel) -> AlertRecord {
    AlertRecord {
        id: AlertId::from_uuid(id(n)),
        case_id: CaseId::from_uuid(id(case)),
        ward_code: Some("28252".to_owned()),
        level,
        reasons: vec![reason("R09")],
        state: AlertState::Open,
        raised_at: now().plus(minutes(i64::try_from(n).unwrap())),
        rung: 0,
        owner: Owner::DoctorOnDuty,
        responsible: Some(AccountId::from_uuid(id(78))),
        escalated_at: None,
        acknowledged: None,
        resolved: None,
    }
}

async fn stage_cases(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    for (n, person) in [(1, 11), (2, 12), (3, 13)] {
        assert!(tx.insert_case(&case(n, person), Some("hash")).await.unwrap());
    }
    tx.commit().await.unwrap();
}

/// Every statement, on an empty store.
async fn conforms(store: Arc<dyn F0Store>) {
    stage_cases(&store).await;
    cases(&store).await;
    evidence(&store).await;
    reports(&store).await;
    alerts(&store).await;
    contacts(&store).await;
    feed(&store).await;
    station(&store).await;
    duties(&store).await;
    counts(&store).await;
    order(&store).await;
    intakes(&store).await;
    shifts(&store).await;
    moves(&store).await;
}

async fn counts(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let ward = Some("28252".to_owned());
    // Two cases of the ward opened on one day; one of them ends three days later for this test.
    let (day, later) = (now().local_date(), now().plus(minutes(3 * 1_440)));
    let ended = CaseRecord { state: CaseState::Closed, closed_at: Some(later), ..case(3, 13) };
    tx.update_case(&ended).await.unwrap();
    let of = |day, count| DayCases { day, ward_code: ward.clone(), count };
    let (next, last) = (day.tomorrow().unwrap(), later.local_date());
    let here = |counts: Vec<DayCases>| counts.into_iter().filter(|one| one.ward_code == ward).collect::<Vec<_>>();
    assert_eq!(here(tx.opened_counts(day).await.unwrap()), [of(day, 2)]);
    assert_eq!(tx.opened_counts(next).await.unwrap(), []);
    assert_eq!(here(tx.closed_counts(day).await.unwrap()), [of(last, 1)]);
    assert_eq!(tx.closed_counts(last.tomorrow().unwrap()).await.unwrap(), []);
    let before = async |tx: &mut Box<dyn F0Write>, day| -> i64 {
        let counts = tx.open_before_counts(day).await.unwrap();
        counts.iter().filter(|(code, _)| *code == ward).map(|(_, count)| count).sum()
    };
    assert_eq!((before(&mut tx, day).await, before(&mut tx, next).await), (0, 2), "open when the day begins");
    assert_eq!((before(&mut tx, last).await, before(&mut tx, last.tomorrow().unwrap()).await), (2, 1));
    tx.update_case(&case(3, 13)).await.unwrap();
    let open = tx.open_counts().await.unwrap();
    let (level, risk) = (AlertLevel::Urgent, RiskGroup::VeryHigh);
    assert_eq!(open, [OpenCount { ward_code: ward.clone(), level, risk, count: 2 }]);
    assert_eq!(tx.silent_counts(now().plus(minutes(1))).await.unwrap(), [(ward.clone(), 2)]);
    assert_eq!(tx.silent_counts(now()).await.unwrap(), []);
    let alerts = tx.alert_counts().await.unwrap();
    assert!(alerts.iter().all(|one| one.state != AlertState::Resolved && one.count > 0), "{alerts:?}");
    let oldest = alerts.iter().map(|one| one.oldest).min();
    let all = tx.alerts(&AlertFilter { limit: 100, ..AlertFilter::default() }).await.unwrap();
    let unresolved: Vec<_> = all.iter().filter(|alert| alert.state != AlertState::Resolved).collect();
    assert_eq!(alerts.iter().map(|one| one.count).sum::<i64>(), i64::try_from(unresolved.len()).unwrap());
    assert_eq!(oldest, unresolved.iter().map(|alert| alert.raised_at).min());
    let contacts = tx.contact_counts(now().minus(minutes(1_000)), now().plus(minutes(1_000))).await.unwrap();
    assert!(contacts.iter().map(|one| one.count).sum::<i64>() > 0);
    assert_eq!(tx.contact_counts(now().plus(minutes(1_000)), now().plus(minutes(2_000))).await.unwrap(), []);
    tx.commit().await.unwrap();
}

async fn order(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let filter =
        CaseFilter { state: Some(CaseState::Open), order: CaseOrder::Danger, limit: 10, ..CaseFilter::default() };
    let ids = |cases: &[CaseRecord]| cases.iter().map(|case| case.id.uuid().as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(&tx.cases(&filter).await.unwrap()), [1, 3], "as they are");
    tx.set_trend(CaseId::from_uuid(id(3)), 60).await.unwrap();
    assert_eq!(ids(&tx.cases(&filter).await.unwrap()), [3, 1], "one that gets worse comes forward");
    let worse = CaseRecord { latest: Latest { level: AlertLevel::Emergency, ..case(1, 11).latest }, ..case(1, 11) };
    tx.update_case(&worse).await.unwrap();
    assert_eq!(ids(&tx.cases(&filter).await.unwrap()), [1, 3]);
    tx.set_trend(CaseId::from_uuid(id(3)), 60_000).await.unwrap();
    tx.update_case(&case(3, 13)).await.unwrap();
    assert_eq!(ids(&tx.cases(&filter).await.unwrap()), [3, 1], "a change of the case keeps its trend");
    tx.set_trend(CaseId::from_uuid(id(3)), 0).await.unwrap();
    tx.update_case(&case(1, 11)).await.unwrap();
    assert_eq!(ids(&tx.cases(&filter).await.unwrap()), [1, 3]);
    tx.commit().await.unwrap();
}

async fn cases(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    tx.hold(id(1)).await.unwrap();
    assert_eq!(tx.case(CaseId::from_uuid(id(1))).await.unwrap(), Some(case(1, 11)));
    assert_eq!(tx.case(CaseId::from_uuid(id(9))).await.unwrap(), None);
    assert_eq!(tx.case_body_hash(CaseId::from_uuid(id(1))).await.unwrap().as_deref(), Some("hash"));
    assert!(!tx.insert_case(&case(9, 11), None).await.unwrap(), "one open case for a person");
    assert!(!tx.insert_case(&case(1, 19), None).await.unwrap(), "the id is taken");
    let ids = [1, 2, 9].map(|n| CaseId::from_uuid(id(n)));
    assert_eq!(tx.cases_by_id(&ids).await.unwrap().len(), 2);
    let closed = CaseRecord {
        state: CaseState::Closed,
        diagnosed_at: now().minus(minutes(30)),
        specimen_at: now().minus(minutes(31)),
        closed_at: Some(now()),
        symptom_onset: None,
        isolated_from: None,
        vaccine_doses: None,
        pregnant: None,
        ward_code: None,
        doctor: None,
        latest: Latest::default(),
        report_due_at: None,
        ..case(2, 12)
    };
    tx.update_case(&closed).await.unwrap();
    assert_eq!(tx.case(closed.id).await.unwrap(), Some(closed.clone()));
    assert!(tx.insert_case(&case(4, 12), None).await.unwrap(), "a closed case is no obstacle");
    assert_eq!(tx.latest_case(closed.person_id).await.unwrap().map(|case| case.id), Some(CaseId::from_uuid(id(4))));
    let voided = CaseRecord { state: CaseState::Voided, void_reason: Some("merged".to_owned()), ..case(4, 12) };
    tx.update_case(&voided).await.unwrap();
    assert_eq!(tx.latest_case(closed.person_id).await.unwrap(), Some(closed));
    let found = |filter: CaseFilter| CaseFilter { limit: 10, ..filter };
    let all = tx.cases(&found(CaseFilter::default())).await.unwrap();
    assert_eq!(all.iter().map(|case| case.id.uuid().as_u128()).collect::<Vec<_>>(), [4, 3, 2, 1]);
    let filter = CaseFilter {
        state: Some(CaseState::Open),
        wards: Some(vec!["28252".to_owned()]),
        risk: Some(RiskGroup::VeryHigh),
        doctor: Some(AccountId::from_uuid(id(77))),
        people: Some(vec![PersonId::from_uuid(id(11)), PersonId::from_uuid(id(13))]),
        order: CaseOrder::Newest,
        limit: 1,
        offset: 1,
    };
    let some = tx.cases(&filter).await.unwrap();
    assert_eq!(some.iter().map(|case| case.id.uuid().as_u128()).collect::<Vec<_>>(), [1]);
    let nobody = found(CaseFilter { people: Some(Vec::new()), ..CaseFilter::default() });
    assert_eq!(tx.cases(&nobody).await.unwrap(), []);
    let nowhere = found(CaseFilter { wards: Some(Vec::new()), ..CaseFilter::default() });
    assert_eq!(tx.cases(&nowhere).await.unwrap(), []);
    tx.commit().await.unwrap();
}

async fn evidence(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let first = Evidence {
        result_id: ResultId::from_uuid(id(21)),
        case_id: None,
        person_id: PersonId::from_uuid(id(11)),
        version: 2,
        outcome: Some(Outcome::Detected),
        collected_at: now(),
    };
    assert!(tx.put_evidence(&first).await.unwrap());
    assert!(!tx.put_evidence(&first).await.unwrap(), "the same version again");
    assert!(!tx.put_evidence(&Evidence { version: 1, ..first }).await.unwrap(), "an older version");
    let next = Evidence { version: 3, outcome: None, case_id: Some(CaseId::from_uuid(id(1))), ..first };
    assert!(tx.put_evidence(&next).await.unwrap());
    assert_eq!(tx.evidence(first.result_id).await.unwrap(), Some(next));
    assert_eq!(tx.evidence_of(CaseId::from_uuid(id(1))).await.unwrap(), [next]);
    let many = [1, 2].map(|n| CaseId::from_uuid(id(n)));
    assert_eq!(tx.evidence_of_many(&many).await.unwrap(), [next]);
    assert_eq!(tx.evidence_of_many(&[]).await.unwrap(), []);
    tx.commit().await.unwrap();
}

async fn reports(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    for (n, minute) in [(31, 0), (32, 2), (33, 1)] {
        assert!(tx.insert_report(&report(n, 1, minute)).await.unwrap());
    }
    assert!(tx.insert_report(&report(34, 3, 0)).await.unwrap());
    assert!(!tx.insert_report(&report(31, 1, 9)).await.unwrap(), "the id is taken");
    assert_eq!(tx.report(ReportId::from_uuid(id(31))).await.unwrap(), Some(report(31, 1, 0)));
    let ids = [1, 3].map(|n| CaseId::from_uuid(id(n)));
    let newest = tx.newest_reports(&ids, 2).await.unwrap();
    let mine: Vec<u128> =
        newest.iter().filter(|r| r.case_id == ids[0]).map(|report| report.id.uuid().as_u128()).collect();
    assert_eq!((mine, newest.len()), (vec![32, 33], 3));
    assert_eq!(tx.newest_reports(&[], 2).await.unwrap(), []);
    let between = |from: i64, to: i64| (ids[0], now().plus(minutes(from)), now().plus(minutes(to)));
    let (case_id, from, to) = between(1, 2);
    let found = tx.reports_between(case_id, from, to).await.unwrap();
    assert_eq!(found.iter().map(|report| report.id.uuid().as_u128()).collect::<Vec<_>>(), [33, 32]);
    let rejudged = ReportRecord {
        level: AlertLevel::Urgent,
        reasons: vec![reason("R07")],
        protocol: "byt-528-2022".to_owned(),
        protocols: Vec::new(),
        ..report(33, 1, 1)
    };
    tx.rejudge_report(&rejudged).await.unwrap();
    assert_eq!(tx.report(rejudged.id).await.unwrap(), Some(rejudged));
    tx.commit().await.unwrap();
}

async fn alerts(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_alert(&alert(41, 1, AlertLevel::Watch)).await.unwrap());
    assert!(tx.insert_alert(&alert(42, 3, AlertLevel::Emergency)).await.unwrap());
    assert!(!tx.insert_alert(&alert(43, 1, AlertLevel::Urgent)).await.unwrap(), "one open alert for a case");
    let climbed = AlertRecord {
        level: AlertLevel::Emergency,
        raised_at: now(),
        rung: 1,
        owner: Owner::AllDoctors,
        responsible: None,
        escalated_at: Some(now()),
        reasons: vec![reason("R09"), reason("R01")],
        ..alert(41, 1, AlertLevel::Watch)
    };
    assert!(tx.update_open_alert(&climbed).await.unwrap());
    assert_eq!(tx.alert(climbed.id).await.unwrap(), Some(climbed.clone()));
    let all = AlertFilter { limit: 10, ..AlertFilter::default() };
    let order: Vec<u128> = tx.alerts(&all).await.unwrap().iter().map(|alert| alert.id.uuid().as_u128()).collect();
    assert_eq!(order, [41, 42]);
    let (me, other) = (AccountId::from_uuid(id(77)), AccountId::from_uuid(id(78)));
    assert!(tx.acknowledge_alert(climbed.id, me, now(), "gọi").await.unwrap());
    assert!(!tx.acknowledge_alert(climbed.id, other, now(), "").await.unwrap());
    assert!(!tx.update_open_alert(&climbed).await.unwrap(), "it is no longer open");
    assert!(!tx.resolve_alert(climbed.id, Some(other), now(), "").await.unwrap(), "another has it");
    assert!(tx.resolve_alert(climbed.id, Some(me), now(), "xong").await.unwrap());
    let stamp = |note: &str| Some(Stamp { by: Some(me), at: now(), note: note.to_owned() });
    let (acknowledged, resolved) = (stamp("gọi"), stamp("xong"));
    let done = AlertRecord { state: AlertState::Resolved, acknowledged, resolved, ..climbed };
    assert_eq!(tx.alert(done.id).await.unwrap(), Some(done));
    let open = AlertFilter {
        states: vec![AlertState::Open],
        wards: Some(vec!["28252".to_owned()]),
        cases: Some(vec![CaseId::from_uuid(id(3))]),
        hands: Some(AccountId::from_uuid(id(78))),
        level: Some(AlertLevel::Emergency),
        doctor: Some(AccountId::from_uuid(id(77))),
        after: None,
        limit: 10,
    };
    let emergency = alert(42, 3, AlertLevel::Emergency);
    assert_eq!(tx.alerts(&open).await.unwrap(), [emergency.clone()]);
    for none in [
        AlertFilter { level: Some(AlertLevel::Urgent), ..open.clone() },
        AlertFilter { doctor: Some(other), ..open.clone() },
        AlertFilter { wards: Some(vec!["28249".to_owned(), "28255".to_owned()]), ..open.clone() },
        AlertFilter { after: Some(AlertPlace::of(&emergency)), ..open },
    ] {
        assert_eq!(tx.alerts(&none).await.unwrap(), [], "{none:?}");
    }
    let first = tx.alerts(&AlertFilter { limit: 1, ..AlertFilter::default() }).await.unwrap().remove(0);
    let place = AlertPlace::from_cursor(&AlertPlace::of(&first).cursor());
    let behind = AlertFilter { after: place, limit: 10, ..AlertFilter::default() };
    assert_eq!(tx.alerts(&behind).await.unwrap(), [emergency]);
    assert!(tx.resolve_alert(AlertId::from_uuid(id(42)), None, now(), "case_closed").await.unwrap());
    assert!(!tx.resolve_alert(AlertId::from_uuid(id(42)), None, now(), "case_closed").await.unwrap());
    tx.commit().await.unwrap();
}

async fn contacts(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let case_id = CaseId::from_uuid(id(1));
    let contact = Contact {
        case_id,
        person_id: PersonId::from_uuid(id(13)),
        level: ContactLevel::Exposure(ExposureLevel::Brief),
        last_day: Some(Date::constant(2022, 3, 9)),
        first_seen: now(),
    };
    tx.put_contact(&contact).await.unwrap();
    let nearer =
        Contact { level: ContactLevel::Household, last_day: None, first_seen: now().plus(minutes(5)), ..contact };
    tx.put_contact(&nearer).await.unwrap();
    assert_eq!(tx.contacts_of(case_id).await.unwrap(), [Contact { level: ContactLevel::Household, ..contact }]);
    let around: Vec<u128> =
        tx.open_cases_around(contact.person_id).await.unwrap().iter().map(|case| case.id.uuid().as_u128()).collect();
    assert_eq!(around, [1, 3], "the household's case and their own");
    tx.commit().await.unwrap();
}

async fn station(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let (case_id, person_id) = (CaseId::from_uuid(id(1)), PersonId::from_uuid(id(11)));
    let test = TestRecord {
        id: TestId::from_uuid(id(61)),
        case_id: None,
        person_id,
        method: Method::Antigen,
        outcome: Outcome::Detected,
        watch: Watch::Remote,
        collected_at: now(),
        recorded_at: now(),
        recorded_by: Some(AccountId::from_uuid(id(77))),
        verdict: Some("test_again".to_owned()),
        definition: Some("byt-11042-2021".to_owned()),
        note: "tự lấy mẫu".to_owned(),
        body_hash: "hash".to_owned(),
    };
    assert!(tx.insert_test(&test).await.unwrap());
    assert!(!tx.insert_test(&test).await.unwrap(), "the id is taken");
    assert_eq!(tx.station_test(test.id).await.unwrap(), Some(test.clone()));
    assert_eq!(tx.tests_of_person(person_id, now()).await.unwrap(), std::slice::from_ref(&test));
    assert_eq!(tx.tests_of_person(person_id, now().plus(minutes(1))).await.unwrap(), []);
    tx.adopt_tests(person_id, case_id).await.unwrap();
    assert_eq!(tx.tests_of_case(case_id).await.unwrap(), [TestRecord { case_id: Some(case_id), ..test }]);
    let paper = PaperRecord {
        id: PaperId::from_uuid(id(62)),
        case_id,
        kind: PaperKind::Completion,
        number: "4F2A19C3/GXN-TYT".to_owned(),
        sealed: vec![1, 2, 3],
        issued_at: now(),
        issued_by: None,
        revoked: None,
    };
    assert!(tx.insert_paper(&paper).await.unwrap());
    let second = PaperRecord { id: PaperId::from_uuid(id(63)), ..paper.clone() };
    assert!(!tx.insert_paper(&second).await.unwrap(), "one valid paper of a kind");
    assert!(tx.revoke_paper(paper.id, Some(AccountId::from_uuid(id(77))), now(), "sai tên").await.unwrap());
    assert!(!tx.revoke_paper(paper.id, None, now(), "").await.unwrap());
    assert!(tx.insert_paper(&second).await.unwrap());
    let revoked = PaperRecord { revoked: Some((now(), "sai tên".to_owned())), ..paper };
    assert_eq!(tx.paper(revoked.id).await.unwrap(), Some(revoked.clone()));
    assert_eq!(tx.papers_of(case_id).await.unwrap(), [second, revoked]);
    assert_eq!(tx.setting("day_zero").await.unwrap(), None);
    for value in ["onset", "specimen"] {
        tx.set_setting("day_zero", value, None, now()).await.unwrap();
        assert_eq!(tx.setting("day_zero").await.unwrap().as_deref(), Some(value));
    }
    assert!(tx.is_contact(PersonId::from_uuid(id(13))).await.unwrap());
    assert!(!tx.is_contact(PersonId::from_uuid(id(99))).await.unwrap());
    let around: Vec<u128> =
        tx.cases_around(PersonId::from_uuid(id(13))).await.unwrap().iter().map(|c| c.id.uuid().as_u128()).collect();
    assert_eq!(around, [3, 1]);
    tx.commit().await.unwrap();
}

async fn intakes(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let case_id = CaseId::from_uuid(id(1));
    assert_eq!(tx.intake(case_id).await.unwrap(), None);
    let asked = IntakeRecord {
        case_id,
        last_dose_on: Some(Date::constant(2022, 1, 5)),
        conditions_asked: true,
        stable: Some(false),
        self_care: None,
        reachable: Some(true),
        has_carer: Some(true),
        carer: Some(PersonId::from_uuid(id(13))),
        decision: Decision {
            verdict: Verdict::Unknown,
            protocol: "byt-261-2022".to_owned(),
            source: "261/QĐ-BYT".to_owned(),
            criteria: vec![Answer { text: Bilingual::new("SpO2", "SpO2"), met: None }],
        },
        decided_at: now(),
        decided_by: Some(AccountId::from_uuid(id(77))),
    };
    for intake in [&asked, &IntakeRecord { stable: None, last_dose_on: None, decided_by: None, ..asked.clone() }] {
        tx.put_intake(intake).await.unwrap();
        assert_eq!(tx.intake(case_id).await.unwrap().as_ref(), Some(intake));
    }
    let (doctor, nobody) = (AccountId::from_uuid(id(77)), AccountId::from_uuid(id(99)));
    assert_eq!(tx.doctor_loads(&[doctor, nobody]).await.unwrap(), [(doctor, 2)]);
    let inbound = InboundRecord {
        id: InboundId::from_uuid(id(81)),
        gateway_id: "sms-1".to_owned(),
        received_at: now(),
        outcome: "report".to_owned(),
        case_id: Some(case_id),
        report_id: Some(ReportId::from_uuid(id(31))),
        body_hash: "hash".to_owned(),
    };
    assert!(tx.insert_inbound(&inbound).await.unwrap());
    assert!(!tx.insert_inbound(&inbound).await.unwrap(), "the gateway's id is taken");
    assert_eq!(tx.inbound("sms-1").await.unwrap(), Some(inbound));
    assert_eq!(tx.inbound("sms-2").await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn shifts(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let (giver, other) = (AccountId::from_uuid(id(77)), AccountId::from_uuid(id(78)));
    let line = Line::new(LineKind::Trend, Some(CaseId::from_uuid(id(1))), AlertLevel::Watch, Bilingual::new("a", "b"));
    let shift = |n: u128, to: Option<AccountId>| ShiftRecord {
        id: ShiftId::from_uuid(id(n)),
        from: giver,
        to,
        at: now().plus(minutes(i64::try_from(n).unwrap())),
        note: "êm".to_owned(),
        lines: vec![line.clone()],
        body_hash: "hash".to_owned(),
    };
    for given in [shift(91, Some(other)), shift(92, None)] {
        assert!(tx.insert_shift(&given).await.unwrap());
        assert!(!tx.insert_shift(&given).await.unwrap(), "the id is taken");
    }
    let of = |shifts: Vec<ShiftRecord>| shifts.iter().map(|s| s.id.uuid().as_u128()).collect::<Vec<_>>();
    assert_eq!(of(tx.shifts_of(giver, now()).await.unwrap()), [92, 91]);
    assert_eq!(of(tx.shifts_of(AccountId::from_uuid(id(99)), now()).await.unwrap()), [92]);
    assert_eq!(of(tx.shifts_of(giver, now().plus(minutes(92))).await.unwrap()), [92]);
    let accepted = Line { accepted_by: Some(other), accepted_at: Some(now()), ..line.clone() };
    tx.put_lines(ShiftId::from_uuid(id(91)), std::slice::from_ref(&accepted)).await.unwrap();
    let expected = ShiftRecord { lines: vec![accepted], ..shift(91, Some(other)) };
    assert_eq!(tx.shift(expected.id).await.unwrap(), Some(expected));
    let change = ProtocolChange {
        id: ProtocolChangeId::from_uuid(id(95)),
        title: "604".to_owned(),
        body: "{}".to_owned(),
        replay: Replay { days: 14, reports: 3, ..Replay::default() },
        live_from: now().plus(minutes(10)),
        created_at: now(),
        created_by: giver,
        signed: None,
        body_hash: "hash".to_owned(),
    };
    assert!(tx.insert_protocol_change(&change).await.unwrap());
    assert!(!tx.insert_protocol_change(&change).await.unwrap(), "the id is taken");
    assert_eq!(tx.protocol_change(change.id).await.unwrap().as_ref(), Some(&change));
    assert_eq!(tx.protocol_change_at(now().plus(minutes(60))).await.unwrap(), None, "nobody signed it");
    let live_from = now().plus(minutes(20));
    assert!(tx.sign_protocol_change(change.id, other, now(), live_from).await.unwrap());
    assert!(!tx.sign_protocol_change(change.id, giver, now(), live_from).await.unwrap());
    assert_eq!(tx.protocol_change_at(now().plus(minutes(19))).await.unwrap(), None);
    assert_eq!(tx.protocol_change_at(live_from).await.unwrap(), Some(change.id));
    let signed = ProtocolChange { signed: Some((other, now())), live_from, ..change };
    assert_eq!(tx.protocol_changes().await.unwrap(), [signed]);
    let ids = |reports: Vec<ReportRecord>| reports.iter().map(|r| r.id.uuid().as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(tx.reports_since(now(), None, 10).await.unwrap()), [31, 34, 33, 32]);
    let first = Some((now(), ReportId::from_uuid(id(31))));
    assert_eq!(ids(tx.reports_since(now(), first, 2).await.unwrap()), [34, 33]);
    assert_eq!(ids(tx.reports_since(now().plus(minutes(2)), None, 10).await.unwrap()), [32]);
    tx.commit().await.unwrap();
}

async fn duties(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let duty = |n: u128, area: &str, from: i64, to: i64| Duty {
        id: DutyId::from_uuid(id(n)),
        account: AccountId::from_uuid(id(78)),
        role: Role::Doctor,
        area: AreaScope::from_code(area).unwrap(),
        from: now().plus(minutes(from)),
        to: now().plus(minutes(to)),
    };
    let all = [duty(71, "82", 0, 60), duty(72, "28252", 60, 120), duty(73, "815", 10, 20)];
    for duty in &all {
        assert!(tx.insert_duty(duty, None, "hash").await.unwrap());
    }
    assert!(!tx.insert_duty(&all[0], None, "hash").await.unwrap(), "the id is taken");
    assert_eq!(tx.duty(all[0].id).await.unwrap(), Some(all[0].clone()));
    assert_eq!(tx.duty_body_hash(all[0].id).await.unwrap().as_deref(), Some("hash"));
    let found = |from: i64, to: i64, areas: Option<&[&str]>| DutyFilter {
        from: Some(now().plus(minutes(from))),
        to: Some(now().plus(minutes(to))),
        areas: areas.map(|areas| areas.iter().map(|area| (*area).to_owned()).collect()),
        limit: 10,
    };
    assert_eq!(tx.duties(&found(0, 61, None)).await.unwrap(), [all[0].clone(), all[2].clone(), all[1].clone()]);
    assert_eq!(tx.duties(&found(60, 61, None)).await.unwrap(), [all[1].clone()], "a duty has ended at its end");
    assert_eq!(tx.duties(&found(0, 61, Some(&["815"]))).await.unwrap(), [all[2].clone()]);
    assert_eq!(tx.duties(&found(0, 61, Some(&[]))).await.unwrap(), []);
    assert!(tx.end_duty(all[0].id, now().plus(minutes(30))).await.unwrap());
    assert!(!tx.end_duty(all[0].id, now().plus(minutes(30))).await.unwrap());
    assert_eq!(tx.duty(all[0].id).await.unwrap().unwrap().to, now().plus(minutes(30)));
    assert!(tx.end_duty(all[1].id, now()).await.unwrap(), "one that has not begun");
    assert_eq!(tx.duties(&found(0, 120, Some(&["28252"]))).await.unwrap(), []);
    let alert_id = AlertId::from_uuid(id(44));
    assert!(tx.insert_alert(&alert(44, 3, AlertLevel::Watch)).await.unwrap());
    let (owner, other) = (AccountId::from_uuid(id(78)), AccountId::from_uuid(id(79)));
    assert_eq!(tx.alert_loads(&[owner, other]).await.unwrap(), [(owner, 1)]);
    assert!(tx.own_alert(alert_id, Some(other)).await.unwrap());
    assert_eq!(tx.alert_loads(&[owner, other]).await.unwrap(), [(other, 1)]);
    assert!(tx.resolve_alert(alert_id, None, now(), "").await.unwrap());
    assert!(!tx.own_alert(alert_id, None).await.unwrap(), "it is no longer open");
    tx.commit().await.unwrap();
}

async fn feed(store: &Arc<dyn F0Store>) {
    let line = |kind| FeedDraft {
        at: now(),
        kind,
        case_id: CaseId::from_uuid(id(1)),
        alert_id: (kind == FeedKind::AlertRaised).then(|| AlertId::from_uuid(id(41))),
        ward_code: None,
        data: serde_json::json!({"level": "watch"}),
    };
    assert_eq!(store.read().await.unwrap().feed_head().await.unwrap(), 0);
    let mut tx = store.write().await.unwrap();
    tx.append_feed(&[]).await.unwrap();
    tx.append_feed(&[line(FeedKind::CaseOpened), line(FeedKind::AlertRaised)]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.append_feed(&[line(FeedKind::CaseClosed)]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.feed_head().await.unwrap(), 3);
    let expected = [
        FeedEntry { seq: 2, line: line(FeedKind::AlertRaised) },
        FeedEntry { seq: 3, line: line(FeedKind::CaseClosed) },
    ];
    assert_eq!(tx.feed_after(1, 10).await.unwrap(), expected);
    assert_eq!(tx.feed_after(1, 1).await.unwrap().len(), 1);
}

async fn moves(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let (from, to) = (CaseId::from_uuid(id(1)), CaseId::from_uuid(id(3)));
    tx.move_contents(from, to).await.unwrap();
    assert_eq!(tx.newest_reports(&[to], 10).await.unwrap().len(), 4);
    assert_eq!((tx.evidence_of(to).await.unwrap().len(), tx.evidence_of(from).await.unwrap().len()), (1, 0));
    assert_eq!((tx.contacts_of(to).await.unwrap().len(), tx.contacts_of(from).await.unwrap().len()), (1, 0));
    let filter = AlertFilter { cases: Some(vec![to]), limit: 10, ..AlertFilter::default() };
    assert_eq!(tx.alerts(&filter).await.unwrap().len(), 3);
    assert_eq!((tx.tests_of_case(to).await.unwrap().len(), tx.tests_of_case(from).await.unwrap().len()), (1, 0));
    assert_eq!((tx.papers_of(to).await.unwrap().len(), tx.papers_of(from).await.unwrap().len()), (2, 0));
    assert_eq!((tx.intake(to).await.unwrap().is_some(), tx.intake(from).await.unwrap()), (true, None));
    assert_eq!(tx.inbound("sms-1").await.unwrap().unwrap().case_id, Some(to));
    tx.move_person(PersonId::from_uuid(id(13)), PersonId::from_uuid(id(14))).await.unwrap();
    assert_eq!(tx.intake(to).await.unwrap().unwrap().carer, Some(PersonId::from_uuid(id(14))));
    assert_eq!(tx.contacts_of(to).await.unwrap()[0].person_id, PersonId::from_uuid(id(14)));
    tx.move_person(PersonId::from_uuid(id(11)), PersonId::from_uuid(id(14))).await.unwrap();
    assert_eq!(tx.evidence_of(to).await.unwrap()[0].person_id, PersonId::from_uuid(id(14)));
    assert_eq!(tx.tests_of_case(to).await.unwrap()[0].person_id, PersonId::from_uuid(id(14)));
    tx.move_case(to, PersonId::from_uuid(id(14))).await.unwrap();
    assert_eq!(tx.case(to).await.unwrap().unwrap().person_id, PersonId::from_uuid(id(14)));
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn both_databases_keep_the_contract() {
    for ground in grounds().await {
        conforms(Stage::on(ground).await.app.store.clone()).await;
    }
}

mod desk {
    use super::*;
    use crate::domain::act::{ActBody, ActKind, ActStatus, ActStep, Disposition, StepBy};
    use crate::domain::bag::BagCode;
    use shared::events::{Method, ResultReported};
    use shared::ids::ActId;

    fn call(n: u128, minute: i64) -> ActRecord {
        ActRecord {
            id: ActId::from_uuid(id(n)),
            case_id: Some(CaseId::from_uuid(id(1))),
            person_id: PersonId::from_uuid(id(11)),
            ward_code: Some("28252".to_owned()),
            status: ActStatus::Promised,
            at: now().plus(minutes(minute)),
            by: AccountId::from_uuid(id(77)),
            due_at: Some(now().plus(minutes(60 + minute))),
            body: ActBody::Call {
                direction: crate::domain::act::Direction::Outbound,
                disposition: Disposition::NoAnswer,
                note: "chuông dài".to_owned(),
            },
            steps: Vec::new(),
            body_hash: "ab".repeat(32),
        }
    }

    async fn acts(store: &Arc<dyn F0Store>) {
        let mut tx = store.write().await.unwrap();
        let without_case = ActRecord { case_id: None, ward_code: None, due_at: None, ..call(92, 5) };
        assert!(tx.insert_act(&call(91, 0)).await.unwrap() && tx.insert_act(&without_case).await.unwrap());
        assert!(!tx.insert_act(&call(91, 1)).await.unwrap(), "the id is taken");
        assert_eq!(tx.act(call(91, 0).id).await.unwrap(), Some(call(91, 0)));
        let all = ActFilter { limit: 10, ..ActFilter::default() };
        assert_eq!(tx.acts(&all).await.unwrap(), [without_case, call(91, 0)]);
        let filter = ActFilter {
            kinds: vec![ActKind::Call, ActKind::Advice],
            statuses: vec![ActStatus::Promised],
            wards: Some(vec!["28252".to_owned()]),
            cases: Some(vec![CaseId::from_uuid(id(1))]),
            people: Some(vec![PersonId::from_uuid(id(11))]),
            due_by: Some(now().plus(minutes(60))),
            limit: 10,
        };
        assert_eq!(tx.acts(&filter).await.unwrap(), [call(91, 0)]);
        let early = ActFilter { due_by: Some(now()), ..filter };
        assert_eq!(tx.acts(&early).await.unwrap(), []);
        let by = StepBy::Account(AccountId::from_uuid(id(78)));
        let step = ActStep { status: ActStatus::Kept, by, at: now(), note: "ổn".to_owned() };
        let kept = ActRecord { status: ActStatus::Kept, due_at: None, steps: vec![step], ..call(91, 0) };
        assert!(tx.step_act(ActStatus::Promised, &kept).await.unwrap());
        assert!(!tx.step_act(ActStatus::Promised, &kept).await.unwrap(), "it no longer stands there");
        assert_eq!(tx.act(kept.id).await.unwrap(), Some(kept));
        let me = AccountId::from_uuid(id(77));
        assert!(!tx.reassign_alert(AlertId::from_uuid(id(41)), me, me, now()).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn station(store: &Arc<dyn F0Store>) {
        let mut tx = store.write().await.unwrap();
        assert!(tx.take_bag("28252", BagCode::A, now()).await.unwrap(), "nothing was noted");
        let stock = |quantity| Stock { ward_code: "28252".to_owned(), bag: BagCode::A, quantity, updated_at: now() };
        tx.put_stock(&stock(5)).await.unwrap();
        tx.put_stock(&stock(1)).await.unwrap();
        assert!(tx.take_bag("28252", BagCode::A, now()).await.unwrap());
        assert!(!tx.take_bag("28252", BagCode::A, now()).await.unwrap(), "none left");
        assert_eq!(tx.stock(&["28252".to_owned()]).await.unwrap(), [stock(0)]);
        assert_eq!(tx.station_phone("28252").await.unwrap(), None);
        tx.put_station("28252", Some("+842733872000"), now()).await.unwrap();
        assert_eq!(tx.station_phone("28252").await.unwrap().as_deref(), Some("+842733872000"));
        tx.put_station("28252", None, now()).await.unwrap();
        assert_eq!(tx.station_phone("28252").await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn counts(store: &Arc<dyn F0Store>) {
        let mut tx = store.write().await.unwrap();
        let result = |version| ResultReported {
            result_id: ResultId::from_uuid(id(95)),
            version,
            person_id: PersonId::from_uuid(id(11)),
            lab_code: "TG-CDC".to_owned(),
            outcome: Outcome::Detected,
            method: Method::Pcr,
            collected_at: now(),
            resulted_at: now(),
            ward_code: None,
            link_code: "7ZK40QW9M3XT".to_owned(),
        };
        tx.put_test(&result(2), Some("28252"), Some(Outcome::NotDetected)).await.unwrap();
        tx.put_test(&result(1), Some("28252"), Some(Outcome::Detected)).await.unwrap();
        let day = now().local_date();
        let expected = TestCount { day, ward_code: Some("28252".to_owned()), outcome: Outcome::NotDetected, count: 1 };
        assert_eq!(tx.test_counts(day).await.unwrap(), [expected], "the highest version counts");
        tx.put_test(&result(3), None, None).await.unwrap();
        assert_eq!(tx.test_counts(day).await.unwrap(), [], "withdrawn");
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn both_databases_keep_what_staff_did() {
        for ground in grounds().await {
            let stage = Stage::on(ground).await;
            let store = stage.app.store.clone();
            stage_cases(&store).await;
            acts(&store).await;
            station(&store).await;
            counts(&store).await;
        }
    }
}
