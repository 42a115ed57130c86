//! What the two times of a result must keep to.

use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared::time::{self, Instant};

/// How far a sender's clock may run ahead of ours, in minutes.
pub const SKEW_MINUTES: i64 = 5;
/// How old a specimen may be, in days: an older one is a typing error in the year, or belongs to an archive.
pub const OLDEST_DAYS: i64 = 365;

/// The latest local time that is told to people, such as `10/03/2022 08:30`.
fn shown(at: Instant) -> String {
    let local = at.local();
    format!("{:02}/{:02}/{:04} {:02}:{:02}", local.day(), local.month(), local.year(), local.hour(), local.minute())
}

/// Reads an RFC 3339 time.
pub(super) fn read(text: &str, pointer: &str) -> Result<Instant, FieldError> {
    text.parse().map_err(|_| {
        let detail = Bilingual::new(
            "Thời gian theo RFC 3339 có múi giờ, ví dụ 2022-03-10T08:30:00+07:00",
            "An RFC 3339 time with an offset, such as 2022-03-10T08:30:00+07:00",
        );
        FieldError::new(pointer, "time", detail)
    })
}

/// Refuses a time in the future (allowing [`SKEW_MINUTES`]).
pub(super) fn not_in_future(at: Instant, now: Instant, pointer: &str) -> Option<FieldError> {
    let latest = now.plus(time::minutes(SKEW_MINUTES));
    (at > latest).then(|| {
        let detail = Bilingual::new(
            format!("Thời gian ở tương lai. Bây giờ là {}", shown(now)),
            format!("This time lies in the future. It is now {}", shown(now)),
        );
        FieldError::new(pointer, "in_future", detail)
    })
}

/// Refuses a specimen older than [`OLDEST_DAYS`].
pub(super) fn not_too_old(at: Instant, now: Instant, pointer: &str) -> Option<FieldError> {
    let oldest = now.minus(time::days(OLDEST_DAYS));
    (at < oldest).then(|| {
        let detail = Bilingual::new(
            format!("Lấy mẫu đã quá {OLDEST_DAYS} ngày. Hãy xem lại năm"),
            format!("Taken more than {OLDEST_DAYS} days ago. Check the year"),
        );
        FieldError::new(pointer, "too_old", detail)
    })
}

/// Refuses a result that was there before its specimen.
pub(super) fn in_order(collected: Instant, resulted: Instant, pointer: &str) -> Option<FieldError> {
    (collected > resulted).then(|| {
        let detail = Bilingual::new(
            "Lấy mẫu sau khi có kết quả. Hãy xem lại hai thời gian, và thứ tự ngày trước tháng sau",
            "Taken after the result was there. Check both times, and that the day comes before the month",
        );
        FieldError::new(pointer, "collected_after_resulted", detail)
    })
}
