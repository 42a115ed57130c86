//! Tells a repeated request from another one under the same id, and derives the ids of a party.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use shared::ids::VisitId;
use shared_store::keys::Key;
use uuid::Uuid;

use crate::domain::visit::VisitInput;

/// The day's key enciphers the column of visitors too; the label keeps the two uses apart.
const LABEL: &[u8] = b"antam visit content";

/// A mark of the body, under the key of the visit's day: equal marks are equal bodies. Without the key, which is
/// destroyed with the day, nobody can try out whose body it was. Never 0, which stands for a visit without a chosen id.
#[must_use]
pub fn fingerprint(day_key: &Key, input: &VisitInput) -> i64 {
    let body = serde_json::to_vec(input).expect("a visit's input holds only what JSON can say");
    let mut mac = Hmac::<Sha256>::new_from_slice(day_key.bytes()).expect("HMAC takes a key of any length");
    mac.update(LABEL);
    mac.update(&body);
    let tag = mac.finalize().into_bytes();
    i64::from_be_bytes(core::array::from_fn(|at| tag[at])) | 1
}

/// The id of the `index`-th visit of one check-in: 0 is the visitor's own, the others are the party's. The same
/// check-in sent again gives the same ids. Time and version are the visit's; the random part is SHA-256 of both.
#[must_use]
pub fn party_id(visit: VisitId, index: usize) -> VisitId {
    if index == 0 {
        return visit;
    }
    let mut hash = Sha256::new();
    hash.update(visit.uuid().as_bytes());
    hash.update((index as u64).to_be_bytes());
    let digest = hash.finalize();
    let mut bytes = *visit.uuid().as_bytes();
    bytes[6] = 0x70 | (digest[6] & 0x0f);
    bytes[7] = digest[7];
    bytes[8] = 0x80 | (digest[8] & 0x3f);
    bytes[9..].copy_from_slice(&digest[9..16]);
    VisitId::from_uuid(Uuid::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn input(name: &str) -> VisitInput {
        serde_json::from_value(json!({"visitor": {"full_name": name}})).unwrap()
    }

    #[test]
    fn equal_bodies_have_equal_marks_under_one_key_only() {
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        assert_eq!(fingerprint(&key, &input("An")), fingerprint(&key, &input("An")));
        assert_ne!(fingerprint(&key, &input("An")), fingerprint(&key, &input("Bình")));
        assert_ne!(fingerprint(&key, &input("An")), fingerprint(&other, &input("An")));
    }

    #[test]
    fn the_ids_of_a_party_are_version_seven_of_the_same_time_and_all_differ() {
        let visit: VisitId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let ids: Vec<Uuid> = (0..21).map(|index| party_id(visit, index).uuid()).collect();
        assert_eq!(ids[0], visit.uuid());
        for id in &ids {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.as_bytes()[..6], visit.uuid().as_bytes()[..6]);
        }
        let different: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        assert_eq!(party_id(visit, 3), party_id(visit, 3));
    }
}
