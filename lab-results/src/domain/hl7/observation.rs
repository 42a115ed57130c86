//! What was found: OBX with its ORC, OBR and SPM.

use shared::bilingual::Bilingual;
use shared::time::{Instant, hours};

use super::syntax::Segment;
use super::time;
use crate::domain::message::{Coded, Observation, Reported, SpecimenRole, no_date};
use crate::domain::report::CellError;

/// One order with what was found for it.
#[derive(Default)]
pub(super) struct Group<'a> {
    orc: Option<Segment<'a>>,
    obr: Option<Segment<'a>>,
    pub(super) obx: Vec<Segment<'a>>,
    spm: Option<Segment<'a>>,
}

/// The orders of a patient's part of a message.
pub(super) fn groups<'a>(segments: &[Segment<'a>]) -> Vec<Group<'a>> {
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

/// What an OBX says, with the order and the specimen that it belongs to.
pub(super) fn observation(obx: Segment<'_>, group: &Group<'_>, zone: Option<i64>) -> Observation {
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
    warnings.extend(received_oddly(&text(spm, 18, 1), collected, zone));
    let (own, order) = (status(&obx.text(11, 1)), text(group.obr, 25, 1));
    warnings.extend(order_differs(own, &order));
    let number = obx.text(5, 1).parse().or_else(|_| obx.text(5, 2).parse()).ok();
    Observation {
        test,
        value,
        number,
        status: stronger(own, status_of_order(&order)),
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

/// The status of an order (OBR-25, HL7 table 0123). One that has not come to its end says nothing of an observation that has.
fn status_of_order(code: &str) -> Reported {
    match code.trim().to_uppercase().as_str() {
        "F" => Reported::Final,
        "C" => Reported::Corrected,
        "P" | "R" => Reported::Preliminary,
        "X" => Reported::NotDone,
        "W" | "D" => Reported::Withdrawn,
        _ => Reported::Missing,
    }
}

/// The stronger of what an observation and its order say; an order does not mend an observation that does not say what it is.
fn stronger(observation: Reported, order: Reported) -> Reported {
    if observation == Reported::Missing && order != Reported::Withdrawn { observation } else { observation.max(order) }
}

/// An order and its observation that say different things of how certain the result is. A deletion is written as OBX-11 D with
/// OBR-25 C (domain page, section 2.5).
fn order_differs(observation: Reported, order: &str) -> Option<CellError> {
    let said = status_of_order(order);
    let one_is_missing = said == Reported::Missing || observation == Reported::Missing;
    if one_is_missing || said == observation || (observation, said) == (Reported::Withdrawn, Reported::Corrected) {
        return None;
    }
    let (vi, en) = match stronger(observation, said) {
        Reported::Corrected => ("kết quả đính chính", "a correction"),
        Reported::Preliminary => ("kết quả sơ bộ", "preliminary"),
        Reported::NotDone => ("không làm được xét nghiệm", "a test that could not be done"),
        Reported::Withdrawn => ("kết quả bị thu hồi", "withdrawn"),
        Reported::Final | Reported::Missing => return None,
    };
    let detail = Bilingual::new(
        format!("OBR-25 là {order}, khác với OBX-11: coi là {vi}"),
        format!("OBR-25 is {order} and OBX-11 says something else: taken as {en}"),
    );
    Some(CellError::new("OBR-25", "status_differs", detail))
}

/// A time of receipt (SPM-18) that is none, or from before the specimen was taken.
fn received_oddly(text: &str, collected: Option<Instant>, zone: Option<i64>) -> Option<CellError> {
    if text.is_empty() {
        return None;
    }
    let Some(received) = time::instant(text, zone) else { return Some(no_date("SPM-18", text)) };
    let detail = Bilingual::new(
        "Nhận mẫu trước khi lấy mẫu: kiểm tra SPM-17 và SPM-18",
        "The specimen was received before it was taken: check SPM-17 and SPM-18",
    );
    // A day without a time may be any of its hours.
    let latest = if text.trim().len() == 8 { received.plus(hours(24)) } else { received };
    let is_before = collected.is_some_and(|collected| latest < collected);
    is_before.then(|| CellError::new("SPM-18", "received_before_collected", detail))
}
