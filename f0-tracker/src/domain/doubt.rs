//! Values that are possible and improbable: they are asked back, and kept as doubtful. They are judged like any other,
//! because a danger must not hide behind a doubt.
//!
//! The limits are this product's policy of data entry, in `f0-tracker/protocols/entry.json`.

use std::sync::OnceLock;

use serde::Deserialize;
use shared::bilingual::{Bilingual, Lang};
use shared::time::{Instant, minutes};

use super::observation::Observation;
use super::vital::{Tenths, Vital, Vitals};

const BUILTIN: &str = include_str!("../../protocols/entry.json");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    vital: Vital,
    below: Tenths,
    above: Tenths,
}

/// The limits beyond which a value is asked back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubts {
    /// What a reader must know about the limits.
    pub note: Bilingual,
    repeated_within_minutes: i64,
    improbable: Vec<Range>,
}

impl Doubts {
    /// The limits that are compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static DOUBTS: OnceLock<Doubts> = OnceLock::new();
        DOUBTS.get_or_init(|| {
            serde_json::from_str(BUILTIN).expect("the compiled file never changes, and a test reads it")
        })
    }

    /// How long ago a reading may be that makes a repeat of it believable.
    #[must_use]
    pub fn reach(&self) -> jiff::SignedDuration {
        minutes(self.repeated_within_minutes)
    }

    fn is_improbable(&self, vital: Vital, vitals: &Vitals) -> bool {
        let range = self.improbable.iter().find(|range| range.vital == vital);
        let value = vitals.get(vital);
        value.zip(range).is_some_and(|(value, range)| value < range.below || value > range.above)
    }

    /// What of an observation is doubtful: improbable, and not measured like that a short while before.
    #[must_use]
    pub fn of(&self, observed: &Observation, others: &[Observation]) -> Vec<Vital> {
        let since = observed.at.minus(self.reach());
        let before = |at: Instant| since <= at && at < observed.at;
        let is_repeat = |vital| others.iter().any(|other| before(other.at) && self.is_improbable(vital, &other.vitals));
        let doubtful = |vital: &Vital| self.is_improbable(*vital, &observed.vitals) && !is_repeat(*vital);
        Vital::ALL.into_iter().filter(doubtful).collect()
    }
}

/// What is asked back about a doubtful value.
#[must_use]
pub fn question(vital: Vital, value: Tenths) -> Bilingual {
    let (name, unit) = (vital.name(), vital.unit());
    Bilingual::new(
        format!("{} {} {} có đúng không? Hãy đo lại rồi báo lại", name.vi, value.written(Lang::Vi), unit.vi),
        format!("Is {} {value} {} right? Measure again and tell it again", name.en, unit.en),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::observation::Reporter;

    fn seen(minute: i64, vital: Vital, units: i32) -> Observation {
        let at: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        Observation {
            id: None,
            at: at.plus(minutes(minute)),
            by: Reporter::Patient,
            vitals: Vitals::default().with(vital, Tenths::whole(units)),
            on_oxygen: false,
            symptoms: BTreeSet::new(),
        }
    }

    #[test]
    fn both_ends_of_every_range_are_probable_and_what_lies_beyond_is_asked_back() {
        let doubts = Doubts::builtin();
        for vital in Vital::ALL {
            let range = doubts.improbable.iter().find(|range| range.vital == vital).unwrap();
            let (low, high) = (range.below.units().unwrap(), range.above.units().unwrap());
            let (entry_low, entry_high) = vital.entry_limits();
            assert!(entry_low < low && high <= entry_high, "{vital:?}: what is refused is not asked back");
            let told = |units| doubts.of(&seen(0, vital, units), &[]);
            assert!(told(low).is_empty() && told(high).is_empty(), "{vital:?}");
            assert_eq!(told(low - 1), [vital]);
            assert!(high == entry_high || told(high + 1) == [vital]);
        }
    }

    #[test]
    fn a_repeat_is_believed() {
        let told = |others: &[Observation]| Doubts::builtin().of(&seen(0, Vital::Pulse, 210), others);
        assert_eq!(told(&[]), [Vital::Pulse]);
        assert_eq!(told(&[seen(-5, Vital::Pulse, 205)]), []);
        assert_eq!(told(&[seen(-31, Vital::Pulse, 205)]), [Vital::Pulse], "too long ago");
        assert_eq!(told(&[seen(-5, Vital::Pulse, 90)]), [Vital::Pulse]);
        assert_eq!(told(&[seen(5, Vital::Pulse, 205)]), [Vital::Pulse], "a later one does not count");
    }
}
