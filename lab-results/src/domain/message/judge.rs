//! From what a message says to results, or to why it is ignored or refused.

use sha2::{Digest, Sha256};
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::time::Instant;

use super::{
    Body, Coded, Mapping, MappingKind, Message, Names, Observation, Reported, SpecimenRole, draft_of, missing,
};
use crate::domain::codes::{self, Finding, SpecimenKind, TestKind};
use crate::domain::disposition::{Disposition, HoldReason, IgnoreReason};
use crate::domain::label::{Accession, Barcode, LabCode, MAX_LENGTH};
use crate::domain::report::CellError;
use crate::domain::result::{Parsed, PersonRef, ResultDraft, Status, Subject, too_early, too_late};

/// The Ct values that a message may carry beside its result.
const CT_CODES: [&str; 1] = ["94745-7"];
/// The cycle thresholds that a PCR can report.
const CT_RANGE: core::ops::RangeInclusive<f64> = 5.0..=50.0;

/// When a message is read, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// When.
    pub now: Instant,
    /// The laboratory of the account or key that sends, where it is one.
    pub credential_lab: Option<&'a str>,
    /// What the laboratory's own words mean.
    pub mapping: &'a Mapping,
    /// How the format names its fields.
    pub names: &'static Names,
}

/// What a test turned out to be.
struct Test {
    kind: TestKind,
    code: String,
}

/// An observation about SARS-CoV-2.
struct Found<'a> {
    observation: &'a Observation,
    test: Test,
    finding: Finding,
    reasons: Vec<HoldReason>,
}

/// What becomes of a message or document, which may be about several patients, as far as it alone tells. Also the
/// laboratory's number, where one was sent.
#[must_use]
pub fn judge(patients: &[Message], rules: &Rules<'_>) -> (Option<String>, Body) {
    if let [only] = patients {
        return of_patient(only, rules);
    }
    let (mut number, mut results, mut errors) = (None, Vec::new(), Vec::new());
    let mut ignored = IgnoreReason::OtherTest;
    for message in patients {
        let (told, body) = of_patient(message, rules);
        number = number.or(told);
        match body {
            Body::Results(found) => results.extend(found),
            Body::Ignored(reason) => ignored = reason,
            Body::Refused(found) => errors.extend(found),
        }
    }
    let several = results.len() > 1;
    for one in &mut results {
        one.several = several;
    }
    let body = match (errors.is_empty(), results.is_empty()) {
        (false, _) => Body::Refused(errors),
        (true, true) => Body::Ignored(ignored),
        (true, false) => Body::Results(results),
    };
    (number, body)
}

fn of_patient(message: &Message, rules: &Rules<'_>) -> (Option<String>, Body) {
    let told = message.observations.iter().find_map(|o| o.accession.clone());
    let mut virus = Vec::new();
    let (mut antibody, mut control) = (false, false);
    for observation in &message.observations {
        let Some(test) = test_of(&observation.test, rules.mapping) else { continue };
        match test.kind {
            TestKind::Other => {}
            TestKind::Antibody => antibody = true,
            // Senders fill in the role at random: a control with a patient is the patient's.
            _ if observation.role == SpecimenRole::Control && message.patient.name.is_none() => control = true,
            _ if is_ct(&test) => {}
            _ => virus.push((observation, test)),
        }
    }
    if virus.is_empty() {
        let reason = match (control, antibody) {
            (true, _) => IgnoreReason::Control,
            (false, true) => IgnoreReason::Antibody,
            (false, false) => IgnoreReason::OtherTest,
        };
        return (told, Body::Ignored(reason));
    }
    let mut errors = message.errors.clone();
    let mut found: Vec<Found<'_>> = Vec::new();
    for (observation, test) in virus {
        if observation.value.is_empty()
            && observation.status != Reported::NotDone
            && observation.status != Reported::Withdrawn
        {
            errors.push(missing(rules.names.value));
            continue;
        }
        let (finding, reasons) = judged(observation, &test, rules.mapping);
        found.push(Found { observation, test, finding, reasons });
    }
    disagree(&mut found);
    let found = one_of_each(found);
    let accession = told.or_else(|| Some(derived(message)));
    let lab = lab_code(message, rules, &mut errors);
    let ct = ct_value(&message.observations);
    let several = found.len() > 1;
    let mut parsed = Vec::with_capacity(found.len());
    for found in found {
        if let Some(one) = result(message, found, rules, lab.as_ref(), accession.as_deref(), ct, &mut errors) {
            parsed.push(Parsed { several, ..one });
        }
    }
    let body = if errors.is_empty() { Body::Results(parsed) } else { Body::Refused(errors) };
    (accession.map(|text| short(&text)), body)
}

fn is_ct(test: &Test) -> bool {
    CT_CODES.contains(&test.code.as_str())
}

/// The test that an observation is of: a LOINC code of our table before any other, then what the laboratory has mapped,
/// then a word that names SARS-CoV-2 without a code that we know.
fn test_of(coded: &Coded, mapping: &Mapping) -> Option<Test> {
    let mut other = None;
    for code in &coded.0 {
        let code = code.trim();
        match codes::test_kind(code) {
            Some(TestKind::Other) => other = Some(Test { kind: TestKind::Other, code: code.to_owned() }),
            Some(kind) => return Some(Test { kind, code: code.to_owned() }),
            None => {}
        }
    }
    for word in &coded.0 {
        if let Some(code) = mapping.get(MappingKind::Test, word) {
            return codes::test_kind(code).map(|kind| Test { kind, code: code.to_owned() });
        }
    }
    if other.is_some() {
        return other;
    }
    let named = coded.0.iter().any(|word| names_the_virus(word));
    let code = coded.0.first()?.chars().take(MAX_LENGTH).collect();
    Some(Test { kind: if named { TestKind::Local } else { TestKind::Other }, code })
}

/// Whether a text names SARS-CoV-2 or COVID-19.
fn names_the_virus(text: &str) -> bool {
    let plain: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    ["sarscov2", "covid", "ncov", "sars2"].iter().any(|name| plain.contains(name))
}

/// What the value of an observation says, and why a person should look first.
fn judged(observation: &Observation, test: &Test, mapping: &Mapping) -> (Finding, Vec<HoldReason>) {
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
        finding = match finding {
            Finding::Detected => Finding::PoolDetected,
            Finding::NotDetected => Finding::PoolNotDetected,
            Finding::Inconclusive | Finding::Invalid => Finding::PoolIndeterminate,
            other => other,
        };
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

/// Holds every result of a message whose results for one accession say different things.
fn disagree(found: &mut [Found<'_>]) {
    let differs = |one: &Found<'_>, all: &[Found<'_>]| {
        all.iter().any(|other| other.observation.accession == one.observation.accession && other.finding != one.finding)
    };
    let marks: Vec<bool> = found.iter().map(|one| differs(one, found)).collect();
    for (one, mark) in found.iter_mut().zip(marks) {
        if mark {
            one.reasons.push(HoldReason::ResultsDisagree);
        }
    }
}

/// Of results that say the same by the same method under one accession (three genes of one PCR), the first speaks for
/// all; what waits for a reason of its own gives way to one that does not.
fn one_of_each<'a>(found: Vec<Found<'a>>) -> Vec<Found<'a>> {
    let mut kept: Vec<Found<'a>> = Vec::new();
    for one in found {
        let same = |other: &&mut Found<'a>| {
            other.observation.accession == one.observation.accession
                && other.test.kind.method() == one.test.kind.method()
                && other.finding == one.finding
                && other.observation.status == one.observation.status
        };
        match kept.iter_mut().find(same) {
            Some(other) if one.reasons.len() < other.reasons.len() => *other = one,
            Some(_) => {}
            None => kept.push(one),
        }
    }
    kept
}

fn ct_value(observations: &[Observation]) -> Option<f64> {
    let ct = |o: &&Observation| o.test.0.iter().any(|code| CT_CODES.contains(&code.trim()));
    observations.iter().find(ct).and_then(|o| o.number).filter(|ct| CT_RANGE.contains(ct))
}

fn lab_code(message: &Message, rules: &Rules<'_>, errors: &mut Vec<CellError>) -> Option<LabCode> {
    let at = rules.names.laboratory;
    let named = message.laboratories.iter().map(String::as_str).find(|text| !text.trim().is_empty());
    let Some(text) = rules.credential_lab.or(named) else {
        errors.push(missing(at));
        return None;
    };
    LabCode::parse(text, at).map_err(|error| errors.push(error.into())).ok()
}

/// A number for what came without one: the same message has the same number again.
fn derived(message: &Message) -> String {
    let mut hash = Sha256::new();
    let mut field = |text: &str| hash.update(format!("{}:{text}", text.len()));
    field(message.patient.name.as_ref().map_or("", |n| n.as_str()));
    field(&message.patient.birth.map(|b| b.to_string()).unwrap_or_default());
    for observation in &message.observations {
        field(observation.test.0.first().map_or("", String::as_str));
        field(&observation.collected.map(Instant::to_fixed_text).unwrap_or_default());
    }
    format!("auto-{}", hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// A number that fits: one that is too long stands as its hash.
fn short(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= MAX_LENGTH && !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    format!("long-{}", hex(&Sha256::digest(text.as_bytes())))
}

/// When the specimen was taken and when the result was there; also whether neither was said.
fn times(message: &Message, observation: &Observation, now: Instant) -> (Instant, Instant, bool) {
    let resulted = observation.resulted.first().copied();
    let Some(collected) = observation.collected.or(resulted) else {
        let at = message.sent_at.filter(|at| *at <= now).unwrap_or(now);
        return (at, at, true);
    };
    // Senders' clocks differ: a result from before its specimen says when it was there by no other of its times.
    let resulted = observation.resulted.iter().copied().find(|at| *at >= collected).unwrap_or(collected);
    (collected, resulted, false)
}

fn result(
    message: &Message,
    found: Found<'_>,
    rules: &Rules<'_>,
    lab: Option<&LabCode>,
    accession: Option<&str>,
    ct: Option<f64>,
    errors: &mut Vec<CellError>,
) -> Option<Parsed> {
    let Found { observation, test, finding, reasons } = found;
    let (collected_at, resulted_at, undated) = times(message, observation, rules.now);
    let names = rules.names;
    errors.extend(too_late(collected_at, rules.now, names.collected).map(CellError::from));
    errors.extend(too_early(collected_at, names.collected).map(CellError::from));
    errors.extend(too_late(resulted_at, rules.now, names.resulted).map(CellError::from));
    let number = short(observation.accession.as_deref().or(accession)?);
    let accession = Accession::parse(&number, names.accession).map_err(|error| errors.push(error.into())).ok()?;
    let mut tubes: Vec<Barcode> = Vec::new();
    for text in &observation.tubes {
        tubes.extend(Barcode::parse(text, "").ok().filter(|tube| !tubes.contains(tube)));
    }
    let first = (!tubes.is_empty()).then(|| tubes.remove(0));
    let person = message.patient.name.clone().map(|name| {
        let draft = Box::new(draft_of(name, &message.patient));
        PersonRef::Described { id: None, draft }
    });
    let subject = match (first, person) {
        (Some(tube), Some(person)) => Subject::TubeOf(tube, person),
        (Some(tube), None) => Subject::Tube(tube),
        (None, Some(person)) => Subject::Person(person),
        (None, None) => Subject::Unknown,
    };
    let status = match observation.status {
        Reported::Corrected => Status::Corrected,
        Reported::Withdrawn => Status::Withdrawn,
        Reported::Final | Reported::Preliminary | Reported::NotDone | Reported::Missing => Status::Final,
    };
    let draft = ResultDraft {
        id: None,
        lab_code: lab?.clone(),
        accession,
        subject,
        specimen_kind: specimen(&observation.specimen, rules.mapping),
        collected_at,
        loinc: test.code.into(),
        method: test.kind.method(),
        finding,
        outcome: finding.outcome(),
        status,
        ct_value: ct,
        resulted_at,
        undated,
    };
    let disposition_hint = if reasons.is_empty() { Disposition::Accept } else { Disposition::Hold(reasons) };
    Some(Parsed {
        draft,
        disposition_hint,
        other_tubes: tubes,
        test_traffic: message.test_traffic,
        several: false,
        warnings: Vec::new(),
    })
}

fn specimen(coded: &Coded, mapping: &Mapping) -> SpecimenKind {
    if coded.is_empty() {
        return SpecimenKind::Unknown;
    }
    let read = |word: &String| {
        let mapped = || mapping.get(MappingKind::Specimen, word).and_then(SpecimenKind::read);
        SpecimenKind::read(word).or_else(mapped)
    };
    coded.0.iter().find_map(read).unwrap_or(SpecimenKind::Other)
}

/// A field that is no date.
pub(crate) fn no_date(column: &str, text: &str) -> CellError {
    let shown: String = text.chars().take(40).collect();
    let detail = Bilingual::new(
        format!("\"{shown}\" không phải ngày: viết YYYYMMDD, hoặc YYYY nếu chỉ biết năm"),
        format!("\"{shown}\" is no date: write YYYYMMDD, or YYYY where only the year is known"),
    );
    CellError::new(column, "date", detail)
}
