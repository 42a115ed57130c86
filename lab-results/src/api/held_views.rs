//! Records of the work queue as programs see them.

use serde::Serialize;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::ids::{PersonId, UploadId};
use shared::time::Instant;
use uuid::Uuid;

use crate::app::held::OUTCOMES;
use crate::app::waiting::{Candidate, Detail, Waiting};

/// Why a record waits.
#[derive(Debug, Serialize)]
struct ReasonView {
    code: &'static str,
    detail: String,
}

/// Whom a record describes.
#[derive(Debug, Serialize)]
struct DescribedView {
    full_name: String,
    birth: Option<String>,
}

/// A record of the work queue.
#[derive(Debug, Serialize)]
pub struct HeldView {
    id: Uuid,
    lab_code: String,
    accession: String,
    status: &'static str,
    reasons: Vec<String>,
    why: Vec<ReasonView>,
    barcode: Option<String>,
    person: Option<DescribedView>,
    finding: Option<&'static str>,
    test: Value,
    collected_at: Option<Instant>,
    resulted_at: Option<Instant>,
    releasable: bool,
    needs_person: bool,
    needs_outcome: bool,
    upload_id: Option<UploadId>,
    created_at: Instant,
}

impl HeldView {
    /// In the language of the caller.
    #[must_use]
    pub fn new(waiting: &Waiting, lang: Lang) -> Self {
        let held = &waiting.held;
        let draft = waiting.record.as_ref().map(|parsed| &parsed.draft);
        let why = waiting
            .reasons()
            .map(|reason| ReasonView { code: reason.code(), detail: reason.detail().get(lang).to_owned() });
        Self {
            id: held.id,
            lab_code: held.lab_code.clone(),
            accession: held.accession.clone(),
            status: held.status.code(),
            reasons: held.reasons.clone(),
            why: why.collect(),
            barcode: waiting.barcode().map(str::to_owned),
            person: waiting.described().map(|person| DescribedView {
                full_name: person.full_name.as_str().to_owned(),
                birth: person.birth.map(|birth| birth.to_string()),
            }),
            finding: draft.map(|draft| draft.finding.code()),
            test: json!({"loinc": draft.map(|draft| draft.loinc.to_string())}),
            collected_at: draft.map(|draft| draft.collected_at),
            resulted_at: draft.map(|draft| draft.resulted_at),
            releasable: waiting.is_releasable(),
            needs_person: waiting.needs_person(),
            needs_outcome: waiting.needs_value(),
            upload_id: held.upload_id,
            created_at: held.created_at,
        }
    }
}

/// Somebody of the register whom a record may be about: enough to compare, no more.
#[derive(Debug, Serialize)]
struct CandidateView {
    person_id: PersonId,
    full_name: String,
    birth: Option<String>,
    phone_end: Option<String>,
    national_id_end: Option<String>,
    ward_code: Option<String>,
    owns_tube: bool,
    compared: Vec<String>,
}

/// A record of the work queue with everything that a decision needs.
#[derive(Debug, Serialize)]
pub struct HeldDetailView {
    #[serde(flatten)]
    held: HeldView,
    candidates: Vec<CandidateView>,
    outcomes: Vec<&'static str>,
    message: Option<Value>,
    others: Vec<OtherView>,
}

/// Another record of the same message that waits, which says something else.
#[derive(Debug, Serialize)]
struct OtherView {
    id: Uuid,
    accession: String,
    loinc: Option<String>,
    finding: Option<&'static str>,
}

impl From<&Waiting> for OtherView {
    fn from(waiting: &Waiting) -> Self {
        let draft = waiting.record.as_ref().map(|parsed| &parsed.draft);
        Self {
            id: waiting.held.id,
            accession: waiting.held.accession.clone(),
            loinc: draft.map(|draft| draft.loinc.to_string()),
            finding: draft.map(|draft| draft.finding.code()),
        }
    }
}

impl HeldDetailView {
    /// In the language of the caller.
    #[must_use]
    pub fn new(detail: &Detail, lang: Lang) -> Self {
        let described = detail.waiting.described();
        let candidate = |candidate: &Candidate| {
            let (phone_end, national_id_end) = candidate.ends();
            let compared = described.as_ref().map(|draft| candidate.compared(draft)).unwrap_or_default();
            let person = &candidate.person;
            CandidateView {
                person_id: person.id,
                full_name: person.full_name.as_str().to_owned(),
                birth: candidate.birth().map(|birth| birth.to_string()),
                phone_end,
                national_id_end,
                ward_code: person.ward_code.as_ref().map(|ward| ward.as_str().to_owned()),
                owns_tube: candidate.owns_tube,
                compared: compared.into_iter().map(|one| one.words().get(lang).to_owned()).collect(),
            }
        };
        let outcomes = if detail.waiting.needs_value() { OUTCOMES.to_vec() } else { Vec::new() };
        Self {
            held: HeldView::new(&detail.waiting, lang),
            candidates: detail.candidates.iter().map(candidate).collect(),
            outcomes: outcomes.into_iter().map(|outcome| outcome.code()).collect(),
            message: detail.message.as_ref().map(|(format, text)| json!({"format": format, "text": text})),
            others: detail.others.iter().map(OtherView::from).collect(),
        }
    }
}
