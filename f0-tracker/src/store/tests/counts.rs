//! What a screen is told of many cases at once.

use super::*;

pub(super) async fn counts(store: &Arc<dyn F0Store>) {
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
