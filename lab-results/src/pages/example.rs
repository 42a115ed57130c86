//! An example of a file, to fill in.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use shared::time::{Instant, hours};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::exact;

use crate::app::App;
use crate::app::sender::Sender;

const LAB_CODE: &str = "Mã phòng xét nghiệm";
const HEADER: [&str; 14] = [
    "Mã xét nghiệm",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số điện thoại",
    "Số CCCD",
    "Địa chỉ",
    "Mã xã",
    "Loại mẫu",
    "Ngày lấy mẫu",
    "Phương pháp",
    "Kết quả",
    "Giá trị CT",
    "Ngày trả kết quả",
];

/// The example as CSV with a byte order mark, by which spreadsheets know that it is UTF-8. Its two people are made up,
/// and neither is positive: sent as they are, they are ignored. `lab_code` stands in a column of its own where
/// the account is of no laboratory.
pub(super) fn example(now: Instant, lab_code: Option<&str>) -> String {
    let mut text = String::from("\u{feff}");
    for cells in example_rows(now, lab_code) {
        let quoted: Vec<String> = cells.into_iter().map(quote).collect();
        text.push_str(&quoted.join(","));
        text.push_str("\r\n");
    }
    text
}

/// The header and the rows of the example.
pub fn example_rows(now: Instant, lab_code: Option<&str>) -> Vec<Vec<String>> {
    let (collected, resulted) = (exact(now.minus(hours(20))), exact(now.minus(hours(4))));
    let row = |start: [&'static str; 9], [method, outcome, ct]: [&'static str; 3]| {
        let start = start.into_iter().map(str::to_owned);
        let end = [method, outcome, ct].map(str::to_owned);
        start.chain([collected.clone()]).chain(end).chain([resulted.clone()]).collect::<Vec<_>>()
    };
    let mut rows = vec![
        HEADER.map(str::to_owned).to_vec(),
        row(
            ["MAU-0001", "Nguyễn Văn Mẫu", "15/08/1975", "Nam", "", "", "Phường 4, Mỹ Tho", "28252", "Dịch tỵ hầu"],
            ["RT-PCR", "âm tính", ""],
        ),
        row(
            ["MAU-0002", "Trần Thị Mẫu", "02/03/1990", "Nữ", "", "", "Phường 4, Mỹ Tho", "28252", "Dịch mũi"],
            ["Test nhanh", "không xác định", ""],
        ),
    ];
    if let Some(code) = lab_code {
        for (line, cells) in rows.iter_mut().enumerate() {
            cells.insert(0, if line == 0 { LAB_CODE.to_owned() } else { code.to_owned() });
        }
    }
    rows
}

fn quote(cell: String) -> String {
    if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let lab_code = match sender.lab_code() {
        Some(_) => None,
        None => {
            let laboratories = app.store.read().await?.laboratories().await?;
            Some(laboratories.into_iter().next().map(|laboratory| laboratory.code).unwrap_or_default())
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mau-ket-qua.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, example(app.platform.now(), lab_code.as_deref())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::disposition::{Disposition, IgnoreReason};
    use crate::domain::tabular::read_rows;
    use shared::events::Outcome;

    #[test]
    fn the_example_is_read_without_a_word_and_opens_no_case() {
        let now: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        for (of_lab, column) in [(Some("TG-CDC"), None), (None, Some("TG-CDC"))] {
            let text = example(now, column);
            let mut rows = read_rows(text.as_bytes(), now, now.local_date(), of_lab).unwrap();
            let read: Vec<_> = rows.by_ref().map(|row| row.result.unwrap()).collect();
            assert_eq!(read.len(), 2);
            assert_eq!(rows.warnings(), []);
            assert!(read.iter().all(|row| row.disposition_hint == Disposition::Ignore(IgnoreReason::Example)));
            assert!(read.iter().all(|row| row.draft.outcome != Outcome::Detected));
        }
    }
}
