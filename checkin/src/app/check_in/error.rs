//! Why a visit was not taken.

use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared_store::StoreError;

use crate::domain::device_token::DeviceTokenError;
use crate::writer::WriteError;

/// Why a visit was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CheckInError {
    /// Fields are at fault.
    #[error("{} field(s) are at fault", .0.len())]
    Invalid(Vec<FieldError>),
    /// The device token is not good: name and phone are needed again.
    #[error("the device token is not good")]
    Token(#[from] DeviceTokenError),
    /// The id was used with another body.
    #[error("the id was used with another body")]
    IdConflict,
    /// Too many wait: the same visit may be sent again.
    #[error("too many visits wait")]
    Busy,
    /// The device, or the place, has had too many check-ins in a short time.
    #[error("too many check-ins in a short time")]
    TooMany,
    /// Whoever asks has tried too many codes that nobody has.
    #[error("too many codes that nobody has were tried")]
    TooManyCodes,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl From<WriteError> for CheckInError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Busy => Self::Busy,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

impl CheckInError {
    fn field(pointer: &str, code: &str, vi: &str, en: &str) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, code, Bilingual::new(vi, en))])
    }
}

pub(super) fn unknown_venue() -> CheckInError {
    CheckInError::field(
        "/venue_code",
        "unknown_venue",
        "Không có địa điểm với mã này. Hãy xem lại mã trên áp phích",
        "No place has this code. Check the code on the poster",
    )
}

pub(super) fn too_old() -> CheckInError {
    CheckInError::field(
        "/at",
        "too_old",
        "Lượt vào này đã quá thời hạn lưu giữ",
        "This visit is older than visits are kept",
    )
}
