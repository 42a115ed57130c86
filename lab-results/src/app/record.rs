//! A record of the work queue as JSON: what came in, in the form of the contract, so that it can be read again.

use serde_json::{Value, json};
use shared::person::{PersonDraft, PersonInput};
use shared::time::Instant;

use crate::domain::result::{Parsed, PersonRef, ResultDraft, ResultInput};

/// The record as JSON of one result.
#[must_use]
pub fn to_json(draft: &ResultDraft) -> Value {
    let person = draft.subject.person().map(|person| match person {
        PersonRef::Known(id) => json!({"id": id}),
        PersonRef::Named(name) => json!({"full_name": name.as_str()}),
        PersonRef::Described { id, draft } => {
            let mut input = json!(described(draft));
            input["id"] = json!(id);
            input
        }
    });
    json!({
        "id": draft.id,
        "lab_code": draft.lab_code.as_str(),
        "accession": draft.accession.as_str(),
        "barcode": draft.subject.barcode().map(|barcode| barcode.as_str()),
        "person": person,
        "specimen": {"kind": draft.specimen_kind.code(), "collected_at": draft.collected_at},
        "test": {"loinc": draft.loinc},
        "outcome": draft.finding.code(),
        "status": draft.status.code(),
        "ct_value": draft.ct_value,
        "resulted_at": draft.resulted_at,
    })
}

/// A record for the work queue. A number that may be no tube is kept as such.
#[must_use]
pub fn kept(parsed: &Parsed) -> String {
    let mut record = to_json(&parsed.draft);
    record["certain_tubes"] = json!(parsed.certain_tubes.min(1));
    record.to_string()
}

fn described(person: &PersonDraft) -> PersonInput {
    PersonInput {
        id: None,
        full_name: Some(person.full_name.as_str().to_owned()),
        // A year alone is read from this field too.
        birth_date: person.birth.map(|birth| birth.to_string()),
        birth_year: None,
        sex: Some(person.sex.code().to_owned()),
        phone: person.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        national_id: person.national_id.as_ref().map(|number| number.as_str().to_owned()),
        health_insurance_no: person.health_insurance_no.as_ref().map(|number| number.as_str().to_owned()),
        address: person.address.clone(),
        ward_code: person.ward_code.as_ref().map(|ward| ward.as_str().to_owned()),
    }
}

/// Reads a record again as it was read when it came; `None` where today's rules no longer understand it.
#[must_use]
pub fn from_json(text: &str, came_at: Instant) -> Option<Parsed> {
    let value: Value = serde_json::from_str(text).ok()?;
    let certain_tubes = if value["certain_tubes"] == json!(0) { 0 } else { 1 };
    let parsed = ResultInput::read(value, "").ok()?.parse_kept(came_at).ok()?;
    Some(Parsed { certain_tubes, ..parsed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::version::content_hash;

    #[test]
    fn a_record_reads_back_with_the_same_content() {
        let now: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        for subject in [
            json!({"barcode": "T1"}),
            json!({"barcode": "T1", "person": {"full_name": "Lê Thị Tám"}}),
            json!({"person": {"id": "01890a5d-ac96-774b-bcce-b302099a8057"}}),
            json!({"person": {"full_name": "Lê Thị Tám", "birth_year": 1950, "phone": "0912345678", "sex": "Nữ"}}),
            json!({"person": {"full_name": "Lê Thị Tám", "birth_date": "02/01/1950", "ward_code": "28252"}}),
            json!({"person": {"full_name": "Lê Thị Tám"}}),
            json!({}),
        ] {
            for outcome in ["presumptive positive", "462371000124108", "not done", "detected"] {
                let mut wire = json!({
                    "lab_code": "TG-CDC", "accession": "A1", "test": {"loinc": "94500-6"}, "outcome": outcome,
                    "specimen": {"kind": "saliva", "collected_at": "2022-03-09T08:00:00+07:00"},
                    "ct_value": 21.5, "resulted_at": "2022-03-09T20:00:00+07:00",
                });
                wire.as_object_mut().unwrap().extend(subject.as_object().unwrap().clone());
                let first = from_json(&wire.to_string(), now).unwrap();
                let again = from_json(&to_json(&first.draft).to_string(), now).unwrap();
                assert_eq!(content_hash(&again.draft), content_hash(&first.draft), "{wire}");
                let guessed = Parsed { certain_tubes: 0, ..first };
                assert_eq!(from_json(&kept(&guessed), now).unwrap().certain_tubes, 0);
            }
        }
    }
}
