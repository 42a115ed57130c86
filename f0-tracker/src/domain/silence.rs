//! Silence is an alert: when a report is missed, and who hears of it when.
//!
//! The hours are this product's policy, in `f0-tracker/protocols/silence.json`: the decisions ask for two reports a day
//! (4038, 4377, 261/QĐ-BYT) and set no hours for one that is missed.

use std::sync::OnceLock;

use jiff::civil::Time;
use serde::Deserialize;
use shared::bilingual::Bilingual;
use shared::time::{Instant, days, hours, minutes};

use super::risk::RiskGroup;

const BUILTIN: &str = include_str!("../../protocols/silence.json");

/// The rule of a report that did not come by its due time: R30 of the table of rules.
pub const NO_REPORT: &str = "R30";

/// A step of the ladder of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// The patient is sent a message.
    Message,
    /// The ward station is told.
    Station,
    /// The doctor on duty is told.
    Doctor,
}

impl Rung {
    /// Every rung, from the first.
    pub const ALL: [Self; 3] = [Self::Message, Self::Station, Self::Doctor];

    /// The code in a timer.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Station => "station",
            Self::Doctor => "doctor",
        }
    }

    /// The rung that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.code() == code)
    }
}

/// The hours in which people are called and sent messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    from_hour: i8,
    to_hour: i8,
}

/// What holds for one risk group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfRisk {
    risk: RiskGroup,
    due_hours: i64,
    message_minutes: i64,
    station_minutes: i64,
    at_night: bool,
}

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SilenceError {
    /// It cannot be read.
    #[error("the hours of silence: {0}")]
    Json(#[from] serde_json::Error),
    /// A risk group has no line, or more than one.
    #[error("the hours of silence: the risk group {0} needs one line")]
    Risk(&'static str),
    /// A number is not above 0, or the day ends before it begins.
    #[error("the hours of silence: every time is above 0, and the day begins before it ends")]
    Hours,
}

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// What a reader must know about the hours.
    pub note: Bilingual,
    day: Day,
    risks: Vec<OfRisk>,
}

impl Silence {
    /// The policy that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static SILENCE: OnceLock<Silence> = OnceLock::new();
        SILENCE.get_or_init(|| Self::read(BUILTIN).expect("the compiled file never changes, and a test reads it"))
    }

    /// Reads and checks a policy in the format of `silence.json`.
    ///
    /// # Errors
    /// [`SilenceError`].
    pub fn read(json: &str) -> Result<Self, SilenceError> {
        let silence: Self = serde_json::from_str(json)?;
        for risk in RiskGroup::ALL {
            if silence.risks.iter().filter(|line| line.risk == risk).count() != 1 {
                return Err(SilenceError::Risk(risk.code()));
            }
        }
        let day = silence.day;
        let is_sound = |line: &OfRisk| line.due_hours > 0 && line.message_minutes > 0 && line.station_minutes > 0;
        if !(0..24).contains(&day.from_hour) || !(day.from_hour..24).contains(&day.to_hour) {
            return Err(SilenceError::Hours);
        }
        if silence.risks.iter().all(is_sound) { Ok(silence) } else { Err(SilenceError::Hours) }
    }

    fn line(&self, risk: RiskGroup) -> &OfRisk {
        self.risks
            .iter()
            .find(|line| line.risk == risk)
            .expect("`read` refuses a policy without a line for every group")
    }

    /// When the next report is due after the patient was heard.
    #[must_use]
    pub fn due_after(&self, risk: RiskGroup, heard_at: Instant) -> Instant {
        let line = self.line(risk);
        self.awake(line, heard_at.plus(hours(line.due_hours)))
    }

    /// The rung after one that was reached, and when; none after the last.
    #[must_use]
    pub fn next(&self, risk: RiskGroup, rung: Rung, at: Instant) -> Option<(Rung, Instant)> {
        let line = self.line(risk);
        let (next, wait) = match rung {
            Rung::Message => (Rung::Station, line.message_minutes),
            Rung::Station => (Rung::Doctor, line.station_minutes),
            Rung::Doctor => return None,
        };
        Some((next, self.awake(line, at.plus(minutes(wait)))))
    }

    /// The time itself, or the next morning where people are asleep and the danger is not the greatest.
    fn awake(&self, line: &OfRisk, at: Instant) -> Instant {
        let local = at.local();
        let morning = |day| Instant::start_of(day).plus(hours(i64::from(self.day.from_hour)));
        let hour = |hour| Time::new(hour, 0, 0, 0).unwrap_or_default();
        if line.at_night {
            at
        } else if local.time() < hour(self.day.from_hour) {
            morning(local.date())
        } else if local.time() >= hour(self.day.to_hour) {
            morning(at.plus(days(1)).local_date())
        } else {
            at
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Instant {
        format!("2022-03-10T{time}+07:00").parse().unwrap()
    }

    #[test]
    fn the_more_dangerous_the_group_the_sooner_a_report_is_missed_and_each_rung_comes() {
        let silence = Silence::builtin();
        let times = |risk| {
            let due = silence.due_after(risk, at("07:00:00"));
            let (station, to_station) = silence.next(risk, Rung::Message, due).unwrap();
            let (doctor, to_doctor) = silence.next(risk, Rung::Station, to_station).unwrap();
            assert_eq!((station, doctor), (Rung::Station, Rung::Doctor));
            assert_eq!(silence.next(risk, Rung::Doctor, to_doctor), None);
            [due, to_station, to_doctor]
        };
        let order = [RiskGroup::VeryHigh, RiskGroup::Unknown, RiskGroup::Medium, RiskGroup::Low].map(times);
        for pair in order.windows(2) {
            assert!(pair[0].iter().zip(&pair[1]).all(|(sooner, later)| sooner <= later), "{pair:?}");
        }
        assert_eq!(order[0], [at("19:00:00"), at("20:00:00"), at("21:00:00")]);
    }

    #[test]
    fn nobody_is_woken_but_for_the_greatest_danger() {
        let silence = Silence::builtin();
        let morning = Instant::start_of("2022-03-11".parse().unwrap()).plus(hours(7));
        assert_eq!(silence.due_after(RiskGroup::Low, at("18:00:00")), morning.plus(hours(3)));
        assert_eq!(silence.due_after(RiskGroup::Low, at("06:00:00")), morning);
        assert_eq!(silence.due_after(RiskGroup::Low, at("12:00:00")), morning, "04:00 is night");
        assert_eq!(silence.due_after(RiskGroup::VeryHigh, at("12:00:00")), at("12:00:00").plus(hours(12)));
    }

    #[test]
    fn a_policy_that_would_lose_somebody_is_refused() {
        let with = |from: &str, to: &str| Silence::read(&BUILTIN.replace(from, to));
        assert!(with("", "").is_ok());
        assert!(matches!(with(r#""risk": "low""#, r#""risk": "medium""#), Err(SilenceError::Risk("low"))));
        assert!(matches!(with(r#""due_hours": 12"#, r#""due_hours": 0"#), Err(SilenceError::Hours)));
        assert!(matches!(with(r#""to_hour": 21"#, r#""to_hour": 3"#), Err(SilenceError::Hours)));
        assert!(matches!(with(r#""at_night": true"#, r#""night": true"#), Err(SilenceError::Json(_))));
    }

    #[test]
    fn every_rung_code_reads_back() {
        for rung in Rung::ALL {
            assert_eq!(Rung::from_code(rung.code()), Some(rung));
        }
    }
}
