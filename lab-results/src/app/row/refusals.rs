//! Why a row is refused that could be read.

use shared::bilingual::Bilingual;
use shared::problem::FieldError;

/// No laboratory has this code.
pub(super) fn unknown_lab(code: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Chưa có phòng xét nghiệm nào mang mã {code}: kiểm tra mã, ví dụ TG-CDC"),
        format!("No laboratory has the code {code}: check it, for example TG-CDC"),
    );
    FieldError::new("/lab_code", "unknown_lab", detail)
}

/// A laboratory's account or key sends what names another laboratory.
pub(super) fn wrong_lab(named: &str, own: &str) -> FieldError {
    let detail = Bilingual::new(
        format!(
            "Tài khoản này gửi cho phòng xét nghiệm {own}, nhưng bản tin là của {named}: gửi bằng tài khoản của {named}"
        ),
        format!(
            "This account sends for the laboratory {own}, and the message is of {named}: send it with the account of \
             {named}"
        ),
    );
    FieldError::new("/lab_code", "wrong_lab", detail)
}

/// The laboratory's results are not taken any more.
pub(super) fn ended_lab(code: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Phòng xét nghiệm {code} đã ngừng gửi kết quả: liên hệ cán bộ y tế phụ trách"),
        format!("Results of the laboratory {code} are not taken any more: ask the health officer in charge"),
    );
    FieldError::new("/lab_code", "lab_ended", detail)
}

/// The id that the sender chose names another result.
pub(super) fn id_taken() -> FieldError {
    let detail = Bilingual::new(
        "Mã này đã thuộc về một kết quả khác: bỏ trống hoặc dùng một UUIDv7 mới",
        "This id belongs to another result: leave it out or use a new UUIDv7",
    );
    FieldError::new("/id", "id_conflict", detail)
}
