//! What patients report: twice a day, with values that follow each case's course.

use shared::ids::{CaseId, ReportId};
use shared::time::{Instant, days, hours, minutes};

use super::Demo;
use super::case::{Course, DemoCase};
use super::draw::{Draw, Purpose};
use super::vitals::{Sign, Vitals};

/// Who made a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reporter {
    /// The patient.
    Patient,
    /// Somebody of the family.
    Family,
    /// Health staff, on the phone or at the door.
    Staff,
}

impl Reporter {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Family => "family",
            Self::Staff => "staff",
        }
    }
}

/// One report of a patient's state.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoReport {
    /// The id.
    pub id: ReportId,
    /// The case.
    pub case_id: CaseId,
    /// When it was made.
    pub at: Instant,
    /// Who made it.
    pub by: Reporter,
    /// What was measured and felt.
    pub vitals: Vitals,
}

/// Minutes after midnight from which the morning's and the afternoon's reports come (Decision 261/QĐ-BYT: twice a day).
const ROUNDS: [i64; 2] = [6 * 60 + 40, 16 * 60 + 10];

/// One report in so many hundred is forgotten.
const FORGOTTEN_PERCENT: u64 = 5;

impl Demo {
    /// The reports of all cases, case by case.
    pub fn reports(&self) -> impl Iterator<Item = DemoReport> + '_ {
        self.cases().flat_map(|case| self.reports_of(&case))
    }

    /// The reports of a case, the oldest first.
    #[must_use]
    pub fn reports_of(&self, case: &DemoCase) -> Vec<DemoReport> {
        let mut draw = self.streams.draw(Purpose::Report, case.nth);
        let mut times = self.times(case, &mut draw);
        if case.course == Course::Silent {
            times.retain(|at| *at < self.now.minus(hours(27)));
        }
        let mut signs: Vec<(Instant, Sign)> = times.into_iter().map(|at| (at, Sign::None)).collect();
        self.worsen(case.course, &mut signs, &mut draw);
        signs.into_iter().map(|(at, sign)| report(case, at, sign, &mut draw)).collect()
    }

    /// When a case reports: soon after it is told, then in the morning and in the afternoon.
    fn times(&self, case: &DemoCase, draw: &mut Draw) -> Vec<Instant> {
        let until = self.now.minus(minutes(75));
        let mut times = vec![case.diagnosed_at.plus(minutes(draw.between(20, 90)))];
        let mut midnight = Instant::start_of(case.diagnosed_at.local_date());
        while midnight <= until {
            for round in ROUNDS {
                let at = midnight.plus(minutes(round + draw.between(0, 110)));
                let forgotten = draw.percent(FORGOTTEN_PERCENT);
                if at > case.diagnosed_at.plus(hours(3)) && !forgotten {
                    times.push(at);
                }
            }
            midnight = midnight.plus(days(1));
        }
        times.retain(|at| *at <= until);
        times
    }

    fn worsen(&self, course: Course, signs: &mut Vec<(Instant, Sign)>, draw: &mut Draw) {
        match course {
            Course::Well | Course::Silent => {}
            Course::Watch => {
                if let Some((_, sign)) = signs.last_mut() {
                    *sign = Sign::Watch;
                }
            }
            Course::Urgent => {
                let first = self.now.minus(minutes(draw.between(14, 48)));
                signs.extend([(first, Sign::Urgent), (first.plus(minutes(1)), Sign::Urgent)]);
            }
            Course::Emergency => {
                if let Some((_, sign)) = signs.last_mut() {
                    *sign = Sign::Worse;
                }
                signs.push((self.now.minus(minutes(draw.between(2, 9))), Sign::Emergency));
            }
        }
    }
}

fn report(case: &DemoCase, at: Instant, sign: Sign, draw: &mut Draw) -> DemoReport {
    let alone = case.household.is_empty();
    let by = match case.age {
        ..14 => Reporter::Family,
        _ if sign == Sign::Emergency && !alone => Reporter::Family,
        14..70 if draw.percent(90) => Reporter::Patient,
        _ if alone && draw.percent(60) => Reporter::Patient,
        _ if !alone && draw.percent(70) => Reporter::Family,
        _ => Reporter::Staff,
    };
    let ill_since = case.symptom_onset.map_or(case.specimen_at, Instant::start_of);
    let day = at.since(ill_since).as_hours() / 24;
    let symptoms = case.symptom_onset.is_some();
    let vitals = Vitals::of(case.age, day, symptoms, sign, draw);
    DemoReport { id: ReportId::new(at, draw.random()), case_id: case.id, at, by, vitals }
}
