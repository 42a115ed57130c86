//! The numbers that the state gives a person: the citizen's identity card (CCCD), the old identity card (CMND) and the
//! health insurance number (BHYT).
//!
//! None of them has a check digit, so a typing error can often not be seen. They are attributes that may be wrong and
//! never the key of a record; what looks odd is a warning for a human and never a reason to turn somebody away.

mod health_insurance;
mod national_id;

pub use health_insurance::HealthInsuranceNo;
pub use national_id::{IdentityWarning, NationalId, NationalIdKind};

use crate::bilingual::Bilingual;

/// Why a text is no identity number. Says nothing of the number itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Neither 12 digits (CCCD) nor 9 (CMND).
    #[error("an identity number has 12 digits (CCCD) or 9 digits (CMND)")]
    NationalId,
    /// The year of birth in the number lies in the future, or more than 120 years ago.
    #[error("the year of birth in the identity number cannot be right")]
    BirthYear,
    /// Neither 15 characters nor 10 digits.
    #[error("a health insurance number has 15 characters, such as HS4828200000002, or 10 digits")]
    HealthInsurance,
}

impl IdentityError {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::NationalId => Bilingual::new(
                "Số CCCD có 12 chữ số, số CMND có 9 chữ số",
                "An identity number has 12 digits (CCCD) or 9 digits (CMND)",
            ),
            Self::BirthYear => Bilingual::new(
                "Năm sinh trong số CCCD không hợp lý. Hãy xem lại chữ số thứ tư đến thứ sáu",
                "The year of birth in this number cannot be right. Check the fourth to the sixth digit",
            ),
            Self::HealthInsurance => Bilingual::new(
                "Mã thẻ BHYT có 15 ký tự (ví dụ HS4828200000002) hoặc 10 chữ số",
                "A health insurance number has 15 characters (such as HS4828200000002) or 10 digits",
            ),
        }
    }
}

/// The number with all but its last three characters hidden.
fn masked(number: &str) -> String {
    const SHOWN: usize = 3;
    let hidden = number.len() - SHOWN;
    format!("{}{}", "•".repeat(hidden), &number[hidden..])
}
