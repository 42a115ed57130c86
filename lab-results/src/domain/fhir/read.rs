//! Reading a document: its Patient, and every Observation with the report, the order and the specimen around it.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::person::{Birth, FullName, Sex};
use shared::time::{Date, Instant};

use super::resources::{
    Bundle, CodeableConcept, DiagnosticReport, HumanName, Identifier, MessageHeader, Meta, Observation, Organization,
    Patient, Period, Reference, ServiceRequest, Specimen,
};
use crate::domain::message::{self, Coded, Names, Reported, SpecimenRole, no_date};
use crate::domain::report::CellError;

/// How fields are named.
pub const NAMES: Names = Names {
    laboratory: "Organization.identifier",
    accession: "DiagnosticReport.identifier",
    tube: "Specimen.identifier",
    name: "Patient.name",
    test: "Observation.code",
    value: "Observation.value",
    status: "Observation.status",
    collected: "Specimen.collection",
    resulted: "DiagnosticReport.issued",
};

/// The resources of a Bundle, found by what refers to them.
struct Entries<'a> {
    resources: Vec<(&'a str, &'a Value)>,
    places: HashMap<String, usize>,
}

impl<'a> Entries<'a> {
    fn of(bundle: &'a Value) -> Self {
        let mut entries = Self { resources: Vec::new(), places: HashMap::new() };
        for entry in bundle.get("entry").and_then(Value::as_array).into_iter().flatten() {
            // Some senders leave out `resource` and put it in the entry itself.
            let resource = entry.get("resource").unwrap_or(entry);
            entries.add(resource, entry.get("fullUrl").and_then(Value::as_str));
        }
        entries
    }

    fn add(&mut self, resource: &'a Value, full_url: Option<&str>) {
        let Some(kind) = resource.get("resourceType").and_then(Value::as_str) else { return };
        let place = self.resources.len();
        if let Some(id) = resource.get("id").and_then(Value::as_str) {
            self.places.entry(format!("{kind}/{id}")).or_insert(place);
            self.places.entry(format!("{kind}/urn:uuid:{id}")).or_insert(place);
        }
        if let Some(url) = full_url {
            self.places.entry(url.to_owned()).or_insert(place);
        }
        self.resources.push((kind, resource));
        for contained in resource.get("contained").and_then(Value::as_array).into_iter().flatten() {
            if let Some(id) = contained.get("id").and_then(Value::as_str) {
                let (place, kind) = (self.resources.len(), contained.get("resourceType").and_then(Value::as_str));
                self.places.entry(format!("#{id}")).or_insert(place);
                self.resources.push((kind.unwrap_or_default(), contained));
            }
        }
    }

    fn place(&self, reference: &Reference) -> Option<usize> {
        let text = reference.reference.as_deref()?;
        let mut parts = text.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next().unwrap_or_default());
        self.places.get(text).or_else(|| self.places.get(&format!("{kind}/{id}"))).copied()
    }

    fn referred<T: DeserializeOwned>(&self, reference: Option<&Reference>, kind: &str) -> Option<T> {
        let (found, resource) = self.resources[self.place(reference?)?];
        (found == kind).then(|| T::deserialize(resource).ok()).flatten()
    }

    fn all<T: DeserializeOwned>(&self, kind: &str) -> Vec<(usize, T)> {
        let of_kind = self.resources.iter().enumerate().filter(|(_, (found, _))| *found == kind);
        of_kind.filter_map(|(place, (_, r))| Some((place, T::deserialize(*r).ok()?))).collect()
    }

    /// The only resource of a kind.
    fn only<T: DeserializeOwned>(&self, kind: &str) -> Option<T> {
        let mut found = self.all::<T>(kind).into_iter();
        let (_, first) = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// Reads a document.
///
/// # Errors
/// What is wrong, where it is no Bundle.
pub fn read(document: &Value, today: Date) -> Result<Vec<message::Message>, CellError> {
    let bundle = document.get("fhirBundle").unwrap_or(document);
    let kind = bundle.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    if kind != "Bundle" {
        return Err(no_bundle(kind));
    }
    let head: Bundle = Bundle::deserialize(bundle).unwrap_or_default();
    let entries = Entries::of(bundle);
    let header: Option<MessageHeader> = entries.all("MessageHeader").into_iter().next().map(|(_, header)| header);
    let observations: Vec<(usize, Observation)> = entries.all("Observation");
    let reports: Vec<(usize, DiagnosticReport)> = entries.all("DiagnosticReport");
    let patients: Vec<(usize, Patient)> = entries.all("Patient");
    let whose = |observation: &Observation| match &patients[..] {
        [(only, _)] => Some(*only),
        _ => observation.subject.as_ref().and_then(|reference| entries.place(reference)),
    };
    let metas = [header.as_ref().and_then(|h| h.meta.as_ref()), head.meta.as_ref()];
    let test_traffic = metas.into_iter().flatten().any(is_test);
    let laboratories = laboratories(&entries, header.as_ref());
    let mut read: Vec<(Option<usize>, message::Message)> = Vec::new();
    for (place, observation) in &observations {
        let report = reports
            .iter()
            .map(|(_, report)| report)
            .find(|report| report.result.iter().any(|reference| entries.place(reference) == Some(*place)))
            .or_else(|| (reports.len() == 1).then(|| &reports[0].1));
        let observed = observed(observation, report, &entries, &head);
        let subject = whose(observation);
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
        };
        read.push((subject, message));
    }
    Ok(read.into_iter().map(|(_, message)| message).collect())
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
fn laboratories(entries: &Entries<'_>, header: Option<&MessageHeader>) -> Vec<String> {
    let sender: Option<Organization> = entries.referred(header.and_then(|h| h.sender.as_ref()), "Organization");
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
        let read = if day.len() == 7 { day[..4].parse().ok().map(Birth::Year) } else { Birth::parse(day).ok() };
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

fn full_name(name: &HumanName) -> Option<FullName> {
    let given_names = name.given.iter().map(String::as_str);
    let parts: Vec<&str> = name.family.as_deref().into_iter().chain(given_names).collect();
    let whole = match (&name.family, &name.text) {
        (None, Some(text)) => text.clone(),
        _ => parts.join(" "),
    };
    FullName::parse(&whole).ok()
}

/// A time that is known at least to the day.
fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<Date>().ok().filter(|_| text.len() == 10).map(Instant::start_of))
}

fn start(period: Option<&Period>) -> Option<Instant> {
    period.and_then(|p| p.start.as_deref().or(p.end.as_deref())).and_then(instant)
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
    let strength = |status: Reported| match status {
        Reported::Withdrawn => 5,
        Reported::NotDone => 4,
        Reported::Preliminary => 3,
        Reported::Corrected => 2,
        Reported::Final => 1,
        Reported::Missing => 0,
    };
    // A report that is only begun says nothing of an observation that is final.
    let report =
        if report == Reported::Preliminary && observation == Reported::Final { Reported::Final } else { report };
    if strength(report) > strength(observation) { report } else { observation }
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
    observation: &Observation,
    report: Option<&DiagnosticReport>,
    entries: &Entries<'_>,
    bundle: &Bundle,
) -> Vec<message::Observation> {
    let specimen: Option<Specimen> = entries
        .referred(observation.specimen.as_ref(), "Specimen")
        .or_else(|| report.and_then(|r| entries.referred(r.specimen.first(), "Specimen")))
        .or_else(|| entries.only("Specimen"));
    let order: Option<ServiceRequest> = report.and_then(|r| entries.referred(r.based_on.first(), "ServiceRequest"));
    let collected = collected(observation, report, specimen.as_ref());
    let resulted = [observation.issued.as_deref(), report.and_then(|r| r.issued.as_deref())];
    let tubes = specimen.iter().flat_map(|s| s.identifier.iter().chain(&s.accession_identifier));
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
        tubes: tubes.filter_map(|i| given(i.value.as_ref())).collect(),
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

fn collected(
    observation: &Observation,
    report: Option<&DiagnosticReport>,
    specimen: Option<&Specimen>,
) -> Option<Instant> {
    let collection = specimen.and_then(|s| s.collection.as_ref());
    collection
        .and_then(|c| c.collected_date_time.as_deref().and_then(instant).or_else(|| start(c.collected_period.as_ref())))
        .or_else(|| observation.effective_date_time.as_deref().and_then(instant))
        .or_else(|| observation.effective_instant.as_deref().and_then(instant))
        .or_else(|| start(observation.effective_period.as_ref()))
        .or_else(|| report.and_then(|r| r.effective_date_time.as_deref().and_then(instant)))
        .or_else(|| start(report.and_then(|r| r.effective_period.as_ref())))
        .or_else(|| specimen.and_then(|s| s.received_time.as_deref().and_then(instant)))
}
