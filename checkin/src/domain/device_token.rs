//! The token that lets a phone check in again without asking its owner anything.
//!
//! Good for checking in and for checking its own visits out, and for nothing else (contract). It is 60 characters of
//! base64url (RFC 4648, section 5) over 45 bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 16 | the person's id |
//! | 4 | when it was issued, seconds since 1970, big endian (good until 2106) |
//! | 8 | the device, random |
//! | 16 | HMAC-SHA-256 (RFC 2104) of a label and the above, cut to its first 16 bytes |
//!
//! 45 is a multiple of 3, so every character carries six bits of it and no two texts are the same token.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use sha2::Sha256;
use shared::ids::PersonId;
use shared::random::{self, Random};
use shared::time::{Instant, days, minutes};
use uuid::Uuid;

const VERSION: u8 = 1;
const PAYLOAD: usize = 29;
const TAG: usize = 16;
const TOKEN: usize = PAYLOAD + TAG;
const TEXT: usize = TOKEN / 3 * 4;

/// The key signs other proofs too; the label keeps them apart.
const LABEL: &[u8] = b"antam device token";

/// How long a token is good for.
pub const VALID_FOR: SignedDuration = days(180);

/// How far the clocks of two servers may be apart.
const SKEW: SignedDuration = minutes(5);

/// What a token that was verified says. `Debug` shows no id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DeviceToken {
    /// Whose phone it is.
    pub person_id: PersonId,
    /// When it was issued, in whole seconds.
    pub issued_at: Instant,
    /// Tells this device from others of the same person.
    pub device: [u8; 8],
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceToken").field("issued_at", &self.issued_at).finish_non_exhaustive()
    }
}

/// Why a text is no token that is good now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceTokenError {
    /// It has not the form of a token.
    #[error("this is no device token")]
    Malformed,
    /// It was not signed with this key, or was changed.
    #[error("the device token was not issued here")]
    Forged,
    /// It is older than [`VALID_FOR`].
    #[error("the device token has expired")]
    Expired,
    /// It was issued later than now.
    #[error("the device token is not valid yet")]
    NotYetValid,
}

/// Issues a token for a person's phone; the device is drawn from `random`.
#[must_use]
pub fn issue(key: &[u8; 32], person: PersonId, now: Instant, random: &mut dyn Random) -> String {
    issue_to(key, person, now, random::bytes(random))
}

/// Issues a token for a person's phone that is told from others by `device`: the same again gives the same token.
#[must_use]
pub fn issue_to(key: &[u8; 32], person: PersonId, now: Instant, device: [u8; 8]) -> String {
    let issued_at = u32::try_from(now.as_seconds()).unwrap_or(0);
    let mut token = [0; TOKEN];
    token[0] = VERSION;
    token[1..17].copy_from_slice(person.uuid().as_bytes());
    token[17..21].copy_from_slice(&issued_at.to_be_bytes());
    token[21..PAYLOAD].copy_from_slice(&device);
    let tag = mac(key, &token[..PAYLOAD]).finalize().into_bytes();
    token[PAYLOAD..].copy_from_slice(&tag[..TAG]);
    URL_SAFE_NO_PAD.encode(token)
}

/// Verifies a token. The signature is compared in constant time, before anything in the token is believed.
///
/// # Errors
/// [`DeviceTokenError`] says why the token is not good now.
pub fn verify(key: &[u8; 32], text: &str, now: Instant) -> Result<DeviceToken, DeviceTokenError> {
    let mut token = [0; TOKEN];
    if text.len() != TEXT || URL_SAFE_NO_PAD.decode_slice(text, &mut token) != Ok(TOKEN) {
        return Err(DeviceTokenError::Malformed);
    }
    let (payload, tag) = token.split_at(PAYLOAD);
    mac(key, payload).verify_truncated_left(tag).map_err(|_| DeviceTokenError::Forged)?;
    let token = read(payload).ok_or(DeviceTokenError::Malformed)?;
    let age = now.since(token.issued_at);
    if age >= VALID_FOR {
        Err(DeviceTokenError::Expired)
    } else if age < -SKEW {
        Err(DeviceTokenError::NotYetValid)
    } else {
        Ok(token)
    }
}

fn mac(key: &[u8; 32], payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(LABEL);
    mac.update(payload);
    mac
}

/// Reads a payload of version 1.
fn read(payload: &[u8]) -> Option<DeviceToken> {
    let (version, rest) = payload.split_first()?;
    let (person, rest) = rest.split_first_chunk()?;
    let (issued_at, rest) = rest.split_first_chunk()?;
    let seconds = i64::from(u32::from_be_bytes(*issued_at));
    (*version == VERSION).then_some(DeviceToken {
        person_id: PersonId::from_uuid(Uuid::from_bytes(*person)),
        issued_at: Instant::from_micros(seconds * 1_000_000)?,
        device: rest.try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    /// Gives the bytes 1, 2, 3, …
    struct Counting(u8);
    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }

    fn now() -> Instant {
        "2022-03-10T08:30:00+07:00".parse().unwrap()
    }

    fn person() -> PersonId {
        "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
    }

    fn token() -> String {
        issue(&KEY, person(), now(), &mut Counting(0))
    }

    #[test]
    fn a_token_says_whose_phone_it_is_and_when_it_was_issued() {
        let text = token();
        assert_eq!(text.len(), TEXT);
        let device = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(verify(&KEY, &text, now()), Ok(DeviceToken { person_id: person(), issued_at: now(), device }));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let good = URL_SAFE_NO_PAD.decode(token()).unwrap();
        for bit in 0..TOKEN * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let text = URL_SAFE_NO_PAD.encode(bad);
            assert_eq!(verify(&KEY, &text, now()), Err(DeviceTokenError::Forged), "bit {bit}");
        }
    }

    #[test]
    fn every_changed_character_is_refused() {
        let good = token();
        for at in 0..TEXT {
            let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut bad = good.clone();
            bad.replace_range(at..=at, other);
            assert_eq!(verify(&KEY, &bad, now()), Err(DeviceTokenError::Forged), "character {at}");
        }
    }

    #[test]
    fn a_token_is_good_for_180_days() {
        let text = token();
        let last = now().plus(days(180)).minus(SignedDuration::from_micros(1));
        assert!(verify(&KEY, &text, last).is_ok());
        assert_eq!(verify(&KEY, &text, now().plus(days(180))), Err(DeviceTokenError::Expired));
    }

    #[test]
    fn a_token_from_the_future_is_refused_beyond_the_skew_of_clocks() {
        let text = token();
        assert!(verify(&KEY, &text, now().minus(minutes(5))).is_ok());
        assert_eq!(verify(&KEY, &text, now().minus(minutes(6))), Err(DeviceTokenError::NotYetValid));
    }

    #[test]
    fn another_key_refuses_it() {
        assert_eq!(verify(&[8; 32], &token(), now()), Err(DeviceTokenError::Forged));
    }

    #[test]
    fn a_signed_payload_of_another_version_is_refused() {
        let mut bytes = URL_SAFE_NO_PAD.decode(token()).unwrap();
        bytes[0] = 2;
        let tag = mac(&KEY, &bytes[..PAYLOAD]).finalize().into_bytes();
        bytes[PAYLOAD..].copy_from_slice(&tag[..TAG]);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        assert_eq!(verify(&KEY, &text, now()), Err(DeviceTokenError::Malformed));
    }

    #[test]
    fn the_token_is_not_printed() {
        let printed = format!("{:?}", verify(&KEY, &token(), now()).unwrap());
        assert!(!printed.contains("01890a5d"), "{printed}");
    }

    proptest! {
        #[test]
        fn any_other_text_is_refused(text in ".{0,80}") {
            prop_assert!(verify(&KEY, &text, now()).is_err());
        }

        #[test]
        fn any_other_text_of_the_right_form_is_refused(text in "[A-Za-z0-9_-]{60}") {
            prop_assert_eq!(verify(&KEY, &text, now()), Err(DeviceTokenError::Forged));
        }
    }
}
