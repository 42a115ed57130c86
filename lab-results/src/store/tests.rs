//! One suite for both engines: every statement of the laboratory's tables.

use std::sync::Arc;

use shared::events::{Method, Outcome};
use shared::ids::{AccountId, OrderId, PersonId, ResultId, SpecimenId, UploadId};
use shared::time::{Instant, days, hours, minutes};
use shared_store::keys::Keys;
use shared_store::runtime::system_random;
use shared_store::wake::Wake;
use shared_store::{Database, DatabaseOptions};
use shared_testkit::servers::{DATABASE_URL, TestPostgres};
use uuid::Uuid;

use super::model::{
    Content, Counts, Held, Laboratory, Order, Release, Resolution, ResultsQuery, Specimen, State, StoredResult, Tube,
    Upload,
};
use super::raw::Raw;
use super::{LabStore, LabWrite, open};
use crate::domain::codes::SpecimenKind;
use crate::domain::link::LinkCode;
use crate::domain::result::Status;
use crate::domain::version::ContentHash;

fn now() -> Instant {
    "2022-03-10T01:00:00.123456Z".parse().unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn result(n: u128) -> StoredResult {
    StoredResult {
        id: ResultId::from_uuid(id(n)),
        lab_code: "TG-CDC".to_owned(),
        accession: format!("A{n}"),
        version: 1,
        content: Content {
            person_id: Some(PersonId::from_uuid(id(100 + n))),
            outcome: Outcome::Detected,
            method: Some(Method::Pcr),
            loinc: "94500-6".to_owned(),
            specimen_kind: SpecimenKind::Saliva,
            collected_at: now().minus(days(1)),
            resulted_at: now().plus(minutes(i64::try_from(n).unwrap())),
            ct_value: Some(21.5),
            status: Status::Final,
            content_hash: ContentHash::from_bytes([u8::try_from(n % 256).unwrap(); 32]),
            upload_id: Some(UploadId::from_uuid(id(900))),
        },
        specimen_id: None,
        ward_code: Some("28252".to_owned()),
        state: State::Released,
        hold_reasons: Vec::new(),
        link_code: LinkCode::new(&mut system_random()),
        created_at: now(),
        updated_at: now(),
    }
}

async fn conforms(database: Database) {
    database.migrate(&shared_store::MIGRATIONS, now()).await.unwrap();
    database.migrate(&crate::MIGRATIONS, now()).await.unwrap();
    let store = open(&database);
    laboratories(&store).await;
    results(&store).await;
    held(&store, &database).await;
    uploads(&store).await;
    specimens(&store).await;
    super::flow_tests::conforms(&store).await;
    super::flow_tests::citizens(&store, result(1).id).await;
    database.close().await;
}

async fn laboratories(store: &Arc<dyn LabStore>) {
    let mut laboratory =
        Laboratory { code: "TG-CDC".to_owned(), name: "CDC".to_owned(), ward_code: "28252".to_owned() };
    let mut tx = store.write().await.unwrap();
    tx.put_laboratory(&laboratory).await.unwrap();
    laboratory.name = "CDC Tiền Giang".to_owned();
    tx.put_laboratory(&laboratory).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.laboratory("TG-CDC").await.unwrap(), Some(laboratory.clone()));
    assert_eq!(tx.laboratory("tg-cdc").await.unwrap(), None);
    assert_eq!(tx.laboratories().await.unwrap(), [laboratory]);
}

async fn results(store: &Arc<dyn LabStore>) {
    let first = result(1);
    let others: Vec<_> = (2..=1_200).map(result).collect();
    let mut waiting = result(2_000);
    waiting.state = State::Held;
    waiting.hold_reasons = vec!["pool".to_owned(), "presumptive".to_owned()];
    (waiting.content.person_id, waiting.content.method, waiting.content.ct_value) = (None, None, None);
    let mut tx = store.write().await.unwrap();
    tx.insert_result(&first).await.unwrap();
    tx.insert_results(&others).await.unwrap();
    tx.insert_result(&waiting).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    let again = StoredResult { id: ResultId::from_uuid(id(3_000)), ..result(1) };
    assert!(tx.insert_result(&again).await.unwrap_err().is_unique_violation());
    drop(tx);

    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.result(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(tx.result(waiting.id).await.unwrap(), Some(waiting.clone()));
    assert_eq!(tx.result_by_link(first.link_code.as_str()).await.unwrap(), Some(first.clone()));
    assert_eq!(tx.result_by_link("").await.unwrap(), None);
    let found = tx.results_of("TG-CDC", &["A1", "A2", "A9999"]).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(tx.results_of("OTHER", &["A1"]).await.unwrap().is_empty());
    assert!(tx.results_of("TG-CDC", &[]).await.unwrap().is_empty());
    drop(tx);
    lists(store, &first).await;
    versions(store, first, waiting).await;
}

async fn lists(store: &Arc<dyn LabStore>, first: &StoredResult) {
    let mut tx = store.read().await.unwrap();
    let all = ResultsQuery { limit: 2_000, ..ResultsQuery::default() };
    let listed = tx.results(&all).await.unwrap();
    assert_eq!(listed.len(), 1_201);
    assert!(listed.is_sorted_by_key(|r| std::cmp::Reverse(r.content.resulted_at)));
    let mut count = async |query: ResultsQuery| tx.results(&query).await.unwrap().len();
    assert_eq!(count(ResultsQuery { released_only: true, ..all.clone() }).await, 1_200);
    assert_eq!(count(ResultsQuery { people: first.content.person_id.map(|p| vec![p]), ..all.clone() }).await, 1);
    assert_eq!(count(ResultsQuery { outcome: Some(Outcome::NotDetected), ..all.clone() }).await, 0);
    assert_eq!(count(ResultsQuery { wards: Some(vec!["28249".to_owned()]), ..all.clone() }).await, 0);
    assert_eq!(count(ResultsQuery { lab_code: Some("OTHER".to_owned()), ..all.clone() }).await, 0);
    let from = Some(now().plus(minutes(5)));
    assert_eq!(count(ResultsQuery { from, to: Some(now().plus(minutes(8))), ..all.clone() }).await, 3);
    assert_eq!(count(ResultsQuery { limit: 10, offset: 1_195, ..all }).await, 6);
}

async fn versions(store: &Arc<dyn LabStore>, first: StoredResult, waiting: StoredResult) {
    let mut next = StoredResult { version: 2, updated_at: now().plus(hours(1)), ..first.clone() };
    next.content.outcome = Outcome::NotDetected;
    next.content.status = Status::Corrected;
    let mut tx = store.write().await.unwrap();
    assert!(tx.amend_result(&next).await.unwrap());
    let racing = StoredResult { version: 4, ..next.clone() };
    assert!(!tx.amend_result(&racing).await.unwrap(), "only the version after the stored one may follow");
    let person_id = PersonId::from_uuid(id(55));
    let release = Release { id: waiting.id, person_id, ward_code: Some("28249".to_owned()), at: now().plus(hours(2)) };
    assert!(tx.release_result(&release).await.unwrap());
    assert!(!tx.release_result(&release).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    let kept = tx.versions(first.id).await.unwrap();
    assert_eq!(
        kept.iter().map(|v| (v.version, v.content.outcome)).collect::<Vec<_>>(),
        [(1, Outcome::Detected), (2, Outcome::NotDetected)]
    );
    assert_eq!((kept[0].content.clone(), kept[0].created_at), (first.content.clone(), first.created_at));
    assert_eq!(tx.result(first.id).await.unwrap(), Some(next));
    let released = tx.result(waiting.id).await.unwrap().unwrap();
    assert_eq!((released.state, released.content.person_id), (State::Released, Some(person_id)));
    assert_eq!((released.ward_code.as_deref(), released.hold_reasons.len()), (Some("28249"), 0));
}

async fn held(store: &Arc<dyn LabStore>, database: &Database) {
    let record = |n: u128| Held {
        id: id(n),
        lab_code: "TG-CDC".to_owned(),
        accession: format!("H{n}"),
        status: Status::Final,
        content_hash: ContentHash::from_bytes([7; 32]),
        reasons: vec!["pool".to_owned()],
        draft: r#"{"person": {"full_name": "Lê Thị Tám"}}"#.to_owned(),
        upload_id: Some(UploadId::from_uuid(id(900))),
        place: None,
        created_at: now().plus(minutes(i64::try_from(n).unwrap())),
    };
    let mut tx = store.write().await.unwrap();
    for n in 1..=3 {
        assert!(tx.hold(&record(n)).await.unwrap());
    }
    assert!(!tx.hold(&Held { id: id(9), ..record(1) }).await.unwrap(), "the same record waits once");
    assert!(tx.hold(&Held { id: id(9), status: Status::Corrected, ..record(1) }).await.unwrap());
    assert_eq!(tx.held(id(1)).await.unwrap(), Some(record(1)));
    assert_eq!(tx.waiting(Some("TG-CDC"), None, 10).await.unwrap().len(), 4);
    let page = tx.waiting(None, None, 2).await.unwrap();
    let rest = tx.waiting(Some("TG-CDC"), Some(page[1].id), 10).await.unwrap();
    let ids: Vec<_> = page.iter().chain(&rest).map(|held| held.id).collect();
    assert_eq!((page.len(), ids), (2, vec![id(1), id(9), id(2), id(3)]), "oldest first, page by page");
    assert!(tx.waiting(Some("OTHER"), None, 10).await.unwrap().is_empty());
    held_again(tx.as_mut(), &record(3)).await;
    assert!(tx.resolve(id(2), Resolution::Dismissed, now()).await.unwrap());
    assert!(!tx.hold_again(&record(2)).await.unwrap(), "it waits no more");
    assert!(!tx.resolve(id(2), Resolution::Released, now()).await.unwrap());
    let key = super::model::ResultKey { lab_code: "TG-CDC".to_owned(), accession: "H1".to_owned() };
    tx.supersede(&key, now()).await.unwrap();
    let after = tx.waiting(None, Some(id(2)), 10).await.unwrap();
    assert_eq!(after[0].id, id(3), "after one that waits no more");
    let left: Vec<_> = tx.waiting(None, None, 10).await.unwrap().into_iter().map(|held| held.id).collect();
    assert_eq!(left, [id(3)]);
    tx.commit().await.unwrap();
    let sealed: Vec<u8> = match database {
        Database::Sqlite(engine) => {
            sqlx::query_scalar("SELECT draft_sealed FROM lab_held LIMIT 1").fetch_one(engine.read_pool()).await.unwrap()
        }
        Database::Postgres(engine) => {
            sqlx::query_scalar("SELECT draft_sealed FROM lab_held LIMIT 1").fetch_one(engine.read_pool()).await.unwrap()
        }
    };
    assert!(!String::from_utf8_lossy(&sealed).contains("full_name"), "what waits is sealed");
    raw(store, database).await;
}

/// A record that is judged again: found by its reason, and it waits for another then.
async fn held_again(tx: &mut dyn LabWrite, record: &Held) {
    let of = async |tx: &mut dyn LabWrite, lab: &str, reasons: &[&str], after| {
        let found = tx.waiting_for(lab, reasons, after, 10).await.unwrap();
        found.into_iter().map(|held| held.id).collect::<Vec<_>>()
    };
    let changed = Held {
        reasons: vec!["local_code".to_owned(), "similar_person".to_owned()],
        content_hash: ContentHash::from_bytes([8; 32]),
        draft: "{}".to_owned(),
        ..record.clone()
    };
    assert!(tx.hold_again(&changed).await.unwrap());
    assert_eq!(tx.held(record.id).await.unwrap(), Some(changed));
    for reasons in [&["similar_person"][..], &["unknown_value", "local_code"]] {
        assert_eq!(of(tx, "TG-CDC", reasons, None).await, [record.id], "{reasons:?}");
    }
    assert_eq!(of(tx, "TG-CDC", &["pool"], None).await, [id(1), id(9), id(2)]);
    assert_eq!(of(tx, "TG-CDC", &["pool"], Some(id(9))).await, [id(2)]);
    for (lab, reasons) in [("TG-CDC", &["person", "local"][..]), ("TG-CDC", &[]), ("OTHER", &["pool"])] {
        assert!(of(tx, lab, reasons, None).await.is_empty(), "{lab} {reasons:?}");
    }
    assert!(tx.hold_again(record).await.unwrap());
}

async fn raw(store: &Arc<dyn LabStore>, database: &Database) {
    let upload_id = UploadId::from_uuid(id(900));
    let message = |place: i64, accessions: &[&str]| Raw {
        upload_id,
        place,
        lab_code: "TG-CDC".to_owned(),
        format: "hl7".to_owned(),
        status: "held",
        bytes: b"MSH|L\xea Th\xec T\xe1m".to_vec(),
        accessions: accessions.iter().map(|&text| text.to_owned()).collect(),
        created_at: now().plus(days(place)),
    };
    let mut tx = store.write().await.unwrap();
    tx.keep_raw(&[message(1, &[]), message(2, &["H3", "H3/94500-6"]), message(3, &[])]).await.unwrap();
    tx.keep_raw(&[Raw { bytes: Vec::new(), ..message(1, &[]) }]).await.unwrap();
    tx.keep_raw(&[]).await.unwrap();
    assert_eq!(tx.held(id(3)).await.unwrap().unwrap().place, Some(2));
    let together = tx.waiting_of_message(upload_id, 2).await.unwrap();
    assert_eq!(together.iter().map(|held| held.id).collect::<Vec<_>>(), [id(3)]);
    assert!(tx.waiting_of_message(upload_id, 1).await.unwrap().is_empty());
    let kept = ("hl7".to_owned(), message(1, &[]).bytes);
    assert_eq!(tx.raw(upload_id, 1).await.unwrap(), Some(kept), "the first stays");
    assert_eq!(tx.raw(upload_id, 9).await.unwrap(), None);
    tx.commit().await.unwrap();
    const SEALED: &str = "SELECT text_sealed FROM lab_raw LIMIT 1";
    let sealed: Vec<u8> = match database {
        Database::Sqlite(engine) => sqlx::query_scalar(SEALED).fetch_one(engine.read_pool()).await.unwrap(),
        Database::Postgres(engine) => sqlx::query_scalar(SEALED).fetch_one(engine.read_pool()).await.unwrap(),
    };
    assert!(!sealed.windows(3).any(|three| three == b"MSH"), "what came is sealed");
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.forget_raw_before(now().plus(days(3))).await.unwrap(), 1, "what somebody must look at stays");
    assert!(tx.raw(upload_id, 2).await.unwrap().is_some());
    assert!(tx.resolve(id(3), Resolution::Dismissed, now()).await.unwrap());
    assert_eq!(tx.forget_raw_before(now().plus(days(3))).await.unwrap(), 1);
    assert!(tx.raw(upload_id, 3).await.unwrap().is_some(), "the newer one stays");
    tx.commit().await.unwrap();
}

async fn uploads(store: &Arc<dyn LabStore>) {
    let mut upload = Upload {
        id: UploadId::from_uuid(id(900)),
        lab_code: Some("TG-CDC".to_owned()),
        account_id: Some(AccountId::from_uuid(id(1))),
        format: "csv".to_owned(),
        content_hash: "ab".repeat(32),
        counts: Counts::default(),
        created_at: now(),
        finished_at: None,
    };
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_upload(&upload).await.unwrap());
    assert!(!tx.insert_upload(&upload).await.unwrap());
    upload.counts = Counts { received: 21, accepted: 1, duplicate: 2, amended: 3, held: 4, ignored: 5, rejected: 6 };
    upload.finished_at = Some(now().plus(minutes(1)));
    tx.update_upload(&upload).await.unwrap();
    let second = Upload {
        id: UploadId::from_uuid(id(901)),
        lab_code: None,
        account_id: None,
        created_at: now().plus(minutes(1)),
        ..upload.clone()
    };
    tx.insert_upload(&second).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.upload(upload.id).await.unwrap(), Some(upload.clone()));
    assert_eq!(tx.uploads(Some("TG-CDC"), 10).await.unwrap(), [upload.clone()]);
    assert_eq!(tx.uploads(None, 10).await.unwrap(), [second, upload]);
}

async fn specimens(store: &Arc<dyn LabStore>) {
    let order = |n: u128| Order {
        id: OrderId::from_uuid(id(n)),
        person_id: PersonId::from_uuid(id(500 + n)),
        reason: "F1".to_owned(),
        site_id: None,
        body_hash: "ab".to_owned(),
        created_by: Some(AccountId::from_uuid(id(1))),
        created_at: now(),
    };
    let pool = Specimen {
        id: SpecimenId::from_uuid(id(1)),
        barcode: "P1".to_owned(),
        kind: SpecimenKind::Saliva,
        collected_at: now(),
        order_ids: vec![order(2).id, order(1).id],
        body_hash: "cd".to_owned(),
        created_by: None,
        created_at: now(),
    };
    let mut tx = store.write().await.unwrap();
    for n in 1..=2 {
        assert!(tx.insert_order(&order(n)).await.unwrap());
        assert!(!tx.insert_order(&order(n)).await.unwrap());
    }
    assert!(tx.insert_specimen(&pool).await.unwrap());
    let same_barcode = Specimen { id: SpecimenId::from_uuid(id(2)), ..pool.clone() };
    assert!(!tx.insert_specimen(&same_barcode).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.order(order(1).id).await.unwrap(), Some(order(1)));
    assert_eq!(tx.specimen(pool.id).await.unwrap(), Some(pool.clone()));
    let people = vec![order(2).person_id, order(1).person_id];
    assert_eq!(tx.tube("P1").await.unwrap(), Some(Tube { id: pool.id, people }));
    assert_eq!(tx.tube("P2").await.unwrap(), None);
}

#[tokio::test]
async fn the_store_conforms_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let keys = Keys::open(&directory.path().join("keys"), &mut system_random()).unwrap();
    let options = DatabaseOptions::embedded(directory.path());
    conforms(Database::open(&options, keys, Wake::default()).await.unwrap()).await;
}

#[tokio::test]
async fn the_store_conforms_on_postgresql() {
    if std::env::var(DATABASE_URL).is_ok() {
        let server = TestPostgres::database().await;
        let directory = tempfile::tempdir().unwrap();
        let keys = Keys::open(directory.path(), &mut system_random()).unwrap();
        let options = DatabaseOptions { url: server.url(), connections: 4 };
        conforms(Database::open(&options, keys, Wake::default()).await.unwrap()).await;
    }
}
