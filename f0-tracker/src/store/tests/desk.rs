//! What staff did, stock, and counts of tests.

use super::*;
use crate::domain::act::{ActBody, ActKind, ActStatus, ActStep, Disposition, StepBy};
use crate::domain::bag::BagCode;
use crate::domain::stock::MoveKind;
use shared::events::{Method, ResultReported};
use shared::ids::{ActId, StockMoveId};

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
    assert_eq!(tx.move_stock("28252", BagCode::A, -1, now()).await.unwrap(), None, "nobody has counted");
    let stock = |quantity| Stock { ward_code: "28252".to_owned(), bag: BagCode::A, quantity, updated_at: now() };
    tx.put_stock(&stock(5)).await.unwrap();
    tx.put_stock(&stock(1)).await.unwrap();
    assert_eq!(tx.move_stock("28252", BagCode::A, -1, now()).await.unwrap(), Some(0));
    assert_eq!(tx.move_stock("28252", BagCode::A, -1, now()).await.unwrap(), Some(-1), "what went out went out");
    assert_eq!(tx.move_stock("28252", BagCode::A, 4, now()).await.unwrap(), Some(3));
    assert_eq!(tx.stock(&["28252".to_owned()]).await.unwrap(), [stock(3)]);
    assert_eq!(tx.move_stock("28249", BagCode::A, 4, now()).await.unwrap(), None, "another station");
    assert_eq!(tx.station_phone("28252").await.unwrap(), None);
    tx.put_station("28252", Some("+842733872000"), now()).await.unwrap();
    assert_eq!(tx.station_phone("28252").await.unwrap().as_deref(), Some("+842733872000"));
    tx.put_station("28252", None, now()).await.unwrap();
    assert_eq!(tx.station_phone("28252").await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn movements(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    let moved = |n: u128, minute: i64, kind, change, quantity| StockMove {
        id: StockMoveId::from_uuid(id(n)),
        ward_code: "28252".to_owned(),
        bag: BagCode::A,
        kind,
        change,
        quantity,
        at: now().plus(minutes(minute)),
        by: AccountId::from_uuid(id(77)),
        act: (kind == MoveKind::HandedOut).then(|| ActId::from_uuid(id(91))),
        note: "thùng số 3".to_owned(),
        body_hash: "ab".repeat(32),
    };
    let uncounted = moved(201, 0, MoveKind::HandedOut, -1, None);
    let delivered = moved(202, 1, MoveKind::Delivery, 20, Some(20));
    let handed = moved(203, 2, MoveKind::HandedOut, -1, Some(19));
    for one in [&uncounted, &delivered, &handed] {
        assert!(tx.insert_stock_move(one).await.unwrap());
    }
    assert!(!tx.insert_stock_move(&delivered).await.unwrap(), "the id is taken");
    assert_eq!(tx.stock_move(delivered.id).await.unwrap(), Some(delivered.clone()));
    assert_eq!(tx.stock_moves("28252", 10).await.unwrap(), [handed.clone(), delivered.clone(), uncounted]);
    assert_eq!(tx.stock_moves("28252", 2).await.unwrap(), [handed, delivered]);
    assert_eq!(tx.stock_moves("28249", 10).await.unwrap(), []);
    assert_eq!(tx.handed_out("28252", now()).await.unwrap(), [(BagCode::A, 2)]);
    assert_eq!(tx.handed_out("28252", now().plus(minutes(1))).await.unwrap(), [(BagCode::A, 1)]);
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
        movements(&store).await;
        counts(&store).await;
    }
}
