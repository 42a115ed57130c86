//! Who was near a patient, the household first, with what each of the household does today.

use shared::person::Person;
use shared::time::Date;
use shared_web::page::Page;

use super::contacts::today_of;
use super::patient;
use crate::app::contacts::Followed;
use crate::app::look::CaseFile;
use crate::store::{Contact, ContactLevel};

/// So many contacts are named; the rest is counted.
const SHOWN_CONTACTS: usize = 12;

/// Somebody who was near.
pub(super) struct ContactRow {
    pub(super) name: String,
    pub(super) tel: String,
    pub(super) phone: String,
    pub(super) near: String,
    pub(super) last_day: String,
    /// What they do today, in words; empty where that is not followed here.
    pub(super) today: String,
    /// The level of it.
    pub(super) level: &'static str,
    /// Until when they stay at home; empty where no rule asks for it.
    pub(super) until: String,
    /// Their own case, for its address; empty where there is none.
    pub(super) case: String,
}

impl ContactRow {
    fn new(page: &Page, contact: &Contact, person: Option<&Person>, followed: Option<&Followed>) -> Self {
        let phone = person.and_then(|person| person.phone.as_ref());
        let (level, today) = followed.map(|one| today_of(page, one)).unwrap_or_default();
        let until = followed.and_then(|one| one.plan.as_ref()?.quarantine_until);
        Self {
            name: person.map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            tel: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
            phone: phone.map(|phone| phone.national()).unwrap_or_default(),
            near: page.t(&format!("case-near-{}", contact.level.code())),
            last_day: day(contact.last_day),
            today,
            level,
            until: day(until),
            case: followed.and_then(|one| one.case).map(|case| case.to_string()).unwrap_or_default(),
        }
    }
}

fn day(date: Option<Date>) -> String {
    date.map(patient::day).unwrap_or_default()
}

/// The contacts that are named.
pub(super) fn contacts(page: &Page, file: &CaseFile) -> Vec<ContactRow> {
    let mut all: Vec<_> = file.contacts.iter().collect();
    all.sort_by_key(|(contact, _)| contact.level != ContactLevel::Household);
    let row = |(contact, person): &(Contact, Option<Person>)| {
        let followed = file.followed.iter().find(|one| one.contact.person_id == contact.person_id);
        ContactRow::new(page, contact, person.as_ref(), followed)
    };
    all.into_iter().take(SHOWN_CONTACTS).map(row).collect()
}

/// How many more there are, in words; empty for none.
pub(super) fn more(page: &Page, file: &CaseFile) -> String {
    match i64::try_from(file.contacts.len().saturating_sub(SHOWN_CONTACTS)) {
        Ok(hidden) if hidden > 0 => page.t_with("case-more-people", &[("count", hidden.into())]),
        _ => String::new(),
    }
}
