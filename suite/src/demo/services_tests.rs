//! What the demo says, put to the services that will read it.

use f0_tracker::domain::catalog::Catalog;
use f0_tracker::domain::condition::Condition;
use f0_tracker::domain::engine::assess;
use f0_tracker::domain::observation::{Observation, ReportInput};
use f0_tracker::domain::subject::Subject;
use lab_results::domain::codes::{SpecimenKind, test_kind};
use serde_json::json;
use shared::events::AlertLevel;

use super::*;

fn read(report: &DemoReport, now: Instant) -> Observation {
    let Vitals { temperature_c, spo2_pct, respiratory_rate, pulse, systolic, diastolic, symptoms } = &report.vitals;
    let wire = json!({
        "at": report.at, "by": report.by.code(), "temperature_c": temperature_c, "spo2_pct": spo2_pct,
        "respiratory_rate": respiratory_rate, "pulse": pulse, "systolic": systolic, "diastolic": diastolic,
        "symptoms": symptoms,
    });
    serde_json::from_value::<ReportInput>(wire).unwrap().parse(now).unwrap()
}

fn subject(demo: &Demo, case: &DemoCase) -> Subject {
    let conditions = case.conditions.iter().map(|code| serde_json::from_value::<Condition>(json!(code)).unwrap());
    let birth = demo.person(case.person_index).map(|person| person.birth);
    Subject { birth, conditions: conditions.collect(), pregnant: case.pregnant }
}

/// The levels of a case's reports, the oldest first.
fn levels(demo: &Demo, case: &DemoCase) -> Vec<AlertLevel> {
    let subject = subject(demo, case);
    let seen: Vec<Observation> = demo.reports_of(case).iter().map(|report| read(report, demo.now)).collect();
    let judge = |n: usize| assess(Catalog::builtin(), &subject, &seen[n], &seen[..n], seen[n].at.local_date()).level;
    (0..seen.len()).map(judge).collect()
}

#[test]
fn each_case_is_judged_as_its_course_says() {
    for now in ["2022-03-29T15:20:00+07:00", "2026-11-23T08:00:00+07:00"] {
        let demo = Demo::new(7, 2_000, now.parse().unwrap());
        for case in demo.cases() {
            let levels = levels(&demo, &case);
            let expected = match case.course {
                Course::Well | Course::Silent => AlertLevel::None,
                Course::Watch => AlertLevel::Watch,
                Course::Urgent => AlertLevel::Urgent,
                Course::Emergency => AlertLevel::Emergency,
            };
            let last = levels.last().copied().unwrap_or(AlertLevel::None);
            assert_eq!(last, expected, "{:?} aged {} on {now}", case.course, case.age);
            let before = levels.iter().filter(|level| **level != AlertLevel::None).count();
            let of_it = [0, 1, 2, 1][expected as usize];
            assert_eq!(before, of_it, "{:?} aged {} on {now}: {levels:?}", case.course, case.age);
        }
    }
}

#[test]
fn laboratories_codes_are_known() {
    let demo = Demo::new(7, 2_000, "2022-03-29T15:20:00+07:00".parse().unwrap());
    for result in demo.results() {
        assert!(SpecimenKind::from_code(result.specimen_kind).is_some());
        assert_eq!(test_kind(result.loinc).and_then(|kind| kind.method()), Some(result.method));
    }
}
