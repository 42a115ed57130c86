//! Cases and what moves between them.

use super::*;

pub(super) async fn order(store: &Arc<dyn F0Store>) {
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

pub(super) async fn cases(store: &Arc<dyn F0Store>) {
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
        closed_on: None,
        order: CaseOrder::Newest,
        limit: 1,
        offset: 1,
    };
    let today = now().local_date();
    for (span, count) in [((today, today), 1), ((today.tomorrow().unwrap(), today.tomorrow().unwrap()), 0)] {
        let ended =
            found(CaseFilter { closed_on: Some(span), state: Some(CaseState::Closed), ..CaseFilter::default() });
        assert_eq!(tx.cases(&ended).await.unwrap().len(), count, "{span:?}");
    }
    let some = tx.cases(&filter).await.unwrap();
    assert_eq!(some.iter().map(|case| case.id.uuid().as_u128()).collect::<Vec<_>>(), [1]);
    let nobody = found(CaseFilter { people: Some(Vec::new()), ..CaseFilter::default() });
    assert_eq!(tx.cases(&nobody).await.unwrap(), []);
    let nowhere = found(CaseFilter { wards: Some(Vec::new()), ..CaseFilter::default() });
    assert_eq!(tx.cases(&nowhere).await.unwrap(), []);
    tx.commit().await.unwrap();
}

pub(super) async fn evidence(store: &Arc<dyn F0Store>) {
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

pub(super) async fn moves(store: &Arc<dyn F0Store>) {
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
