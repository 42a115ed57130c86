//! The list below the lanes: everybody with an open case, and whoever is looked for.

use serde::Deserialize;
use shared::access::AreaScope;
use shared::area::{FIRST_DAY, Unit, wards_of_district, wards_of_province};
use shared::time::{Date, Instant};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Paging;
use shared_web::page::Page;

use crate::app::look::{CaseLine, CaseQuery, Cases};
use crate::domain::case::CaseState;
use crate::domain::risk::RiskGroup;
use crate::pages::Moment;
use crate::pages::case::patient::{Patient, place};
use crate::pages::case::values::{self, Value};
use crate::pages::case::{level_of, shown_level};
use crate::store::CaseOrder;

/// What the form above the list asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Name with or without diacritics, phone or ID number.
    pub q: Option<String>,
    /// The code of a ward.
    pub ward: Option<String>,
    /// The code of a risk group.
    pub risk: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

fn given(text: Option<&str>) -> &str {
    text.map(str::trim).unwrap_or_default()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Wanted {
    /// The cases that are asked for: the open ones, or in a search also those that have ended.
    ///
    /// # Errors
    /// 422 where the cursor is none of ours. A risk group that does not exist filters nothing.
    pub fn query(&self) -> Result<CaseQuery, Problem> {
        let text = some(given(self.q.as_deref()));
        let paging = Paging { limit: None, cursor: self.cursor.clone() };
        Ok(CaseQuery {
            state: if text.is_some() { None } else { Some(CaseState::Open) },
            ward_code: some(given(self.ward.as_deref())),
            risk: RiskGroup::from_code(given(self.risk.as_deref())),
            doctor: None,
            // Who is looked for is found among those who have ended as well; only open cases have a place in the order.
            order: if text.is_some() { CaseOrder::Newest } else { CaseOrder::Danger },
            text,
            limit: paging.limit(),
            offset: paging.offset()?,
        })
    }
}

/// One case.
pub struct CaseRow {
    /// The case, for its address.
    pub id: String,
    /// How dangerous.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
    /// That it has ended; empty where it is open.
    pub ended: String,
    /// Who.
    pub patient: Patient,
    /// The newest values.
    pub values: Vec<Value>,
    /// The newest report.
    pub reported: Option<Moment>,
    /// The doctor who has it; empty where there is none.
    pub doctor: String,
}

/// Something to choose.
pub struct Choice {
    /// Its value.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The list with its form.
pub struct CaseList {
    /// What is looked for.
    pub q: String,
    /// The ward that is chosen.
    pub ward: String,
    /// The risk group that is chosen.
    pub risk: String,
    /// The wards to choose from.
    pub wards: Vec<Choice>,
    /// The risk groups to choose from.
    pub risks: Vec<Choice>,
    /// Whether anything is looked for.
    pub narrowed: bool,
    /// The cases.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins; empty at the end.
    pub next: String,
}

impl CaseList {
    /// The list for a caller.
    pub fn new(page: &Page, caller: &Caller, wanted: &Wanted, cases: &Cases, now: Instant) -> Self {
        let [q, ward, risk] = [&wanted.q, &wanted.ward, &wanted.risk].map(|text| given(text.as_deref()).to_owned());
        let risks = RiskGroup::ALL.map(|group| Choice {
            code: group.code().to_owned(),
            label: page.t(&format!("case-risk-{}", group.code())),
            chosen: group.code() == risk,
        });
        let query = wanted.query().ok().filter(|_| cases.more);
        let narrowed = [&q, &ward, &risk].into_iter().any(|text| !text.is_empty());
        Self {
            wards: wards(caller, now.local_date())
                .into_iter()
                .map(|code| Choice { label: place(code), chosen: code == ward, code: code.to_owned() })
                .collect(),
            risks: risks.into(),
            narrowed,
            rows: cases.lines.iter().map(|line| CaseRow::new(page, line, cases, now)).collect(),
            next: query.map(|query| (query.offset + query.limit).to_string()).unwrap_or_default(),
            q,
            ward,
            risk,
        }
    }
}

impl CaseRow {
    fn new(page: &Page, line: &CaseLine, cases: &Cases, now: Instant) -> Self {
        let case = &line.case;
        let (level, label) = shown_level(page, level_of(case, &line.alerts));
        let open = case.state == CaseState::Open;
        Self {
            id: case.id.to_string(),
            level,
            label,
            ended: if open { String::new() } else { page.t(&format!("case-state-{}", case.state.code())) },
            patient: Patient::new(page, case, line.person.as_ref(), now.local_date()),
            values: values::latest(page, &case.latest),
            reported: case.latest.at.map(|at| Moment::new(page, at, now)),
            doctor: case.doctor.and_then(|id| cases.names.get(&id).cloned()).unwrap_or_default(),
        }
    }
}

/// The wards of a caller's duty: those of 2022, by which cases were kept, and those of today, by name.
fn wards(caller: &Caller, today: Date) -> Vec<&'static str> {
    let of = |day: Date| -> Vec<&'static Unit> {
        match caller.account().map(|account| &account.area) {
            Some(AreaScope::Province(code)) => wards_of_province(code, day),
            Some(AreaScope::District(code)) => wards_of_district(code, day),
            // A single ward leaves nothing to choose.
            Some(AreaScope::Ward(_)) | None => Vec::new(),
        }
    };
    let mut units: Vec<&'static Unit> = of(FIRST_DAY).into_iter().chain(of(today)).collect();
    units.sort_by_key(|unit| (unit.district_code, unit.code));
    units.dedup_by_key(|unit| unit.code);
    units.into_iter().map(|unit| unit.code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    fn wanted(q: &str, risk: &str) -> Wanted {
        Wanted { q: Some(q.to_owned()), risk: Some(risk.to_owned()), ..Wanted::default() }
    }

    #[test]
    fn without_a_search_only_open_cases_are_listed_and_a_search_finds_anybody() {
        assert_eq!(wanted(" ", "").query().unwrap().state, Some(CaseState::Open));
        let search = wanted(" hoa ", "").query().unwrap();
        assert_eq!((search.state, search.text.as_deref()), (None, Some("hoa")));
    }

    #[test]
    fn what_is_no_risk_group_filters_nothing_and_a_foreign_cursor_is_refused() {
        assert_eq!(wanted("", "purple").query().unwrap().risk, None);
        assert_eq!(wanted("", "very_high").query().unwrap().risk, Some(RiskGroup::VeryHigh));
        assert!(Wanted { cursor: Some("x".to_owned()), ..Wanted::default() }.query().is_err());
    }

    #[test]
    fn the_wards_of_a_province_are_offered_once_each() {
        let wards = wards(&samples::caller(Lang::Vi), samples::now().local_date());
        let once: std::collections::BTreeSet<_> = wards.iter().collect();
        assert_eq!(once.len(), wards.len());
        assert!(wards.contains(&"28252"));
    }

    #[test]
    fn a_case_nobody_reported_on_is_not_called_well() {
        let file = samples::fresh_file();
        let line = CaseLine { case: file.case, person: file.person, alerts: Vec::new() };
        let cases = Cases { lines: vec![line], names: Default::default(), more: false };
        let list = CaseList::new(
            &samples::page(Lang::Vi),
            &samples::caller(Lang::Vi),
            &Wanted::default(),
            &cases,
            samples::now(),
        );
        assert_eq!(list.rows[0].level, "unknown");
        assert!(list.next.is_empty() && !list.narrowed);
    }
}
