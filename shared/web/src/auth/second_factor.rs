//! The second factor of an account: the codes of an authenticator app (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds, which is
//! what all such apps know).

use shared::ids::AccountId;
use shared::random;
use shared::time::{Instant, minutes};
use shared_store::people::SecondFactor;
use shared_store::{SharedWrite, StoreError};
use totp_rs::{Builder, Secret, Totp};

use crate::platform::Platform;

/// The name of the system in the list of an app.
const ISSUER: &str = "An Tâm";
/// So many wrong codes are heard in [`WINDOW`] minutes; then none is, right or wrong. A million codes would take years.
const TRIES: i64 = 10;
/// See [`TRIES`].
const WINDOW: i64 = 10;

/// What an account's second factor says of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// The account has none.
    NotAsked,
    /// It has one, and no code was given.
    Missing,
    /// The code is wrong, was used before, or too many were wrong.
    Wrong,
    /// The code is right, and used up.
    Right,
}

/// Codes of a secret; one step early or late is right, for clocks of phones.
fn totp(secret: &[u8], username: &str) -> Totp {
    let account = username.replace(':', " ");
    Builder::new()
        .with_secret(Secret::from(secret))
        .with_skew(1)
        .with_account_name(account)
        .with_issuer(Some(ISSUER))
        .build_noncompliant()
}

fn seconds(now: Instant) -> u64 {
    u64::try_from(now.as_seconds()).unwrap_or(0)
}

/// The step whose code somebody typed; spaces and the like do not count.
fn step(secret: &[u8], typed: &str, now: Instant) -> Option<i64> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let step = totp(secret, "").check(&digits, seconds(now))?;
    i64::try_from(step).ok()
}

/// What an app is told: as the link of a QR symbol, and in letters to type, by fours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The `otpauth:` link.
    pub link: String,
    /// The secret in base32 (RFC 4648).
    pub letters: String,
}

/// What an app is told of a secret.
#[must_use]
pub fn told(secret: &[u8], username: &str) -> Told {
    let letters = Secret::from(secret).to_base32();
    let fours: Vec<&str> = letters.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
    Told { link: totp(secret, username).to_url().unwrap_or_default(), letters: fours.join(" ") }
}

/// Begins a second factor: it asks for nothing before [`check`] has seen a right code. One that stands stays.
///
/// # Errors
/// When the store fails.
pub async fn begin(tx: &mut dyn SharedWrite, platform: &Platform, account: AccountId) -> Result<bool, StoreError> {
    let secret = random::bytes::<20>(&mut platform.random());
    tx.put_second_factor(account, &secret, platform.now()).await
}

/// Checks the code of a sign-in. A right one is used up, a wrong one counted, once the transaction is committed.
///
/// # Errors
/// When the store fails.
pub async fn check(
    tx: &mut dyn SharedWrite,
    account: AccountId,
    typed: Option<&str>,
    now: Instant,
) -> Result<Checked, StoreError> {
    match tx.second_factor(account).await? {
        Some(factor) if factor.confirmed => try_code(tx, account, &factor, typed, now).await,
        _ => Ok(Checked::NotAsked),
    }
}

/// Tries a code on a factor, confirmed or not; the first right one confirms it.
///
/// # Errors
/// When the store fails.
pub async fn try_code(
    tx: &mut dyn SharedWrite,
    account: AccountId,
    factor: &SecondFactor,
    typed: Option<&str>,
    now: Instant,
) -> Result<Checked, StoreError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(Checked::Missing) };
    let forgotten = now.minus(minutes(WINDOW));
    if factor.tries >= TRIES && factor.tries_from > forgotten {
        return Ok(Checked::Wrong);
    }
    if let Some(step) = step(&factor.secret, typed, now)
        && tx.take_second_factor(account, step, now).await?
    {
        return Ok(Checked::Right);
    }
    tx.miss_second_factor(account, now, forgotten).await?;
    Ok(Checked::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).unwrap()
    }

    /// Appendix B of RFC 6238, the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(SECRET, code, at(seconds)), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let now = 1_111_111_111;
        for (off, right) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let found = step(SECRET, "050 471", at(now + off));
            assert_eq!(found, right.then_some(now / 30), "{off}");
        }
        for nonsense in ["", "05047", "0504711", "abcdef", "٠٥٠٤٧١"] {
            assert_eq!(step(SECRET, nonsense, at(now)), None, "{nonsense}");
        }
    }

    #[test]
    fn an_app_is_told_the_secret_and_whose_it_is() {
        let told = told(SECRET, "tram.phuong4");
        assert_eq!(told.letters, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let secret = told.letters.replace(' ', "");
        assert_eq!(
            told.link,
            format!("otpauth://totp/An%20T%C3%A2m:tram.phuong4?secret={secret}&issuer=An%20T%C3%A2m")
        );
    }
}
