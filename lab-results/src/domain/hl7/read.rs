//! Reading an ORU^R01: its header first, then what it says.

use std::borrow::Cow;

use shared::bilingual::Bilingual;
use shared::person::{FullName, Sex};
use shared::time::{Date, Instant};

use super::syntax::{Message, Segment, escape};
use super::time;
use crate::domain::message::{self, Coded, Names, Observation, Patient, Reported, SpecimenRole, no_date};
use crate::domain::names;
use crate::domain::report::CellError;

/// How fields are named.
pub const NAMES: Names = Names {
    laboratory: "MSH-4",
    accession: "OBR-3",
    tube: "SPM-2",
    name: "PID-5",
    birth: "PID-7",
    specimen: "SPM-4",
    test: "OBX-3",
    value: "OBX-5",
    status: "OBX-11",
    collected: "SPM-17",
    resulted: "OBX-19",
};

/// What a message says about itself, for its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Who sends: MSH-3 and MSH-4, in the separators of the answer.
    pub sender: [String; 2],
    /// For whom: MSH-5 and MSH-6, in the separators of the answer.
    pub receiver: [String; 2],
    /// MSH-10.
    pub control_id: String,
    /// MSH-11.
    pub processing_id: String,
}

/// Why a message is refused before what it says is looked at, with its code of HL7 table 0357.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderFault {
    /// What is wrong.
    pub error: CellError,
    /// The code of table 0357.
    pub code: u16,
    /// Not our kind of message (AR), rather than one with an error in it (AE).
    pub not_ours: bool,
}

fn fault(column: &str, code: u16, name: &str, vi: String, en: String) -> HeaderFault {
    let error = CellError::new(column, name, Bilingual::new(vi, en));
    HeaderFault { error, code, not_ours: (200..=203).contains(&code) }
}

/// Reads the header and, where the message is ours, what it says.
///
/// # Errors
/// [`HeaderFault`] where the message is no ORU^R01 of version 2.3 to 2.8 or lacks what every message must have.
pub fn read(message: &Message<'_>, today: Date) -> (Header, Result<Vec<message::Message>, Vec<HeaderFault>>) {
    let msh = message.segments[0];
    let header = Header {
        sender: [3, 4].map(|field| place_of(msh, field)),
        receiver: [5, 6].map(|field| place_of(msh, field)),
        control_id: msh.text(10, 1).into_owned(),
        processing_id: msh.text(11, 1).into_owned(),
    };
    let mut faults = faults(msh, &header);
    if faults.is_empty() {
        faults.extend(patients(message).find_map(broken_off));
    }
    if faults.is_empty() {
        (header, Ok(patients(message).map(|segments| body(msh, segments, today)).collect()))
    } else {
        (header, Err(faults))
    }
}

/// An application or a place (HD: name, id, kind of id) as an answer writes it.
fn place_of(msh: Segment<'_>, field: usize) -> String {
    let parts: Vec<String> = (1..=3).map(|component| escape(&msh.text(field, component))).collect();
    parts.join("^").trim_end_matches('^').to_owned()
}

/// The states of an order that has no results yet, or never will (OBR-25, table 0123): it needs no OBX.
const NO_RESULTS: [&str; 4] = ["O", "I", "S", "X"];

/// Where a patient's part of a message ends before a single result: whoever sent it lost the rest on the way. What is missing
/// may be a positive, so that such a message is not one without a result of ours.
fn broken_off(segments: &[Segment<'_>]) -> Option<HeaderFault> {
    let mut orders = segments.iter().filter(|segment| segment.name == "OBR").peekable();
    let has_results = segments.iter().any(|segment| segment.name == "OBX");
    let last = segments.last().filter(|segment| segment.name == "OBX" && !segment.reaches(5));
    let (column, vi, en) = if last.is_some() {
        ("OBX-5", "OBX cuối cùng dừng trước OBX-5", "The last OBX ends before OBX-5")
    } else if has_results {
        return None;
    } else if orders.peek().is_none() {
        ("OBR", "Không có OBR hay OBX nào", "There is neither an OBR nor an OBX")
    } else if orders.any(|obr| !NO_RESULTS.contains(&obr.text(25, 1).as_ref())) {
        ("OBX", "Sau OBR không có OBX nào", "No OBX follows the OBR")
    } else {
        return None;
    };
    Some(fault(
        column,
        100,
        "broken_off",
        format!("{vi}: có lẽ bản tin bị cắt cụt. Hãy gửi lại cả bản tin"),
        format!("{en}: perhaps the message broke off. Send the whole message again"),
    ))
}

fn faults(msh: Segment<'_>, header: &Header) -> Vec<HeaderFault> {
    let mut faults = Vec::new();
    let (kind, event) = (msh.text(9, 1), msh.text(9, 2));
    let shown: String = msh.field(9).chars().take(40).collect();
    let (vi, en) =
        (format!("Chỉ nhận ORU^R01, không nhận \"{shown}\""), format!("Only ORU^R01 is taken, not \"{shown}\""));
    if !kind.eq_ignore_ascii_case("ORU") {
        faults.push(fault("MSH-9", 200, "message_type", vi, en));
    } else if !event.eq_ignore_ascii_case("R01") {
        faults.push(fault("MSH-9", 201, "event", vi, en));
    }
    let required = |column: &str, code| {
        fault(column, code, "required", "Bắt buộc phải có".to_owned(), "This is required".to_owned())
    };
    if msh.field(7).trim().is_empty() {
        faults.push(required("MSH-7", 101));
    }
    if header.control_id.is_empty() {
        faults.push(required("MSH-10", 101));
    }
    match header.processing_id.as_str() {
        "" => faults.push(required("MSH-11", 202)),
        "P" | "T" | "D" => {}
        other => faults.push(fault(
            "MSH-11",
            202,
            "processing_id",
            format!("P (thật), T hoặc D (thử), không phải \"{other}\""),
            format!("P (production), T or D (test), not \"{other}\""),
        )),
    }
    let version = msh.text(12, 1);
    if version.is_empty() {
        faults.push(required("MSH-12", 203));
    } else if !(3..=8).any(|minor| {
        let known = format!("2.{minor}");
        version == known || version.strip_prefix(&known).is_some_and(|rest| rest.starts_with('.'))
    }) {
        let (vi, en) = (
            format!("Đọc được 2.3 đến 2.8, không đọc \"{version}\""),
            format!("2.3 to 2.8 are read, not \"{version}\""),
        );
        faults.push(fault("MSH-12", 203, "version", vi, en));
    }
    faults
}

/// One order with what was found for it.
#[derive(Default)]
struct Group<'a> {
    orc: Option<Segment<'a>>,
    obr: Option<Segment<'a>>,
    obx: Vec<Segment<'a>>,
    spm: Option<Segment<'a>>,
}

/// The segments of each patient of a message: a PID after the first begins the next.
fn patients<'m, 'a>(message: &'m Message<'a>) -> impl Iterator<Item = &'m [Segment<'a>]> {
    let segments = &message.segments[..];
    let begins = segments.iter().enumerate().filter(|(_, s)| s.name == "PID").map(|(at, _)| at).skip(1);
    let ends = begins.chain([segments.len()]);
    let mut from = 0;
    ends.map(move |to| &segments[core::mem::replace(&mut from, to)..to])
}

fn groups<'a>(segments: &[Segment<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut orc = None;
    for segment in segments.iter().copied() {
        match segment.name {
            "ORC" => orc = Some(segment),
            "OBR" => groups.push(Group { orc: orc.take(), obr: Some(segment), ..Group::default() }),
            "OBX" | "SPM" => {
                if groups.is_empty() {
                    groups.push(Group { orc: orc.take(), ..Group::default() });
                }
                let Some(group) = groups.last_mut() else { continue };
                match segment.name {
                    "OBX" => group.obx.push(segment),
                    _ => {
                        group.spm.get_or_insert(segment);
                    }
                }
            }
            _ => {}
        }
    }
    // One specimen that stands behind the last of several orders is the specimen of all.
    let mut specimens = groups.iter().filter_map(|group| group.spm);
    if let (Some(only), None) = (specimens.next(), specimens.next()) {
        for group in &mut groups {
            group.spm = Some(only);
        }
    }
    groups
}

fn body(msh: Segment<'_>, segments: &[Segment<'_>], today: Date) -> message::Message {
    let zone = time::offset(msh.field(7));
    let mut errors = Vec::new();
    let patient =
        segments.iter().find(|s| s.name == "PID").map(|pid| patient(*pid, today, &mut errors)).unwrap_or_default();
    let mut observations = Vec::new();
    for group in groups(segments) {
        observations.extend(group.obx.iter().map(|obx| observation(*obx, &group, zone)));
    }
    message::Message {
        patient,
        observations,
        test_traffic: matches!(msh.text(11, 1).as_ref(), "T" | "D"),
        sent_at: time::instant(msh.field(7), zone),
        laboratories: [1, 2].map(|component| msh.text(4, component).into_owned()).into(),
        errors,
        ..message::Message::default()
    }
}

fn given(text: Cow<'_, str>) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn patient(pid: Segment<'_>, today: Date, errors: &mut Vec<CellError>) -> Patient {
    let mut patient = Patient { name: pid.repetitions(5).find_map(|name| full_name(pid, name)), ..Patient::default() };
    let birth = pid.field(7).trim();
    if !birth.is_empty() {
        match time::birth(birth).map(|birth| birth.check(today)) {
            Some(Ok(birth)) => patient.birth = Some(birth),
            Some(Err(error)) if error.code() == "too_old" => patient.birth = time::birth(birth),
            Some(Err(error)) => errors.push(CellError::new("PID-7", error.code(), error.detail())),
            None => errors.push(no_date("PID-7", birth)),
        }
    }
    patient.sex = match pid.text(8, 1).as_ref() {
        "F" | "f" => Sex::Female,
        "M" | "m" => Sex::Male,
        other => Sex::parse(other).unwrap_or_default(),
    };
    for id in pid.repetitions(3) {
        let kind = pid.part(id, 5).to_uppercase();
        if kind == "PI" {
            patient.person_ids.push(pid.part(id, 1).into_owned());
        }
        let authority = pid.part(id, 4).to_uppercase();
        let is = |names: &[&str]| names.iter().any(|name| kind == *name || authority.contains(name));
        if matches!(kind.as_str(), "NI" | "NNVNM" | "NNVN") || is(&["CCCD", "CMND"]) {
            patient.national_id = patient.national_id.take().or_else(|| given(pid.part(id, 1)));
        } else if matches!(kind.as_str(), "HC" | "JHN") || is(&["BHYT"]) {
            patient.health_insurance_no = patient.health_insurance_no.take().or_else(|| given(pid.part(id, 1)));
        }
    }
    patient.phone = pid.repetitions(13).find_map(|phone| {
        let parts = [pid.part(phone, 6), pid.part(phone, 7)].concat();
        let mut tried = [pid.part(phone, 1), pid.part(phone, 12), parts.into()].into_iter();
        tried.find(|text| shared::phone::Phone::parse(text).is_ok()).and_then(given)
    });
    let place: Vec<String> = (1..=4).filter_map(|part| given(pid.text(11, part))).collect();
    patient.address = (!place.is_empty()).then(|| place.join(", "));
    // The county of an American address looks like a Vietnamese ward.
    if matches!(pid.text(11, 6).to_uppercase().as_str(), "VN" | "VNM" | "VIE") {
        patient.ward_code = given(pid.text(11, 9));
    }
    patient
}

/// Family, given and middle names; the family name may hold the whole.
fn full_name<'a>(pid: Segment<'a>, repetition: &'a str) -> Option<FullName> {
    let [family, first, middle] = [1, 2, 3].map(|part| pid.part(repetition, part));
    FullName::parse(&names::whole(&family, &first, &middle)).ok()
}

/// The first of these texts that is a time; what is none is told of.
fn instant_of(texts: [(&str, String); 3], zone: Option<i64>, warnings: &mut Vec<CellError>) -> Option<Instant> {
    let mut found = None;
    for (column, text) in texts {
        let read = time::instant(&text, zone);
        if read.is_none() && !text.is_empty() {
            warnings.push(no_date(column, &text));
        }
        found = found.or(read);
    }
    found
}

fn observation(obx: Segment<'_>, group: &Group<'_>, zone: Option<i64>) -> Observation {
    let text = |segment: Option<Segment<'_>>, field, component| {
        segment.map(|s| s.text(field, component).into_owned()).unwrap_or_default()
    };
    let mut test = coded(obx, 3, &[1, 4, 2, 5]);
    if test.is_empty() {
        test = group.obr.map(|obr| coded(obr, 4, &[1, 4, 2, 5])).unwrap_or_default();
    }
    let mut value = Coded::default();
    for repetition in obx.repetitions(5) {
        for component in [1, 2, 4, 5, 9] {
            value.push(obx.part(repetition, component));
        }
    }
    let spm = group.spm;
    let placer = spm.map(|s| s.sub_part(s.field(2), 1, 1).into_owned()).unwrap_or_default();
    let filler = spm.map(|s| s.sub_part(s.field(2), 2, 1).into_owned()).unwrap_or_default();
    let numbers = [
        text(group.obr, 3, 1),
        text(group.orc, 3, 1),
        filler.clone(),
        placer.clone(),
        text(group.obr, 2, 1),
        text(group.orc, 2, 1),
    ];
    let given = |texts: Vec<String>| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let tubes = given(vec![placer]);
    let mut own_numbers = given(vec![filler]);
    if tubes.is_empty() && own_numbers.is_empty() {
        own_numbers = given(vec![text(group.obr, 3, 1), text(group.obr, 2, 1)]);
    }
    let specimen = match spm {
        Some(spm) => coded(spm, 4, &[1, 2, 4, 5]),
        None => group.obr.map(|obr| coded(obr, 15, &[1, 2])).unwrap_or_default(),
    };
    let parents = spm.is_some_and(|spm| spm.repetitions(3).filter(|parent| !parent.trim().is_empty()).count() > 1);
    let role = match spm.map(|spm| spm.text(11, 1).into_owned()).unwrap_or_default().as_str() {
        "L" => SpecimenRole::Pool,
        "Q" | "C" => SpecimenRole::Control,
        _ if parents => SpecimenRole::Pool,
        // A named patient's, also where some systems write a role at random (G, R, V and more).
        _ => SpecimenRole::Patient,
    };
    let mut warnings = Vec::new();
    let collected =
        [("SPM-17", text(spm, 17, 1)), ("OBX-14", obx.text(14, 1).into_owned()), ("OBR-7", text(group.obr, 7, 1))];
    let collected = instant_of(collected, zone, &mut warnings);
    let number = obx.text(5, 1).parse().or_else(|_| obx.text(5, 2).parse()).ok();
    Observation {
        test,
        value,
        number,
        status: of_order(status(&obx.text(11, 1)), &text(group.obr, 25, 1)),
        collected,
        resulted: [obx.text(19, 1).into_owned(), text(group.obr, 22, 1)]
            .into_iter()
            .filter_map(|text| time::instant(&text, zone))
            .collect(),
        accession: numbers.into_iter().find(|number| !number.is_empty()),
        tubes,
        numbers: own_numbers,
        specimen,
        role,
        is_answer: obx.text(29, 1) == "QST" || matches!(obx.text(2, 1).as_ref(), "DT" | "TS" | "DTM" | "TM"),
        warnings,
    }
}

fn coded(segment: Segment<'_>, field: usize, components: &[usize]) -> Coded {
    let mut coded = Coded::default();
    for component in components {
        coded.push(segment.text(field, *component));
    }
    coded
}

/// The status of an observation (HL7 table 0085).
fn status(code: &str) -> Reported {
    match code.trim().to_uppercase().as_str() {
        "" => Reported::Missing,
        "F" | "U" => Reported::Final,
        "C" => Reported::Corrected,
        "D" | "W" => Reported::Withdrawn,
        "X" | "N" | "O" => Reported::NotDone,
        _ => Reported::Preliminary,
    }
}

/// The stronger of what an observation and its order say (OBR-25, HL7 table 0123). An order that has not come to its end
/// says nothing of an observation that has, and none mends an observation that does not say what it is.
fn of_order(observation: Reported, order: &str) -> Reported {
    let order = match order.trim().to_uppercase().as_str() {
        "C" => Reported::Corrected,
        "P" | "R" => Reported::Preliminary,
        "X" => Reported::NotDone,
        "W" | "D" => Reported::Withdrawn,
        _ => return observation,
    };
    if observation == Reported::Missing && order != Reported::Withdrawn { observation } else { observation.max(order) }
}
