//! A scoring table as data: points for each vital sign, added up. NEWS2 is one.

use serde::Deserialize;
use shared::events::AlertLevel;

use super::observation::Observation;
use super::symptom::Symptom;
use super::vital::{Tenths, Vital};

/// A scoring table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The points for each vital sign.
    pub items: Vec<Item>,
    /// The points for breathing oxygen.
    pub on_oxygen_points: i64,
    /// The points for a consciousness that is not alert.
    pub consciousness: Consciousness,
    /// What a sum means, from the lowest sum up.
    pub bands: Vec<Band>,
    /// What so many points in one parameter alone mean.
    pub single: Single,
}

/// The points for one vital sign.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Which vital sign.
    pub parameter: Vital,
    /// For whom, where the sign has several scales.
    #[serde(default)]
    pub when: When,
    /// The steps from the lowest value up; the last has no upper end.
    pub steps: Vec<Step>,
}

/// One step of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The highest value of the step; none for the last.
    pub up_to: Option<Tenths>,
    /// Its points.
    pub points: i64,
}

/// For whom a scale is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Everybody.
    #[default]
    Always,
    /// Everybody without hypercapnic failure.
    Scale1,
    /// Hypercapnic failure, breathing air.
    Scale2OnAir,
    /// Hypercapnic failure, breathing oxygen.
    Scale2OnOxygen,
}

/// The points for consciousness.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consciousness {
    /// The symptoms that say that somebody is not alert.
    pub signs: Vec<Symptom>,
    /// The points.
    pub points: i64,
}

/// What a sum means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The lowest sum of the band.
    pub from: i64,
    /// Its code.
    pub code: String,
    /// How dangerous it is.
    pub level: AlertLevel,
}

/// What a high score in one parameter alone means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Single {
    /// The points in one parameter.
    pub points: i64,
    /// The code of the band.
    pub code: String,
    /// How dangerous it is.
    pub level: AlertLevel,
}

/// A score that was added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// The sum. A value that was not measured counts 0, so it is a lower bound where something is missing.
    pub total: i64,
    /// The level of the sum, or of one parameter alone, whichever is higher.
    pub level: AlertLevel,
    /// The code of the band.
    pub band: String,
    /// What was not measured.
    pub missing: Vec<Vital>,
}

impl Score {
    /// Adds up the points of one observation.
    #[must_use]
    pub fn of(&self, observed: &Observation, hypercapnic: bool) -> Scored {
        let scale = match (hypercapnic, observed.on_oxygen) {
            (false, _) => When::Scale1,
            (true, false) => When::Scale2OnAir,
            (true, true) => When::Scale2OnOxygen,
        };
        let (mut points, mut missing) = (Vec::new(), Vec::new());
        for item in self.items.iter().filter(|item| item.when == When::Always || item.when == scale) {
            match observed.vitals.get(item.parameter) {
                Some(value) => points.push(item.points(value)),
                None => missing.push(item.parameter),
            }
        }
        if observed.on_oxygen {
            points.push(self.on_oxygen_points);
        }
        if self.consciousness.signs.iter().any(|sign| observed.symptoms.contains(sign)) {
            points.push(self.consciousness.points);
        }
        let total = points.iter().sum();
        let (level, band) = self.meaning(total, points.iter().copied().max().unwrap_or(0));
        Scored { total, level, band: band.to_owned(), missing }
    }

    /// The level and band of a sum, whose highest single parameter has `highest` points.
    fn meaning(&self, total: i64, highest: i64) -> (AlertLevel, &str) {
        let band = self.bands.iter().rev().find(|band| band.from <= total);
        let (level, code) = band.map_or((AlertLevel::None, ""), |band| (band.level, &*band.code));
        if highest >= self.single.points && level < self.single.level {
            (self.single.level, &self.single.code)
        } else {
            (level, code)
        }
    }
}

impl Item {
    fn points(&self, value: Tenths) -> i64 {
        let step = self.steps.iter().find(|step| step.up_to.is_none_or(|end| value <= end));
        step.map_or(0, |step| step.points)
    }
}
