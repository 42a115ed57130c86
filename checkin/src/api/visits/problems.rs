//! What is said where a check-in or a check-out is not taken.

use axum::http::StatusCode;
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared_web::problem::Problem;

use crate::app::check_in::CheckInError;
use crate::app::check_out::CheckOutError;

/// What is said of a device token that is not good: the phone asks for name and phone again.
fn bad_token() -> FieldError {
    FieldError::new(
        "/visitor/device_token",
        "device_token",
        Bilingual::new(
            "Máy này cần khai lại họ tên và số điện thoại",
            "This phone has to give name and phone number again",
        ),
    )
}

fn token_problem() -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNAUTHORIZED,
        "device_token",
        Bilingual::new("Mã của máy không còn dùng được", "The device token is not good any more"),
        bad_token().detail,
    );
    problem.errors = vec![bad_token()];
    problem
}

impl From<CheckInError> for Problem {
    fn from(error: CheckInError) -> Self {
        match error {
            CheckInError::Invalid(errors) => Self::invalid(errors),
            CheckInError::Token(_) => token_problem(),
            CheckInError::IdConflict => Self::id_conflict(),
            CheckInError::Busy => Self::busy(),
            CheckInError::TooMany => Self::too_many(
                "Máy này hoặc nơi này có quá nhiều lượt trong thời gian ngắn. Hãy thử lại sau ít phút.",
                "Too many check-ins of this phone or at this place in a short time. Try again in a few minutes.",
            ),
            CheckInError::TooManyCodes => too_many_codes(),
            CheckInError::Store(error) => error.into(),
        }
    }
}

/// What somebody is told who has tried codes out, whether the last one was somebody's or not.
pub(crate) fn too_many_codes() -> Problem {
    Problem::too_many(
        "Từ mạng này có quá nhiều mã không đúng. Hãy thử lại sau 10 phút, hoặc nhờ nhân viên ghi giúp.",
        "Too many wrong codes came from this network. Try again in 10 minutes, or ask the staff to write you down.",
    )
}

impl From<CheckOutError> for Problem {
    fn from(error: CheckOutError) -> Self {
        match error {
            CheckOutError::Unauthenticated => Self::unauthenticated(),
            CheckOutError::Token(_) => token_problem(),
            CheckOutError::NotFound => Self::not_found("Không có lượt vào này.", "There is no such visit."),
            CheckOutError::AlreadyOut(at) => Self::conflict(
                "already_checked_out",
                "Lượt này đã ra về trước đó.",
                "This visit was checked out before.",
            )
            .with("checked_out_at", at.to_string()),
            CheckOutError::When(error) => Self::field(error.field_error()),
            CheckOutError::Store(error) => error.into(),
        }
    }
}
