//! Personal QR cards: which card is whose, and the proof that we issued it.
//!
//! A card names a person of the register wherever it is scanned, at a door and where a swab is taken: the register keeps it,
//! and no service of its own.
//!
//! A code is sixteen random bytes that name a card, and the first eight of an HMAC-SHA-256 (RFC 2104) over them.
//! The random bytes cannot be guessed, and who reads the table of cards cannot print one: the proof needs the key. A card
//! ends when its row says so; until then it is good, for a plastic card is printed once.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::ids::PersonId;
use shared::random::{self, Random};
use shared::scan::PersonalCode;
use shared::time::Instant;
use uuid::Uuid;

use crate::error::StoreError;
use crate::port::SharedRead;

/// A personal QR card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardRecord {
    /// What its QR carries beside the proof. Sixteen random bytes and no UUID of any version; the column is of that type.
    pub id: Uuid,
    /// Whose it is.
    pub person_id: PersonId,
    /// When it was issued.
    pub issued_at: Instant,
    /// Since when it is good no more.
    pub revoked_at: Option<Instant>,
}

/// Why a card names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// It was not issued here, or a digit was misread.
    #[error("the card was not issued here")]
    Forged,
    /// Its holder ended it, or is gone.
    #[error("the card was ended")]
    Revoked,
}

/// Whose card a code is, while the card is good.
///
/// # Errors
/// When the store fails.
pub async fn holder(
    tx: &mut dyn SharedRead,
    key: &[u8; 32],
    code: &PersonalCode,
) -> Result<Result<PersonId, CardError>, StoreError> {
    if !is_ours(key, code) {
        return Ok(Err(CardError::Forged));
    }
    let Some(card) = tx.card(Uuid::from_bytes(code.card)).await? else { return Ok(Err(CardError::Forged)) };
    if card.revoked_at.is_some() {
        return Ok(Err(CardError::Revoked));
    }
    Ok(tx.canonical(card.person_id).await?.ok_or(CardError::Revoked))
}

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
