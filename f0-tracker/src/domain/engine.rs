//! The rule engine: one observation of one patient, judged by the protocol in force, and what every other protocol
//! says.
//!
//! The engine is a fold over data: it knows how to compare, confirm and add up, and nothing about medicine.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::time::{Date, Instant};

use super::age::Age;
use super::catalog::Catalog;
use super::condition::Condition;
use super::observation::Observation;
use super::protocol::{Comparison, Protocol, Rule, Test};
use super::subject::Subject;
use super::vital::{Tenths, Vital};

/// The rule code of the remark that no age is known.
pub const AGE_UNKNOWN: &str = "age_unknown";

/// What an observation means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The highest level of the rules that fired.
    pub level: AlertLevel,
    /// Every rule that fired, the most dangerous first.
    pub reasons: Vec<Reason>,
    /// The id of the protocol that decided.
    pub protocol: String,
    /// What every known protocol says.
    pub protocols: Vec<ProtocolSays>,
}

/// A rule that fired, with the numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The id of the rule.
    pub rule: String,
    /// The code of the vital sign, or `symptoms`.
    pub parameter: String,
    /// What was measured, or the code of the symptom.
    pub value: Measure,
    /// How the value compares to the threshold.
    pub comparison: Comparison,
    /// The threshold, or `reported` for a symptom.
    pub threshold: Measure,
    /// How dangerous this rule alone is.
    pub level: AlertLevel,
    /// The id of the protocol that the rule stands in.
    pub protocol: String,
    /// The decision, with sign or item where that is known.
    pub source: String,
    /// What the rule says, in both languages.
    pub text: Bilingual,
    /// Whether the level is this product's proposal: the source has one level for all its signs, or none.
    #[serde(default)]
    pub proposed: bool,
    /// Whether this is a first reading that a second one after 30 to 60 seconds is to confirm (261 and 4377).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub confirm: bool,
    /// When it was observed; none for what is no observation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// A number or a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measure {
    /// A number in the unit of its parameter.
    Number(Tenths),
    /// A word, such as the code of a symptom.
    Word(String),
}

/// What one protocol says of an observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolSays {
    /// The id of the protocol.
    pub id: String,
    /// Whether it fires; none where it is not made for this patient, or where nothing fires and a line that concerns
    /// the observation could not be read.
    pub fired: Option<bool>,
    /// How dangerous it says it is.
    pub level: AlertLevel,
    /// The sum, for a protocol that scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// The band, such as `green` or `severe`, for a protocol that sorts people into bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// What it asks for at this age and was not measured: unknown, and never normal. A score counts it as 0 and is a
    /// lower bound then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Vital>,
}

impl ProtocolSays {
    /// A protocol that has nothing to say.
    fn nothing(protocol: &Protocol) -> Self {
        Self {
            id: protocol.id.clone(),
            fired: None,
            level: AlertLevel::None,
            score: None,
            band: None,
            missing: Vec::new(),
        }
    }
}

/// Judges an observation of a patient on a day.
///
/// `previous` are the earlier observations of the same patient, in any order, without `observed` itself: a first low
/// SpO2 is believed after a second one (261 and 4377 ask for a second reading after 30 to 60 seconds). Where no birth
/// is known the rules of adults apply, and a reason says so. A symptom that no rule of the deciding protocol names has
/// no level.
#[must_use]
pub fn assess(
    catalog: &Catalog,
    subject: &Subject,
    observed: &Observation,
    previous: &[Observation],
    on: Date,
) -> Assessment {
    let known_age = subject.age_on(on);
    let judge = Judge { age: known_age.unwrap_or(Age::ASSUMED_ADULT), subject, observed, previous };
    let deciding = catalog.default_for(judge.age, on);
    let mut reasons: Vec<Reason> =
        deciding.rules().flat_map(|(protocol, rule)| judge.reasons(protocol, rule)).collect();
    reasons.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.rule.cmp(&b.rule)));
    let level = reasons.first().map_or(AlertLevel::None, |worst| worst.level);
    if known_age.is_none() {
        reasons.push(age_unknown(&deciding.protocol.id, observed.at));
    }
    let protocols = catalog.protocols().iter().map(|protocol| judge.ask(protocol)).collect();
    Assessment { level, reasons, protocol: deciding.protocol.id.clone(), protocols }
}

/// One observation of one patient, before the protocols.
struct Judge<'a> {
    age: Age,
    subject: &'a Subject,
    observed: &'a Observation,
    previous: &'a [Observation],
}

impl Judge<'_> {
    /// The level of a rule, where it is for this age and fires.
    fn level(&self, rule: &Rule) -> Option<AlertLevel> {
        if rule.ages.contains(self.age) { rule.level_on(self.observed, self.previous) } else { None }
    }

    /// Why a rule fired: one reason, or one for each of its symptoms that was reported.
    fn reasons(&self, protocol: &Protocol, rule: &Rule) -> Vec<Reason> {
        let Some(level) = self.level(rule) else { return Vec::new() };
        let reason = |parameter: &str, comparison, value, threshold| Reason {
            rule: rule.id.clone(),
            parameter: parameter.to_owned(),
            value,
            comparison,
            threshold,
            level,
            protocol: protocol.id.clone(),
            source: rule.source.clone(),
            text: rule.text.clone(),
            proposed: rule.proposed,
            confirm: level < rule.level,
            at: Some(self.observed.at),
        };
        match &rule.test {
            Test::Vital { vital, comparison, threshold } => {
                let value = self.observed.vitals.get(*vital).into_iter();
                value
                    .map(|v| reason(vital.code(), *comparison, Measure::Number(v), Measure::Number(*threshold)))
                    .collect()
            }
            Test::Signs(signs) => {
                let reported = signs.iter().filter(|sign| self.observed.symptoms.contains(sign));
                let word = |text: &str| Measure::Word(text.to_owned());
                reported.map(|s| reason("symptoms", Comparison::AnyOf, word(s.code()), word("reported"))).collect()
            }
        }
    }

    /// What a protocol says.
    fn ask(&self, protocol: &Protocol) -> ProtocolSays {
        if !protocol.applies_to(self.age, self.subject.is_pregnant()) {
            return ProtocolSays::nothing(protocol);
        }
        let Some(score) = &protocol.score else { return self.ask_rules(protocol) };
        let scored = score.of(self.observed, self.subject.conditions.contains(&Condition::HypercapnicFailure));
        ProtocolSays {
            fired: Some(scored.level > AlertLevel::None),
            level: scored.level,
            score: Some(scored.total),
            band: Some(scored.band),
            missing: scored.missing,
            ..ProtocolSays::nothing(protocol)
        }
    }

    /// Whether a protocol has a rule on a vital sign for this age, and it was not measured.
    fn is_missing(&self, protocol: &Protocol, vital: Vital) -> bool {
        let asks = |rule: &Rule| {
            rule.ages.contains(self.age) && matches!(&rule.test, Test::Vital { vital: of, .. } if *of == vital)
        };
        self.observed.vitals.get(vital).is_none() && protocol.rules.iter().any(asks)
    }

    fn ask_rules(&self, protocol: &Protocol) -> ProtocolSays {
        let fired = protocol.rules.iter().filter_map(|rule| Some((self.level(rule)?, rule)));
        let worst = fired.max_by_key(|(level, _)| *level);
        let needs = protocol.base_band.as_ref().map_or(&[][..], |base| &base.needs);
        let measured = |vital: &Vital| self.observed.vitals.get(*vital).is_some();
        let base = protocol.base_band.as_ref().filter(|_| needs.iter().any(measured));
        let missing = Vital::ALL.into_iter().filter(|vital| self.is_missing(protocol, *vital)).collect();
        let cannot_tell = worst.is_none() && protocol.cannot_tell(self.age, self.observed);
        ProtocolSays {
            fired: (!cannot_tell).then_some(worst.is_some()),
            level: worst.map_or(AlertLevel::None, |(level, _)| level),
            band: worst.map_or_else(|| base.map(|base| base.code.clone()), |(_, rule)| rule.band.clone()),
            missing,
            ..ProtocolSays::nothing(protocol)
        }
    }
}

/// The remark that no age is known.
fn age_unknown(protocol: &str, at: Instant) -> Reason {
    Reason {
        rule: AGE_UNKNOWN.to_owned(),
        parameter: "age".to_owned(),
        value: Measure::Word("unknown".to_owned()),
        comparison: Comparison::AnyOf,
        threshold: Measure::Word("adult".to_owned()),
        level: AlertLevel::None,
        protocol: protocol.to_owned(),
        source: "An Tâm".to_owned(),
        text: Bilingual::new(
            "Chưa biết tuổi: áp dụng ngưỡng của người lớn. Hãy hỏi năm sinh",
            "The age is not known: the limits of adults were used. Ask for the year of birth",
        ),
        proposed: true,
        confirm: false,
        at: Some(at),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod thresholds;
