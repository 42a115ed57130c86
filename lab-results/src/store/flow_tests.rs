//! The part of the contract suite that is about tubes on their way: every statement, on both engines.

use std::sync::Arc;

use shared::ids::{AccountId, OrderId, PersonId, PlaceId, ResultId, SpecimenId};
use shared::time::{Instant, hours, minutes};
use uuid::Uuid;

use super::LabStore;
use super::flow::{CustodyLine, Member, Pool, TubeRange};
use super::model::{Order, Specimen, Tube};
use crate::domain::codes::SpecimenKind;
use crate::domain::custody::TubeState;
use crate::domain::pool::{MemberState, PoolKind, PoolState};
use crate::domain::tube::{FIRST_OF_RANGES, TubeCode};

fn now() -> Instant {
    "2022-03-10T01:00:00.123456Z".parse().unwrap()
}

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(70_000 + n)
}

fn order(n: u128) -> Order {
    Order {
        id: OrderId::from_uuid(id(n)),
        person_id: PersonId::from_uuid(id(100 + n)),
        reason: "F1".to_owned(),
        site_id: None,
        body_hash: String::new(),
        created_by: None,
        created_at: now(),
    }
}

fn specimen(n: u128, barcode: &str, orders: &[u128]) -> Specimen {
    Specimen {
        id: SpecimenId::from_uuid(id(200 + n)),
        barcode: barcode.to_owned(),
        kind: SpecimenKind::Saliva,
        collected_at: now().plus(minutes(i64::try_from(n).unwrap())),
        order_ids: orders.iter().map(|n| OrderId::from_uuid(id(*n))).collect(),
        body_hash: String::new(),
        created_by: None,
        created_at: now(),
    }
}

/// Runs every statement once.
pub(super) async fn conforms(store: &Arc<dyn LabStore>) {
    let code = TubeCode::of_number(FIRST_OF_RANGES + 3);
    let mut tx = store.write().await.unwrap();
    for n in 1..=3 {
        assert!(tx.insert_order(&order(n)).await.unwrap());
    }
    assert!(tx.insert_specimen(&specimen(1, "FLOW-POOL", &[1, 2])).await.unwrap());
    assert!(tx.insert_specimen(&specimen(2, code.as_str(), &[3])).await.unwrap());
    tx.commit().await.unwrap();
    ranges(store).await;
    aliases(store, &code).await;
    pools(store).await;
    custody(store).await;
}

async fn ranges(store: &Arc<dyn LabStore>) {
    let first = i64::try_from(FIRST_OF_RANGES).unwrap();
    let wanted = TubeRange {
        id: id(900),
        site_id: Some(PlaceId::from_uuid(id(901))),
        note: "Chợ".to_owned(),
        first_number: 0,
        size: 50,
        created_by: Some(AccountId::from_uuid(id(902))),
        created_at: now(),
    };
    let mut tx = store.write().await.unwrap();
    let one = tx.insert_range(&wanted).await.unwrap();
    let other = tx.insert_range(&TubeRange { id: id(903), site_id: None, ..wanted.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((one.first_number, other.first_number), (first, first + 50));
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.range(one.id).await.unwrap(), Some(one.clone()));
    for (number, range) in
        [(first - 1, None), (first, Some(id(900))), (first + 49, Some(id(900))), (first + 50, Some(id(903)))]
    {
        assert_eq!(tx.range_with(number).await.unwrap().map(|range| range.id), range, "{number}");
    }
    assert_eq!(tx.ranges(None, 10).await.unwrap(), [other.clone(), one.clone()]);
    assert_eq!(tx.ranges(None, 1).await.unwrap(), [other]);
    assert_eq!(tx.ranges(Some(first + 50), 10).await.unwrap(), [one]);
    assert!(tx.ranges(Some(first), 10).await.unwrap().is_empty());
}

async fn aliases(store: &Arc<dyn LabStore>, code: &TubeCode) {
    let tube = SpecimenId::from_uuid(id(202));
    let mut tx = store.write().await.unwrap();
    assert!(tx.add_alias("FLOW-KIT", tube, now()).await.unwrap());
    assert!(!tx.add_alias("FLOW-KIT", SpecimenId::from_uuid(id(201)), now()).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    for known in ["FLOW-KIT", code.as_str()] {
        assert_eq!(tx.specimen_by_code(known).await.unwrap(), Some(tube));
        let found = tx.tube(known).await.unwrap();
        assert_eq!(found, Some(Tube { id: tube, people: vec![PersonId::from_uuid(id(103))] }));
    }
    let typed = code.as_str().to_lowercase();
    assert_eq!(tx.tube(&typed).await.unwrap().map(|tube| tube.id), Some(tube), "a code of ours in any writing");
    assert_eq!(tx.specimen_by_code("FLOW-NONE").await.unwrap(), None);
    assert_eq!(tx.aliases_of(tube).await.unwrap(), ["FLOW-KIT"]);
}

async fn pools(store: &Arc<dyn LabStore>) {
    let mut pool = Pool {
        id: SpecimenId::from_uuid(id(201)),
        kind: PoolKind::Lab,
        lab_code: None,
        state: PoolState::Waiting,
        result_id: None,
        deadline: None,
        created_by: Some(AccountId::from_uuid(id(902))),
        created_at: now(),
        updated_at: now(),
    };
    let member = |position: i64, n: u128| Member {
        pool_id: pool.id,
        position,
        order_id: OrderId::from_uuid(id(n)),
        person_id: PersonId::from_uuid(id(100 + n)),
        specimen_id: None,
        state: MemberState::Waiting,
        result_id: None,
        next_order_id: None,
        note: String::new(),
        updated_by: None,
        updated_at: now(),
    };
    let members = [member(0, 1), member(1, 2)];
    let mut tx = store.write().await.unwrap();
    tx.insert_pool(&pool, &members).await.unwrap();
    let kept = Member { specimen_id: Some(SpecimenId::from_uuid(id(202))), ..members[0].clone() };
    tx.keep_tube(&kept).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.pool(pool.id).await.unwrap(), Some(pool.clone()));
    assert_eq!(tx.members(pool.id).await.unwrap(), [kept.clone(), members[1].clone()]);
    assert!(tx.open_members(kept.specimen_id, &[]).await.unwrap().is_empty(), "nothing is to be done yet");
    drop(tx);

    (pool.state, pool.lab_code) = (PoolState::Positive, Some("TG-CDC".to_owned()));
    (pool.deadline, pool.result_id) = (Some(now().plus(hours(24))), Some(ResultId::from_uuid(id(905))));
    let open = Member {
        state: MemberState::ToRetest,
        next_order_id: Some(OrderId::from_uuid(id(3))),
        note: "gọi 8 giờ".to_owned(),
        result_id: Some(ResultId::from_uuid(id(906))),
        updated_by: Some(AccountId::from_uuid(id(902))),
        ..kept
    };
    let mut tx = store.write().await.unwrap();
    tx.update_pool(&pool).await.unwrap();
    tx.update_member(&open).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.pool(pool.id).await.unwrap(), Some(pool.clone()));
    assert_eq!(tx.open_members(open.specimen_id, &[]).await.unwrap(), std::slice::from_ref(&open));
    assert_eq!(tx.open_members(None, &[OrderId::from_uuid(id(3))]).await.unwrap(), [open]);
    assert!(tx.open_members(None, &[]).await.unwrap().is_empty());
    let states = [(None, None, 1), (Some("TG-CDC"), Some(PoolState::Positive), 1), (Some("HCM"), None, 0)];
    for (lab, state, count) in states {
        let found = tx.pools(lab, state, None, 10).await.unwrap();
        assert_eq!(found.len(), count, "{lab:?} {state:?}");
        assert!(tx.pools(lab, state, Some(pool.id), 10).await.unwrap().is_empty());
    }
}

async fn custody(store: &Arc<dyn LabStore>) {
    let line = |n: u128, specimen: u128, state: TubeState, after: i64| CustodyLine {
        id: id(500 + n),
        specimen_id: SpecimenId::from_uuid(id(200 + specimen)),
        state,
        at: now().plus(minutes(after)),
        account_id: Some(AccountId::from_uuid(id(902))),
        lab_code: (state == TubeState::Received || state == TubeState::Released).then(|| "TG-CDC".to_owned()),
        site_id: Some(PlaceId::from_uuid(id(901))),
        code: None,
        note: "ghi chú".to_owned(),
        created_at: now(),
    };
    let lines = [
        line(1, 1, TubeState::Collected, 0),
        line(2, 1, TubeState::Received, 60),
        line(3, 2, TubeState::Collected, 1),
        line(4, 2, TubeState::Received, 31),
        line(5, 2, TubeState::Released, 91),
    ];
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.add_custody(&lines).await.unwrap(), 5);
    assert_eq!(tx.add_custody(&lines[..1]).await.unwrap(), 0, "a line is noted once");
    assert_eq!(tx.add_custody(&[]).await.unwrap(), 0);
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.custody(lines[0].specimen_id).await.unwrap(), lines[..2]);
    let waiting = tx.on_the_way(Some("TG-CDC"), None, 10).await.unwrap();
    let [one] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((one.barcode.as_str(), one.people, one.last.clone()), ("FLOW-POOL", 2, lines[1].clone()));
    assert!(tx.on_the_way(Some("HCM"), None, 10).await.unwrap().is_empty());
    assert_eq!(tx.on_the_way(None, None, 10).await.unwrap().len(), 1);
    assert!(tx.on_the_way(None, Some(waiting[0].specimen_id), 10).await.unwrap().is_empty());
    let ways = tx.last_ways(Some("TG-CDC"), 200).await.unwrap();
    let [way] = ways.as_slice() else { panic!("{ways:?}") };
    assert_eq!(way.get(&TubeState::Received), Some(&lines[3].at));
    assert_eq!(
        (way.len(), tx.last_ways(None, 1).await.unwrap().len(), tx.last_ways(Some("HCM"), 9).await.unwrap().len()),
        (3, 1, 0)
    );
}

/// Runs every statement about citizens, laboratories and what is to undo once.
pub(super) async fn citizens(store: &Arc<dyn LabStore>, result: ResultId) {
    use super::citizens::{ApiKey, Conduct, Registration, Undo};
    use crate::domain::undo::UndoKind;

    let (one, account) = (PersonId::from_uuid(id(101)), AccountId::from_uuid(id(902)));
    let mut tx = store.write().await.unwrap();
    tx.put_home_access(b"hash", one, now(), now().plus(minutes(30))).await.unwrap();
    assert_eq!((tx.add_try(one, now()).await.unwrap(), tx.add_try(one, now()).await.unwrap()), (1, 2));
    tx.note_link_sent(result, now()).await.unwrap();
    tx.note_link_sent(result, now().plus(hours(1))).await.unwrap();
    let mut registration = Registration {
        code: "TG-CDC".to_owned(),
        phone: Some("+842733872222".to_owned()),
        licence_no: "1".to_owned(),
        licensed_until: Some("2026-12-31".parse().unwrap()),
        kinds: vec!["pcr".to_owned(), "antigen".to_owned()],
        active: true,
        registered_by: Some(account),
        created_at: now(),
        updated_at: now(),
    };
    tx.put_registration(&registration).await.unwrap();
    registration.licence_no = "2".to_owned();
    tx.put_registration(&registration).await.unwrap();
    let key = ApiKey {
        id: id(950),
        lab_code: "TG-CDC".to_owned(),
        label: "LIS".to_owned(),
        hint: "at_lab_abc".to_owned(),
        token_hash: vec![7; 32],
        account_id: account,
        created_by: Some(account),
        created_at: now(),
        revoked_at: None,
    };
    assert!(tx.insert_api_key(&key).await.unwrap());
    assert!(!tx.insert_api_key(&ApiKey { id: id(951), ..key.clone() }).await.unwrap());
    let task = |n: u128, kind: UndoKind| Undo {
        id: id(960 + n),
        result_id: result,
        version: 2,
        lab_code: "TG-CDC".to_owned(),
        person_id: one,
        kind,
        created_at: now(),
        done_at: None,
        done_by: None,
        note: String::new(),
    };
    let tasks = [task(1, UndoKind::Case), task(2, UndoKind::Citizen), task(3, UndoKind::Report)];
    tx.add_undo(&tasks).await.unwrap();
    tx.add_undo(&[task(4, UndoKind::Case)]).await.unwrap();
    tx.add_undo(&[]).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.home_access(b"hash", now()).await.unwrap(), Some(one));
    assert_eq!(tx.home_access(b"hash", now().plus(minutes(30))).await.unwrap(), None);
    assert_eq!(tx.tries(one).await.unwrap(), 2);
    tx.clear_tries(one).await.unwrap();
    assert_eq!(tx.tries(one).await.unwrap(), 0);
    assert_eq!(tx.link_sent(result).await.unwrap(), Some(now().plus(hours(1))));
    assert_eq!(tx.registration("TG-CDC").await.unwrap(), Some(registration));
    assert_eq!(tx.registration("NONE").await.unwrap(), None);
    assert_eq!(tx.api_keys("TG-CDC").await.unwrap(), std::slice::from_ref(&key));
    assert!(tx.revoke_api_key(key.id, now()).await.unwrap() && !tx.revoke_api_key(key.id, now()).await.unwrap());
    assert_eq!(tx.api_key(key.id).await.unwrap().unwrap().revoked_at, Some(now()));
    assert!(tx.conduct("TG-CDC", now().minus(hours(99))).await.unwrap().good >= 0);
    assert_eq!(tx.conduct("NONE", now()).await.unwrap(), Conduct::default());
    assert_eq!(tx.to_undo(Some("TG-CDC"), None, 10).await.unwrap(), tasks, "one task of a kind and version");
    assert!(tx.to_undo(Some("NONE"), None, 10).await.unwrap().is_empty());
    assert!(tx.finish_undo(tasks[0].id, Some(account), "xong", now()).await.unwrap());
    assert!(!tx.finish_undo(tasks[0].id, None, "", now()).await.unwrap());
    assert_eq!(tx.undo(tasks[0].id).await.unwrap().unwrap().done_by, Some(account));
    assert_eq!(tx.finish_undo_of(&[one], UndoKind::Citizen, now()).await.unwrap(), 1);
    assert_eq!(tx.finish_undo_of(&[], UndoKind::Report, now()).await.unwrap(), 0);
    assert_eq!(tx.to_undo(None, None, 10).await.unwrap(), [tasks[2].clone()]);
    assert_eq!(tx.to_undo(None, Some(tasks[0].id), 10).await.unwrap(), [tasks[2].clone()], "after one that is done");
    assert!(tx.to_undo(None, Some(tasks[2].id), 10).await.unwrap().is_empty());
    tx.commit().await.unwrap();
}
