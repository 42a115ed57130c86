//! Opening a case: the record, its first alert, and the news of it.

use std::collections::BTreeSet;

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::ids::{CaseId, PersonId};
use shared::person::Person;
use shared::time::{Date, Instant};
use shared_store::StoreError;

use super::work::{Work, case_subject};
use super::{alerts, assign, silence, window};
use crate::domain::case::CaseState;
use crate::domain::condition::Condition;
use crate::domain::engine::{Measure, Reason};
use crate::domain::protocol::Comparison;
use crate::domain::risk::risk;
use crate::domain::subject::Subject;
use crate::store::{CaseRecord, FeedDraft, FeedKind, Latest, OpenedBy};

/// The rule of the first alert of every case: somebody calls on the first day. The product's policy.
pub const FIRST_CALL: &str = "first_call";

/// What a case is opened with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its id, where it is known already.
    pub id: Option<CaseId>,
    /// Who has it.
    pub person_id: PersonId,
    /// What opens it.
    pub opened_by: OpenedBy,
    /// When it was diagnosed.
    pub diagnosed_at: Instant,
    /// When the specimen was taken that found it, or the diagnosis where no specimen is known.
    pub specimen_at: Instant,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// Underlying diseases.
    pub conditions: BTreeSet<Condition>,
    /// Doses of vaccine, where known.
    pub vaccine_doses: Option<u8>,
    /// Whether pregnant, where known.
    pub pregnant: Option<bool>,
    /// The ward, where it is known otherwise than from the person.
    pub ward_code: Option<String>,
    /// The hash of the request, where one opens it.
    pub body_hash: Option<String>,
}

/// The patient as the rules see one.
#[must_use]
pub fn subject_of(case: &CaseRecord, person: Option<&Person>) -> Subject {
    Subject {
        birth: person.and_then(|person| person.birth),
        conditions: case.conditions.clone(),
        pregnant: case.pregnant,
    }
}

fn first_call() -> Reason {
    Reason {
        rule: FIRST_CALL.to_owned(),
        parameter: "case".to_owned(),
        value: Measure::Word("new".to_owned()),
        comparison: Comparison::AnyOf,
        threshold: Measure::Word("called".to_owned()),
        level: AlertLevel::Watch,
        protocol: "antam".to_owned(),
        source: "An Tâm".to_owned(),
        text: Bilingual::new("Hồ sơ mới: gọi lần đầu trong ngày", "New case: make the first call today"),
        proposed: true,
        confirm: false,
        at: None,
    }
}

/// The record that an opening makes.
pub(crate) async fn record(work: &mut Work, opening: &Opening) -> Result<CaseRecord, StoreError> {
    let person = work.tx.person(opening.person_id).await?.map(|stored| stored.person);
    let of_person = person.as_ref().and_then(|person| person.ward_code.as_ref()).map(|ward| ward.as_str().to_owned());
    let now = work.now;
    let mut case = CaseRecord {
        id: opening.id.unwrap_or_else(|| CaseId::new(now, work.random())),
        person_id: opening.person_id,
        state: CaseState::Open,
        opened_by: opening.opened_by,
        diagnosed_at: opening.diagnosed_at,
        specimen_at: opening.specimen_at,
        symptom_onset: opening.symptom_onset,
        isolated_from: None,
        conditions: opening.conditions.clone(),
        vaccine_doses: opening.vaccine_doses,
        pregnant: opening.pregnant,
        risk: crate::domain::risk::RiskGroup::Unknown,
        ward_code: opening.ward_code.clone().or(of_person),
        opened_at: now,
        closed_at: None,
        void_reason: None,
        doctor: None,
        latest: Latest::default(),
        report_due_at: None,
    };
    case.risk = risk(&subject_of(&case, person.as_ref()), case.vaccine_doses, None, now.local_date());
    Ok(case)
}

/// Opens a case where the person has none; `None` where one was open already, or the id is taken. The caller holds the
/// person ([`Work::hold_person`]); the unique index is the last guard.
///
/// # Errors
/// When the store fails.
pub async fn open(work: &mut Work, opening: &Opening) -> Result<Option<CaseRecord>, StoreError> {
    let mut case = record(work, opening).await?;
    case.doctor = assign::at_opening(work, &case).await?;
    case.report_due_at = Some(silence::first_due(&case));
    if !work.tx.insert_case(&case, opening.body_hash.as_deref()).await? {
        return Ok(None);
    }
    work.event(&window::facts(&case)).await?;
    work.tell(FeedDraft {
        at: work.now,
        kind: FeedKind::CaseOpened,
        case_id: case.id,
        alert_id: None,
        ward_code: case.ward_code.clone(),
        data: json!({
            "case_id": case.id,
            "person_id": case.person_id,
            "level": case.latest.level,
            "ward_code": case.ward_code,
            "opened_at": case.opened_at,
            "at": work.now,
        }),
    });
    let detail = json!({"person_id": case.person_id, "opened_by": case.opened_by.code(), "doctor": case.doctor});
    work.audit("case.open", case_subject(case.id), detail).await?;
    alerts::raise_first(work, &case, AlertLevel::Watch, &[first_call()]).await?;
    silence::begin(work, &case).await?;
    Ok(Some(case))
}
