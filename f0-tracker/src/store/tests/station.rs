//! Contacts, tests, papers, intakes, shifts, duties.

use super::*;

pub(super) async fn contacts(store: &Arc<dyn F0Store>) {
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

pub(super) async fn station(store: &Arc<dyn F0Store>) {
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

pub(super) async fn intakes(store: &Arc<dyn F0Store>) {
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

pub(super) async fn shifts(store: &Arc<dyn F0Store>) {
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

pub(super) async fn duties(store: &Arc<dyn F0Store>) {
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
