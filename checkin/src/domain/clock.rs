//! What a device's clock says: when something was, and what time the device thinks it is now.

use jiff::SignedDuration;
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared::time::{Instant, minutes};

/// How far ahead of the server's clock a phone's clock may be. Our own policy.
pub const CLOCK_SKEW: SignedDuration = minutes(5);

/// When something was, as a device tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// When it was, by the server's clock.
    pub at: Instant,
    /// What the device said, where its clock is wrong and `at` is corrected.
    pub device_at: Option<Instant>,
}

/// The instant that a device tells of at the server's instant `now`, with `at` and `sent_at` as RFC 3339; none where it
/// does not say `at`.
///
/// `sent_at` is the clock by which `at` was read, at the moment of sending. Where that is further than [`CLOCK_SKEW`] from
/// `now`, `at` is just as wrong and is corrected by the difference. Whether the instant can be is judged by the caller.
///
/// # Errors
/// The field that is no time: `/at` or `/sent_at`.
pub fn told(at: Option<&str>, sent_at: Option<&str>, now: Instant) -> Result<Option<Told>, FieldError> {
    let sent_at = time("/sent_at", sent_at)?;
    let Some(said) = time("/at", at)? else { return Ok(None) };
    let skew = sent_at.map(|sent_at| now.since(sent_at)).filter(|skew| skew.abs() > CLOCK_SKEW);
    let at = skew.map_or(said, |skew| said.plus(skew));
    Ok(Some(Told { at, device_at: skew.map(|_| said) }))
}

fn time(pointer: &str, text: Option<&str>) -> Result<Option<Instant>, FieldError> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(str::parse).transpose().map_err(|_| FieldError::new(pointer, "time", not_a_time()))
}

/// What is said of a text that is no time.
fn not_a_time() -> Bilingual {
    Bilingual::new(
        "Thời gian theo RFC 3339, có múi giờ, ví dụ 2022-03-10T08:30:00+07:00",
        "A time as in RFC 3339 with an offset, such as 2022-03-10T08:30:00+07:00",
    )
}

#[cfg(test)]
mod tests {
    use shared::time::hours;

    use super::*;

    fn now() -> Instant {
        "2022-03-10T01:30:00Z".parse().unwrap()
    }

    fn told_of(at: Instant, sent_at: Option<Instant>) -> Told {
        told(Some(&at.to_string()), sent_at.map(|at| at.to_string()).as_deref(), now()).unwrap().unwrap()
    }

    #[test]
    fn a_clock_that_is_hours_wrong_is_put_right_either_way() {
        let was = now().minus(minutes(40));
        for wrong in [hours(3), -hours(3), hours(24 * 400), -hours(24 * 400), minutes(6)] {
            let told = told_of(was.plus(wrong), Some(now().plus(wrong)));
            assert_eq!(told, Told { at: was, device_at: Some(was.plus(wrong)) }, "{wrong:?}");
        }
    }

    #[test]
    fn a_clock_that_is_nearly_right_and_one_that_is_not_told_are_believed() {
        let was = now().minus(minutes(40));
        for sent_at in [None, Some(now()), Some(now().plus(CLOCK_SKEW)), Some(now().minus(CLOCK_SKEW))] {
            assert_eq!(told_of(was, sent_at), Told { at: was, device_at: None }, "{sent_at:?}");
        }
        assert_eq!(told(None, None, now()), Ok(None));
        assert_eq!(told(Some(" "), Some(&now().to_string()), now()), Ok(None));
    }

    #[test]
    fn what_is_no_time_is_said_at_its_field() {
        let pointer = |at, sent_at| told(at, sent_at, now()).unwrap_err().pointer;
        assert_eq!(pointer(Some("hôm qua"), None), "/at");
        assert_eq!(pointer(Some("2022-03-10T08:30:00+07:00"), Some("8 giờ")), "/sent_at");
        assert_eq!(pointer(None, Some("8 giờ")), "/sent_at");
    }
}
