//! Reports, alerts, the feed.

use super::*;

pub(super) async fn reports(store: &Arc<dyn F0Store>) {
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

pub(super) async fn alerts(store: &Arc<dyn F0Store>) {
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
    assert_eq!(tx.alerts(&open).await.unwrap(), std::slice::from_ref(&emergency));
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

pub(super) async fn feed(store: &Arc<dyn F0Store>) {
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
