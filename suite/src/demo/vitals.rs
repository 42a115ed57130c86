//! Measurements and symptoms that fit an age, a day of illness and a course.
//!
//! The values of those who are well stay inside the report lines of Decisions 261/QĐ-BYT and 528/QĐ-BYT for their age
//! (SpO2, breathing, pulse, pressure), and the others cross them by name. They are made up, to show the product.

use super::draw::Draw;

/// What a report is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Nothing.
    None,
    /// Still inside the lines, but not as before: the report ahead of an emergency.
    Worse,
    /// SpO2 at the first line.
    Watch,
    /// Breathing over the line, SpO2 below it.
    Urgent,
    /// Below the line of severe illness, with dyspnoea.
    Emergency,
}

/// What a report holds. `None` is what was not measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Vitals {
    /// Body temperature in degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Oxygen saturation in percent, on air.
    pub spo2_pct: Option<i64>,
    /// Breaths a minute.
    pub respiratory_rate: Option<i64>,
    /// Heart beats a minute.
    pub pulse: Option<i64>,
    /// Systolic blood pressure in mmHg.
    pub systolic: Option<i64>,
    /// Diastolic blood pressure in mmHg.
    pub diastolic: Option<i64>,
    /// Symptoms by code.
    pub symptoms: Vec<&'static str>,
}

/// What is normal for an age: breaths and beats a minute.
struct Normal {
    breaths: (i64, i64),
    beats: (i64, i64),
    /// The breaths that are too many (Decision 261 from 5 years, 528 below).
    fast: i64,
}

const fn normal(age: i64) -> Normal {
    match age {
        ..1 => Normal { breaths: (32, 42), beats: (106, 118), fast: 50 },
        1..5 => Normal { breaths: (24, 32), beats: (94, 114), fast: 40 },
        5..12 => Normal { breaths: (18, 24), beats: (78, 104), fast: 30 },
        _ => Normal { breaths: (15, 18), beats: (64, 94), fast: 20 },
    }
}

impl Vitals {
    /// What somebody of that age reports on that day of illness, counted from 0.
    pub(super) fn of(age: i64, day: i64, symptomatic: bool, sign: Sign, draw: &mut Draw) -> Self {
        let Normal { breaths, beats, fast } = normal(age);
        let fever = symptomatic && sign != Sign::Watch && day <= 1 && draw.percent(60);
        let (spo2, breaths, beats) = match sign {
            Sign::None => (
                *draw.weighted(&[(25, 97), (45, 98), (30, 99)]),
                draw.between(breaths.0, breaths.1),
                draw.between(beats.0, beats.1),
            ),
            Sign::Worse => (97, fast - 1, (beats.1 + 4).min(118)),
            Sign::Watch => (if age < 5 { 95 } else { 96 }, breaths.1, beats.1),
            Sign::Urgent => (95, fast + draw.between(2, 4), (beats.1 + draw.between(8, 14)).min(119)),
            Sign::Emergency => (draw.between(90, 92), fast + draw.between(7, 9), (beats.1 + 22).min(138)),
        };
        let tenths = match sign {
            Sign::Urgent | Sign::Emergency if age >= 16 => draw.between(380, 388),
            // A child above 38 is to be reported (Decision 5155/QĐ-BYT), so those who are well stay at it.
            _ if fever && age < 16 => draw.between(376, 380),
            _ if fever => draw.between(379, 387),
            _ if symptomatic && day <= 3 => draw.between(368, 375),
            _ => draw.between(364, 371),
        };
        let pressure = age >= 18 && (age >= 60 || draw.percent(35));
        let symptoms =
            if symptomatic || sign == Sign::Emergency { symptoms(age, day, tenths, sign, draw) } else { Vec::new() };
        Self {
            temperature_c: Some(tenths as f64 / 10.0),
            // Not every household has an oximeter; those who were asked to measure have one.
            spo2_pct: (sign != Sign::None || draw.percent(90)).then_some(spo2),
            respiratory_rate: (sign != Sign::None || draw.percent(75)).then_some(breaths),
            pulse: (sign != Sign::None || draw.percent(85)).then_some(beats),
            systolic: pressure.then(|| draw.between(106, 134)),
            diastolic: pressure.then(|| draw.between(66, 84)),
            symptoms,
        }
    }
}

/// Codes as the contract has them. Tiredness and diarrhoea are left out in children, whose protocol has them reported.
fn symptoms(age: i64, day: i64, tenths: i64, sign: Sign, draw: &mut Draw) -> Vec<&'static str> {
    const ADULT: &[(&str, u64)] = &[
        ("cough", 62),
        ("sore_throat", 55),
        ("runny_nose", 42),
        ("headache", 38),
        ("muscle_pain", 40),
        ("fatigue", 46),
        ("loss_of_taste_or_smell", 14),
    ];
    const CHILD: &[(&str, u64)] = &[("cough", 55), ("sore_throat", 35), ("runny_nose", 60)];
    let table = if age < 16 { CHILD } else { ADULT };
    let fades = match day {
        ..=2 => 100,
        3..=4 => 70,
        5..=6 => 40,
        _ => 18,
    };
    let mut codes = Vec::new();
    if tenths >= 378 {
        codes.push("fever");
    }
    codes.extend(table.iter().filter(|(_, often)| draw.percent(often * fades / 100)).map(|(code, _)| *code));
    if sign == Sign::Emergency {
        codes.push(if age < 5 { "abnormal_breathing" } else { "dyspnoea" });
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn who_is_well_crosses_no_line_at_any_age() {
        let mut draw = Streams::new(1).draw(Purpose::Report, 0);
        for age in 0..95 {
            for day in 0..10 {
                let vitals = Vitals::of(age, day, true, Sign::None, &mut draw);
                assert!(vitals.spo2_pct.is_none_or(|spo2| spo2 >= 97));
                assert!(vitals.respiratory_rate.is_none_or(|rate| rate < normal(age).fast));
                assert!(vitals.pulse.is_none_or(|pulse| (50..=120).contains(&pulse)));
                assert!(age >= 16 || vitals.temperature_c.is_none_or(|t| t <= 38.0));
                assert!(!vitals.symptoms.contains(&"dyspnoea"));
            }
        }
    }

    #[test]
    fn each_sign_crosses_its_line() {
        let mut draw = Streams::new(1).draw(Purpose::Report, 1);
        for age in 0..95 {
            let mut at = |sign| Vitals::of(age, 4, true, sign, &mut draw);
            assert!(at(Sign::Watch).spo2_pct.unwrap() <= 96);
            let urgent = at(Sign::Urgent);
            assert!(urgent.respiratory_rate.unwrap() > normal(age).fast && urgent.spo2_pct == Some(95));
            assert!(age < 12 || urgent.respiratory_rate.unwrap() <= 25, "over 25 is severe in adults");
            assert!(at(Sign::Emergency).spo2_pct.unwrap() < 94);
            assert!(at(Sign::Worse).spo2_pct.unwrap() > 96);
        }
    }
}
