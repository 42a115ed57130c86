//! The numbers of the dashboard as a table for a spreadsheet.

use crate::app::dashboard::{DistrictCount, Overview};
use crate::domain::curve::DayCount;

/// The numbers as CSV, a row for each day and the new cases of each district beside them, with the mark by which a
/// spreadsheet knows UTF-8. Names of districts hold no comma, and nothing in it came from a person.
pub fn csv(overview: &Overview) -> String {
    let named: Vec<&DistrictCount> = overview.districts.iter().filter(|one| !one.code.is_empty()).collect();
    let mut text = String::from("\u{feff}date,new_cases,closed_cases,active_cases,tests,positive_tests");
    named.iter().for_each(|one| text.push_str(&format!(",new {} {}", one.code, one.name)));
    for (n, day) in overview.days.iter().enumerate() {
        let count = &day.count;
        let DayCount { new, closed, active, tests, positive } = count;
        text.push_str(&format!("\r\n{},{new},{closed},{active},{tests},{positive}", day.date));
        named.iter().for_each(|one| text.push_str(&format!(",{}", one.new.get(n).copied().unwrap_or(0))));
    }
    text.push_str("\r\n");
    text
}
