//! What the tests of this crate share: a store in a directory of its own, and events about people who do not exist.

use std::sync::Arc;

use shared::bilingual::Lang;
use shared::events::{AlertLevel, AlertRaised, CaseOpened, Method, Outcome, ResultAmended, ResultReported};
use shared::ids::{MessageId, PersonId};
use shared::person::{FullName, Person, Sex};
use shared::phone::Phone;
use shared::time::Instant;
use shared_store::audit::AuditLine;
use shared_store::keys::Keys;
use shared_store::outbox::{NewMessage, StoredMessage};
use shared_store::wake::Wake;
use shared_store::{Database, DatabaseOptions, MIGRATIONS, SharedStore};
use shared_testkit::clock::TestClock;
use shared_testkit::random::seeded;
use tempfile::TempDir;
use uuid::Uuid;

use crate::NotifyOptions;
use crate::channel::Medium;

/// When the tests begin.
pub const NOON: &str = "2022-03-10T12:00:00+07:00";
/// What everybody in the tests is called.
pub const NAME: &str = "Nguyễn Thị Thử";

/// [`NOON`] as an instant.
pub fn noon() -> Instant {
    NOON.parse().unwrap()
}

/// Ids by number.
pub mod ids {
    use super::{PersonId, Uuid};
    use shared::ids::{AlertId, CaseId, ExposureId, PlaceId, ResultId};

    pub fn person(n: u128) -> PersonId {
        PersonId::from_uuid(Uuid::from_u128(n))
    }
    pub fn case(n: u128) -> CaseId {
        CaseId::from_uuid(Uuid::from_u128(n))
    }
    pub fn alert(n: u128) -> AlertId {
        AlertId::from_uuid(Uuid::from_u128(n))
    }
    pub fn exposure(n: u128) -> ExposureId {
        ExposureId::from_uuid(Uuid::from_u128(n))
    }
    pub fn place(n: u128) -> PlaceId {
        PlaceId::from_uuid(Uuid::from_u128(n))
    }
    pub fn result(n: u128) -> ResultId {
        ResultId::from_uuid(Uuid::from_u128(n))
    }
}

/// Neither demo mode nor a mail server.
pub fn options() -> NotifyOptions {
    NotifyOptions {
        public_url: "https://antam.example".to_owned(),
        smtp_url: None,
        smtp_from: "An Tâm <antam@example.org>".to_owned(),
        demo: false,
    }
}

/// The address of a mail server that is down: a port that was free a moment ago.
pub fn nobody_listens() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("smtp://{}", listener.local_addr().unwrap())
}

/// A message that waits to be queued.
pub fn message(medium: Medium, recipient: &str) -> NewMessage {
    NewMessage {
        id: MessageId::from_uuid(Uuid::from_u128(7)),
        idempotency_key: "test".to_owned(),
        channel: medium.code().to_owned(),
        template: "result_ready".to_owned(),
        lang: Lang::Vi,
        recipient: recipient.to_owned(),
        subject: Some("Bạn đã có kết quả xét nghiệm".to_owned()),
        text: "Chào bạn,\n\nXem tại: https://antam.example/r/7ZK40QW9M3XT\n".to_owned(),
        person_id: None,
    }
}

pub fn result(person_id: PersonId) -> ResultReported {
    ResultReported {
        result_id: ids::result(1),
        version: 1,
        person_id,
        lab_code: "TG-CDC".to_owned(),
        outcome: Outcome::Detected,
        method: Method::Pcr,
        collected_at: noon(),
        resulted_at: noon(),
        ward_code: Some("28252".to_owned()),
        link_code: "7ZK40QW9M3XT".to_owned(),
    }
}

pub fn amended(person_id: PersonId, previous_person_id: Option<PersonId>, withdrawn: bool) -> ResultAmended {
    ResultAmended { result: result(person_id), previous_outcome: Outcome::NotDetected, withdrawn, previous_person_id }
}

pub fn case_opened(person_id: PersonId) -> CaseOpened {
    CaseOpened {
        case_id: ids::case(1),
        person_id,
        symptom_onset: None,
        specimen_at: noon(),
        isolated_from: None,
        ward_code: Some("28252".to_owned()),
        opened_at: noon(),
    }
}

pub fn alert(person_id: PersonId, level: AlertLevel, owner: &str) -> AlertRaised {
    AlertRaised {
        alert_id: ids::alert(1),
        case_id: ids::case(1),
        person_id,
        level,
        ward_code: Some("28252".to_owned()),
        owner: owner.to_owned(),
    }
}

/// An SQLite store at [`NOON`], gone with this value.
pub struct World {
    pub store: Arc<dyn SharedStore>,
    pub clock: TestClock,
    pub wake: Wake,
    _directory: TempDir,
}

impl World {
    pub async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (clock, wake) = (TestClock::parse(NOON), Wake::default());
        let keys = Keys::open(&directory.path().join("keys"), &mut seeded(1)).unwrap();
        let options = DatabaseOptions::embedded(directory.path());
        let database = Database::open(&options, keys, wake.clone()).await.unwrap();
        database.migrate(&MIGRATIONS, noon()).await.unwrap();
        Self { store: database.shared(), clock, wake, _directory: directory }
    }

    pub async fn add_person(&self, n: u128, phone: Option<&str>) {
        let person = Person {
            id: ids::person(n),
            full_name: FullName::parse(NAME).unwrap(),
            birth: None,
            sex: Sex::Unknown,
            phone: phone.map(|phone| Phone::parse(phone).unwrap()),
            national_id: None,
            health_insurance_no: None,
            address: None,
            ward_code: None,
        };
        let mut tx = self.store.write().await.unwrap();
        tx.insert_person(&person, noon()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Lets person `other` live on as another name of `kept`.
    pub async fn merge(&self, kept: u128, other: u128) {
        let mut tx = self.store.write().await.unwrap();
        tx.merge_person(ids::person(kept), ids::person(other)).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn queue(&self, message: &NewMessage) {
        let mut tx = self.store.write().await.unwrap();
        assert!(tx.queue_message(message, noon()).await.unwrap());
        tx.commit().await.unwrap();
    }

    pub async fn messages(&self) -> Vec<StoredMessage> {
        self.store.read().await.unwrap().messages(None, 100).await.unwrap()
    }

    /// The lines that the system itself wrote into the audit log.
    pub async fn audit(&self) -> Vec<AuditLine> {
        self.store.read().await.unwrap().audit_lines(None, Some("system"), 100).await.unwrap()
    }
}
