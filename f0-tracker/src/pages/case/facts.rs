//! What is known of the patient and the case, beside name, ward and phone.

use shared::time::Instant;
use shared_web::page::Page;

use super::{course, patient};
use crate::app::look::CaseFile;
use crate::app::open_case::subject_of;
use crate::domain::age::Age;
use crate::domain::catalog::Catalog;
use crate::store::ContactLevel;

/// A fact about the patient.
pub(super) struct Detail {
    pub(super) term: String,
    pub(super) text: String,
    /// Where it comes from; empty where it is simply known.
    pub(super) source: String,
}

/// What is known of the patient and the case, beside name, ward and phone.
pub(super) fn details(page: &Page, file: &CaseFile, now: Instant) -> Vec<Detail> {
    let (case, today) = (&file.case, now.local_date());
    let lang = page.language();
    let unknown = || page.t("case-unknown");
    let conditions: Vec<String> = case.conditions.iter().map(|one| one.name().get(lang).to_owned()).collect();
    let none_if_empty = |text: String| if text.is_empty() { page.t("case-none-known") } else { text };
    let doses = case.vaccine_doses.map(|count| page.t_with("case-doses", &[("count", count.into())]));
    let near =
        |household: bool| file.contacts.iter().filter(move |(c, _)| (c.level == ContactLevel::Household) == household);
    let family: Vec<&str> = near(true).filter_map(|(_, person)| Some(person.as_ref()?.full_name.as_str())).collect();
    let tests = file.evidence.iter().map(|evidence| {
        let day = patient::day(evidence.collected_at.local_date());
        format!("{} {day}", course::outcome(page, evidence.outcome))
    });
    let age = subject_of(case, file.person.as_ref()).age_on(today).unwrap_or(Age::ASSUMED_ADULT);
    let in_force = &Catalog::builtin().default_for(age, today).protocol.id;
    let doctor = case.doctor.and_then(|id| file.names.get(&id).cloned());
    let address = file.person.as_ref().and_then(|person| person.address.clone());
    let pregnant = case.pregnant.filter(|pregnant| *pregnant).map(|_| page.t("case-pregnant-yes"));
    let contacts = near(false).count();
    let facts = [
        ("case-risk", Some(page.t(&format!("case-risk-{}", case.risk.code()))), case.risk.source()),
        ("case-conditions", Some(none_if_empty(conditions.join("; "))), ""),
        ("case-pregnant", pregnant, ""),
        ("case-vaccine", Some(doses.unwrap_or_else(unknown)), ""),
        ("case-address", address, ""),
        ("case-household", (!family.is_empty()).then(|| family.join(", ")), ""),
        ("case-contacts", (contacts > 0).then(|| page.t_with("case-people", &[("count", contacts.into())])), ""),
        ("case-onset", Some(case.symptom_onset.map_or_else(unknown, patient::day)), ""),
        ("case-diagnosed", Some(patient::day(case.diagnosed_at.local_date())), ""),
        ("case-tests", Some(none_if_empty(tests.collect::<Vec<_>>().join("; "))), ""),
        ("case-doctor", Some(doctor.unwrap_or_else(|| page.t("case-no-doctor"))), ""),
        ("case-protocol", Some(course::protocol_title(page, in_force)), ""),
    ];
    let detail = |(key, text, source): (&str, Option<String>, &str)| {
        // The number of the decision; where its text was read is no news to a doctor.
        let decision = source.split([',', '(']).next().unwrap_or_default().trim();
        Some(Detail { term: page.t(key), text: text?, source: decision.to_owned() })
    };
    facts.into_iter().filter_map(detail).collect()
}
