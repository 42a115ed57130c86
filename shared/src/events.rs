//! The payloads of the events between the services.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::EventData;
use crate::ids::{AlertId, CaseId, ExposureId, PersonId, PlaceId, ResultId};
use crate::time::{Date, Instant};

const LAB: &str = "/antam/lab-results";
const F0: &str = "/antam/f0-tracker";
const CHECKIN: &str = "/antam/checkin";
const PEOPLE: &str = "/antam/people";

macro_rules! event {
    ($payload:ty, $kind:literal, $source:expr, $subject:ident) => {
        impl EventData for $payload {
            const TYPE: &'static str = $kind;
            const SOURCE: &'static str = $source;

            fn subject(&self) -> String {
                self.$subject.to_string()
            }
        }
    };
}

/// What a laboratory found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// SARS-CoV-2 was found: positive (SNOMED CT 260373001).
    Detected,
    /// It was not found: negative (260415000).
    NotDetected,
    /// The test does not decide (419984006): take it again.
    Inconclusive,
    /// The specimen or the run was unfit (125154007): take it again.
    Invalid,
}

impl Outcome {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::NotDetected => "not_detected",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
        }
    }

    /// The outcome that a code on the wire or in the database names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Detected, Self::NotDetected, Self::Inconclusive, Self::Invalid].into_iter().find(|o| o.code() == code)
    }
}

/// How the virus was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Nucleic acid amplification (RT-PCR, LAMP).
    Pcr,
    /// Antigen, rapid or laboratory.
    Antigen,
}

impl Method {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pcr => "pcr",
            Self::Antigen => "antigen",
        }
    }
}

/// A laboratory released a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultReported {
    /// The result, the same through all its versions.
    pub result_id: ResultId,
    /// 1 for the first version.
    pub version: i64,
    /// Whose specimen it was.
    pub person_id: PersonId,
    /// The laboratory's code.
    pub lab_code: String,
    /// What was found.
    pub outcome: Outcome,
    /// How it was looked for.
    pub method: Method,
    /// When the specimen was taken.
    pub collected_at: Instant,
    /// When the laboratory had the result.
    pub resulted_at: Instant,
    /// Where the person lives, as far as known: the ward of the case that may open.
    pub ward_code: Option<String>,
    /// The code of the citizen's result page (`/r/CODE`).
    pub link_code: String,
}
event!(ResultReported, "antam.lab.result_reported.v1", LAB, person_id);

/// A laboratory corrected or withdrew a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultAmended {
    /// The result, now current.
    pub result: ResultReported,
    /// What the version before said.
    pub previous_outcome: Outcome,
    /// The result was withdrawn: it says nothing any more.
    pub withdrawn: bool,
    /// Whose it was said to be before, where that changed.
    pub previous_person_id: Option<PersonId>,
}
impl EventData for ResultAmended {
    const TYPE: &'static str = "antam.lab.result_amended.v1";
    const SOURCE: &'static str = LAB;

    fn subject(&self) -> String {
        self.result.person_id.to_string()
    }
}

/// What an exposure window is counted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOpened {
    /// The case.
    pub case_id: CaseId,
    /// Who has it.
    pub person_id: PersonId,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// When the specimen was taken that found it, or the day of diagnosis where no specimen is known.
    pub specimen_at: Instant,
    /// When isolation began, where known.
    pub isolated_from: Option<Instant>,
    /// Where the person lives, as far as known.
    pub ward_code: Option<String>,
    /// When the case opened.
    pub opened_at: Instant,
}
event!(CaseOpened, "antam.f0.case_opened.v1", F0, person_id);

/// What is known of a case changed: its onset, its specimen or its isolation. Contacts are found anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseUpdated {
    /// The case as it is known now.
    pub case: CaseOpened,
}
impl EventData for CaseUpdated {
    const TYPE: &'static str = "antam.f0.case_updated.v1";
    const SOURCE: &'static str = F0;

    fn subject(&self) -> String {
        self.case.person_id.to_string()
    }
}

/// A case ended by the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseClosed {
    /// The case.
    pub case_id: CaseId,
    /// Who had it.
    pub person_id: PersonId,
    /// When.
    pub closed_at: Instant,
}
event!(CaseClosed, "antam.f0.case_closed.v1", F0, person_id);

/// A case should never have been: its result was corrected or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseVoided {
    /// The case.
    pub case_id: CaseId,
    /// Who was thought to have it.
    pub person_id: PersonId,
    /// When.
    pub voided_at: Instant,
}
event!(CaseVoided, "antam.f0.case_voided.v1", F0, person_id);

/// How near two people came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExposureLevel {
    /// The same place without a common time.
    SamePlace,
    /// A common time shorter than a close contact's.
    Brief,
    /// A common time of 15 minutes or more (policy data).
    Close,
}

impl ExposureLevel {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SamePlace => "same_place",
            Self::Brief => "brief",
            Self::Close => "close",
        }
    }

    /// The level that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::SamePlace, Self::Brief, Self::Close].into_iter().find(|l| l.code() == code)
    }
}

/// One stay of a contact at one place near a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureAt {
    /// The exposure.
    pub exposure_id: ExposureId,
    /// Where.
    pub venue_id: PlaceId,
    /// The local day.
    pub day: Date,
    /// Minutes in common, rounded to the nearest.
    pub overlap_minutes: i64,
    /// How near.
    pub level: ExposureLevel,
}

/// One person shared the air with a case, at one place or several. One event a person, so that nobody is told ten times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureFound {
    /// The case.
    pub case_id: CaseId,
    /// Who was exposed.
    pub person_id: PersonId,
    /// Where and how near, newest first.
    pub exposures: Vec<ExposureAt>,
    /// They live with the case, as far as the register tells (one phone): they are told so, not of places.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub household: bool,
}
event!(ExposureFound, "antam.checkin.exposure_found.v1", CHECKIN, person_id);

/// Nothing is left of what somebody was told: the case was none, or it was elsewhere or at another time. Sent only where
/// no other case exposed the person, and no alert of another case was sent to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureWithdrawn {
    /// The case.
    pub case_id: CaseId,
    /// Who was thought to be exposed.
    pub person_id: PersonId,
    /// The exposures that do not hold; none where an alert of a place was all that the person was told.
    pub exposures: Vec<ExposureId>,
}
event!(ExposureWithdrawn, "antam.checkin.exposure_withdrawn.v1", CHECKIN, person_id);

/// An officer decided that everybody who was at a place at a time is told, whether near the case or not. One event a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VenueAlerted {
    /// The decision.
    pub alert_id: Uuid,
    /// The case that led to it.
    pub case_id: CaseId,
    /// Who was there.
    pub person_id: PersonId,
    /// Where.
    pub venue_id: PlaceId,
    /// The local day of their visit.
    pub day: Date,
}
event!(VenueAlerted, "antam.checkin.venue_alerted.v1", CHECKIN, person_id);

/// How dangerous a report is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertLevel {
    /// Nothing to do.
    #[default]
    None,
    /// Measure again, call the same day.
    Watch,
    /// A doctor calls within the hour.
    Urgent,
    /// Call now, move now.
    Emergency,
}

impl AlertLevel {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Watch => "watch",
            Self::Urgent => "urgent",
            Self::Emergency => "emergency",
        }
    }

    /// The level that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::None, Self::Watch, Self::Urgent, Self::Emergency].into_iter().find(|l| l.code() == code)
    }
}

/// A doctor must look at a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRaised {
    /// The alert.
    pub alert_id: AlertId,
    /// The case.
    pub case_id: CaseId,
    /// Who has it.
    pub person_id: PersonId,
    /// How dangerous.
    pub level: AlertLevel,
    /// Where the person lives, as far as known.
    pub ward_code: Option<String>,
    /// The role that owns the alert now: the first rung of the ladder.
    pub owner: String,
}
event!(AlertRaised, "antam.f0.alert_raised.v1", F0, person_id);

/// Nobody took an alert in time: it climbed to the next owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEscalated {
    /// The alert as it was raised, with its owner now.
    pub alert: AlertRaised,
    /// The rung of the ladder that it stands on now, from 0.
    pub rung: i64,
}
impl EventData for AlertEscalated {
    const TYPE: &'static str = "antam.f0.alert_escalated.v1";
    const SOURCE: &'static str = F0;

    fn subject(&self) -> String {
        self.alert.person_id.to_string()
    }
}

/// Two records were found to be one person: `other_id` lives on as another name of `person_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonMerged {
    /// The record that stays.
    pub person_id: PersonId,
    /// The record that became another name of it.
    pub other_id: PersonId,
}
event!(PersonMerged, "antam.people.person_merged.v1", PEOPLE, person_id);
