//! What is said about a table as a whole, and about a record of it that cannot be read.

use std::io;

use shared::bilingual::Bilingual;

use super::FileError;
use super::decode::NotText;
use super::legacy::Legacy;
use crate::domain::report::CellError;

pub(super) fn not_text(what: NotText) -> FileError {
    let (code, detail) = match what {
        NotText::Spreadsheet => (
            "spreadsheet",
            Bilingual::new(
                "Đây là tệp bảng tính (Excel), không phải CSV: hãy lưu thành CSV UTF-8 rồi gửi",
                "This is a spreadsheet and not a CSV file: save it as CSV UTF-8 and send that",
            ),
        ),
        NotText::Binary => (
            "binary",
            Bilingual::new("Tệp này không phải văn bản: hãy gửi tệp CSV", "This file is no text: send a CSV file"),
        ),
    };
    FileError { code, detail, errors: Vec::new() }
}

pub(super) fn empty() -> FileError {
    let detail = Bilingual::new(
        "Tệp trống: cần một dòng tiêu đề và mỗi kết quả một dòng",
        "The file is empty: it needs a header line and one line for each result",
    );
    FileError { code: "empty", detail, errors: Vec::new() }
}

pub(crate) fn unreadable(error: &io::Error) -> FileError {
    let detail = Bilingual::new(
        format!("Không đọc được tệp, hãy gửi lại ({error})"),
        format!("The file could not be read, send it again ({error})"),
    );
    FileError { code: "unreadable", detail, errors: Vec::new() }
}

pub(super) fn interrupted() -> CellError {
    let detail = Bilingual::new(
        "Tệp bị ngắt ở đây. Gửi lại cả tệp: các dòng đã nhận sẽ không bị trùng",
        "The file broke off here. Send the whole file again: rows that were taken are not taken twice",
    );
    CellError::new("", "interrupted", detail)
}

pub(super) fn unclosed_quote() -> CellError {
    let detail = Bilingual::new(
        "Dấu ngoặc kép (\") mở ở dòng này mà không đóng lại: đóng lại hoặc bỏ đi rồi gửi lại; các dòng khác vẫn được nhận",
        "A double quote (\") is opened on this line and never closed: close it or leave it out and send the row again; the \
         other rows are taken all the same",
    );
    CellError::new("", "unclosed_quote", detail)
}

pub(super) fn too_long() -> CellError {
    let detail = Bilingual::new(
        "Dòng dài quá 256 KB nên không được đọc: bỏ bớt nội dung rồi gửi lại; các dòng khác vẫn được nhận",
        "This line is longer than 256 KB and was not read: shorten it and send it again; the other rows are taken all the same",
    );
    CellError::new("", "too_long", detail)
}

pub(super) fn legacy_encoding((line, code): (u64, Legacy)) -> CellError {
    let name = code.name();
    let detail = Bilingual::new(
        format!(
            "Từ dòng {line} tệp không phải UTF-8 và được đọc theo {name}. Xem lại dấu trong họ tên; nên lưu \
             CSV UTF-8"
        ),
        format!(
            "From line {line} the file is not UTF-8 and was read as {name}. Check the marks in names; better \
             save CSV UTF-8"
        ),
    );
    CellError::new("", "legacy_encoding", detail)
}

pub(super) fn read_month_first() -> CellError {
    let detail = Bilingual::new(
        "Ngày trong tệp viết tháng trước ngày (MM/dd/yyyy), ví dụ 12/31/2022: cả tệp đã được đọc theo thứ tự đó",
        "The dates of this file have the month before the day (MM/dd/yyyy), such as 12/31/2022: the whole file was read so",
    );
    CellError::new("", "month_first", detail)
}
