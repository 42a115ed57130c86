//! Single fields of a result: what is right, and what an error says.

use core::str::FromStr;

use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::person::FullName;
use shared::problem::FieldError;

use super::Status;
use crate::domain::codes::{self, Finding, TestKind};

/// The lowest and highest cycle threshold that a PCR can report.
const CT_RANGE: core::ops::RangeInclusive<f64> = 5.0..=50.0;

pub(super) fn name(text: &str, pointer: &str) -> Result<FullName, FieldError> {
    FullName::parse(text).map_err(|error| FieldError::new(pointer, "full_name", error.detail()))
}

pub(super) fn id<T: FromStr>(text: &str, pointer: &str) -> Result<T, FieldError> {
    text.parse().map_err(|_| {
        let detail = Bilingual::new(
            "Mã định danh là UUID, ví dụ 01890a5d-ac96-774b-bcce-b302099a8057",
            "An id is a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057",
        );
        FieldError::new(pointer, "uuid", detail)
    })
}

pub(super) fn loinc(text: &str, pointer: &str) -> Result<TestKind, FieldError> {
    codes::test_kind(text).ok_or_else(|| {
        let detail = Bilingual::new(
            "Mã LOINC, ví dụ 94500-6 (RT-PCR) hoặc 94558-4 (test nhanh kháng nguyên); chữ số cuối là số kiểm tra",
            "A LOINC code, such as 94500-6 (RT-PCR) or 94558-4 (rapid antigen); its last digit is a check digit",
        );
        FieldError::new(pointer, "loinc", detail)
    })
}

pub(super) fn method(text: &str, pointer: &str) -> Result<TestKind, FieldError> {
    codes::method(text).ok_or_else(|| {
        let detail = Bilingual::new(
            "Phương pháp là \"PCR\" hoặc \"test nhanh\" (kháng nguyên)",
            "The method is \"PCR\" or \"antigen\" (rapid test)",
        );
        FieldError::new(pointer, "method", detail)
    })
}

pub(super) fn finding(text: &str, pointer: &str) -> Result<Finding, FieldError> {
    Finding::read(text).ok_or_else(|| {
        let detail = Bilingual::new(
            "Kết quả là detected (dương tính), not_detected (âm tính), inconclusive (không xác định) hoặc invalid \
             (không hợp lệ)",
            "The outcome is detected (positive), not_detected (negative), inconclusive or invalid",
        );
        FieldError::new(pointer, "outcome", detail)
    })
}

/// The status, and whether the laboratory calls the result preliminary.
pub(super) fn status(text: &str, pointer: &str) -> Result<(Status, bool), FieldError> {
    Ok(match fold(text).as_str() {
        "final" | "f" | "chinh thuc" | "ket qua chinh thuc" => (Status::Final, false),
        "corrected" | "c" | "amended" | "dinh chinh" | "da dinh chinh" | "sua" | "da sua" => (Status::Corrected, false),
        "withdrawn" | "d" | "w" | "entered-in-error" | "entered in error" | "thu hoi" | "da thu hoi" | "huy"
        | "da huy" => (Status::Withdrawn, false),
        "preliminary" | "p" | "so bo" | "ket qua so bo" => (Status::Final, true),
        _ => {
            let detail = Bilingual::new(
                "Trạng thái là final (chính thức), corrected (đính chính) hoặc withdrawn (thu hồi)",
                "The status is final, corrected or withdrawn",
            );
            return Err(FieldError::new(pointer, "status", detail));
        }
    })
}

/// The cycle threshold; a decimal comma is read as a point.
pub(super) fn ct(text: &str, pointer: &str) -> Result<f64, FieldError> {
    text.replace(',', ".").parse().ok().filter(|ct| CT_RANGE.contains(ct)).ok_or_else(|| {
        let detail = Bilingual::new(
            "Giá trị Ct là một số từ 5 đến 50, ví dụ 24,5",
            "The Ct value is a number from 5 to 50, such as 24.5",
        );
        FieldError::new(pointer, "ct_value", detail)
    })
}
