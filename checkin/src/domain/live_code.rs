//! The code on a screen at a door, which changes every half minute: who photographs it has the code of a moment.
//!
//! Nothing is stored of it. It is HMAC-SHA-256 (RFC 2104) of a label, the place and the number of the half minute since 1970,
//! cut to 40 bits and written as eight characters of Crockford's base32, so that the link stays in the alphanumeric mode of
//! a QR symbol. A guess is right once in 40 thousand million; and a wrong code is marked, never refused, so there is
//! nothing to try out.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use sha2::Sha256;
use shared::ids::PlaceId;
use shared::time::{Instant, minutes};

/// The key signs other proofs too; the label keeps them apart.
const LABEL: &[u8] = b"antam live code";

/// How long a code is shown, in seconds. Our own policy.
pub const STEP_SECONDS: i64 = 30;

/// How long after it was shown a code may come with a visit: time to type a name and a phone. Our own policy.
pub const GOOD_FOR: SignedDuration = minutes(3);

/// How far the clock of a phone with no signal may be behind. Our own policy.
const BEHIND: SignedDuration = minutes(1);

/// Crockford's base32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code as the screen shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveCode([u8; 5]);

impl fmt::Display for LiveCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let character = |at: u32| char::from(ALPHABET[(bits >> (35 - 5 * at) & 31) as usize]);
        (0..8).try_for_each(|at| fmt::Write::write_char(f, character(at)))
    }
}

impl LiveCode {
    /// Reads a code in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte.to_ascii_uppercase());
        if text.len() != 8 {
            return None;
        }
        let bits = text.bytes().try_fold(0_u64, |bits, byte| Some(bits << 5 | value(byte)? as u64))?;
        let bytes = bits.to_be_bytes();
        Some(Self([bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]))
    }

    /// What the screen of a place shows at an instant.
    #[must_use]
    pub fn at(key: &[u8; 32], place: PlaceId, now: Instant) -> Self {
        let tag = mac(key, place, step(now)).finalize().into_bytes();
        Self(core::array::from_fn(|at| tag[at]))
    }

    /// Whether the screen of the place showed it within [`GOOD_FOR`] before the visit, by the phone's time, or before its
    /// word came, by ours: a phone with no signal says the one, and a phone whose clock is wrong the other.
    #[must_use]
    pub fn is_fresh(self, key: &[u8; 32], place: PlaceId, visit_at: Instant, now: Instant) -> bool {
        let by_phone = step(visit_at.minus(GOOD_FOR))..=step(visit_at.plus(BEHIND).min(now));
        let by_us = step(now.minus(GOOD_FOR))..=step(now);
        by_phone.chain(by_us).any(|step| mac(key, place, step).verify_truncated_left(&self.0).is_ok())
    }
}

/// When the code of an instant gives way to the next.
#[must_use]
pub fn changes_at(now: Instant) -> Instant {
    Instant::from_micros((step(now) + 1) * STEP_SECONDS * 1_000_000).unwrap_or(now)
}

fn step(at: Instant) -> i64 {
    at.as_seconds().div_euclid(STEP_SECONDS)
}

fn mac(key: &[u8; 32], place: PlaceId, step: i64) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(LABEL);
    mac.update(place.uuid().as_bytes());
    mac.update(&step.to_be_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::time::hours;
    use uuid::Uuid;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn place(n: u128) -> PlaceId {
        PlaceId::from_uuid(Uuid::from_u128(n))
    }

    fn now() -> Instant {
        "2022-03-10T08:30:00+07:00".parse().unwrap()
    }

    fn seconds(n: i64) -> SignedDuration {
        SignedDuration::from_secs(n)
    }

    #[test]
    fn it_changes_every_half_minute_and_with_the_place_and_the_key() {
        let shown = |place, at| LiveCode::at(&KEY, place, at);
        let first = shown(place(1), now());
        assert_eq!(shown(place(1), now().plus(seconds(29))), first);
        assert_ne!(shown(place(1), now().plus(seconds(30))), first);
        assert_ne!(shown(place(2), now()), first);
        assert_ne!(LiveCode::at(&[8; 32], place(1), now()), first);
        assert_eq!(changes_at(now().plus(seconds(29))), now().plus(seconds(30)));
        assert_eq!(changes_at(now()), now().plus(seconds(30)));
    }

    #[test]
    fn it_is_fresh_for_three_minutes_by_the_clock_of_the_phone_or_by_ours() {
        let code = LiveCode::at(&KEY, place(1), now());
        let fresh = |visit: i64, told: i64| {
            code.is_fresh(&KEY, place(1), now().plus(seconds(visit)), now().plus(seconds(told)))
        };
        assert!(fresh(0, 0) && fresh(180, 180));
        assert!(!fresh(240, 240), "somebody kept it");
        assert!(fresh(60, 7_200), "there was no signal for two hours");
        assert!(fresh(-3_600, 60), "the phone's clock is an hour slow");
        assert!(!fresh(-3_600, 7_200), "both at once cannot be told from a lie");
        assert!(!code.is_fresh(&KEY, place(2), now(), now()), "the screen of another place");
    }

    #[test]
    fn a_code_of_the_future_is_no_code() {
        let code = LiveCode::at(&KEY, place(1), now().plus(hours(1)));
        assert!(!code.is_fresh(&KEY, place(1), now(), now()));
        let next = LiveCode::at(&KEY, place(1), now().plus(seconds(30)));
        assert!(!next.is_fresh(&KEY, place(1), now(), now()));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "7K3M9T2", "7K3M9T2XX", "7K3M9T2U", "ẾẾẾẾ", "7K3M9T2 "] {
            assert_eq!(LiveCode::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_code_reads_back_in_either_case(bytes: [u8; 5]) {
            let text = LiveCode(bytes).to_string();
            prop_assert_eq!(text.len(), 8);
            prop_assert_eq!(LiveCode::parse(&text), Some(LiveCode(bytes)));
            prop_assert_eq!(LiveCode::parse(&text.to_lowercase()), Some(LiveCode(bytes)));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = LiveCode::parse(&text);
        }
    }
}
