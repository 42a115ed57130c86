//! The rows of this service's tables, typed.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::events::{AlertLevel, ExposureLevel, Outcome};
use shared::ids::{AccountId, AlertId, CaseId, PersonId, ReportId, ResultId};
use shared::time::{Date, Instant};

use crate::domain::case::{CaseState, illness_day};
use crate::domain::condition::Condition;
use crate::domain::engine::{ProtocolSays, Reason};
use crate::domain::ladder::Owner;
use crate::domain::observation::Observation;
use crate::domain::ranking::Standing;
use crate::domain::risk::RiskGroup;
use crate::domain::vital::{Vital, Vitals};

/// What opened a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenedBy {
    /// A laboratory result.
    Result,
    /// Somebody of the staff, by hand: then the case stands without a result.
    Staff,
}

impl OpenedBy {
    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Staff => "staff",
        }
    }

    /// The opener that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Result, Self::Staff].into_iter().find(|by| by.code() == code)
    }
}

/// What the newest report of a case said, kept beside the case for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latest {
    /// When it was measured; none before the first report.
    pub at: Option<Instant>,
    /// How dangerous it was.
    pub level: AlertLevel,
    /// Temperature, SpO2, breathing rate and pulse. Blood pressure is in the report only.
    pub vitals: Vitals,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The case.
    pub id: CaseId,
    /// Who has it, by the record that they live on as.
    pub person_id: PersonId,
    /// Where it stands.
    pub state: CaseState,
    /// What opened it.
    pub opened_by: OpenedBy,
    /// When it was diagnosed: when the specimen was taken, or as staff said.
    pub diagnosed_at: Instant,
    /// When the first specimen was taken that found it, or the diagnosis where no specimen is known. The window in which
    /// it infected others is counted from it where no onset is known.
    pub specimen_at: Instant,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// When isolation began, where known.
    pub isolated_from: Option<Instant>,
    /// Underlying diseases.
    pub conditions: BTreeSet<Condition>,
    /// Doses of vaccine, where known.
    pub vaccine_doses: Option<u8>,
    /// Whether pregnant, where known.
    pub pregnant: Option<bool>,
    /// The risk group.
    pub risk: RiskGroup,
    /// The ward where the person lives, as far as known.
    pub ward_code: Option<String>,
    /// When it was opened here.
    pub opened_at: Instant,
    /// When it ended, by the rule or because it never should have been.
    pub closed_at: Option<Instant>,
    /// Why it should never have been, as a code: `result_changed`, `result_withdrawn`, `merged`.
    pub void_reason: Option<String>,
    /// The doctor who has it.
    pub doctor: Option<AccountId>,
    /// What the newest report said.
    pub latest: Latest,
    /// When the next report is due; none once the case has ended.
    pub report_due_at: Option<Instant>,
}

impl CaseRecord {
    /// The case, as far as the order of the board is concerned.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let seen = self.latest.at.unwrap_or(self.opened_at).local_date();
        Standing {
            level: self.latest.level,
            risk: self.risk,
            illness_day: illness_day(self.symptom_onset, self.diagnosed_at.local_date(), seen),
            reported: self.latest.at,
            opened_at: self.opened_at,
        }
    }
}

/// A laboratory result, as far as cases care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The result, the same through all its versions.
    pub result_id: ResultId,
    /// The case that it stands behind, where it does.
    pub case_id: Option<CaseId>,
    /// Whose specimen it was.
    pub person_id: PersonId,
    /// The version that this is.
    pub version: i64,
    /// What it says; none where it was withdrawn.
    pub outcome: Option<Outcome>,
    /// When the specimen was taken.
    pub collected_at: Instant,
}

/// One report with what it meant.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRecord {
    /// The report.
    pub id: ReportId,
    /// Whose case.
    pub case_id: CaseId,
    /// What was observed; its own `id` is always [`ReportRecord::id`].
    pub observed: Observation,
    /// When it arrived.
    pub received_at: Instant,
    /// How dangerous it is.
    pub level: AlertLevel,
    /// Every rule that fired.
    pub reasons: Vec<Reason>,
    /// The protocol that decided.
    pub protocol: String,
    /// What every protocol says.
    pub protocols: Vec<ProtocolSays>,
    /// The values that are improbable and were asked back.
    pub doubtful: Vec<Vital>,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertState {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Acknowledged,
    /// It is dealt with.
    Resolved,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Resolved];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Who did something with an alert, when, and what they noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Who; none for the program itself.
    pub by: Option<AccountId>,
    /// When.
    pub at: Instant,
    /// What they noted.
    pub note: String,
}

/// One alert.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRecord {
    /// The alert.
    pub id: AlertId,
    /// The case that somebody must look at.
    pub case_id: CaseId,
    /// The ward of the case.
    pub ward_code: Option<String>,
    /// How dangerous.
    pub level: AlertLevel,
    /// Why, the most dangerous first.
    pub reasons: Vec<Reason>,
    /// Where it stands.
    pub state: AlertState,
    /// When it was raised to this level.
    pub raised_at: Instant,
    /// The rung of the ladder that it stands on, from 0.
    pub rung: usize,
    /// Who owns it on that rung.
    pub owner: Owner,
    /// The one on duty whom it belongs to, while nobody has it; none where nobody's duty covers its ward.
    pub responsible: Option<AccountId>,
    /// When it last climbed.
    pub escalated_at: Option<Instant>,
    /// Who has it.
    pub acknowledged: Option<Stamp>,
    /// How it ended.
    pub resolved: Option<Stamp>,
}

impl AlertRecord {
    /// Whether a case may not end because of it: nobody has taken a sign of danger. A watch, such as the first call of a
    /// new case, ends with its case.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        self.state == AlertState::Open && self.level >= AlertLevel::Urgent
    }
}

/// How near a contact came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContactLevel {
    /// Met at a place, as checking in tells.
    Exposure(ExposureLevel),
    /// Lives in the same household.
    Household,
}

impl ContactLevel {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exposure(level) => level.code(),
            Self::Household => "household",
        }
    }

    /// The level that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "household" { Some(Self::Household) } else { ExposureLevel::from_code(code).map(Self::Exposure) }
    }
}

/// Somebody who was near a case (F1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// The case.
    pub case_id: CaseId,
    /// Who was near.
    pub person_id: PersonId,
    /// How near, at the nearest.
    pub level: ContactLevel,
    /// The last day that they were near, where known.
    pub last_day: Option<Date>,
    /// When it was first known.
    pub first_seen: Instant,
}

/// What happened, as a line of the live feed names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// A case opened.
    CaseOpened,
    /// A report arrived.
    ReportReceived,
    /// An alert was raised, or rose to a higher level.
    AlertRaised,
    /// An alert climbed to the next owner.
    AlertEscalated,
    /// Somebody took an alert.
    AlertAcknowledged,
    /// An alert was dealt with.
    AlertResolved,
    /// A case ended, or should never have been.
    CaseClosed,
    /// An alert went to another owner: a duty began or ended.
    AlertMoved,
    /// A report did not come by its due time.
    ReportMissed,
}

impl FeedKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::CaseOpened,
        Self::ReportReceived,
        Self::AlertRaised,
        Self::AlertEscalated,
        Self::AlertAcknowledged,
        Self::AlertResolved,
        Self::CaseClosed,
        Self::AlertMoved,
        Self::ReportMissed,
    ];

    /// The name of the Server-Sent Event.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CaseOpened => "case.opened",
            Self::ReportReceived => "report.received",
            Self::AlertRaised => "alert.raised",
            Self::AlertEscalated => "alert.escalated",
            Self::AlertAcknowledged => "alert.acknowledged",
            Self::AlertResolved => "alert.resolved",
            Self::CaseClosed => "case.closed",
            Self::AlertMoved => "alert.moved",
            Self::ReportMissed => "report.missed",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A line of the live feed before it has its number.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedDraft {
    /// When it happened.
    pub at: Instant,
    /// What happened.
    pub kind: FeedKind,
    /// To which case.
    pub case_id: CaseId,
    /// To which alert.
    pub alert_id: Option<AlertId>,
    /// The ward of the case, by which readers are let see it.
    pub ward_code: Option<String>,
    /// What readers are told: ids, codes and times, never a name.
    pub data: Value,
}

/// A line of the live feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEntry {
    /// Its number: whoever has seen `n` never finds a smaller one later.
    pub seq: i64,
    /// What it says.
    pub line: FeedDraft,
}

/// Which cases a list shows.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Only those in this state.
    pub state: Option<CaseState>,
    /// Only those of these wards; none for all, also those without a ward.
    pub wards: Option<Vec<String>>,
    /// Only those of this risk group.
    pub risk: Option<RiskGroup>,
    /// Only those of this doctor.
    pub doctor: Option<AccountId>,
    /// Only those of these people.
    pub people: Option<Vec<PersonId>>,
    /// Only those that ended on a day of this span, both days included.
    pub closed_on: Option<(Date, Date)>,
    /// In which order.
    pub order: CaseOrder,
    /// At most so many.
    pub limit: i64,
    /// Skip so many.
    pub offset: i64,
}

/// The order of a list of cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// The newest first.
    #[default]
    Newest,
    /// By danger, as [`crate::domain::ranking`] has it.
    Danger,
}

/// Which alerts a list shows.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    /// Only those in these states; all where it is empty.
    pub states: Vec<AlertState>,
    /// Only those of these wards; none for all, also those without a ward.
    pub wards: Option<Vec<String>>,
    /// Only those of these cases.
    pub cases: Option<Vec<CaseId>>,
    /// Only those of this level.
    pub level: Option<AlertLevel>,
    /// Only those of open cases of this doctor.
    pub doctor: Option<AccountId>,
    /// Only open ones that this account owns, and those that it took and has not ended.
    pub hands: Option<AccountId>,
    /// Only those behind this place.
    pub after: Option<AlertPlace>,
    /// At most so many.
    pub limit: i64,
}

/// Where an alert stands in the order by danger, then age: a page of the list begins behind the last one of the page
/// before, also when alerts in between were taken meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertPlace {
    /// How dangerous.
    pub level: AlertLevel,
    /// When it was raised.
    pub raised_at: Instant,
    /// Which.
    pub id: AlertId,
}

impl AlertPlace {
    /// Where an alert stands.
    #[must_use]
    pub const fn of(alert: &AlertRecord) -> Self {
        Self { level: alert.level, raised_at: alert.raised_at, id: alert.id }
    }

    /// As a cursor of a list.
    #[must_use]
    pub fn cursor(&self) -> String {
        format!("{}.{}.{}", self.level.code(), self.raised_at.as_micros(), self.id)
    }

    /// Reads a cursor.
    #[must_use]
    pub fn from_cursor(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let level = AlertLevel::from_code(parts.next()?)?;
        let raised_at = Instant::from_micros(parts.next()?.parse().ok()?)?;
        Some(Self { level, raised_at, id: parts.next()?.parse().ok()? })
    }
}
