//! Sealing of single fields, and blind indexes to find them again.
//!
//! A sealed field is `version (1 byte) | nonce (12) | AES-256-GCM ciphertext and tag`, bound to the field's name and to the
//! record that it belongs to, so that a value moved to another row or column does not open. A blind index is the first
//! 16 bytes of an HMAC-SHA-256 over the field's name and its normalised value: equal values meet, and without the key
//! nobody can try values out.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use shared::random::{self, Random};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::keys::Key;

const VERSION: u8 = 1;
const NONCE: usize = 12;

/// A blind index: 16 bytes.
pub type BlindIndex = Vec<u8>;

/// Seals and opens fields, and makes their blind indexes.
pub struct Sealer {
    cipher: Aes256Gcm,
    blind: Key,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(redacted)")
    }
}

impl Sealer {
    /// A sealer with a key for sealing and a key for blind indexes.
    #[must_use]
    pub fn new(seal: Key, blind: Key) -> Self {
        Self { cipher: Aes256Gcm::new(seal.bytes().into()), blind }
    }

    /// Seals `value` as the field `field` of the record `owner`.
    ///
    /// # Panics
    /// Never: AES-GCM refuses only values beyond 64 GiB.
    pub fn seal(&self, field: &'static str, owner: &[u8], value: &[u8], random: &mut dyn Random) -> Vec<u8> {
        let nonce = random::bytes::<NONCE>(random);
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: value, aad: &bound_to(field, owner) })
            .expect("a field is far shorter than 64 GiB");
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Sealer::seal`] sealed for the same field and record.
    ///
    /// # Errors
    /// When it was sealed with another key, for another field or record, or was changed.
    pub fn open(&self, field: &'static str, owner: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (version, rest) = sealed.split_first().ok_or(StoreError::Sealed(field))?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(StoreError::Sealed(field))?;
        if *version != VERSION {
            return Err(StoreError::Sealed(field));
        }
        self.cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: &bound_to(field, owner) })
            .map(Zeroizing::new)
            .map_err(|_| StoreError::Sealed(field))
    }

    /// Opens a text.
    ///
    /// # Errors
    /// As [`Sealer::open`], and when the bytes are not UTF-8.
    pub fn open_text(&self, field: &'static str, owner: &[u8], sealed: &[u8]) -> Result<String, StoreError> {
        let bytes = self.open(field, owner, sealed)?;
        std::str::from_utf8(&bytes).map(str::to_owned).map_err(|_| StoreError::Sealed(field))
    }

    /// The blind index of a normalised value of `field`.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    #[must_use]
    pub fn blind(&self, field: &'static str, value: &str) -> BlindIndex {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(self.blind.bytes()).expect("HMAC takes a key of any length");
        mac.update(field.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes()[..16].to_vec()
    }
}

fn bound_to(field: &str, owner: &[u8]) -> Vec<u8> {
    [field.as_bytes(), &[0], owner].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::system_random;

    fn sealer() -> Sealer {
        Sealer::new(Key::new([1; 32]), Key::new([2; 32]))
    }

    #[test]
    fn a_sealed_field_opens_only_for_its_field_and_its_record() {
        let sealed = sealer().seal("phone", b"a", b"+84912345678", &mut system_random());
        assert_eq!(sealer().open_text("phone", b"a", &sealed).unwrap(), "+84912345678");
        assert!(sealer().open("phone", b"b", &sealed).is_err());
        assert!(sealer().open("address", b"a", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(sealer().open("phone", b"a", &changed).is_err(), "byte {i} was changed unseen");
        }
        assert!(sealer().open("phone", b"a", &sealed[..5]).is_err());
    }

    #[test]
    fn equal_values_have_equal_indexes_and_fields_do_not_mix() {
        assert_eq!(sealer().blind("phone", "+84912345678"), sealer().blind("phone", "+84912345678"));
        assert_ne!(sealer().blind("phone", "+84912345678"), sealer().blind("phone", "+84912345679"));
        assert_ne!(sealer().blind("phone", "x"), sealer().blind("national_id", "x"));
    }
}
