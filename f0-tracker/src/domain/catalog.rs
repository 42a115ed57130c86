//! The protocols that are known, and which of them is in force.
//!
//! The files in `f0-tracker/protocols/` are compiled in. Which protocol decides for a patient is data too
//! (`in_force.json`): the province configures it, with the day from which it counts. The end of a decision's validity
//! changes nothing by itself: 604/QĐ-BYT replaced 261 and 528 on 14 March 2022, but only some of its lines could be
//! read, so the configured protocols stay until a province puts a completed one in their place.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::time::Date;

use super::age::{Age, AgeBand};
use super::catalog_check::check;
use super::protocol::{Protocol, Rule};

/// The files of the protocols, in the order in which an assessment lists them.
const PROTOCOLS: [&str; 8] = [
    include_str!("../../protocols/byt-261-2022.json"),
    include_str!("../../protocols/byt-528-2022.json"),
    include_str!("../../protocols/byt-250-437-2022.json"),
    include_str!("../../protocols/byt-4377-2021.json"),
    include_str!("../../protocols/byt-604-2022.json"),
    include_str!("../../protocols/byt-5155-2021.json"),
    include_str!("../../protocols/nhs-coh.json"),
    include_str!("../../protocols/news2.json"),
];

/// Which protocol is in force where the province configures nothing else.
const IN_FORCE: &str = include_str!("../../protocols/in_force.json");

/// Why a set of protocols cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A file cannot be read.
    #[error("file {index} of the protocols: {source}")]
    Json {
        /// Its position.
        index: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The choice of the protocol in force cannot be read.
    #[error("the protocols in force: {0}")]
    InForceJson(serde_json::Error),
    /// A protocol contradicts itself.
    #[error("protocol {protocol}: {fault}")]
    Protocol {
        /// Its id.
        protocol: String,
        /// What is wrong.
        fault: String,
    },
    /// The choice of the protocol in force is not usable.
    #[error("the protocols in force: {0}")]
    InForce(String),
}

/// One choice of the province: from a day on, people of these ages are judged by this protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// The first day it counts.
    pub from: Date,
    /// Whom it is for.
    pub ages: AgeBand,
    /// The id of the protocol.
    pub protocol: String,
    /// Rules of other protocols that count beside it, such as the emergency line of the severity table.
    pub also: Vec<RuleRef>,
    /// Why.
    pub note: String,
}

/// A rule of a protocol, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRef {
    /// The id of the protocol.
    pub protocol: String,
    /// The id of the rule.
    pub rule: String,
}

/// The id of a protocol, whatever else its file says.
#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InForceFile {
    #[serde(rename = "note")]
    _note: Bilingual,
    entries: Vec<InForce>,
}

/// The protocol that decides for a patient on a day.
#[derive(Debug, Clone, Copy)]
pub struct Deciding<'a> {
    /// The protocol.
    pub protocol: &'a Protocol,
    catalog: &'a Catalog,
    entry: &'a InForce,
}

impl<'a> Deciding<'a> {
    /// The rules that decide, each with the protocol it stands in: those of the protocol, then those taken from others.
    pub fn rules(self) -> impl Iterator<Item = (&'a Protocol, &'a Rule)> {
        let own = self.protocol.rules.iter().map(move |rule| (self.protocol, rule));
        let also = self.entry.also.iter().flat_map(move |name| self.catalog.rules_named(name));
        own.chain(also)
    }
}

/// The protocols that are known, and the choice of those in force.
#[derive(Debug, Clone)]
pub struct Catalog {
    protocols: Vec<Protocol>,
    in_force: Vec<InForce>,
}

impl Catalog {
    /// The protocols that are compiled in, with the default choice.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::read(&PROTOCOLS, IN_FORCE).expect("the compiled files never change, and a test reads them")
        })
    }

    /// The file of a protocol that is compiled in.
    #[must_use]
    pub fn builtin_file(id: &str) -> Option<&'static str> {
        let at = Self::builtin().protocols.iter().position(|protocol| protocol.id == id)?;
        PROTOCOLS.get(at).copied()
    }

    /// The choice in the format of `in_force.json`, with one more entry: from a day on a protocol decides for these ages,
    /// with the rules beside it that the entry for the youngest of them had so far.
    #[must_use]
    pub fn in_force_with(&self, protocol: &str, ages: AgeBand, from: Date) -> serde_json::Value {
        let youngest = Age::from_months(ages.from_months());
        let deciding = self.default_for(youngest, from);
        let also = deciding.entry.also.iter().filter(|rule| rule.protocol != protocol).cloned().collect();
        let entry = InForce { from, ages, protocol: protocol.to_owned(), also, note: String::new() };
        let entries: Vec<&InForce> = self.in_force.iter().chain([&entry]).collect();
        serde_json::json!({"note": {"vi": "", "en": ""}, "entries": entries})
    }

    /// The protocols that are compiled in, with the choice of a province, in the format of `in_force.json`.
    ///
    /// # Errors
    /// [`CatalogError`] where the choice cannot be read, names what does not exist, leaves an age without a protocol,
    /// or puts a protocol in force for ages of which it has unread lines.
    pub fn with_in_force(in_force: &str) -> Result<Self, CatalogError> {
        Self::read(&PROTOCOLS, in_force)
    }

    /// The protocols that are compiled in with a province's changes: a protocol takes the place of the one of its id, or
    /// stands beside them; `in_force` is the choice, that which is compiled in where it is absent.
    ///
    /// # Errors
    /// As [`Catalog::with_in_force`].
    pub fn proposed(changed: &[String], in_force: Option<&str>) -> Result<Self, CatalogError> {
        let named = |(index, json): (usize, &str)| -> Result<String, CatalogError> {
            let named: Named = serde_json::from_str(json).map_err(|source| CatalogError::Json { index, source })?;
            Ok(named.id)
        };
        let mut files: Vec<(String, &str)> = Vec::with_capacity(PROTOCOLS.len() + changed.len());
        for (index, json) in PROTOCOLS.iter().copied().enumerate() {
            files.push((named((index, json))?, json));
        }
        for (index, json) in changed.iter().map(String::as_str).enumerate() {
            let id = named((index, json))?;
            match files.iter_mut().find(|(known, _)| *known == id) {
                Some(file) => file.1 = json,
                None => files.push((id, json)),
            }
        }
        let files: Vec<&str> = files.into_iter().map(|(_, json)| json).collect();
        Self::read(&files, in_force.unwrap_or(IN_FORCE))
    }

    /// Reads and checks a set of files.
    ///
    /// # Errors
    /// [`CatalogError`] for the first fault.
    pub fn read(protocols: &[&str], in_force: &str) -> Result<Self, CatalogError> {
        let read = |(index, json): (usize, &&str)| {
            serde_json::from_str(json).map_err(|source| CatalogError::Json { index, source })
        };
        let protocols = protocols.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        let file: InForceFile = serde_json::from_str(in_force).map_err(CatalogError::InForceJson)?;
        let catalog = Self { protocols, in_force: file.entries };
        check(&catalog)?;
        Ok(catalog)
    }

    /// Every protocol, in the order in which an assessment lists them.
    #[must_use]
    pub fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    /// Every choice of the province.
    #[must_use]
    pub fn in_force(&self) -> &[InForce] {
        &self.in_force
    }

    /// The protocol of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Protocol> {
        self.protocols.iter().find(|protocol| protocol.id == id)
    }

    /// The protocol that decides for a patient of that age on that day: of the choices for the age the latest that is
    /// not after the day. Before the first choice the earliest counts, because a patient is never without a protocol.
    #[must_use]
    pub fn default_for(&self, age: Age, on: Date) -> Deciding<'_> {
        let of_age = || self.in_force.iter().filter(|entry| entry.ages.contains(age));
        let latest = of_age().filter(|entry| entry.from <= on).max_by_key(|entry| entry.from);
        let entry = latest.or_else(|| of_age().min_by_key(|entry| entry.from));
        entry
            .and_then(|entry| Some(Deciding { protocol: self.get(&entry.protocol)?, catalog: self, entry }))
            .expect("`read` refuses a choice that leaves an age without a known protocol")
    }

    /// The minutes over which the most patient rule looks for a second reading.
    #[must_use]
    pub fn longest_confirmation(&self) -> i64 {
        let rules = self.protocols.iter().flat_map(|protocol| &protocol.rules);
        rules.filter_map(|rule| rule.confirm).map(|confirm| confirm.within_minutes).max().unwrap_or(0)
    }

    /// The rules that a reference names: blood pressure is two rules of one id.
    pub(super) fn rules_named<'a>(&'a self, name: &'a RuleRef) -> impl Iterator<Item = (&'a Protocol, &'a Rule)> {
        let protocol = self.get(&name.protocol);
        protocol.into_iter().flat_map(move |p| p.rules.iter().filter(|r| r.id == name.rule).map(move |r| (p, r)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_id(years: u32, on: &str) -> &'static str {
        &Catalog::builtin().default_for(Age::from_years(years), on.parse().unwrap()).protocol.id
    }

    fn choice(entries: &str) -> Result<Catalog, CatalogError> {
        Catalog::with_in_force(&format!(r#"{{"note":{{"vi":"","en":""}},"entries":{entries}}}"#))
    }

    #[test]
    fn the_compiled_protocols_and_the_default_choice_are_sound() {
        let catalog = Catalog::read(&PROTOCOLS, IN_FORCE).unwrap();
        assert_eq!(catalog.protocols().len(), 8);
    }

    #[test]
    fn adults_are_judged_by_261_and_small_children_by_528_also_after_both_were_replaced() {
        for on in ["2022-03-10", "2022-03-14", "2026-01-01"] {
            assert_eq!(default_id(35, on), "byt-261-2022");
            assert_eq!(default_id(5, on), "byt-261-2022");
            assert_eq!(default_id(4, on), "byt-528-2022");
        }
        assert_eq!(default_id(4, "2022-02-10"), "byt-261-2022");
        assert_eq!(default_id(35, "2021-09-01"), "byt-261-2022");
    }

    #[test]
    fn a_province_may_choose_another_protocol_from_a_day_on() {
        let catalog = choice(
            r#"[{"from":"2022-01-31","ages":{},"protocol":"byt-261-2022","also":[],"note":""},
                {"from":"2023-01-01","ages":{"from":"18y"},"protocol":"nhs-coh","also":[],"note":""}]"#,
        )
        .unwrap();
        let id = |years, on: &str| catalog.default_for(Age::from_years(years), on.parse().unwrap()).protocol.id.clone();
        assert_eq!(id(35, "2022-12-31"), "byt-261-2022");
        assert_eq!(id(35, "2023-01-01"), "nhs-coh");
        assert_eq!(id(17, "2023-01-01"), "byt-261-2022");
    }

    #[test]
    fn one_more_choice_keeps_the_others_and_the_rules_beside_them() {
        let catalog = Catalog::builtin();
        let small: AgeBand = serde_json::from_str(r#"{"below":"5y"}"#).unwrap();
        let chosen = catalog.in_force_with("byt-261-2022", small, Date::constant(2022, 3, 20)).to_string();
        let after = Catalog::with_in_force(&chosen).unwrap();
        let id = |years, on: &str| after.default_for(Age::from_years(years), on.parse().unwrap()).protocol.id.clone();
        assert_eq!((id(4, "2022-03-19"), id(4, "2022-03-20")), ("byt-528-2022".to_owned(), "byt-261-2022".to_owned()));
        assert_eq!(id(5, "2022-03-20"), "byt-261-2022");
        let rules = |catalog: &Catalog| {
            let deciding = catalog.default_for(Age::from_years(4), Date::constant(2022, 3, 20));
            deciding.rules().filter(|(protocol, _)| protocol.id == "byt-5155-2021").count()
        };
        assert_eq!((rules(&after), rules(catalog)), (1, 1), "the emergency line stays");
    }

    #[test]
    fn an_incomplete_protocol_cannot_be_put_in_force_where_lines_are_missing() {
        let fault = choice(r#"[{"from":"2022-03-14","ages":{},"protocol":"byt-604-2022","also":[],"note":""}]"#);
        assert!(fault.unwrap_err().to_string().contains("byt-604-2022"));
        let fault = choice(
            r#"[{"from":"2022-03-14","ages":{"from":"5y","below":"17y"},"protocol":"byt-528-2022","also":[],"note":""},
            {"from":"2022-01-31","ages":{},"protocol":"byt-261-2022","also":[],"note":""}]"#,
        );
        assert!(fault.unwrap_err().to_string().contains("byt-528-2022"));
    }

    #[test]
    fn a_changed_protocol_takes_the_place_of_the_one_of_its_id() {
        let stricter = PROTOCOLS[0].replacen(r#""threshold": 96"#, r#""threshold": 97"#, 1);
        let catalog = Catalog::proposed(&[stricter], None).unwrap();
        assert_eq!(catalog.protocols().len(), 8);
        assert_ne!(catalog.get("byt-261-2022"), Catalog::builtin().get("byt-261-2022"));
        let more = PROTOCOLS[0].replacen("byt-261-2022", "tg-1-2022", 1);
        assert_eq!(Catalog::proposed(&[more], None).unwrap().protocols().len(), 9);
        assert!(Catalog::proposed(&["{}".to_owned()], None).is_err());
        let unread = r#"{"note":{"vi":"","en":""},"entries":[
            {"from":"2022-03-14","ages":{},"protocol":"byt-604-2022","also":[],"note":""}]}"#;
        assert!(Catalog::proposed(&[], Some(unread)).is_err(), "a protocol with unread lines");
    }

    #[test]
    fn a_choice_that_leaves_an_age_out_or_names_nothing_known_is_refused() {
        let entry = |ages: &str, protocol: &str, also: &str| {
            format!(r#"[{{"from":"2022-03-14","ages":{ages},"protocol":"{protocol}","also":{also},"note":""}}]"#)
        };
        assert!(choice(&entry("{}", "byt-261-2022", "[]")).is_ok());
        assert!(choice(&entry(r#"{"from":"1y"}"#, "byt-261-2022", "[]")).is_err());
        assert!(choice(&entry("{}", "byt-999-2022", "[]")).is_err());
        let missing = r#"[{"protocol":"byt-5155-2021","rule":"R99"}]"#;
        assert!(choice(&entry("{}", "byt-261-2022", missing)).is_err());
    }

    #[test]
    fn a_rule_from_memory_or_overlapping_bands_are_refused() {
        let base = PROTOCOLS[0];
        let from_memory = base.replacen(r#""mark": "T""#, r#""mark": "M""#, 1);
        let overlapping = base.replacen(r#""below": "12y""#, r#""below": "13y""#, 1);
        let no_source = base.replacen(r#""source": "261/QĐ-BYT, sign 1""#, r#""source": """#, 1);
        for (changed, word) in [(from_memory, "memory"), (overlapping, "overlap"), (no_source, "source")] {
            assert_ne!(changed, base);
            let files: Vec<&str> = core::iter::once(changed.as_str()).chain(PROTOCOLS[1..].iter().copied()).collect();
            let fault = Catalog::read(&files, IN_FORCE).unwrap_err().to_string();
            assert!(fault.contains(word), "{fault}");
        }
    }
}
