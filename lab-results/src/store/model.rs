//! Records as the laboratory service keeps them.

use shared::events::{Method, Outcome};
use shared::ids::{AccountId, OrderId, PersonId, PlaceId, ResultId, SpecimenId, UploadId};
use shared::time::Instant;
use uuid::Uuid;

use crate::domain::codes::SpecimenKind;
use crate::domain::link::LinkCode;
use crate::domain::message::MappingKind;
use crate::domain::result::Status;
use crate::domain::version::{ContentHash, CurrentVersion};

/// A laboratory whose results are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laboratory {
    /// Its code in capital letters, such as `TG-CDC`.
    pub code: String,
    /// Its name, as citizens read it.
    pub name: String,
    /// The ward where it stands.
    pub ward_code: String,
}

/// What a word of a laboratory means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedWord {
    /// What it names.
    pub kind: MappingKind,
    /// The word.
    pub local: String,
    /// What it means; empty where it means nothing any more.
    pub target: String,
}

/// Whether a result has left the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Its event was told and its citizen may read it.
    Released,
    /// It waits for a person, or was withdrawn before it was ever released.
    Held,
    /// Test traffic: kept to compare with, never released.
    Test,
}

impl State {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Held => "held",
            Self::Test => "test",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Released, Self::Held, Self::Test].into_iter().find(|s| s.code() == code)
    }
}

/// What one version of a result says.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Whose specimen it was; `None` only while that is not decided (a held pool).
    pub person_id: Option<PersonId>,
    /// What was found.
    pub outcome: Outcome,
    /// How it was looked for; `None` only for what is held.
    pub method: Option<Method>,
    /// The LOINC code of the test.
    pub loinc: String,
    /// What was taken.
    pub specimen_kind: SpecimenKind,
    /// When it was taken.
    pub collected_at: Instant,
    /// When the laboratory had the result.
    pub resulted_at: Instant,
    /// The cycle threshold.
    pub ct_value: Option<f64>,
    /// What the sender said of this version.
    pub status: Status,
    /// What it says, hashed.
    pub content_hash: ContentHash,
    /// The upload that brought it.
    pub upload_id: Option<UploadId>,
}

/// A result as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredResult {
    /// The result, the same through all its versions.
    pub id: ResultId,
    /// The laboratory.
    pub lab_code: String,
    /// Its number of the test.
    pub accession: String,
    /// 1 for the first version.
    pub version: i64,
    /// What the current version says.
    pub content: Content,
    /// The tube, where it is one of ours.
    pub specimen_id: Option<SpecimenId>,
    /// Where the person lived when this version came, as far as known.
    pub ward_code: Option<String>,
    /// Whether it has left the service.
    pub state: State,
    /// Why it is held, as codes.
    pub hold_reasons: Vec<String>,
    /// The code of the citizen's page.
    pub link_code: LinkCode,
    /// When the first version came.
    pub created_at: Instant,
    /// When the current version came.
    pub updated_at: Instant,
}

impl StoredResult {
    /// What the domain compares a record with.
    #[must_use]
    pub fn current(&self) -> CurrentVersion {
        CurrentVersion {
            content_hash: self.content.content_hash,
            version: self.version,
            outcome: self.content.outcome,
            withdrawn: self.withdrawn(),
        }
    }

    /// Whether it says nothing any more.
    #[must_use]
    pub fn withdrawn(&self) -> bool {
        self.content.status == Status::Withdrawn
    }

    /// Its key: laboratory and accession.
    #[must_use]
    pub fn key(&self) -> ResultKey {
        ResultKey { lab_code: self.lab_code.clone(), accession: self.accession.clone() }
    }
}

/// What names a result from outside: an accession is unique only within its laboratory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultKey {
    /// The laboratory.
    pub lab_code: String,
    /// Its number of the test.
    pub accession: String,
}

/// A held result that leaves the service as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The result.
    pub id: ResultId,
    /// Whose it is.
    pub person_id: PersonId,
    /// Where the person lives, as far as known.
    pub ward_code: Option<String>,
    /// When.
    pub at: Instant,
}

/// One version of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredVersion {
    /// Its number, from 1.
    pub version: i64,
    /// What it says.
    pub content: Content,
    /// When it came.
    pub created_at: Instant,
}

/// Which results a list shows. Newest first.
#[derive(Debug, Clone, Default)]
pub struct ResultsQuery {
    /// Only of this laboratory.
    pub lab_code: Option<String>,
    /// Only of these people (one person under all names); `None` for everybody.
    pub people: Option<Vec<PersonId>>,
    /// Only of people in these wards; `None` for all.
    pub wards: Option<Vec<String>>,
    /// Resulted at this time or later.
    pub from: Option<Instant>,
    /// Resulted before this time.
    pub to: Option<Instant>,
    /// Only with this outcome.
    pub outcome: Option<Outcome>,
    /// Only what has left the service.
    pub released_only: bool,
    /// At most so many.
    pub limit: i64,
    /// Skip so many.
    pub offset: i64,
}

/// A record of the work queue. `Debug` does not show the record.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// The place in the queue.
    pub id: Uuid,
    /// The laboratory.
    pub lab_code: String,
    /// Its number of the test.
    pub accession: String,
    /// What the sender said of this version.
    pub status: Status,
    /// What it says, hashed.
    pub content_hash: ContentHash,
    /// Why it waits, as codes.
    pub reasons: Vec<String>,
    /// The record as JSON of one result; sealed in the database.
    pub draft: String,
    /// The upload that brought it.
    pub upload_id: Option<UploadId>,
    /// The place of its message in the upload, where the message is kept; set by
    /// [`keep_raw`](super::raw::RawWrite::keep_raw).
    pub place: Option<i64>,
    /// When it came.
    pub created_at: Instant,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("id", &self.id).field("reasons", &self.reasons).finish_non_exhaustive()
    }
}

/// What became of a record of the work queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// A person released it.
    Released,
    /// A person decided that it says nothing.
    Dismissed,
    /// The laboratory sent something that took its place.
    Superseded,
}

impl Resolution {
    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Dismissed => "dismissed",
            Self::Superseded => "superseded",
        }
    }
}

/// How many rows of an upload had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Rows read.
    pub received: i64,
    /// Stored and released.
    pub accepted: i64,
    /// Here before.
    pub duplicate: i64,
    /// New versions.
    pub amended: i64,
    /// In the work queue.
    pub held: i64,
    /// No SARS-CoV-2 virus result.
    pub ignored: i64,
    /// Not stored.
    pub rejected: i64,
}

/// A file or a request with results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The upload.
    pub id: UploadId,
    /// The laboratory whose account sent it, where it was one.
    pub lab_code: Option<String>,
    /// The account that sent it.
    pub account_id: Option<AccountId>,
    /// `csv` or `json`.
    pub format: String,
    /// SHA-256 of the bytes in hexadecimal, to tell a repeat from another file under the same id.
    pub content_hash: String,
    /// What became of its rows so far.
    pub counts: Counts,
    /// When it came.
    pub created_at: Instant,
    /// When its last row was done.
    pub finished_at: Option<Instant>,
}

/// An order of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order.
    pub id: OrderId,
    /// Who is to be tested.
    pub person_id: PersonId,
    /// Why, in the words of whoever ordered.
    pub reason: String,
    /// Where the specimen is taken.
    pub site_id: Option<PlaceId>,
    /// SHA-256 of the body that created it.
    pub body_hash: String,
    /// Who ordered.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Instant,
}

/// A tube, with the orders whose specimens are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    /// The specimen.
    pub id: SpecimenId,
    /// The code on the tube.
    pub barcode: String,
    /// What was taken.
    pub kind: SpecimenKind,
    /// When.
    pub collected_at: Instant,
    /// One order, or those of a pool, in the order in which they were named.
    pub order_ids: Vec<OrderId>,
    /// SHA-256 of the body that created it.
    pub body_hash: String,
    /// Who took it.
    pub created_by: Option<AccountId>,
    /// When it was registered.
    pub created_at: Instant,
}

/// Whose specimens are in a tube.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tube {
    /// The specimen.
    pub id: SpecimenId,
    /// One person for each order.
    pub people: Vec<PersonId>,
}
