//! Cases, reports and alerts as the contract shows them.

use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::bilingual::Lang;
use shared::events::AlertLevel;
use shared::ids::{AccountId, AlertId, CaseId, PersonId, ReportId, ResultId};
use shared::person::{Person, PersonView};
use shared::time::{Date, Instant};

use super::acts::{ActView, of_kind};
use crate::app::look::{AlertCard, CaseFile, CaseLine, Names};
use crate::domain::act::ActKind;
use crate::domain::case::{CaseState, illness_day};
use crate::domain::condition::Condition;
use crate::domain::doubt::question;
use crate::domain::engine::{Assessment, ProtocolSays, Reason};
use crate::domain::risk::RiskGroup;
use crate::domain::vital::{Vital, Vitals};
use crate::store::{AlertRecord, CaseRecord, Contact, Evidence, Latest, ReportRecord, Stamp};

pub use super::timeline::{TimelineItem, timeline};

/// An account as others see it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    /// The account.
    pub id: AccountId,
    /// The name that people see.
    pub display_name: String,
}

fn account(id: Option<AccountId>, names: &Names) -> Option<AccountView> {
    let id = id?;
    Some(AccountView { id, display_name: names.get(&id).cloned().unwrap_or_default() })
}

/// What a report means, as `POST cases/{id}/reports` answers it.
#[derive(Debug, Clone, Serialize)]
pub struct ReportAnswer {
    /// The report.
    pub id: ReportId,
    /// The assessment: level, reasons, protocol and what each other protocol says.
    #[serde(flatten)]
    pub assessment: Assessment,
    /// What to measure again, and after how many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure_again: Option<Value>,
    /// Values that are improbable: kept, judged, and asked back.
    pub doubtful: Vec<Value>,
}

impl From<ReportRecord> for ReportAnswer {
    fn from(report: ReportRecord) -> Self {
        let ReportRecord { id, level, reasons, protocol, protocols, doubtful, observed, .. } = report;
        let again = reasons.iter().find(|reason| reason.confirm);
        let measure_again = again
            .map(|reason| json!({"parameter": reason.parameter, "after_seconds": [30, 60], "source": reason.source}));
        let doubted = |vital: Vital| {
            let value = observed.vitals.get(vital)?;
            Some(json!({"parameter": vital.code(), "value": value, "question": question(vital, value)}))
        };
        let doubtful = doubtful.into_iter().filter_map(doubted).collect();
        Self { id, assessment: Assessment { level, reasons, protocol, protocols }, measure_again, doubtful }
    }
}

/// The measured vital signs by their codes.
fn vitals(vitals: &Vitals) -> Map<String, Value> {
    vitals.iter().map(|(vital, value)| (vital.code().to_owned(), serde_json::json!(value))).collect()
}

/// A report in a case's file.
#[derive(Debug, Clone, Serialize)]
pub struct ReportView {
    id: ReportId,
    at: Instant,
    received_at: Instant,
    by: &'static str,
    #[serde(flatten)]
    vitals: Map<String, Value>,
    on_oxygen: bool,
    symptoms: Vec<&'static str>,
    level: AlertLevel,
    reasons: Vec<Reason>,
    protocol: String,
    protocols: Vec<ProtocolSays>,
    doubtful: Vec<Vital>,
}

impl From<&ReportRecord> for ReportView {
    fn from(report: &ReportRecord) -> Self {
        Self {
            id: report.id,
            at: report.observed.at,
            received_at: report.received_at,
            by: report.observed.by.code(),
            vitals: vitals(&report.observed.vitals),
            on_oxygen: report.observed.on_oxygen,
            symptoms: report.observed.symptoms.iter().map(|symptom| symptom.code()).collect(),
            level: report.level,
            reasons: report.reasons.clone(),
            protocol: report.protocol.clone(),
            protocols: report.protocols.clone(),
            doubtful: report.doubtful.clone(),
        }
    }
}

/// An alert.
#[derive(Debug, Clone, Serialize)]
pub struct AlertView {
    id: AlertId,
    case_id: CaseId,
    level: AlertLevel,
    status: &'static str,
    reasons: Vec<Reason>,
    ward_code: Option<String>,
    raised_at: Instant,
    rung: usize,
    owner: &'static str,
    responsible: Option<AccountView>,
    escalated_at: Option<Instant>,
    acknowledged_by: Option<AccountView>,
    acknowledged_at: Option<Instant>,
    acknowledged_note: Option<String>,
    resolved_by: Option<AccountView>,
    resolved_at: Option<Instant>,
    resolved_note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonView>,
}

impl AlertView {
    /// An alert with the names of those who did something with it.
    #[must_use]
    pub fn new(alert: &AlertRecord, names: &Names) -> Self {
        let by = |stamp: &Option<Stamp>| account(stamp.as_ref().and_then(|stamp| stamp.by), names);
        let at = |stamp: &Option<Stamp>| stamp.as_ref().map(|stamp| stamp.at);
        let note = |stamp: &Option<Stamp>| stamp.as_ref().map(|stamp| stamp.note.clone());
        Self {
            id: alert.id,
            case_id: alert.case_id,
            level: alert.level,
            status: alert.state.code(),
            reasons: alert.reasons.clone(),
            ward_code: alert.ward_code.clone(),
            raised_at: alert.raised_at,
            rung: alert.rung,
            owner: alert.owner.code(),
            responsible: account(alert.responsible, names),
            escalated_at: alert.escalated_at,
            acknowledged_by: by(&alert.acknowledged),
            acknowledged_at: at(&alert.acknowledged),
            acknowledged_note: note(&alert.acknowledged),
            resolved_by: by(&alert.resolved),
            resolved_at: at(&alert.resolved),
            resolved_note: note(&alert.resolved),
            person: None,
        }
    }

    /// An alert with its patient.
    #[must_use]
    pub fn of_card(card: &AlertCard, names: &Names) -> Self {
        Self { person: card.person.as_ref().map(PersonView::from), ..Self::new(&card.alert, names) }
    }
}

/// The values of the newest report.
#[derive(Debug, Clone, Serialize)]
pub struct LatestView {
    at: Option<Instant>,
    level: AlertLevel,
    #[serde(flatten)]
    vitals: Map<String, Value>,
}

impl From<&Latest> for LatestView {
    fn from(latest: &Latest) -> Self {
        Self { at: latest.at, level: latest.level, vitals: vitals(&latest.vitals) }
    }
}

/// A case without what hangs on it.
#[derive(Debug, Clone, Serialize)]
pub struct CaseView {
    /// The case.
    pub id: CaseId,
    person_id: PersonId,
    person: Option<PersonView>,
    status: CaseState,
    diagnosed_at: Instant,
    specimen_at: Instant,
    symptom_onset: Option<Date>,
    illness_day: i64,
    isolated_from: Option<Instant>,
    conditions: Vec<Condition>,
    vaccine_doses: Option<u8>,
    pregnant: Option<bool>,
    risk: RiskGroup,
    ward_code: Option<String>,
    opened_at: Instant,
    opened_by: &'static str,
    closed_at: Option<Instant>,
    void_reason: Option<String>,
    doctor: Option<AccountView>,
    last_report_at: Option<Instant>,
    report_due_at: Option<Instant>,
    latest: LatestView,
}

impl CaseView {
    /// A case on a day.
    #[must_use]
    pub fn new(case: &CaseRecord, person: Option<&Person>, names: &Names, today: Date) -> Self {
        Self {
            id: case.id,
            person_id: case.person_id,
            person: person.map(PersonView::from),
            status: case.state,
            diagnosed_at: case.diagnosed_at,
            specimen_at: case.specimen_at,
            symptom_onset: case.symptom_onset,
            illness_day: illness_day(case.symptom_onset, case.diagnosed_at.local_date(), today),
            isolated_from: case.isolated_from,
            conditions: case.conditions.iter().copied().collect(),
            vaccine_doses: case.vaccine_doses,
            pregnant: case.pregnant,
            risk: case.risk,
            ward_code: case.ward_code.clone(),
            opened_at: case.opened_at,
            opened_by: case.opened_by.code(),
            closed_at: case.closed_at,
            void_reason: case.void_reason.clone(),
            doctor: account(case.doctor, names),
            last_report_at: case.latest.at,
            report_due_at: case.report_due_at,
            latest: LatestView::from(&case.latest),
        }
    }
}

/// A case in a list: with its latest vital signs and its alerts that are not resolved.
#[derive(Debug, Clone, Serialize)]
pub struct CaseItem {
    #[serde(flatten)]
    case: CaseView,
    open_alerts: Vec<AlertView>,
}

impl CaseItem {
    /// A line on a day.
    #[must_use]
    pub fn new(line: &CaseLine, names: &Names, today: Date) -> Self {
        Self {
            case: CaseView::new(&line.case, line.person.as_ref(), names, today),
            open_alerts: line.alerts.iter().map(|alert| AlertView::new(alert, names)).collect(),
        }
    }
}

/// A contact of a case.
#[derive(Debug, Clone, Serialize)]
pub struct ContactView {
    person_id: PersonId,
    person: Option<PersonView>,
    level: &'static str,
    last_day: Option<Date>,
    first_seen: Instant,
}

impl ContactView {
    fn new(contact: &Contact, person: Option<&Person>) -> Self {
        Self {
            person_id: contact.person_id,
            person: person.map(PersonView::from),
            level: contact.level.code(),
            last_day: contact.last_day,
            first_seen: contact.first_seen,
        }
    }
}

/// A result behind a case.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceView {
    result_id: ResultId,
    version: i64,
    outcome: Option<&'static str>,
    collected_at: Instant,
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            result_id: evidence.result_id,
            version: evidence.version,
            outcome: evidence.outcome.map(|outcome| outcome.code()),
            collected_at: evidence.collected_at,
        }
    }
}

/// Everything about a case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseFileView {
    #[serde(flatten)]
    case: CaseView,
    timeline: Vec<TimelineItem>,
    vitals: Vec<ReportView>,
    alerts: Vec<AlertView>,
    contacts: Vec<ContactView>,
    results: Vec<EvidenceView>,
    advice: Vec<ActView>,
    prescriptions: Vec<ActView>,
    referrals: Vec<ActView>,
    calls: Vec<ActView>,
    handovers: Vec<ActView>,
}

impl CaseFileView {
    /// A file on a day, its words in one language.
    #[must_use]
    pub fn new(file: &CaseFile, lang: Lang, today: Date) -> Self {
        Self {
            case: CaseView::new(&file.case, file.person.as_ref(), &file.names, today),
            timeline: timeline(file, lang),
            vitals: file.reports.iter().map(ReportView::from).collect(),
            alerts: file.alerts.iter().map(|alert| AlertView::new(alert, &file.names)).collect(),
            contacts: file.contacts.iter().map(|(c, person)| ContactView::new(c, person.as_ref())).collect(),
            results: file.evidence.iter().map(EvidenceView::from).collect(),
            advice: of_kind(&file.acts, ActKind::Advice, &file.names, lang),
            prescriptions: of_kind(&file.acts, ActKind::Prescription, &file.names, lang),
            referrals: of_kind(&file.acts, ActKind::Referral, &file.names, lang),
            calls: of_kind(&file.acts, ActKind::Call, &file.names, lang),
            handovers: of_kind(&file.acts, ActKind::Handover, &file.names, lang),
        }
    }
}
