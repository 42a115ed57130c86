//! From what a message says to results, or to why it is ignored or refused.

use sha2::{Digest, Sha256};
use shared::bilingual::Bilingual;
use shared::time::Instant;

use super::advice::{about, others_named};
use super::meaning::{Found, Test, disagree, judged, one_of_each, test_of};
use super::{
    Body, Coded, Mapping, MappingKind, Message, Names, Observation, Reported, SpecimenRole, draft_of, missing,
};
use crate::domain::codes::{SpecimenKind, TestKind};
use crate::domain::disposition::{Disposition, IgnoreReason};
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
        let Some(test) = test_of(observation, rules.mapping) else { continue };
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
    let made = told.is_none();
    let accession = told.or_else(|| Some(derived(message)));
    let lab = lab_code(message, rules, &mut errors);
    let ct = ct_value(&message.observations);
    let several = found.len() > 1;
    let mut parsed = Vec::with_capacity(found.len());
    for found in found {
        if let Some(one) = result(message, found, rules, lab.as_ref(), (accession.as_deref(), made), ct, &mut errors) {
            parsed.push(Parsed { several, ..one });
        }
    }
    let body = if errors.is_empty() { Body::Results(parsed) } else { Body::Refused(errors) };
    (accession.map(|text| short(&text)), body)
}

fn is_ct(test: &Test) -> bool {
    CT_CODES.contains(&test.code.as_str())
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
    (accession, made): (Option<&str>, bool),
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
    let mut tubes = barcodes(&observation.tubes);
    let mut numbers = barcodes(&observation.numbers);
    numbers.retain(|number| !tubes.contains(number));
    let certain_tubes = tubes.len();
    tubes.append(&mut numbers);
    let first = tubes.first().cloned();
    let person = message.patient.name.clone().map(|name| {
        let draft = Box::new(draft_of(name, &message.patient));
        let id = message.patient.person_ids.iter().find_map(|text| text.trim().parse().ok());
        PersonRef::Described { id, draft }
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
    let specimen_kind = specimen(&observation.specimen, rules.mapping);
    let warnings = about(message, observation, specimen_kind, made, rules);
    let draft = ResultDraft {
        id: None,
        lab_code: lab?.clone(),
        accession,
        subject,
        specimen_kind,
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
        other_tubes: tubes.split_off(tubes.len().min(1)),
        certain_tubes,
        named_labs: others_named(message, rules),
        test_traffic: message.test_traffic,
        several: false,
        warnings,
    })
}

/// The codes among these texts, each once.
fn barcodes(texts: &[String]) -> Vec<Barcode> {
    let mut codes: Vec<Barcode> = Vec::new();
    for text in texts {
        codes.extend(Barcode::parse(text, "").ok().filter(|code| !codes.contains(code)));
    }
    codes
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
