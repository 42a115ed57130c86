//! The F0 cases, one for each positive result: onset, conditions, vaccination, and how each will go.

use shared::area::WardCode;
use shared::ids::{CaseId, PersonId, ResultId};
use shared::person::Sex;
use shared::time::{Date, Instant, days, hours};

use super::Demo;
use super::draw::{Draw, Purpose};
use super::household::Member;
use super::testing::Test;

/// How a case goes, as far as its reports tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Course {
    /// Gets well; nothing in the reports needs anybody.
    Well,
    /// Gets well, but has not reported for more than a day.
    Silent,
    /// The last report is at the first line: SpO2 96, or 95 in a small child.
    Watch,
    /// Fast breathing and a low SpO2 that was measured twice, within the last hour.
    Urgent,
    /// Cannot breathe well, SpO2 about 91, within the last minutes.
    Emergency,
}

/// An F0 case.
#[derive(Debug, Clone)]
pub struct DemoCase {
    /// The id.
    pub id: CaseId,
    /// The number of the person.
    pub person_index: u32,
    /// Who has it.
    pub person_id: PersonId,
    /// Where the person lives.
    pub ward_code: WardCode,
    /// The result that opened it.
    pub result_id: ResultId,
    /// When the specimen of that result was taken.
    pub specimen_at: Instant,
    /// When the laboratory said so, and the case opened.
    pub diagnosed_at: Instant,
    /// The first day of symptoms; `None` where there are none.
    pub symptom_onset: Option<Date>,
    /// Underlying diseases, by the codes of `f0_tracker`'s conditions (annex 1 of Decision 4038/QĐ-BYT).
    pub conditions: Vec<&'static str>,
    /// Doses of vaccine had.
    pub vaccine_doses: u8,
    /// Expecting a child; `None` where that cannot be.
    pub pregnant: Option<bool>,
    /// The others at the same address.
    pub household: Vec<PersonId>,
    /// How it goes.
    pub course: Course,
    /// The rank of the case, from 0 for the oldest.
    pub(super) nth: u64,
    /// Age in years.
    pub(super) age: i64,
}

/// How every case goes.
#[derive(Debug, Clone, Default)]
pub(super) struct Courses(Vec<Course>);

impl Courses {
    /// How the `nth` case goes.
    pub(super) fn of(&self, nth: u64) -> Course {
        usize::try_from(nth).ok().and_then(|nth| self.0.get(nth)).copied().unwrap_or(Course::Well)
    }

    /// The case has something that a doctor should see.
    pub(super) fn is_serious(&self, nth: u64) -> bool {
        matches!(self.of(nth), Course::Watch | Course::Urgent | Course::Emergency)
    }
}

/// So many cases share out [`SERIOUS`]: the positives of two thousand people.
const GROUP: usize = 72;

/// What the cases of a group that are most at risk come to, the worst first.
const SERIOUS: [(Course, usize); 3] = [(Course::Emergency, 2), (Course::Urgent, 2), (Course::Watch, 2)];

/// Cases of a group that have fallen silent.
const SILENT: usize = 2;

const CONDITIONS: &[(u32, &str)] = &[
    (30, "hypertension"),
    (22, "diabetes"),
    (14, "cardiovascular_disease"),
    (8, "copd"),
    (7, "asthma"),
    (6, "obesity"),
    (4, "chronic_kidney_disease"),
    (4, "liver_disease"),
    (3, "cerebrovascular_disease"),
    (2, "cancer"),
];

impl Demo {
    /// All cases, the oldest first.
    pub fn cases(&self) -> impl Iterator<Item = DemoCase> + '_ {
        (0..self.plan.positives).filter_map(|nth| self.case(nth))
    }

    /// How many cases there are.
    #[must_use]
    pub fn case_count(&self) -> u64 {
        self.plan.positives
    }

    /// The `nth` case, from 0 for the oldest.
    #[must_use]
    pub fn case(&self, nth: u64) -> Option<DemoCase> {
        let test = self.test(nth).filter(|test| test.positive)?;
        let resident = self.resident(test.person);
        let member = resident.member();
        let mut draw = self.streams.draw(Purpose::Case, nth);
        let (conditions, vaccine_doses) = health(member.age, &mut draw);
        let child_bearing = member.sex == Sex::Female && (18..=42).contains(&member.age);
        let pregnant = child_bearing.then(|| draw.percent(4));
        let symptomatic = draw.percent(82) || self.courses.is_serious(nth);
        let symptom_onset = symptomatic.then(|| onset(&test, &mut draw));
        let others = 0..u32::try_from(resident.household.members.len()).unwrap_or(0);
        let household = others
            .map(|other| resident.household.first + other)
            .filter(|other| *other != test.person && *other < self.people)
            .map(|other| self.person_id(other))
            .collect();
        Some(DemoCase {
            id: CaseId::new(test.resulted_at, draw.random()),
            person_index: test.person,
            person_id: self.person_id(test.person),
            ward_code: self.areas.ward(resident.household.ward).code.clone(),
            result_id: self.result_id(&test),
            specimen_at: test.collected_at,
            diagnosed_at: test.resulted_at,
            symptom_onset,
            conditions,
            vaccine_doses,
            pregnant,
            household,
            course: self.courses.of(nth),
            nth,
            age: member.age,
        })
    }

    /// Decides how the cases go: in each group those at most risk, who have been ill for more than half a day, go
    /// worst.
    pub(super) fn courses(&self) -> Courses {
        let count = usize::try_from(self.plan.positives).unwrap_or(0);
        let mut courses = vec![Course::Well; count];
        for start in (0..count).step_by(GROUP) {
            let end = (start + GROUP).min(count);
            self.assign(start, &mut courses[start..end]);
        }
        Courses(courses)
    }

    fn assign(&self, start: usize, courses: &mut [Course]) {
        let size = courses.len();
        let mut ill: Vec<(i64, usize, Instant)> = (0..size)
            .filter_map(|offset| {
                let nth = (start + offset) as u64;
                let test = self.test(nth)?;
                let risk = self.risk(nth, self.resident(test.person).member());
                (test.resulted_at < self.now.minus(hours(14))).then_some((risk, offset, test.resulted_at))
            })
            .collect();
        ill.sort_unstable_by(|one, other| other.cmp(one));
        let mut worst = ill.into_iter();
        for (course, share) in SERIOUS {
            worst.by_ref().take((share * size).div_ceil(GROUP)).for_each(|(_, offset, _)| courses[offset] = course);
        }
        let known_for_days = |(_, _, since): &(i64, usize, Instant)| *since < self.now.minus(hours(50));
        worst
            .filter(known_for_days)
            .take((SILENT * size).div_ceil(GROUP))
            .for_each(|(_, offset, _)| courses[offset] = Course::Silent);
    }

    /// A rough order of who is in more danger, for the demo only: years, underlying diseases, no vaccine. It is no
    /// clinical score, and nothing else uses it.
    fn risk(&self, nth: u64, member: &Member) -> i64 {
        let (conditions, doses) = health(member.age, &mut self.streams.draw(Purpose::Case, nth));
        let diseases = i64::try_from(conditions.len()).unwrap_or(0);
        // Past 84 the order is left to the diseases, so that not only the eldest fall ill.
        member.age.min(84) + 12 * diseases + if doses == 0 { 10 } else { 0 }
    }
}

/// Underlying diseases, which come with age, and doses of vaccine, which children below five could not have.
fn health(age: i64, draw: &mut Draw) -> (Vec<&'static str>, u8) {
    let often = match age {
        ..3 => 0,
        3..18 => 3,
        18..40 => 8,
        40..60 => 26,
        _ => 58,
    };
    let mut conditions = Vec::new();
    if draw.percent(often) {
        conditions.push(if age < 18 { "asthma" } else { *draw.weighted(CONDITIONS) });
    }
    if draw.percent(often / 3) && age >= 40 {
        let second = *draw.weighted(CONDITIONS);
        if !conditions.contains(&second) {
            conditions.push(second);
        }
    }
    let doses: &[(u32, u8)] = match age {
        ..5 => &[(1, 0)],
        5..12 => &[(70, 0), (20, 1), (10, 2)],
        12..18 => &[(6, 0), (6, 1), (84, 2), (4, 3)],
        18..65 => &[(4, 0), (3, 1), (29, 2), (64, 3)],
        _ => &[(13, 0), (4, 1), (25, 2), (58, 3)],
    };
    let doses = *draw.weighted(doses);
    (conditions, doses)
}

fn onset(test: &Test, draw: &mut Draw) -> Date {
    let before = *draw.weighted(&[(25, 0), (42, 1), (23, 2), (10, 3)]);
    test.collected_at.minus(days(before)).local_date()
}
