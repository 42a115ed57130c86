//! Versions of a result: whether a record is new, a repetition, or an amendment of the one before.
//!
//! A result is known by its laboratory and accession. What came before is never overwritten: an amendment is a new
//! version.

use core::fmt::Write as _;

use sha2::{Digest, Sha256};
use shared::events::Outcome;
use shared::person::PersonDraft;
use shared::time::Instant;

use super::disposition::HoldReason;
use super::result::{PersonRef, ResultDraft, Status};

/// The hash of what a result says, without its id and status. Stable: it is kept in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of these bytes that the database kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash that was kept as lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
            hex
        })
    }
}

/// The version of a result that holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentVersion {
    /// What it says.
    pub content_hash: ContentHash,
    /// 1 for the first.
    pub version: i64,
    /// Its outcome.
    pub outcome: Outcome,
    /// It was withdrawn.
    pub withdrawn: bool,
}

/// What a record is to the versions before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// The first version.
    New,
    /// Says what holds already: nothing to do.
    Duplicate,
    /// A new version, which becomes the current one.
    Amend,
    /// A person decides.
    Hold(HoldReason),
}

/// What `draft` is to the version that holds now under the same laboratory and accession.
///
/// The same content is a duplicate. Other content amends only where the sender says that it corrects or withdraws.
/// Withdrawing what was withdrawn changes nothing; correcting it, even to what it said before, brings it back.
#[must_use]
pub fn judge(existing: Option<&CurrentVersion>, draft: &ResultDraft) -> Judgement {
    let Some(current) = existing else {
        // Laboratories mark results as corrected of which the first version never left them.
        let withdrawn = draft.status == Status::Withdrawn;
        return if withdrawn { Judgement::Hold(HoldReason::UnknownAccession) } else { Judgement::New };
    };
    let same = current.content_hash == content_hash(draft);
    match (draft.status, current.withdrawn) {
        (Status::Withdrawn, true) => Judgement::Duplicate,
        (Status::Withdrawn, false) | (Status::Corrected, true) => Judgement::Amend,
        (Status::Final | Status::Corrected, _) if same => Judgement::Duplicate,
        (Status::Corrected, false) => Judgement::Amend,
        (Status::Final, _) => Judgement::Hold(HoldReason::ContentDiffers),
    }
}

/// The hash of what a draft says: everything but its id, its status and the key (laboratory and accession).
#[must_use]
pub fn content_hash(draft: &ResultDraft) -> ContentHash {
    let mut content = Content(Sha256::new());
    content.field("barcode", draft.subject.barcode().map(|b| b.as_str()));
    match draft.subject.person() {
        None => {}
        Some(PersonRef::Known(id)) => content.field("person_id", Some(&id.to_string())),
        Some(PersonRef::Described { id, draft }) => {
            content.field("person_id", id.map(|id| id.to_string()).as_deref());
            content.person(draft);
        }
        Some(PersonRef::Named(name)) => content.field("full_name", Some(name.as_str())),
    }
    content.field("specimen_kind", Some(draft.specimen_kind.code()));
    let dated = |at: Instant| (!draft.undated).then(|| at.to_fixed_text());
    content.field("collected_at", dated(draft.collected_at).as_deref());
    content.field("loinc", Some(&draft.loinc));
    content.field("finding", Some(draft.finding.code()));
    content.field("ct_value", draft.ct_value.map(|ct| format!("{ct:.3}")).as_deref());
    content.field("resulted_at", dated(draft.resulted_at).as_deref());
    ContentHash(content.0.finalize().into())
}

/// Fields that are hashed one after the other, each with its name and length so that no two contents run together.
struct Content(Sha256);

impl Content {
    fn field(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        self.0.update(format!("{name}:{}:", value.len()));
        self.0.update(value);
    }
}

impl Content {
    fn person(&mut self, person: &PersonDraft) {
        self.field("full_name", Some(person.full_name.as_str()));
        self.field("birth", person.birth.map(|b| b.to_string()).as_deref());
        self.field("sex", Some(person.sex.code()));
        self.field("phone", person.phone.as_ref().map(|p| p.as_str()));
        self.field("national_id", person.national_id.as_ref().map(|n| n.as_str()));
        self.field("health_insurance_no", person.health_insurance_no.as_ref().map(|n| n.as_str()));
        self.field("address", person.address.as_deref());
        self.field("ward_code", person.ward_code.as_ref().map(|w| w.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::result::ResultInput;
    use proptest::prelude::*;
    use serde_json::json;

    fn draft(change: impl FnOnce(&mut serde_json::Value)) -> ResultDraft {
        let mut wire = json!({
            "lab_code": "TG-CDC", "accession": "A1", "barcode": "T1",
            "specimen": {"kind": "nasopharyngeal_swab", "collected_at": "2022-03-09T08:00:00+07:00"},
            "test": {"loinc": "94500-6"}, "outcome": "detected", "ct_value": 21.5,
            "resulted_at": "2022-03-09T20:00:00+07:00",
        });
        change(&mut wire);
        let now = "2022-03-10T01:00:00Z".parse().unwrap();
        let input = ResultInput::read(wire, "").unwrap();
        input.parse("", now, "2022-03-10".parse().unwrap(), None).unwrap().draft
    }

    fn current(draft: &ResultDraft, withdrawn: bool) -> CurrentVersion {
        CurrentVersion { content_hash: content_hash(draft), version: 1, outcome: draft.outcome, withdrawn }
    }

    fn with_status(status: &str, outcome: &str) -> ResultDraft {
        draft(|w| {
            w["status"] = json!(status);
            w["outcome"] = json!(outcome);
        })
    }

    #[test]
    fn the_hash_leaves_out_the_id_and_the_status_and_nothing_else() {
        let first = content_hash(&draft(|_| {}));
        let same = draft(|w| {
            w["id"] = json!("01890a5d-ac96-774b-bcce-b302099a8057");
            w["status"] = json!("corrected");
            w["outcome"] = json!("Dương tính");
            w["resulted_at"] = json!("2022-03-09T13:00:00Z");
        });
        assert_eq!(content_hash(&same), first);
        for (pointer, value) in [
            ("/barcode", json!("T2")),
            ("/specimen/kind", json!("saliva")),
            ("/specimen/collected_at", json!("2022-03-09T08:01:00+07:00")),
            ("/test/loinc", json!("94558-4")),
            ("/outcome", json!("not_detected")),
            ("/ct_value", json!(21.6)),
            ("/resulted_at", json!("2022-03-09T20:00:01+07:00")),
        ] {
            let other = draft(|w| *w.pointer_mut(pointer).unwrap() = value);
            assert_ne!(content_hash(&other), first, "{pointer}");
        }
        let person = draft(|w| w["person"] = json!({"full_name": "Lê Thị Tám", "birth_year": 1950}));
        assert_ne!(content_hash(&person), first);
    }

    #[test]
    fn the_hash_is_stable_because_the_database_keeps_it() {
        let hash = content_hash(&draft(|_| {}));
        assert_eq!(hash.to_hex(), "4bff5790382bb0755e22c6e4bfbc846a50644e0aeafea936c999800e61ae6bf5");
        assert_eq!(ContentHash::from_hex(&hash.to_hex()), Some(hash));
        assert_eq!(ContentHash::from_bytes(*hash.as_bytes()), hash);
        assert_eq!(ContentHash::from_hex("5"), None);
    }

    #[test]
    fn what_never_came_is_new_and_cannot_be_withdrawn() {
        assert_eq!(judge(None, &draft(|_| {})), Judgement::New);
        assert_eq!(judge(None, &with_status("corrected", "detected")), Judgement::New);
        let hold = Judgement::Hold(HoldReason::UnknownAccession);
        assert_eq!(judge(None, &with_status("withdrawn", "detected")), hold);
    }

    #[test]
    fn other_content_amends_only_where_the_sender_says_so() {
        let now = current(&draft(|_| {}), false);
        let judged = |status, outcome| judge(Some(&now), &with_status(status, outcome));
        assert_eq!(judged("final", "detected"), Judgement::Duplicate);
        assert_eq!(judged("final", "not_detected"), Judgement::Hold(HoldReason::ContentDiffers));
        assert_eq!(judged("corrected", "not_detected"), Judgement::Amend);
        assert_eq!(judged("corrected", "detected"), Judgement::Duplicate);
        assert_eq!(judged("withdrawn", "detected"), Judgement::Amend);
        assert_eq!(judged("withdrawn", "not_detected"), Judgement::Amend);
    }

    #[test]
    fn a_withdrawn_result_comes_back_only_by_a_correction() {
        let now = current(&draft(|_| {}), true);
        let judged = |status, outcome| judge(Some(&now), &with_status(status, outcome));
        assert_eq!(judged("withdrawn", "detected"), Judgement::Duplicate);
        assert_eq!(judged("final", "detected"), Judgement::Duplicate);
        assert_eq!(judged("final", "not_detected"), Judgement::Hold(HoldReason::ContentDiffers));
        assert_eq!(judged("corrected", "detected"), Judgement::Amend);
    }

    proptest! {
        #[test]
        fn sending_the_same_record_twice_never_makes_a_second_version(
            status in prop::sample::select(vec!["final", "corrected", "withdrawn"]),
            outcome in prop::sample::select(vec!["detected", "not_detected", "inconclusive", "invalid"]),
        ) {
            let draft = with_status(status, outcome);
            let stored = current(&draft, draft.status == Status::Withdrawn);
            prop_assert_eq!(judge(Some(&stored), &draft), Judgement::Duplicate);
        }
    }
}
