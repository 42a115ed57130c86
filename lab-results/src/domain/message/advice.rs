//! What a sender should be told about a message that is taken all the same: the fields marked W on the domain page,
//! section 2.5.

use shared::bilingual::Bilingual;

use super::{Message, Observation, Rules};
use crate::domain::codes::SpecimenKind;
use crate::domain::report::CellError;

fn warning(column: &str, code: &str, vi: &str, en: &str) -> CellError {
    CellError::new(column, code, Bilingual::new(vi, en))
}

/// What is missing or odd about a result of a message. `made` says that its number was made up.
pub(super) fn about(
    message: &Message,
    observation: &Observation,
    kind: SpecimenKind,
    made: bool,
    rules: &Rules<'_>,
) -> Vec<CellError> {
    let names = rules.names;
    let mut found: Vec<CellError> = message.warnings.iter().chain(&observation.warnings).cloned().collect();
    if message.patient.name.is_none() {
        found.push(warning(names.name, "no_name", "Không có họ tên", "There is no name"));
    } else if message.patient.birth.is_none() {
        found.push(warning(
            names.birth,
            "no_birth",
            "Không có ngày sinh: dễ nhầm với người trùng tên",
            "There is no birth date: namesakes cannot be told apart",
        ));
    }
    if made {
        found.push(warning(
            names.accession,
            "accession_made",
            "Không có mã xét nghiệm: hệ thống tự đặt từ họ tên, ngày sinh, xét nghiệm và ngày lấy mẫu",
            "There is no number of the test: one was made from the name, birth, test and collection date",
        ));
    }
    match kind {
        SpecimenKind::Unknown => found.push(warning(
            names.specimen,
            "no_specimen_kind",
            "Không nói loại mẫu: ghi là không rõ",
            "The kind of specimen is not stated",
        )),
        SpecimenKind::Other if !observation.specimen.is_empty() => found.push(unknown_specimen(names.specimen)),
        _ => {}
    }
    if observation.collected.is_none() {
        found.push(warning(
            names.collected,
            "no_collected",
            "Không có thời gian lấy mẫu: dùng thời gian có kết quả hoặc thời gian gửi",
            "There is no collection time: that of the result, or of the message, stands for it",
        ));
    }
    if !others_named(message, rules).is_empty() {
        found.push(warning(
            names.laboratory,
            "other_lab_named",
            "Bản tin ghi tên đơn vị khác với phòng xét nghiệm của tài khoản: kết quả được ghi cho phòng của tài khoản",
            "The message names another facility than the laboratory of the account: the result is the account's",
        ));
    }
    found
}

/// A kind of specimen that is in no table.
pub(crate) fn unknown_specimen(column: &str) -> CellError {
    warning(
        column,
        "specimen_kind",
        "Không có loại mẫu này trong danh mục: ghi là mẫu khác",
        "This kind of specimen is in no table: stored as another specimen",
    )
}

/// What a message names as its laboratory, in capital letters, where an account or key of a laboratory sends and none of it
/// is that one. Whether it is another laboratory, the register knows.
pub(super) fn others_named(message: &Message, rules: &Rules<'_>) -> Vec<String> {
    let Some(own) = rules.credential_lab else { return Vec::new() };
    let named = message.laboratories.iter().map(|text| text.trim().to_uppercase()).filter(|text| !text.is_empty());
    let named: Vec<String> = named.collect();
    if named.iter().any(|name| name.eq_ignore_ascii_case(own)) { Vec::new() } else { named }
}
