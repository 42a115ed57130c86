//! A protocol as data: a dated, numbered list of rules, or a scoring table, with its source.
//!
//! The format is that of the files in `f0-tracker/protocols/`. Reading a file gives typed rules; what no type can say
//! is checked by [`super::catalog::Catalog`].

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::time::{Date, minutes};

use super::age::{Age, AgeBand};
use super::observation::Observation;
use super::score::Score;
use super::symptom::Symptom;
use super::vital::{Tenths, Vital};

/// One protocol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Its id, such as `byt-261-2022`.
    pub id: String,
    /// What people call it.
    pub title: Bilingual,
    /// The day it was signed or published.
    pub issued: Date,
    /// The first day of its validity.
    pub valid_from: Date,
    /// The last day of its validity, where it has ended.
    pub valid_to: Option<Date>,
    /// Whether every line of it that concerns a report was read; where not, [`Protocol::unread`] says what is missing.
    pub complete: bool,
    /// Where it comes from.
    pub source: Source,
    /// The ages it is made for.
    pub ages: AgeBand,
    /// Whether it is not meant for pregnant women.
    #[serde(default)]
    pub excludes_pregnancy: bool,
    /// The lines that stand in the signed text and could not be read. They are no rules; they keep a protocol from
    /// saying "no".
    #[serde(default)]
    pub unread: Vec<Unread>,
    /// The band of a person for whom no rule fires, for protocols that sort people into bands.
    pub base_band: Option<BaseBand>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The scoring table, for a protocol that adds points.
    pub score: Option<Score>,
}

impl Protocol {
    /// Whether the protocol is meant for such a person.
    #[must_use]
    pub fn applies_to(&self, age: Age, pregnant: bool) -> bool {
        self.ages.contains(age) && !(pregnant && self.excludes_pregnancy)
    }

    /// Whether a line that could not be read concerns what was observed: then that no rule fires says nothing.
    #[must_use]
    pub fn cannot_tell(&self, age: Age, observed: &Observation) -> bool {
        self.unread.iter().any(|unread| unread.ages.contains(age) && unread.concerns(observed))
    }
}

/// Where a protocol comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The number of the decision, or the publisher and the edition.
    pub decision: String,
    /// The pages and portals where its text was read.
    pub read_at: Vec<String>,
    /// What a reader must know about the reading.
    #[serde(default)]
    pub note: String,
}

/// Lines of a protocol that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unread {
    /// The ages they are for.
    pub ages: AgeBand,
    /// The vital signs they may concern.
    pub parameters: Reach<Vital>,
    /// The symptoms they may concern.
    pub signs: Reach<Symptom>,
    /// What is missing.
    pub note: String,
}

impl Unread {
    fn concerns(&self, observed: &Observation) -> bool {
        match (&self.parameters, &self.signs) {
            (Reach::All(_), Reach::All(_)) => true,
            (vitals, signs) => {
                observed.vitals.iter().any(|(vital, _)| vitals.contains(&vital))
                    || observed.symptoms.iter().any(|symptom| signs.contains(symptom))
            }
        }
    }
}

/// All of a kind, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Reach<T> {
    /// Every one.
    All(AllOf),
    /// These.
    These(Vec<T>),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllOf {
    /// Every one.
    All,
}

impl<T: PartialEq> Reach<T> {
    fn contains(&self, one: &T) -> bool {
        match self {
            Self::All(_) => true,
            Self::These(list) => list.contains(one),
        }
    }
}

/// The band of a person for whom no rule fires.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseBand {
    /// Its code, such as `green`.
    pub code: String,
    /// The vital signs of which at least one must have been measured to place somebody at all.
    pub needs: Vec<Vital>,
}

/// How a line is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Mark {
    /// Read in a text of the decision, or in a page that reproduces its list word for word.
    T,
    /// Relayed by a provincial document or a newspaper.
    R,
    /// From memory, not verified. Such a line must not be a rule; the catalog refuses it.
    M,
}

/// How a value compares to a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Less than.
    Lt,
    /// At most.
    Le,
    /// Greater than.
    Gt,
    /// At least.
    Ge,
    /// One of the symptoms was reported.
    AnyOf,
}

impl Comparison {
    /// The sign between value and threshold.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Le => "≤",
            Self::Gt => ">",
            Self::Ge => "≥",
            Self::AnyOf => "=",
        }
    }

    fn holds(self, value: Tenths, threshold: Tenths) -> bool {
        match self {
            Self::Lt => value < threshold,
            Self::Le => value <= threshold,
            Self::Gt => value > threshold,
            Self::Ge => value >= threshold,
            Self::AnyOf => false,
        }
    }

    /// Whether the rule fires on low values.
    #[must_use]
    pub const fn looks_down(self) -> bool {
        matches!(self, Self::Lt | Self::Le)
    }
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// A vital sign against a threshold.
    Vital {
        /// Which.
        vital: Vital,
        /// How.
        comparison: Comparison,
        /// Against what.
        threshold: Tenths,
    },
    /// Any of these symptoms.
    Signs(Vec<Symptom>),
}

/// A rule that believes a first reading only after a second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The first reading may be this many minutes old.
    pub within_minutes: i64,
    /// The level of a first reading.
    pub first_level: AlertLevel,
}

/// One rule of a protocol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RuleRecord")]
pub struct Rule {
    /// Its id in the table of rules, `R01` and so on. A rule with two numbers, such as blood pressure, is two rules of
    /// one id.
    pub id: String,
    /// What it looks at.
    pub test: Test,
    /// The ages it is for.
    pub ages: AgeBand,
    /// How dangerous it is when it fires.
    pub level: AlertLevel,
    /// Whether a second reading must confirm the first.
    pub confirm: Option<Confirm>,
    /// The band it places a person in, for protocols that sort people into bands.
    pub band: Option<String>,
    /// What it says, in both languages.
    pub text: Bilingual,
    /// The decision, with sign or item where that is known.
    pub source: String,
    /// How the line is known.
    pub mark: Mark,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// Whether the level is this product's proposal and does not stand in the source.
    pub proposed: bool,
}

impl Rule {
    /// Whether the rule fires on one observation, without regard to age.
    #[must_use]
    pub fn fires(&self, observed: &Observation) -> bool {
        match &self.test {
            Test::Vital { vital, comparison, threshold } => {
                observed.vitals.get(*vital).is_some_and(|value| comparison.holds(value, *threshold))
            }
            Test::Signs(signs) => signs.iter().any(|sign| observed.symptoms.contains(sign)),
        }
    }

    /// The level on an observation, where the rule fires. A rule that must be confirmed has its full level when an
    /// earlier observation within its minutes fires it too, and the level of a first reading otherwise.
    #[must_use]
    pub fn level_on(&self, observed: &Observation, earlier: &[Observation]) -> Option<AlertLevel> {
        if !self.fires(observed) {
            return None;
        }
        let Some(confirm) = self.confirm else { return Some(self.level) };
        let oldest = observed.at.minus(minutes(confirm.within_minutes));
        let confirmed = earlier.iter().any(|e| oldest <= e.at && e.at <= observed.at && self.fires(e));
        Some(if confirmed { self.level } else { confirm.first_level })
    }
}

/// A rule as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleRecord {
    id: String,
    parameter: String,
    comparison: Comparison,
    threshold: Threshold,
    ages: AgeBand,
    level: AlertLevel,
    confirm: Option<Confirm>,
    band: Option<String>,
    text: Bilingual,
    source: String,
    mark: Mark,
    note: Option<String>,
    /// Every rule says it: a level without a word about where it comes from would pass for the decision's own.
    proposed: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Threshold {
    Number(Tenths),
    Signs(Vec<Symptom>),
}

/// Why a rule of a file is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "rule {0}: `symptoms` needs `any_of` and a list of symptom codes, a vital sign needs a comparison and a number"
)]
pub struct RuleError(String);

impl TryFrom<RuleRecord> for Rule {
    type Error = RuleError;

    fn try_from(record: RuleRecord) -> Result<Self, RuleError> {
        let test = match (record.parameter.as_str(), record.comparison, record.threshold) {
            ("symptoms", Comparison::AnyOf, Threshold::Signs(signs)) => Test::Signs(signs),
            (code, comparison, Threshold::Number(threshold)) if comparison != Comparison::AnyOf => {
                let vital = Vital::from_code(code).ok_or_else(|| RuleError(record.id.clone()))?;
                Test::Vital { vital, comparison, threshold }
            }
            _ => return Err(RuleError(record.id)),
        };
        Ok(Self {
            id: record.id,
            test,
            ages: record.ages,
            level: record.level,
            confirm: record.confirm,
            band: record.band,
            text: record.text,
            source: record.source,
            mark: record.mark,
            note: record.note,
            proposed: record.proposed,
        })
    }
}
