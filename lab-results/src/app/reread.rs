//! A record that waits, read once more from what came, by what the laboratory's own words mean today.

use std::collections::HashSet;

use serde_json::{Value, json};
use shared::fold::fold;
use shared_store::StoreError;

use crate::app::record;
use crate::domain::disposition::{Disposition, HoldReason};
use crate::domain::message::{Body, Mapping, MappingKind, Message, Names, Rules, judge};
use crate::domain::result::Parsed;
use crate::domain::{fhir, hl7};
use crate::store::LabRead;
use crate::store::model::Held;

/// The reasons of records that a laboratory's own word holds back.
pub const FOR_WORDS: [&str; 2] = [HoldReason::LocalCode.code(), HoldReason::UnknownValue.code()];

/// What a waiting record came as.
pub enum Came {
    /// A message that is kept: what it says, and how its format names fields.
    Message(Vec<Message>, &'static Names),
    /// A row of a table: nothing but the record is kept.
    Row,
}

/// What a record came as; `None` where its message is kept and cannot be read any more.
///
/// # Errors
/// When the store fails.
pub async fn came(tx: &mut (impl LabRead + ?Sized), held: &Held) -> Result<Option<Came>, StoreError> {
    let raw = match held.upload_id.zip(held.place) {
        Some((upload_id, place)) => tx.raw(upload_id, place).await?,
        None => None,
    };
    let Some((format, bytes)) = raw else { return Ok(Some(Came::Row)) };
    let day = held.created_at.local_date();
    Ok(match format.as_str() {
        "hl7" => {
            let text = hl7::decoded(&bytes);
            let read = hl7::Message::cut(&text).and_then(|message| hl7::read(&message, day).1.ok());
            read.map(|patients| Came::Message(patients, &hl7::NAMES))
        }
        "fhir" => {
            let document = serde_json::from_slice::<Value>(&bytes).ok();
            let read = document.and_then(|document| fhir::read(&document, day).ok());
            read.map(|patients| Came::Message(patients, &fhir::NAMES))
        }
        _ => Some(Came::Row),
    })
}

/// The laboratory's own words that a record may wait for, folded as they are looked up.
#[must_use]
pub fn words(held: &Held, came: &Came) -> HashSet<(MappingKind, String)> {
    let waits_for = |reason: HoldReason| held.reasons.iter().any(|code| code == reason.code());
    let mut words = HashSet::new();
    match came {
        Came::Message(patients, _) => {
            for observation in patients.iter().flat_map(|message| &message.observations) {
                if waits_for(HoldReason::LocalCode) {
                    words.extend(observation.test.0.iter().map(|word| (MappingKind::Test, fold(word))));
                }
                if waits_for(HoldReason::UnknownValue) {
                    words.extend(observation.value.0.iter().map(|word| (MappingKind::Outcome, fold(word))));
                }
            }
        }
        Came::Row if waits_for(HoldReason::LocalCode) => {
            let record = record::from_json(&held.draft, held.created_at);
            words.extend(record.map(|parsed| (MappingKind::Test, fold(&parsed.draft.loinc))));
        }
        Came::Row => {}
    }
    words
}

/// What a record says by the words of today, under the accession that it waits under; `None` where that cannot be told.
#[must_use]
pub fn again(held: &Held, came: &Came, mapping: &Mapping) -> Option<Parsed> {
    let before = record::from_json(&held.draft, held.created_at)?;
    let mut parsed = match came {
        Came::Message(patients, names) => of_message(held, &before, patients, names, mapping)?,
        Came::Row => of_row(held, &before, mapping)?,
    };
    // It stands in the queue under this one, also where it is one of several results of a message; its id is in use by itself.
    parsed.draft.accession.clone_from(&before.draft.accession);
    parsed.draft.id = None;
    parsed.several = false;
    Some(parsed)
}

fn of_message(
    held: &Held,
    before: &Parsed,
    patients: &[Message],
    names: &'static Names,
    mapping: &Mapping,
) -> Option<Parsed> {
    let rules = Rules { now: held.created_at, credential_lab: Some(&held.lab_code), mapping, names };
    let Body::Results(results) = judge(patients, &rules).1 else { return None };
    let accession = before.draft.accession.as_str();
    let mut same: Vec<Parsed> = results.into_iter().filter(|one| one.draft.accession.as_str() == accession).collect();
    if same.len() > 1 {
        // One of several results: the one of its test, by the code that it had or by what that code means today.
        let mapped = mapping.get(MappingKind::Test, &before.draft.loinc);
        let is_it = |one: &Parsed| *one.draft.loinc == *before.draft.loinc || Some(&*one.draft.loinc) == mapped;
        same.retain(is_it);
    }
    if same.len() == 1 { same.pop() } else { None }
}

/// What a table said of how certain a result is, which the record does not hold.
const SAID: [HoldReason; 2] = [HoldReason::Preliminary, HoldReason::StatusMissing];

fn of_row(held: &Held, before: &Parsed, mapping: &Mapping) -> Option<Parsed> {
    let mut record: Value = serde_json::from_str(&held.draft).ok()?;
    if let Some(code) = mapping.get(MappingKind::Test, &before.draft.loinc) {
        record["test"]["loinc"] = json!(code);
    }
    let mut parsed = record::from_json(&record.to_string(), held.created_at)?;
    let said = SAID.into_iter().filter(|said| held.reasons.iter().any(|code| code == said.code()));
    parsed.disposition_hint = match parsed.disposition_hint {
        Disposition::Ignore(reason) => Disposition::Ignore(reason),
        hint => {
            let mut reasons = if let Disposition::Hold(reasons) = hint { reasons } else { Vec::new() };
            reasons.extend(said.filter(|said| !reasons.contains(said)).collect::<Vec<_>>());
            if reasons.is_empty() { Disposition::Accept } else { Disposition::Hold(reasons) }
        }
    };
    Some(parsed)
}
