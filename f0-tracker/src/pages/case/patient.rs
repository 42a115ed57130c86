//! Who somebody is, as a card of the board and a case page say it.

use shared::person::{Birth, Person};
use shared::time::Date;
use shared_web::page::Page;

use crate::domain::age::Age;
use crate::domain::case::{CaseState, illness_day};
use crate::store::CaseRecord;

/// Below this age a child's age is told in months.
const TOLD_IN_MONTHS: u32 = 24;

/// Who somebody is.
pub struct Patient {
    /// The name.
    pub name: String,
    /// Sex and age: "Nữ, 67 tuổi"; empty where neither is known.
    pub about: String,
    /// Ward and district.
    pub place: String,
    /// The day of illness, in words.
    pub day: String,
    /// The phone as people write it; empty where there is none.
    pub phone: String,
    /// The phone as `tel:` wants it.
    pub tel: String,
}

impl Patient {
    /// The patient of a case on a day.
    pub fn new(page: &Page, case: &CaseRecord, person: Option<&Person>, today: Date) -> Self {
        let phone = person.and_then(|person| person.phone.as_ref());
        let (from_onset, day) = (case.symptom_onset.is_some(), day_of_illness(case, today));
        let key = if from_onset { "case-from-onset" } else { "case-from-diagnosis" };
        Self {
            name: person.map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            about: person.map(|person| about(page, person, today)).unwrap_or_default(),
            place: case.ward_code.as_deref().map_or_else(|| page.t("case-no-ward"), place),
            day: page.t_with(key, &[("day", day.into())]),
            phone: phone.map(|phone| phone.national()).unwrap_or_default(),
            tel: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        }
    }
}

/// The day of illness on a day; that of a case that has ended stands still.
pub fn day_of_illness(case: &CaseRecord, today: Date) -> i64 {
    let until = case.closed_at.filter(|_| case.state != CaseState::Open).map_or(today, |at| at.local_date());
    illness_day(case.symptom_onset, case.diagnosed_at.local_date(), until)
}

/// Ward and district: a province has several wards of one name.
pub fn place(ward_code: &str) -> String {
    match shared::area::ward_any(ward_code) {
        Some(unit) => format!("{}, {}", unit.name, unit.district_name.unwrap_or(unit.province_name)),
        None => ward_code.to_owned(),
    }
}

/// A day as `dd/MM/yyyy`.
pub fn day(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// Sex and age: "Nữ, 67 tuổi"; empty where neither is known.
pub fn about(page: &Page, person: &Person, today: Date) -> String {
    let sex = match person.sex {
        shared::person::Sex::Unknown => None,
        sex => Some(sex.name().get(page.language()).to_owned()),
    };
    let age = person.birth.map(|birth| age(page, birth, today));
    [sex, age].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// An age in words. A year of birth alone cannot tell the months of a small child.
fn age(page: &Page, birth: Birth, today: Date) -> String {
    let age = Age::on(birth, today);
    match birth {
        Birth::Date(_) if age.months() < TOLD_IN_MONTHS => {
            page.t_with("case-age-months", &[("count", age.months().into())])
        }
        Birth::Year(_) if age.years() == 0 => page.t("case-age-under-one"),
        _ => page.t_with("case-age-years", &[("count", age.years().into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    fn told(birth: &str) -> String {
        age(&samples::page(Lang::Vi), Birth::parse(birth).unwrap(), Date::constant(2022, 3, 10))
    }

    #[test]
    fn a_small_child_is_told_in_months_and_only_where_the_day_of_birth_is_known() {
        assert_eq!(told("2021-01-05"), "14 tháng tuổi");
        assert_eq!(told("2022"), "dưới 1 tuổi");
        assert_eq!(told("2021"), "1 tuổi");
        assert_eq!(told("1955-03-10"), "67 tuổi");
    }

    #[test]
    fn a_ward_is_told_with_its_district_because_names_repeat() {
        assert_eq!(place("28252"), "Phường 4, Thành phố Mỹ Tho");
        assert_eq!(place("00000"), "00000");
    }

    #[test]
    fn the_day_of_illness_stands_still_once_a_case_has_ended() {
        let case = CaseRecord {
            state: CaseState::Closed,
            closed_at: Some("2022-03-08T03:00:00Z".parse().unwrap()),
            symptom_onset: Some(Date::constant(2022, 3, 1)),
            ..samples::case()
        };
        assert_eq!(day_of_illness(&case, Date::constant(2022, 3, 20)), 7);
    }
}
