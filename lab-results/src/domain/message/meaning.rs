//! What one observation means: its test, what was found, and why a person should look first.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use shared::fold::fold;

use super::{Coded, Mapping, MappingKind, Observation, Reported, SpecimenRole};
use crate::domain::codes::{self, Finding, TestKind};
use crate::domain::disposition::HoldReason;
use crate::domain::label::MAX_LENGTH;

/// Questions that are asked with an order and answered beside the result (domain page, section 2.1).
const QUESTIONS: [&str; 10] =
    ["95419-8", "65222-2", "95418-0", "95421-4", "82810-3", "77974-4", "95420-6", "95417-2", "30525-0", "35659-2"];
/// Beginnings of words that only a question has, folded.
const ASKS: [&str; 16] = [
    "vaccin",
    "vacxin",
    "symptom",
    "exposure",
    "exposed",
    "contact",
    "travel",
    "employ",
    "pregnan",
    "hospitali",
    "history",
    "onset",
    "previous",
    "congregate",
    "trieu chung",
    "tiep xuc",
];
/// What answers a question and is no finding, folded; the numbers are SNOMED CT for yes, no and unknown.
const ANSWERS: [&str; 15] = [
    "y",
    "n",
    "u",
    "yes",
    "no",
    "unk",
    "unknown",
    "co",
    "khong",
    "khong ro",
    "true",
    "false",
    "373066001",
    "373067005",
    "261665006",
];

/// Words of a test that looks for the virus itself, folded.
const METHODS: [&str; 9] = ["rna", "ag", "antigen", "gene", "pcr", "naa", "naat", "lamp", "qpcr"];

/// What a test turned out to be.
pub(super) struct Test {
    pub(super) kind: TestKind,
    pub(super) code: String,
}

/// An observation about SARS-CoV-2.
pub(super) struct Found<'a> {
    pub(super) observation: &'a Observation,
    pub(super) test: Test,
    pub(super) finding: Finding,
    pub(super) reasons: Vec<HoldReason>,
}

/// The test that an observation is of: a LOINC code of our table before any other, then what the laboratory has mapped,
/// then a text that names SARS-CoV-2 with a code that we do not know, LOINC or not.
pub(super) fn test_of(observation: &Observation, mapping: &Mapping) -> Option<Test> {
    let coded = &observation.test;
    let mut unknown = None;
    for code in coded.0.iter().map(|code| code.trim()) {
        match codes::test_kind(code) {
            Some(TestKind::Other) => unknown = unknown.or(Some(code)),
            Some(kind) => return Some(Test { kind, code: code.to_owned() }),
            None => {}
        }
    }
    for word in &coded.0 {
        if let Some(code) = mapping.get(MappingKind::Test, word) {
            return codes::test_kind(code).map(|kind| Test { kind, code: code.to_owned() });
        }
    }
    let code = unknown.or(coded.0.first().map(String::as_str))?.chars().take(MAX_LENGTH).collect();
    Some(Test { kind: named(observation), code })
}

/// What a test that has no code of ours is, by its texts.
fn named(observation: &Observation) -> TestKind {
    let coded = &observation.test;
    let texts = || coded.0.iter().map(|text| fold(text));
    // What names a method looks for something, whatever else its name says.
    let looks = texts().any(|text| has_word(&text, &METHODS));
    let asks = observation.is_answer
        || coded.0.iter().any(|code| QUESTIONS.contains(&code.trim()))
        || (!looks && (texts().any(|text| asks(&text)) || is_answer(&observation.value)));
    if asks || !texts().any(|text| names_the_virus(&text)) {
        TestKind::Other
    } else if texts().any(|text| names_antibodies(&text)) {
        TestKind::Antibody
    } else {
        TestKind::Local
    }
}

/// Whether a folded text names SARS-CoV-2 or COVID-19.
fn names_the_virus(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    ["sarscov2", "covid", "ncov", "sars2"].iter().any(|name| plain.contains(name))
}

/// Whether a folded text names antibodies and nothing of the virus itself.
fn names_antibodies(text: &str) -> bool {
    let antibody = has_word(text, &["antibody", "antibodies", "igg", "igm", "iga", "ab", "abs", "serology"]);
    (antibody || text.contains("khang the")) && !has_word(text, &METHODS)
}

fn has_word(text: &str, words: &[&str]) -> bool {
    text.split(' ').any(|word| words.contains(&word))
}

/// Whether a folded text asks for something that no test finds.
fn asks(text: &str) -> bool {
    let begins = |start: &&str| text.starts_with(*start) || text.contains(&format!(" {start}"));
    ASKS.iter().any(begins)
}

/// Whether a value says yes, no or unknown, and nothing else.
fn is_answer(value: &Coded) -> bool {
    !value.is_empty() && value.0.iter().all(|word| ANSWERS.contains(&fold(word).as_str()))
}

/// What the value of an observation says, and why a person should look first.
pub(super) fn judged(observation: &Observation, test: &Test, mapping: &Mapping) -> (Finding, Vec<HoldReason>) {
    let mut reasons = Vec::new();
    match test.kind {
        TestKind::Ambiguous(_) => reasons.push(HoldReason::AmbiguousTest),
        TestKind::NotPresence => reasons.push(HoldReason::NotPresence),
        TestKind::Local => reasons.push(HoldReason::LocalCode),
        TestKind::Virus(_) | TestKind::Antibody | TestKind::Other => {}
    }
    let mut findings: Vec<Finding> = Vec::new();
    for word in &observation.value.0 {
        let said = Finding::read(word).or_else(|| mapping.get(MappingKind::Outcome, word).and_then(Finding::read));
        findings.extend(said.filter(|f| !findings.contains(f)));
    }
    without_plain_words(&mut findings);
    let mut finding = match findings[..] {
        [one] => one,
        [] if observation.status == Reported::NotDone => Finding::NotDone,
        [] if observation.status == Reported::Withdrawn => Finding::Inconclusive,
        [] => {
            reasons.push(HoldReason::UnknownValue);
            Finding::Inconclusive
        }
        _ => {
            reasons.push(HoldReason::CodesDisagree);
            Finding::Inconclusive
        }
    };
    if observation.role == SpecimenRole::Pool {
        finding = finding.in_pool();
    }
    reasons.extend(finding.hold_reason());
    match observation.status {
        Reported::Preliminary => reasons.push(HoldReason::Preliminary),
        Reported::NotDone if finding != Finding::NotDone => reasons.push(HoldReason::NotDone),
        Reported::Missing => reasons.push(HoldReason::StatusMissing),
        _ => {}
    }
    (finding, reasons)
}

/// A code that says what was found in a pool, with the plain word for the same beside it (`895231008^Negative^SCT`, as in
/// the LIVD table), says the former.
fn without_plain_words(findings: &mut Vec<Finding>) {
    let pools: Vec<Finding> =
        findings.iter().copied().filter(|f| f.hold_reason() == Some(HoldReason::Pooled)).collect();
    findings.retain(|finding| pools.contains(finding) || !pools.contains(&finding.in_pool()));
}

/// Holds every result of a message about one patient whose results of one day say different things, under whatever
/// accession: which of them holds, a person asks. A result without a day may be of any.
pub(super) fn disagree(found: &mut [Found<'_>]) {
    let day = |one: &Found<'_>| {
        let at = one.observation.collected.or(one.observation.resulted.first().copied());
        at.map(|at| at.local_date())
    };
    // What was found of one accession, and on one day: a message may hold very many results.
    let (mut by_accession, mut by_day) = (HashMap::<_, HashSet<Finding>>::new(), HashMap::<_, HashSet<Finding>>::new());
    let mut all = HashSet::new();
    for one in &*found {
        by_accession.entry(one.observation.accession.as_deref()).or_default().insert(one.finding);
        by_day.entry(day(one)).or_default().insert(one.finding);
        all.insert(one.finding);
    }
    let differs = |one: &Found<'_>| {
        let other_in = |findings: Option<&HashSet<Finding>>| {
            findings.is_some_and(|findings| findings.iter().any(|finding| *finding != one.finding))
        };
        let on_the_day = match day(one) {
            None => other_in(Some(&all)),
            day => other_in(by_day.get(&day)) || other_in(by_day.get(&None)),
        };
        on_the_day || other_in(by_accession.get(&one.observation.accession.as_deref()))
    };
    let marks: Vec<bool> = found.iter().map(differs).collect();
    for (one, mark) in found.iter_mut().zip(marks) {
        if mark {
            one.reasons.push(HoldReason::ResultsDisagree);
        }
    }
}

/// Of results that say the same by the same method under one accession (three genes of one PCR), the first speaks for
/// all; what waits for a reason of its own gives way to one that does not.
pub(super) fn one_of_each<'a>(found: Vec<Found<'a>>) -> Vec<Found<'a>> {
    let mut kept: Vec<Found<'a>> = Vec::new();
    let mut places = HashMap::new();
    for one in found {
        let observation = one.observation;
        let same = (observation.accession.as_deref(), one.test.kind.method(), one.finding, observation.status);
        match places.entry(same) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(one);
            }
            Entry::Occupied(place) => {
                if let Some(other) = kept.get_mut(*place.get()).filter(|other| one.reasons.len() < other.reasons.len())
                {
                    *other = one;
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(test: &[&str], value: &[&str]) -> TestKind {
        let coded = |words: &[&str]| Coded(words.iter().map(|word| (*word).to_owned()).collect());
        let observation = Observation { test: coded(test), value: coded(value), ..Observation::default() };
        test_of(&observation, &Mapping::default()).unwrap().kind
    }

    #[test]
    fn an_unknown_code_whose_text_names_the_virus_waits_and_what_asks_or_looks_for_antibodies_does_not() {
        let found = &["260373001", "Detected"][..];
        for code in ["94314-2", "94316-7", "94639-2", "94641-8", "94763-0", "94746-5"] {
            assert_eq!(
                kind(&[code, "SARS-CoV-2 (COVID-19) RNA [Presence] in Specimen"], found),
                TestKind::Local,
                "{code}"
            );
            assert_eq!(kind(&[code, "Influenza virus A RNA"], found), TestKind::Other, "{code}");
        }
        assert_eq!(kind(&["94720-0", "SARS-CoV-2 (COVID-19) IgA Ab [Presence] in Serum"], found), TestKind::Antibody);
        assert_eq!(kind(&["KT", "Kháng thể SARS-CoV-2"], found), TestKind::Antibody);
        assert_eq!(kind(&["X", "SARS-CoV-2 Ag/Ab combo"], found), TestKind::Local);
        for question in ["COVID-19 vaccination status", "Contact with a COVID-19 case", "Có triệu chứng COVID-19?"]
        {
            assert_eq!(kind(&["Q1", question], found), TestKind::Other, "{question}");
        }
        assert_eq!(kind(&["COVIDQ", "COVID-19 health worker"], &["Y", "Yes"]), TestKind::Other);
        assert_eq!(kind(&["X", "COVID-19 PCR of contacts"], found), TestKind::Local);
        assert_eq!(kind(&["COVIDQ", "COVID-19 PCR"], &["Có"]), TestKind::Local, "a value that nobody knows waits");
        assert_eq!(kind(&["95418-0", "Health worker (COVID-19)"], &["x"]), TestKind::Other);
        assert_eq!(kind(&["94500-6", "x"], &["Y"]), TestKind::Virus(shared::events::Method::Pcr));
    }

    #[test]
    fn a_pool_code_beats_the_plain_word_for_the_same_and_no_other() {
        let test = || Test { kind: TestKind::Virus(shared::events::Method::Pcr), code: "94500-6".to_owned() };
        let said = |words: &[&str]| {
            let value = Coded(words.iter().map(|word| (*word).to_owned()).collect());
            judged(
                &Observation { value, status: Reported::Final, ..Observation::default() },
                &test(),
                &Mapping::default(),
            )
        };
        assert_eq!(said(&["895231008", "Negative"]), (Finding::PoolNotDetected, vec![HoldReason::Pooled]));
        assert_eq!(said(&["462371000124108", "Positive"]), (Finding::PoolDetected, vec![HoldReason::Pooled]));
        assert_eq!(said(&["895231008", "Positive"]), (Finding::Inconclusive, vec![HoldReason::CodesDisagree]));
        assert_eq!(said(&["260415000", "Negative"]), (Finding::NotDetected, Vec::new()));
    }

    #[test]
    fn very_many_results_of_one_message_are_compared_in_no_time() {
        let observations: Vec<Observation> = (0..200_000)
            .map(|n| Observation {
                accession: Some(format!("A{n}")),
                collected: "2022-03-09T01:00:00Z".parse().ok(),
                ..Observation::default()
            })
            .collect();
        let found = |observation| {
            let test = Test { kind: TestKind::Virus(shared::events::Method::Pcr), code: "94500-6".to_owned() };
            Found { observation, test, finding: Finding::NotDetected, reasons: Vec::new() }
        };
        let mut all: Vec<Found<'_>> = observations.iter().map(found).collect();
        all[7].finding = Finding::Detected;
        disagree(&mut all);
        assert!(all.iter().all(|one| one.reasons == [HoldReason::ResultsDisagree]));
        assert_eq!(one_of_each(all).len(), 200_000);
    }
}
