//! The patient of a message: PID.

use std::borrow::Cow;

use shared::bilingual::Bilingual;
use shared::identity::{HealthInsuranceNo, NationalId};
use shared::person::{FullName, Sex};
use shared::time::Date;

use super::syntax::Segment;
use super::time;
use crate::domain::message::{Patient, no_date};
use crate::domain::names;
use crate::domain::report::CellError;

fn given(text: Cow<'_, str>) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The patient of a PID; what is wrong with a field, and what is odd about one.
pub(super) fn patient(
    pid: Segment<'_>,
    today: Date,
    errors: &mut Vec<CellError>,
    warnings: &mut Vec<CellError>,
) -> Patient {
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
    identifiers(pid, &mut patient, warnings);
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

/// Reads PID-3: the identity card (NI), the health insurance card (HC) and our own code of the person (PI). What names
/// somebody and cannot be used is told of.
fn identifiers(pid: Segment<'_>, patient: &mut Patient, warnings: &mut Vec<CellError>) {
    let (mut known, mut untyped) = (false, false);
    let mut warn =
        |code: &str, vi: &str, en: &str| warnings.push(CellError::new("PID-3", code, Bilingual::new(vi, en)));
    for id in pid.repetitions(3) {
        let (number, kind) = (pid.part(id, 1).into_owned(), pid.part(id, 5).to_uppercase());
        let authority = pid.part(id, 4).to_uppercase();
        let is = |names: &[&str]| names.iter().any(|name| kind == *name || authority.contains(name));
        if kind == "PI" {
            known = true;
            patient.person_ids.push(number.clone());
        }
        if matches!(kind.as_str(), "NI" | "NNVNM" | "NNVN") || is(&["CCCD", "CMND"]) {
            known = true;
            if !number.trim().is_empty() && NationalId::parse(&number).is_err() {
                warn(
                    "national_id",
                    "Số CCCD có 12 chữ số, CMND có 9: số này không phải nên không dùng được",
                    "An identity number has 12 digits, or 9: this one is none and cannot be used",
                );
            }
            patient.national_id = patient.national_id.take().or_else(|| given(number.into()));
        } else if matches!(kind.as_str(), "HC" | "JHN") || is(&["BHYT"]) {
            known = true;
            if !number.trim().is_empty() && HealthInsuranceNo::parse(&number).is_err() {
                warn(
                    "health_insurance_no",
                    "Số này không phải mã thẻ BHYT nên không dùng được",
                    "This is no number of a health insurance card and cannot be used",
                );
            }
            patient.health_insurance_no = patient.health_insurance_no.take().or_else(|| given(number.into()));
        } else {
            untyped |= kind.is_empty() && NationalId::parse(&number).is_ok();
        }
    }
    if untyped {
        warn(
            "identifier_type",
            "Có số giống CCCD mà không nói là số gì nên không dùng: ghi NI vào PID-3.5 cho CCCD, HC cho thẻ BHYT",
            "A number looks like an identity card and says nothing of its kind, so that it is not used: write NI into PID-3.5 \
             for an identity card, HC for a health insurance card",
        );
    } else if !known && patient.name.is_some() {
        warn(
            "no_identifier",
            "Không có CCCD (NI), thẻ BHYT (HC) hay mã người (PI): chỉ tìm người theo họ tên, ngày sinh, điện thoại",
            "There is no identity card (NI), health insurance card (HC) or our code (PI): the person is found by name, birth and \
             phone alone",
        );
    }
}

/// Family, given and middle names; the family name may hold the whole.
fn full_name<'a>(pid: Segment<'a>, repetition: &'a str) -> Option<FullName> {
    let [family, first, middle] = [1, 2, 3].map(|part| pid.part(repetition, part));
    FullName::parse(&names::whole(&family, &first, &middle)).ok()
}
