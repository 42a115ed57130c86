//! What the two times of a result must keep to.

use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared::time::{self, Date, Instant};

/// How far a sender's clock may run ahead of ours, in minutes.
pub const SKEW_MINUTES: i64 = 5;
/// Before this day there was no test for the virus: an earlier specimen is a typing error in the year.
const FIRST_DAY: Date = Date::constant(2019, 12, 1);

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
pub(crate) fn not_in_future(at: Instant, now: Instant, pointer: &str) -> Option<FieldError> {
    let latest = now.plus(time::minutes(SKEW_MINUTES));
    (at > latest).then(|| {
        let detail = Bilingual::new(
            format!("Thời gian ở tương lai. Bây giờ là {}", shown(now)),
            format!("This time lies in the future. It is now {}", shown(now)),
        );
        FieldError::new(pointer, "in_future", detail)
    })
}

/// Refuses a specimen from before there was a test for the virus.
pub(crate) fn not_too_old(at: Instant, pointer: &str) -> Option<FieldError> {
    (at < Instant::start_of(FIRST_DAY)).then(|| {
        let detail = Bilingual::new(
            "Lấy mẫu trước tháng 12/2019, khi chưa có xét nghiệm SARS-CoV-2. Hãy xem lại năm",
            "Taken before December 2019, when there was no test for SARS-CoV-2. Check the year",
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
