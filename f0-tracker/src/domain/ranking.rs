//! The order of the board: who is looked at first, and why.
//!
//! It is this product's policy, in `f0-tracker/protocols/ranking.json`, and no clinical score: danger of the newest
//! report, the fall from the patient's own baseline, the day of illness, the risk group, and the age of the data. One
//! point is one hour without news, so the age of the data counts for everybody alike and the order of two cases
//! changes only when one of them changes: it can be kept in an index.

use std::sync::OnceLock;

use serde::Deserialize;
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::time::Instant;

use super::observation::Observation;
use super::risk::RiskGroup;
use super::vital::Vital;

const BUILTIN: &str = include_str!("../../protocols/ranking.json");
const MINUTES: i64 = 60;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelPoints {
    emergency: i64,
    urgent: i64,
    watch: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RiskPoints {
    very_high: i64,
    medium: i64,
    unknown: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    from: i64,
    to: i64,
    points: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PerUnit {
    per_unit: i64,
    at_most: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PerTen {
    per_ten: i64,
    at_most: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrendPoints {
    readings: usize,
    spo2_pct: PerUnit,
    respiratory_rate: PerUnit,
    pulse: PerTen,
}

/// The points of the policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// What a reader must know about them.
    pub note: Bilingual,
    level: LevelPoints,
    risk: RiskPoints,
    illness_days: Days,
    never_reported: i64,
    trend: TrendPoints,
}

/// How the newest values stand to the patient's own: the middle of the readings before. Only what got worse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trend {
    /// SpO2 has fallen by so many points of a percent.
    pub spo2_fall: i64,
    /// Breathing has risen by so many a minute.
    pub breathing_rise: i64,
    /// The pulse has risen by so many a minute.
    pub pulse_rise: i64,
}

/// A case, as far as the order is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The level of the newest report.
    pub level: AlertLevel,
    /// The risk group.
    pub risk: RiskGroup,
    /// The day of illness at the newest report.
    pub illness_day: i64,
    /// When it was reported last; none before the first report.
    pub reported: Option<Instant>,
    /// When the case opened.
    pub opened_at: Instant,
}

/// Why a case stands where it stands: a part of its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// A stable code: `level`, `spo2_fall`, `breathing_rise`, `pulse_rise`, `silent`, `never`, `risk`, `illness_day`.
    pub code: &'static str,
    /// The number that goes with it: a fall, hours, the day.
    pub number: i64,
    /// The points.
    pub points: i64,
}

impl Ranking {
    /// The policy that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static RANKING: OnceLock<Ranking> = OnceLock::new();
        RANKING.get_or_init(|| {
            serde_json::from_str(BUILTIN).expect("the compiled file never changes, and a test reads it")
        })
    }

    /// The newest reading against the middle of the earlier ones; nothing where there are too few of them.
    #[must_use]
    pub fn trend(&self, newest: &Observation, earlier: &[Observation]) -> Trend {
        let change = |vital: Vital| {
            let now = newest.vitals.get(vital)?.units()?;
            // On oxygen and on air are two different measurements.
            let alike = earlier.iter().filter(|one| one.on_oxygen == newest.on_oxygen && one.at < newest.at);
            let mut before: Vec<i32> = alike.filter_map(|one| one.vitals.get(vital)?.units()).collect();
            before.sort_unstable();
            let middle = before.get(before.len() / 2).filter(|_| before.len() >= self.trend.readings)?;
            Some(i64::from(now - middle))
        };
        Trend {
            spo2_fall: change(Vital::Spo2Pct).map_or(0, |by| (-by).max(0)),
            breathing_rise: change(Vital::RespiratoryRate).map_or(0, |by| by.max(0)),
            pulse_rise: change(Vital::Pulse).map_or(0, |by| by.max(0)),
        }
    }

    fn of_trend(&self, trend: Trend) -> [Part; 3] {
        let part = |code, number: i64, points: i64, most: i64| Part { code, number, points: points.min(most) };
        let (spo2, breathing, pulse) = (&self.trend.spo2_pct, &self.trend.respiratory_rate, &self.trend.pulse);
        [
            part("spo2_fall", trend.spo2_fall, trend.spo2_fall * spo2.per_unit, spo2.at_most),
            part("breathing_rise", trend.breathing_rise, trend.breathing_rise * breathing.per_unit, breathing.at_most),
            part("pulse_rise", trend.pulse_rise, trend.pulse_rise / 10 * pulse.per_ten, pulse.at_most),
        ]
    }

    fn of_case(&self, case: &Standing) -> [Part; 4] {
        let level = match case.level {
            AlertLevel::Emergency => self.level.emergency,
            AlertLevel::Urgent => self.level.urgent,
            AlertLevel::Watch => self.level.watch,
            AlertLevel::None => 0,
        };
        let risk = match case.risk {
            RiskGroup::VeryHigh => self.risk.very_high,
            RiskGroup::Medium => self.risk.medium,
            RiskGroup::Unknown => self.risk.unknown,
            RiskGroup::Low => 0,
        };
        let days = &self.illness_days;
        let ill = if (days.from..=days.to).contains(&case.illness_day) { days.points } else { 0 };
        let never = if case.reported.is_none() { self.never_reported } else { 0 };
        [
            Part { code: "level", number: 0, points: level },
            Part { code: "risk", number: 0, points: risk },
            Part { code: "illness_day", number: case.illness_day, points: ill },
            Part { code: "never", number: 0, points: never },
        ]
    }

    /// The place of a case without its trend, in minutes: the smaller, the sooner it is looked at.
    #[must_use]
    pub fn place(&self, case: &Standing) -> i64 {
        let since = case.reported.unwrap_or(case.opened_at).as_seconds().div_euclid(60);
        since - MINUTES * self.of_case(case).iter().map(|part| part.points).sum::<i64>()
    }

    /// By how much a trend brings a case forward, in minutes.
    #[must_use]
    pub fn forward(&self, trend: Trend) -> i64 {
        MINUTES * self.of_trend(trend).iter().map(|part| part.points).sum::<i64>()
    }

    /// Why a case stands where it stands, what weighs most first. The age of the data is told from six hours on.
    #[must_use]
    pub fn reasons(&self, case: &Standing, trend: Trend, now: Instant) -> Vec<Part> {
        let hours = now.since(case.reported.unwrap_or(case.opened_at)).as_hours().max(0);
        let silent = Part { code: "silent", number: hours, points: if hours >= 6 { hours } else { 0 } };
        let mut parts: Vec<Part> = self.of_case(case).into_iter().chain(self.of_trend(trend)).chain([silent]).collect();
        parts.retain(|part| part.points > 0);
        parts.sort_by_key(|part| core::cmp::Reverse(part.points));
        parts
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::observation::Reporter;
    use crate::domain::vital::{Tenths, Vitals};
    use shared::time::hours;

    fn now() -> Instant {
        "2022-03-10T08:00:00+07:00".parse().unwrap()
    }

    fn standing() -> Standing {
        Standing {
            level: AlertLevel::None,
            risk: RiskGroup::Low,
            illness_day: 2,
            reported: Some(now().minus(hours(2))),
            opened_at: now().minus(hours(50)),
        }
    }

    fn reading(hour: i64, spo2: i32, breaths: i32) -> Observation {
        Observation {
            id: None,
            at: now().minus(hours(hour)),
            by: Reporter::Patient,
            vitals: Vitals::default()
                .with(Vital::Spo2Pct, Tenths::whole(spo2))
                .with(Vital::RespiratoryRate, Tenths::whole(breaths)),
            on_oxygen: false,
            symptoms: BTreeSet::new(),
        }
    }

    #[test]
    fn the_policy_reads_and_says_that_it_is_one() {
        assert!(Ranking::builtin().note.vi.contains("chính sách"));
    }

    #[test]
    fn a_fall_is_measured_against_the_patients_own_readings() {
        let ranking = Ranking::builtin();
        let copd: Vec<_> = [93, 92, 93].map(|spo2| reading(20, spo2, 18)).into();
        assert_eq!(ranking.trend(&reading(0, 92, 18), &copd).spo2_fall, 1);
        let well: Vec<_> = [98, 99, 98].map(|spo2| reading(20, spo2, 16)).into();
        let fallen = ranking.trend(&reading(0, 95, 22), &well);
        assert_eq!((fallen.spo2_fall, fallen.breathing_rise), (3, 6));
        assert_eq!(ranking.trend(&reading(0, 99, 14), &well), Trend::default(), "better is no reason");
        assert_eq!(ranking.trend(&reading(0, 90, 30), &well[..2]), Trend::default(), "two readings are no baseline");
        let on_oxygen = Observation { on_oxygen: true, ..reading(0, 90, 30) };
        assert_eq!(ranking.trend(&on_oxygen, &well), Trend::default());
    }

    #[test]
    fn danger_comes_before_risk_and_risk_before_a_few_hours_of_silence() {
        let ranking = Ranking::builtin();
        let quiet = Standing { reported: Some(now().minus(hours(10))), ..standing() };
        let risky = Standing { risk: RiskGroup::VeryHigh, ..standing() };
        let watch = Standing { level: AlertLevel::Watch, ..standing() };
        let urgent = Standing { level: AlertLevel::Urgent, ..standing() };
        let emergency = Standing { level: AlertLevel::Emergency, ..standing() };
        let order = [emergency, urgent, watch, risky, quiet, standing()].map(|case| ranking.place(&case));
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn a_case_that_falls_silent_overtakes_one_that_is_watched() {
        let ranking = Ranking::builtin();
        let watch = Standing { level: AlertLevel::Watch, ..standing() };
        let silent = |n| Standing { reported: Some(now().minus(hours(n))), ..standing() };
        assert!(ranking.place(&silent(61)) > ranking.place(&watch));
        assert!(ranking.place(&silent(63)) < ranking.place(&watch));
    }

    #[test]
    fn the_reasons_are_those_that_count_and_the_heaviest_comes_first() {
        let case = Standing { level: AlertLevel::Watch, risk: RiskGroup::VeryHigh, illness_day: 6, ..standing() };
        let trend = Trend { spo2_fall: 4, ..Trend::default() };
        let codes: Vec<_> = Ranking::builtin().reasons(&case, trend, now()).iter().map(|part| part.code).collect();
        assert_eq!(codes, ["level", "spo2_fall", "risk", "illness_day"]);
        let never = Standing { reported: None, ..standing() };
        let told = Ranking::builtin().reasons(&never, Trend::default(), now());
        assert_eq!((told[0].code, told[0].number), ("silent", 50));
        assert_eq!(told[1].code, "never");
    }
}
