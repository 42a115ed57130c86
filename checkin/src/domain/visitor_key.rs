//! The column that says who visited: a person's id under the key of the day.
//!
//! One AES block holds a UUID exactly, so the column costs 16 bytes and no nonce. The same person has the same code
//! all day and unrelated codes on different days; once the key of a day is destroyed, nobody can tell who its visitors
//! were.

use core::fmt;

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};
use shared::ids::PersonId;
use uuid::Uuid;

/// The key of one local day (AES-256, FIPS 197). Wiped when dropped, never printed.
pub struct DayKey(Aes256);

// The schedule of a key has a destructor only with the feature `zeroize` of `aes`, which wipes it.
const _: () = assert!(core::mem::needs_drop::<DayKey>());

/// A person's id under the key of one day: equal codes are equal persons on the same day, and nothing else can be read
/// from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitorCode([u8; 16]);

impl DayKey {
    /// The key made of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Aes256::new(bytes.into()))
    }

    /// The code of a person on this day.
    #[must_use]
    pub fn seal(&self, person: PersonId) -> VisitorCode {
        let mut block = person.uuid().into_bytes().into();
        self.0.encrypt_block(&mut block);
        VisitorCode(block.into())
    }

    /// The person behind a code of this day. A code of another day gives an id that belongs to nobody.
    #[must_use]
    pub fn open(&self, code: VisitorCode) -> PersonId {
        let mut block = code.0.into();
        self.0.decrypt_block(&mut block);
        PersonId::from_uuid(Uuid::from_bytes(block.into()))
    }

    /// The people behind codes of this day, in their order: of thousands several are opened at a time.
    pub fn open_all(&self, codes: impl Iterator<Item = VisitorCode>) -> impl Iterator<Item = PersonId> {
        let mut blocks: Vec<Block> = codes.map(|code| code.0.into()).collect();
        self.0.decrypt_blocks(&mut blocks);
        blocks.into_iter().map(|block| PersonId::from_uuid(Uuid::from_bytes(block.into())))
    }
}

impl fmt::Debug for DayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DayKey(redacted)")
    }
}

impl VisitorCode {
    /// The code that these 16 bytes of a column are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes for a column.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Debug for VisitorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_aes_256_of_the_sixteen_bytes_of_the_id() {
        // FIPS 197, appendix C.3.
        let key = DayKey::new(&core::array::from_fn(|i| u8::try_from(i).unwrap()));
        let person = PersonId::from_uuid(Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff));
        assert_eq!(u128::from_be_bytes(key.seal(person).bytes()), 0x8ea2_b7ca_5167_45bf_eafc_4990_4b49_6089);
    }

    #[test]
    fn neither_the_key_nor_a_code_is_printed() {
        let key = DayKey::new(&[0xAB; 32]);
        assert_eq!(format!("{key:?}"), "DayKey(redacted)");
        assert_eq!(format!("{:?}", VisitorCode::from_bytes([0xAB; 16])), "VisitorCode(…)");
    }

    proptest! {
        #[test]
        fn a_code_opens_to_its_person_and_differs_on_another_day(
            today in any::<[u8; 32]>(), tomorrow in any::<[u8; 32]>(), id in any::<u128>(), other in any::<u128>(),
        ) {
            prop_assume!(today != tomorrow && id != other);
            let person = PersonId::from_uuid(Uuid::from_u128(id));
            let (today, tomorrow) = (DayKey::new(&today), DayKey::new(&tomorrow));
            let code = today.seal(person);
            prop_assert_eq!(today.open(VisitorCode::from_bytes(code.bytes())), person);
            let many: Vec<PersonId> = today.open_all([code; 37].into_iter()).collect();
            prop_assert_eq!(many, vec![person; 37]);
            prop_assert_ne!(tomorrow.seal(person), code);
            prop_assert_ne!(tomorrow.open(code), person);
            prop_assert_ne!(today.seal(PersonId::from_uuid(Uuid::from_u128(other))), code);
        }
    }
}
