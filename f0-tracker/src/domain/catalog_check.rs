//! What no type can say about a set of protocols, checked once when they are read.

use std::collections::BTreeSet;

use shared::events::AlertLevel;

use super::age::Age;
use super::catalog::{Catalog, CatalogError, InForce};
use super::protocol::{Mark, Protocol, Rule, Test};
use super::score::{Score, Step};

/// Ages above this many years need no protocol.
const OLDEST_YEARS: u32 = 130;

/// Checks every protocol and the choice of those in force.
///
/// # Errors
/// The first fault.
pub(super) fn check(catalog: &Catalog) -> Result<(), CatalogError> {
    let mut ids = BTreeSet::new();
    for protocol in catalog.protocols() {
        let fault =
            if ids.insert(&protocol.id) { protocol_fault(protocol) } else { Some("its id occurs twice".to_owned()) };
        if let Some(fault) = fault {
            return Err(CatalogError::Protocol { protocol: protocol.id.clone(), fault });
        }
    }
    match in_force_fault(catalog) {
        Some(fault) => Err(CatalogError::InForce(fault)),
        None => Ok(()),
    }
}

fn protocol_fault(protocol: &Protocol) -> Option<String> {
    if protocol.title.vi.is_empty() || protocol.title.en.is_empty() {
        return Some("the title is missing".to_owned());
    }
    if protocol.source.decision.is_empty() || protocol.source.read_at.is_empty() {
        return Some("the source is missing".to_owned());
    }
    if protocol.ages.is_empty() || protocol.valid_to.is_some_and(|end| end < protocol.valid_from) {
        return Some("the ages or the days of validity are empty".to_owned());
    }
    if protocol.complete != protocol.unread.is_empty() {
        return Some("`complete` and `unread` contradict each other".to_owned());
    }
    if protocol.rules.is_empty() == protocol.score.is_none() {
        return Some("it needs rules or a score, and not both".to_owned());
    }
    let rule =
        protocol.rules.iter().find_map(|rule| Some(format!("rule {}: {}", rule.id, rule_fault(rule, protocol)?)));
    rule.or_else(|| overlap(&protocol.rules)).or_else(|| protocol.score.as_ref().and_then(score_fault))
}

fn rule_fault(rule: &Rule, protocol: &Protocol) -> Option<&'static str> {
    if rule.mark == Mark::M {
        Some("a line from memory must not be a rule")
    } else if rule.source.is_empty() || rule.text.vi.is_empty() || rule.text.en.is_empty() {
        Some("the source or a text is missing")
    } else if rule.ages.is_empty() || !protocol.ages.covers(rule.ages) {
        Some("its ages are empty or lie outside those of the protocol")
    } else if rule.level == AlertLevel::None {
        Some("it has no level")
    } else if rule.confirm.is_some_and(|c| c.first_level >= rule.level || c.within_minutes <= 0) {
        Some("a first reading must be less than a confirmed one")
    } else if rule.band.is_some() != protocol.base_band.is_some() {
        Some("either all rules have a band and the protocol a base band, or none")
    } else if matches!(&rule.test, Test::Signs(signs) if signs.is_empty()) {
        Some("it names no symptom")
    } else {
        None
    }
}

/// Two rules overlap when one age would be judged twice by the same parameter at the same level.
fn overlap(rules: &[Rule]) -> Option<String> {
    let pairs = rules.iter().enumerate().flat_map(|(n, one)| rules[n + 1..].iter().map(move |other| (one, other)));
    let mut overlapping = pairs.filter(|(one, other)| one.ages.overlaps(other.ages) && look_at_the_same(one, other));
    overlapping.next().map(|(one, other)| format!("the ages of rules {} and {} overlap", one.id, other.id))
}

fn look_at_the_same(one: &Rule, other: &Rule) -> bool {
    match (&one.test, &other.test) {
        (Test::Vital { vital: a, comparison: c, .. }, Test::Vital { vital: b, comparison: d, .. }) => {
            a == b && c.looks_down() == d.looks_down() && one.level == other.level
        }
        (Test::Signs(a), Test::Signs(b)) => a.iter().any(|sign| b.contains(sign)),
        _ => false,
    }
}

fn score_fault(score: &Score) -> Option<String> {
    let rising = |steps: &[Step]| {
        let ends: Vec<_> = steps.iter().map(|step| step.up_to).collect();
        let (last, before) = ends.split_last()?;
        let before: Option<Vec<_>> = before.iter().copied().collect();
        (last.is_none() && before?.is_sorted_by(|a, b| a < b)).then_some(())
    };
    if let Some(item) = score.items.iter().find(|item| rising(&item.steps).is_none()) {
        return Some(format!("the steps of {} do not rise to an open end", item.parameter.code()));
    }
    let from_zero = score.bands.first().is_some_and(|band| band.from == 0);
    let bands_rise = score.bands.is_sorted_by(|a, b| a.from < b.from && a.level <= b.level);
    (!from_zero || !bands_rise).then(|| "the bands of the sum do not rise from 0".to_owned())
}

fn in_force_fault(catalog: &Catalog) -> Option<String> {
    let entries = catalog.in_force();
    let entry = entries.iter().find_map(|entry| entry_fault(catalog, entry));
    entry.or_else(|| {
        let ages = (0..=OLDEST_YEARS * 12).map(Age::from_months);
        let mut left_out = ages.filter(|age| !entries.iter().any(|entry| entry.ages.contains(*age)));
        left_out.next().map(|age| format!("nobody decides for an age of {} months", age.months()))
    })
}

fn entry_fault(catalog: &Catalog, entry: &InForce) -> Option<String> {
    let name = &entry.protocol;
    let Some(protocol) = catalog.get(name) else { return Some(format!("there is no protocol {name}")) };
    if protocol.rules.is_empty() {
        return Some(format!("{name} only scores and cannot decide"));
    }
    if !protocol.ages.covers(entry.ages) {
        return Some(format!("{name} is not made for all of these ages"));
    }
    if entry.from < protocol.valid_from {
        return Some(format!("{name} was not yet issued on {}", entry.from));
    }
    if protocol.unread.iter().any(|unread| unread.ages.overlaps(entry.ages)) {
        return Some(format!(
            "{name} has lines for these ages that were not read; complete it from the signed text first"
        ));
    }
    let unknown = entry.also.iter().find(|rule| catalog.rules_named(rule).next().is_none());
    unknown.map(|rule| format!("there is no rule {} in {}", rule.rule, rule.protocol))
}
