//! The list below the lanes: everybody with an open case, and whoever is looked for.

use serde::Deserialize;
use shared::access::{AreaScope, Role};
use shared::area::{FIRST_DAY, Unit, districts_of_province, wards_of_district, wards_of_province};
use shared::ids::AccountId;
use shared::time::{Date, Instant};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Paging;
use shared_web::page::Page;

use crate::app::look::{CaseLine, CaseQuery, Cases};
use crate::domain::case::CaseState;
use crate::domain::ranking::Ranking;
use crate::domain::risk::RiskGroup;
use crate::pages::Moment;
use crate::pages::case::patient::{Patient, place};
use crate::pages::case::values::{self, Value};
use crate::pages::case::{level_of, shown_level};
use crate::pages::rank::{self, Reason};
use crate::store::CaseOrder;

/// What the form above the list asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Name with or without diacritics, phone or ID number.
    pub q: Option<String>,
    /// The code of a ward, or of a district.
    pub ward: Option<String>,
    /// The id of a doctor, or `me`.
    pub doctor: Option<String>,
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
    pub fn query(&self, reader: Option<AccountId>) -> Result<CaseQuery, Problem> {
        let text = some(given(self.q.as_deref()));
        let (ward_code, district) = self.area();
        let paging = Paging { limit: None, cursor: self.cursor.clone() };
        Ok(CaseQuery {
            state: if text.is_some() { None } else { Some(CaseState::Open) },
            ward_code,
            district,
            risk: RiskGroup::from_code(given(self.risk.as_deref())),
            doctor: self.doctor(reader).map(|id| id.to_string()),
            // Who is looked for is found among those who have ended as well; only open cases have a place in the order.
            order: if text.is_some() { CaseOrder::Newest } else { CaseOrder::Danger },
            text,
            limit: paging.limit(),
            offset: paging.offset()?,
        })
    }
}

impl Wanted {
    /// The ward or the district that is chosen: a district has a code of three digits.
    pub fn area(&self) -> (Option<String>, Option<String>) {
        let code = some(given(self.ward.as_deref()));
        if code.as_ref().is_some_and(|code| code.len() == 3) { (None, code) } else { (code, None) }
    }

    /// The doctor that is chosen; what is no id filters nothing.
    pub fn doctor(&self, reader: Option<AccountId>) -> Option<AccountId> {
        match given(self.doctor.as_deref()) {
            "" => None,
            "me" => reader,
            text => text.parse().ok(),
        }
    }

    /// The filters as a query, for addresses that keep them; empty where there are none.
    pub fn kept(&self) -> String {
        let parts = [("ward", &self.ward), ("doctor", &self.doctor), ("risk", &self.risk)];
        let given = parts.into_iter().map(|(name, value)| (name, given(value.as_deref())));
        // Codes and ids: nothing in them is to be escaped.
        let plain = |value: &str| value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let kept = given.filter(|(_, value)| !value.is_empty() && plain(value));
        kept.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
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
    /// Why it stands where it stands.
    pub why: Vec<Reason>,
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
    /// The doctors to choose from.
    pub doctors: Vec<Choice>,
    /// The doctor that is chosen.
    pub doctor: String,
    /// What a reader must know about the order; empty where it is none of danger.
    pub note: String,
    /// Whether anything is looked for.
    pub narrowed: bool,
    /// The cases.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins; empty at the end.
    pub next: String,
}

impl CaseList {
    /// The list for a caller.
    pub fn new(
        page: &Page,
        caller: &Caller,
        wanted: &Wanted,
        doctors: &[(AccountId, String)],
        cases: &Cases,
        now: Instant,
    ) -> Self {
        let typed = [&wanted.q, &wanted.ward, &wanted.risk, &wanted.doctor];
        let [q, ward, risk, doctor] = typed.map(|text| given(text.as_deref()).to_owned());
        let reader = caller.account().map(|account| account.id);
        let risks = RiskGroup::ALL.map(|group| Choice {
            code: group.code().to_owned(),
            label: page.t(&format!("case-risk-{}", group.code())),
            chosen: group.code() == risk,
        });
        let query = wanted.query(reader).ok().filter(|_| cases.more);
        let narrowed = [&q, &ward, &risk, &doctor].into_iter().any(|text| !text.is_empty());
        Self {
            wards: areas(page, caller, &ward, now.local_date()),
            doctors: choices(page, caller, doctors, &doctor),
            note: if q.is_empty() { Ranking::builtin().note.get(page.language()).to_owned() } else { String::new() },
            doctor,
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
            why: if open {
                rank::reasons(page, &Ranking::builtin().reasons(&case.standing(), line.trend, now))
            } else {
                Vec::new()
            },
        }
    }
}

/// The districts and wards of a caller's duty.
fn areas(page: &Page, caller: &Caller, chosen: &str, today: Date) -> Vec<Choice> {
    let districts = match caller.account().map(|account| &account.area) {
        Some(AreaScope::Province(code)) => districts_of_province(code, FIRST_DAY),
        _ => Vec::new(),
    };
    let of_district = districts.into_iter().map(|district| Choice {
        code: district.code.to_owned(),
        label: page.t_with("board-whole-district", &[("name", district.name.into())]),
        chosen: district.code == chosen,
    });
    let of_ward = wards(caller, today).into_iter().map(|code| Choice {
        label: place(code),
        chosen: code == chosen,
        code: code.to_owned(),
    });
    of_district.chain(of_ward).collect()
}

/// The doctors, and for a doctor their own patients first.
fn choices(page: &Page, caller: &Caller, doctors: &[(AccountId, String)], chosen: &str) -> Vec<Choice> {
    let mine = caller.has_any(&[Role::Doctor]).then(|| Choice {
        code: "me".to_owned(),
        label: page.t("board-doctor-me"),
        chosen: chosen == "me",
    });
    let others = doctors.iter().map(|(id, name)| {
        let code = id.to_string();
        Choice { chosen: code == chosen, code, label: name.clone() }
    });
    mine.into_iter().chain(others).collect()
}

/// The wards of a caller's duty: those of 2022, by which cases were kept, and those of today, by name.
pub fn wards(caller: &Caller, today: Date) -> Vec<&'static str> {
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
        assert_eq!(wanted(" ", "").query(None).unwrap().state, Some(CaseState::Open));
        let search = wanted(" hoa ", "").query(None).unwrap();
        assert_eq!((search.state, search.text.as_deref()), (None, Some("hoa")));
    }

    #[test]
    fn what_is_no_risk_group_filters_nothing_and_a_foreign_cursor_is_refused() {
        assert_eq!(wanted("", "purple").query(None).unwrap().risk, None);
        assert_eq!(wanted("", "very_high").query(None).unwrap().risk, Some(RiskGroup::VeryHigh));
        assert!(Wanted { cursor: Some("x".to_owned()), ..Wanted::default() }.query(None).is_err());
    }

    #[test]
    fn filters_are_kept_in_the_address_and_name_a_district_a_ward_or_a_doctor() {
        let filtered = |ward: &str, doctor: &str| Wanted {
            ward: Some(ward.to_owned()),
            doctor: Some(doctor.to_owned()),
            ..Wanted::default()
        };
        let mine = filtered("815", "me");
        let query = mine.query(Some(samples::doctor())).unwrap();
        assert_eq!((query.district.as_deref(), query.ward_code), (Some("815"), None));
        assert_eq!(query.doctor, Some(samples::doctor().to_string()));
        assert_eq!(mine.kept(), "ward=815&doctor=me");
        let other = filtered("28252", &samples::other_doctor().to_string());
        assert_eq!(other.query(None).unwrap().ward_code.as_deref(), Some("28252"));
        assert_eq!(other.doctor(None), Some(samples::other_doctor()));
        assert_eq!(filtered("", "nobody").doctor(None), None);
        assert_eq!(filtered("\"><script>", "").kept(), "");
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
        let line = CaseLine { case: file.case, person: file.person, alerts: Vec::new(), trend: Default::default() };
        let cases = Cases { lines: vec![line], names: Default::default(), more: false };
        let list = CaseList::new(
            &samples::page(Lang::Vi),
            &samples::caller(Lang::Vi),
            &Wanted::default(),
            &[],
            &cases,
            samples::now(),
        );
        assert_eq!(list.rows[0].level, "unknown");
        assert!(list.next.is_empty() && !list.narrowed);
    }
}
