//! The personal QR: sixteen random bytes that name a card, and the first eight of an HMAC-SHA-256 (RFC 2104) over them.
//!
//! The random bytes cannot be guessed, and who reads the table of cards cannot print one: the proof needs the key. A card
//! ends when its row says so; until then it is good, for a plastic card is printed once.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::random::{self, Random};
use shared::scan::PersonalCode;

/// The key signs other proofs too; the label keeps them apart.
const LABEL: &[u8] = b"antam personal card";

/// A new card's code.
#[must_use]
pub fn draw(key: &[u8; 32], random: &mut dyn Random) -> PersonalCode {
    prove(key, random::bytes(random))
}

/// The code of a card.
#[must_use]
pub fn prove(key: &[u8; 32], card: [u8; 16]) -> PersonalCode {
    let tag = mac(key, &card).finalize().into_bytes();
    PersonalCode { card, proof: core::array::from_fn(|at| tag[at]) }
}

/// Whether we issued a code; compared in constant time.
#[must_use]
pub fn is_ours(key: &[u8; 32], code: &PersonalCode) -> bool {
    mac(key, &code.card).verify_truncated_left(&code.proof).is_ok()
}

fn mac(key: &[u8; 32], card: &[u8; 16]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(LABEL);
    mac.update(card);
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    proptest! {
        #[test]
        fn a_code_is_ours_until_a_bit_of_it_or_the_key_is_another(card: [u8; 16], bit in 0_usize..192) {
            let code = prove(&KEY, card);
            prop_assert!(is_ours(&KEY, &code));
            prop_assert!(!is_ours(&[8; 32], &code));
            let mut other = code;
            match bit / 8 {
                at @ 0..16 => other.card[at] ^= 1 << (bit % 8),
                at => other.proof[at - 16] ^= 1 << (bit % 8),
            }
            prop_assert!(!is_ours(&KEY, &other));
        }
    }
}
