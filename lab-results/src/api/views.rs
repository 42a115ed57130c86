//! Records as the contract shows them.

use serde::Serialize;
use shared::events::{Method, Outcome};
use shared::ids::{OrderId, PersonId, PlaceId, ResultId, SpecimenId, UploadId};
use shared::time::Instant;

use crate::store::model::{Content, Counts, Laboratory, Order, Specimen, StoredResult, StoredVersion, Upload};

/// What one version of a result says.
#[derive(Debug, Serialize)]
pub struct ContentView {
    person_id: Option<PersonId>,
    outcome: Outcome,
    method: Option<Method>,
    test: TestView,
    specimen: SpecimenOfResult,
    resulted_at: Instant,
    ct_value: Option<f64>,
    status: &'static str,
    upload_id: Option<UploadId>,
}

#[derive(Debug, Serialize)]
struct TestView {
    loinc: String,
}

#[derive(Debug, Serialize)]
struct SpecimenOfResult {
    kind: &'static str,
    collected_at: Instant,
}

impl From<&Content> for ContentView {
    fn from(content: &Content) -> Self {
        Self {
            person_id: content.person_id,
            outcome: content.outcome,
            method: content.method,
            test: TestView { loinc: content.loinc.clone() },
            specimen: SpecimenOfResult { kind: content.specimen_kind.code(), collected_at: content.collected_at },
            resulted_at: content.resulted_at,
            ct_value: content.ct_value,
            status: content.status.code(),
            upload_id: content.upload_id,
        }
    }
}

/// A result. The code of the citizen's page is told to nobody but the citizen.
#[derive(Debug, Serialize)]
pub struct ResultView {
    id: ResultId,
    lab_code: String,
    accession: String,
    version: i64,
    state: &'static str,
    hold_reasons: Vec<String>,
    specimen_id: Option<SpecimenId>,
    #[serde(flatten)]
    content: ContentView,
    created_at: Instant,
    updated_at: Instant,
}

impl From<&StoredResult> for ResultView {
    fn from(result: &StoredResult) -> Self {
        Self {
            id: result.id,
            lab_code: result.lab_code.clone(),
            accession: result.accession.clone(),
            version: result.version,
            state: result.state.code(),
            hold_reasons: result.hold_reasons.clone(),
            specimen_id: result.specimen_id,
            content: ContentView::from(&result.content),
            created_at: result.created_at,
            updated_at: result.updated_at,
        }
    }
}

/// A version of a result.
#[derive(Debug, Serialize)]
pub struct VersionView {
    version: i64,
    #[serde(flatten)]
    content: ContentView,
    created_at: Instant,
}

impl From<&StoredVersion> for VersionView {
    fn from(version: &StoredVersion) -> Self {
        Self { version: version.version, content: ContentView::from(&version.content), created_at: version.created_at }
    }
}

/// A result with all its versions, oldest first.
#[derive(Debug, Serialize)]
pub struct WithVersions {
    /// What holds now.
    #[serde(flatten)]
    pub result: ResultView,
    /// Every version.
    pub versions: Vec<VersionView>,
}

/// An upload with its counts.
#[derive(Debug, Serialize)]
pub struct UploadView {
    upload_id: UploadId,
    lab_code: Option<String>,
    format: String,
    #[serde(flatten)]
    counts: Counts,
    created_at: Instant,
    finished_at: Option<Instant>,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> Self {
        let Upload { id, lab_code, format, counts, created_at, finished_at, .. } = upload;
        Self { upload_id: id, lab_code, format, counts, created_at, finished_at }
    }
}

/// How far an upload is.
#[derive(Debug, Serialize)]
pub struct ProgressView {
    /// What became of its rows so far.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether its last row was done.
    pub done: bool,
}

/// An order.
#[derive(Debug, Serialize)]
pub struct OrderView {
    id: OrderId,
    person_id: PersonId,
    reason: String,
    site_id: Option<PlaceId>,
    created_at: Instant,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        let Order { id, person_id, reason, site_id, created_at, .. } = order;
        Self { id, person_id, reason, site_id, created_at }
    }
}

/// A specimen.
#[derive(Debug, Serialize)]
pub struct SpecimenView {
    id: SpecimenId,
    barcode: String,
    order_ids: Vec<OrderId>,
    kind: &'static str,
    collected_at: Instant,
    created_at: Instant,
}

impl From<Specimen> for SpecimenView {
    fn from(specimen: Specimen) -> Self {
        let Specimen { id, barcode, order_ids, kind, collected_at, created_at, .. } = specimen;
        Self { id, barcode, order_ids, kind: kind.code(), collected_at, created_at }
    }
}

/// A laboratory.
#[derive(Debug, Serialize)]
pub struct LaboratoryView {
    code: String,
    name: String,
    ward_code: String,
}

impl From<Laboratory> for LaboratoryView {
    fn from(laboratory: Laboratory) -> Self {
        let Laboratory { code, name, ward_code } = laboratory;
        Self { code, name, ward_code }
    }
}
