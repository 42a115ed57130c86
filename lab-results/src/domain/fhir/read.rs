//! Reading a document: its Patient, and every Observation with the report, the order and the specimen around it.

use serde::Deserialize;
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::person::{Birth, FullName, Sex};
use shared::time::{Date, Instant};

use super::entries::{Entries, bundles, unwrapped};
use super::resources::{
    Bundle, CodeableConcept, DiagnosticReport, HumanName, Identifier, MessageHeader, Meta, Observation, Organization,
    Patient, Period, ServiceRequest, Specimen,
};
use crate::domain::message::{self, Coded, Names, Reported, SpecimenRole, no_date};
use crate::domain::names::same_words;
use crate::domain::report::CellError;

/// How fields are named.
pub const NAMES: Names = Names {
    laboratory: "Organization.identifier",
    accession: "DiagnosticReport.identifier",
    tube: "Specimen.identifier",
    name: "Patient.name",
    birth: "Patient.birthDate",
    specimen: "Specimen.type",
    test: "Observation.code",
    value: "Observation.value",
    status: "Observation.status",
    collected: "Specimen.collection",
    resulted: "DiagnosticReport.issued",
};

/// Reads a document. A Bundle that is an entry of another is read by itself: the ids of its resources are its own.
///
/// # Errors
/// What is wrong, where it is no Bundle.
pub fn read(document: &Value, today: Date) -> Result<Vec<message::Message>, CellError> {
    let bundles = bundles(document);
    if bundles.is_empty() {
        let kind = unwrapped(document).get("resourceType").and_then(Value::as_str).unwrap_or_default();
        return Err(no_bundle(kind));
    }
    Ok(bundles.into_iter().flat_map(|bundle| of_bundle(bundle, today)).collect())
}

fn of_bundle(bundle: &Value, today: Date) -> Vec<message::Message> {
    let head: Bundle = Bundle::deserialize(bundle).unwrap_or_default();
    let entries = Entries::of(bundle);
    let header: Option<(usize, MessageHeader)> = entries.all("MessageHeader").into_iter().next();
    let observations: Vec<(usize, Observation)> = entries.all("Observation");
    let reports: Vec<(usize, DiagnosticReport)> = entries.all("DiagnosticReport");
    let patients: Vec<(usize, Patient)> = entries.all("Patient");
    let whose = |place: usize, observation: &Observation| match &patients[..] {
        [(only, _)] if entries.is_near(*only, place) => Some(*only),
        _ => observation.subject.as_ref().and_then(|reference| entries.place(reference, place)),
    };
    let metas = [header.as_ref().and_then(|(_, h)| h.meta.as_ref()), head.meta.as_ref()];
    let test_traffic = metas.into_iter().flatten().any(is_test);
    let laboratories = laboratories(&entries, header.as_ref());
    let mut read: Vec<(Option<usize>, message::Message)> = Vec::new();
    for (place, observation) in &observations {
        let report = reports
            .iter()
            .find(|(at, report)| report.result.iter().any(|result| entries.place(result, *at) == Some(*place)))
            .or_else(|| (reports.len() == 1).then(|| &reports[0]));
        let observed = observed((*place, observation), report, &entries, &head);
        let subject = whose(*place, observation);
        if let Some((_, message)) = read.iter_mut().find(|(of, _)| *of == subject) {
            message.observations.extend(observed);
            continue;
        }
        let mut errors = Vec::new();
        let found = patients.iter().find(|(place, _)| Some(*place) == subject);
        let patient = found.map(|(_, found)| patient(found, today, &mut errors)).unwrap_or_default();
        let message = message::Message {
            patient,
            observations: observed,
            test_traffic,
            sent_at: head.timestamp.as_deref().and_then(instant),
            laboratories: laboratories.clone(),
            errors,
            ..message::Message::default()
        };
        read.push((subject, message));
    }
    read.into_iter().map(|(_, message)| message).collect()
}

fn no_bundle(kind: &str) -> CellError {
    let shown = if kind.is_empty() { "?" } else { kind };
    let detail = Bilingual::new(
        format!("Cần một Bundle có cả người bệnh và kết quả, không nhận riêng {shown}"),
        format!("A Bundle with the patient and the results is needed, not {shown} alone"),
    );
    CellError::new("resourceType", "not_a_bundle", detail)
}

/// Whether a message is a test: processing id T or D (HL7 v2 table 0103).
fn is_test(meta: &Meta) -> bool {
    let test = |code: Option<&str>| matches!(code, Some("T" | "D"));
    let tagged = meta.tag.iter().chain(&meta.security).any(|tag| {
        tag.code.as_deref() == Some("HTEST")
            || (tag.system.as_deref().is_some_and(|system| system.contains("0103")) && test(tag.code.as_deref()))
    });
    let extended = meta.extension.iter().any(|extension| {
        let named = extension.url.as_deref().is_some_and(|url| url.contains("processing-id"));
        let codes = extension.value_codeable_concept.iter().flat_map(|c| &c.coding).map(|c| c.code.as_deref());
        named && codes.chain([extension.value_code.as_deref()]).any(test)
    });
    tagged || extended
}

/// What may be the code of the laboratory: the identifiers of the sending organisation, then of all others.
fn laboratories(entries: &Entries<'_>, header: Option<&(usize, MessageHeader)>) -> Vec<String> {
    let sender: Option<Organization> =
        header.and_then(|(place, header)| entries.referred(header.sender.as_ref(), "Organization", *place));
    let all = entries.all::<Organization>("Organization").into_iter().map(|(_, organization)| organization);
    let organizations: Vec<Organization> = sender.into_iter().chain(all).collect();
    let codes = organizations.iter().flat_map(|organization| &organization.identifier);
    codes.filter_map(|identifier| identifier.value.clone()).take(8).collect()
}

fn given(text: Option<&String>) -> Option<String> {
    text.map(|t| t.trim()).filter(|t| !t.is_empty()).map(str::to_owned)
}

fn patient(patient: &Patient, today: Date, errors: &mut Vec<CellError>) -> message::Patient {
    let official = patient.name.iter().filter(|name| name.r#use.as_deref() == Some("official"));
    let name = official.chain(&patient.name).find_map(full_name);
    let birth = given(patient.birth_date.as_ref()).and_then(|text| {
        let day = text.split('T').next().unwrap_or_default();
        // A month without its day tells the year.
        let month = day.len() == 7 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let year = day.get(..4).filter(|_| month).and_then(|year| year.parse().ok());
        let read = year.map(Birth::Year).or_else(|| Birth::parse(day).ok());
        // Whoever looks too old stands so in the sender's papers, and keeps a result.
        match read.map(|birth| birth.check(today).or_else(|e| if e.code() == "too_old" { Ok(birth) } else { Err(e) })) {
            Some(Ok(birth)) => return Some(birth),
            Some(Err(error)) => errors.push(CellError::new("Patient.birthDate", error.code(), error.detail())),
            None => errors.push(no_date("Patient.birthDate", &text)),
        }
        None
    });
    let mut read = message::Patient { name, birth, ..message::Patient::default() };
    read.sex = patient.gender.as_deref().and_then(Sex::parse).unwrap_or_default();
    let phones = patient.telecom.iter().filter(|t| t.system.as_deref().is_none_or(|system| system == "phone"));
    read.phone = phones.filter_map(|t| given(t.value.as_ref())).find(|t| shared::phone::Phone::parse(t).is_ok());
    // An id of ours is a UUID, which nobody else's number is by chance.
    read.person_ids = patient.identifier.iter().filter_map(|identifier| given(identifier.value.as_ref())).collect();
    for identifier in &patient.identifier {
        let named = described(identifier);
        if ["CCCD", "CMND", "CITIZEN", "VNEID"].iter().any(|name| named.contains(name)) || has_type(identifier, "NI") {
            read.national_id = read.national_id.take().or_else(|| given(identifier.value.as_ref()));
        } else if ["BHYT", "HEALTH-INSURANCE", "HEALTHINSURANCE"].iter().any(|name| named.contains(name)) {
            read.health_insurance_no = read.health_insurance_no.take().or_else(|| given(identifier.value.as_ref()));
        }
    }
    read.address = patient.address.first().map(|address| {
        let parts = [&address.district, &address.city, &address.state].into_iter().filter_map(|p| given(p.as_ref()));
        let whole: Vec<String> = address.line.iter().cloned().chain(parts).collect();
        given(address.text.as_ref()).unwrap_or_else(|| whole.join(", "))
    });
    read
}

/// Everything that says what an identifier is, in capital letters.
fn described(identifier: &Identifier) -> String {
    let coding = identifier.r#type.iter().flat_map(|t| &t.coding);
    let codes = coding.flat_map(|c| [c.code.clone(), c.display.clone()]).flatten();
    let text = identifier.r#type.iter().filter_map(|t| t.text.clone());
    identifier.system.iter().cloned().chain(codes).chain(text).collect::<Vec<_>>().join(" ").to_uppercase()
}

fn has_type(identifier: &Identifier, code: &str) -> bool {
    identifier.r#type.iter().flat_map(|t| &t.coding).any(|c| c.code.as_deref() == Some(code))
}

/// The family name, then the given names in the order in which they are said (FHIR R4, HumanName); the whole text where it
/// has the same words, or where it is all there is.
fn full_name(name: &HumanName) -> Option<FullName> {
    let given_names = name.given.iter().map(String::as_str);
    let parts: Vec<&str> = name.family.as_deref().into_iter().chain(given_names).collect();
    let joined = parts.join(" ");
    let whole = match (&name.family, &name.text) {
        (None, Some(text)) => text,
        (Some(_), Some(text)) if same_words(text, &joined) => text,
        _ => &joined,
    };
    FullName::parse(whole).ok()
}

/// A time that is known at least to the day.
fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<Date>().ok().filter(|_| text.len() == 10).map(Instant::start_of))
}

fn status(code: Option<&str>) -> Reported {
    match code.unwrap_or_default() {
        "final" => Reported::Final,
        "corrected" | "amended" | "appended" => Reported::Corrected,
        "entered-in-error" => Reported::Withdrawn,
        "cancelled" => Reported::NotDone,
        "registered" | "partial" | "preliminary" => Reported::Preliminary,
        _ => Reported::Missing,
    }
}

/// The stronger of what an Observation and its report say.
fn both(observation: Reported, report: Reported) -> Reported {
    // A report that is only begun says nothing of an observation that is final.
    let report =
        if report == Reported::Preliminary && observation == Reported::Final { Reported::Final } else { report };
    observation.max(report)
}

fn coded(concept: Option<&CodeableConcept>) -> Coded {
    let mut coded = Coded::default();
    for one in concept.into_iter().flat_map(|c| &c.coding) {
        coded.push(one.code.clone().unwrap_or_default());
    }
    for one in concept.into_iter().flat_map(|c| &c.coding) {
        coded.push(one.display.clone().unwrap_or_default());
    }
    coded.push(concept.and_then(|c| c.text.clone()).unwrap_or_default());
    coded
}

fn filler(identifiers: &[Identifier]) -> Option<String> {
    let filler = identifiers.iter().find(|i| has_type(i, "FILL") || has_type(i, "ACSN"));
    filler.or_else(|| identifiers.first()).and_then(|i| given(i.value.as_ref()))
}

fn observed(
    (place, observation): (usize, &Observation),
    report: Option<&(usize, DiagnosticReport)>,
    entries: &Entries<'_>,
    bundle: &Bundle,
) -> Vec<message::Observation> {
    let specimen: Option<Specimen> = entries
        .referred(observation.specimen.as_ref(), "Specimen", place)
        .or_else(|| report.and_then(|(at, r)| entries.referred(r.specimen.first(), "Specimen", *at)))
        .or_else(|| entries.only("Specimen", place));
    let order: Option<ServiceRequest> =
        report.and_then(|(at, r)| entries.referred(r.based_on.first(), "ServiceRequest", *at));
    let report = report.map(|(_, report)| report);
    let mut warnings = Vec::new();
    let collected = collected(observation, report, specimen.as_ref(), &mut warnings);
    let resulted = [observation.issued.as_deref(), report.and_then(|r| r.issued.as_deref())];
    let (numbers, tubes): (Vec<&Identifier>, Vec<&Identifier>) =
        specimen.iter().flat_map(|s| s.identifier.iter()).partition(|i| has_type(i, "FILL") || has_type(i, "ACSN"));
    let numbers = numbers.into_iter().chain(specimen.iter().filter_map(|s| s.accession_identifier.as_ref()));
    let values = |identifier: &Identifier| given(identifier.value.as_ref());
    let accession = report
        .and_then(|r| filler(&r.identifier))
        .or_else(|| specimen.as_ref().and_then(|s| given(s.accession_identifier.as_ref()?.value.as_ref())))
        .or_else(|| specimen.as_ref().and_then(|s| filler(&s.identifier)))
        .or_else(|| order.as_ref().and_then(|o| filler(&o.identifier)))
        .or_else(|| filler(&observation.identifier))
        .or_else(|| report.and_then(|r| given(r.id.as_ref())))
        .or_else(|| given(observation.id.as_ref()))
        .or_else(|| given(bundle.identifier.as_ref()?.value.as_ref()))
        .or_else(|| given(bundle.id.as_ref()));
    let pooled = specimen.as_ref().is_some_and(|s| s.parent.len() > 1);
    let base = message::Observation {
        status: both(status(observation.status.as_deref()), status(report.and_then(|r| r.status.as_deref()))),
        collected,
        resulted: resulted.into_iter().flatten().filter_map(instant).collect(),
        accession,
        tubes: tubes.into_iter().filter_map(values).collect(),
        numbers: numbers.filter_map(values).collect(),
        warnings,
        specimen: coded(specimen.as_ref().and_then(|s| s.r#type.as_ref())),
        role: if pooled { SpecimenRole::Pool } else { SpecimenRole::Patient },
        ..message::Observation::default()
    };
    let mut value = coded(observation.value_codeable_concept.as_ref());
    value.push(observation.value_string.clone().unwrap_or_default());
    value.push(observation.value_boolean.map(|b| b.to_string()).unwrap_or_default());
    let quantity = observation.value_quantity.as_ref().and_then(|q| q.value).or(observation.value_integer);
    value.push(quantity.map(|n| n.to_string()).unwrap_or_default());
    let whole =
        message::Observation { test: coded(observation.code.as_ref()), value, number: quantity, ..base.clone() };
    let parts = observation.component.iter().map(|part| {
        let mut value = coded(part.value_codeable_concept.as_ref());
        value.push(part.value_string.clone().unwrap_or_default());
        let number = part.value_quantity.as_ref().and_then(|q| q.value);
        value.push(number.map(|n| n.to_string()).unwrap_or_default());
        message::Observation { test: coded(part.code.as_ref()), value, number, ..base.clone() }
    });
    let parts: Vec<_> = parts.collect();
    // A panel whose components hold the values says nothing itself.
    let says = !whole.value.is_empty() || parts.is_empty();
    says.then_some(whole).into_iter().chain(parts).collect()
}

/// When the specimen was taken, by the best source that is a time; what is none is told of.
fn collected(
    observation: &Observation,
    report: Option<&DiagnosticReport>,
    specimen: Option<&Specimen>,
    warnings: &mut Vec<CellError>,
) -> Option<Instant> {
    let collection = specimen.and_then(|s| s.collection.as_ref());
    let start = |period: Option<&Period>| period.and_then(|p| p.start.clone().or_else(|| p.end.clone()));
    let sources = [
        ("Specimen.collection", collection.and_then(|c| c.collected_date_time.clone())),
        ("Specimen.collection", start(collection.and_then(|c| c.collected_period.as_ref()))),
        ("Observation.effective", observation.effective_date_time.clone()),
        ("Observation.effective", observation.effective_instant.clone()),
        ("Observation.effective", start(observation.effective_period.as_ref())),
        ("DiagnosticReport.effective", report.and_then(|r| r.effective_date_time.clone())),
        ("DiagnosticReport.effective", start(report.and_then(|r| r.effective_period.as_ref()))),
        ("Specimen.receivedTime", specimen.and_then(|s| s.received_time.clone())),
    ];
    let mut found = None;
    for (column, text) in sources {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { continue };
        let read = instant(&text);
        if read.is_none() {
            warnings.push(no_date(column, &text));
        }
        found = found.or(read);
    }
    found
}
