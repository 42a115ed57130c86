//! The line list of a case for spreadsheets: one line for each exposure. Each carries the name of who took it out and
//! when, and the audit log has a line of the same mark.

use std::collections::HashMap;

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::json;
use shared::area;
use shared::bilingual::Lang;
use shared::ids::{CaseId, PersonId, PlaceId, uuid_v7};
use shared::person::Person;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;

use super::cluster::{self, Cluster, ExposureView};
use crate::{App, SERVICE};

/// A file format of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// UTF-8 with a byte order mark, as spreadsheets want it.
    Csv,
    /// Office Open XML.
    Xlsx,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum LineListError {
    /// The spreadsheet could not be written.
    #[error("the spreadsheet cannot be written")]
    Xlsx(#[from] XlsxError),
    /// The CSV could not be written.
    #[error("the CSV cannot be written")]
    Csv(#[from] csv::Error),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

const COLUMNS: [(&str, &str); 16] = [
    ("Họ và tên", "Full name"),
    ("Năm sinh", "Year of birth"),
    ("Điện thoại", "Phone"),
    ("Xã phường nơi ở", "Ward of residence"),
    ("Địa điểm", "Place"),
    ("Mã địa điểm", "Place code"),
    ("Địa chỉ", "Address"),
    ("Ngày", "Day"),
    ("Mức tiếp xúc", "Level"),
    ("Số phút chung", "Minutes in common"),
    ("Giờ giả định", "Assumed times"),
    ("Cùng nhà", "Household"),
    ("Đã báo lúc", "Told at"),
    ("Kênh", "Channel"),
    ("Dấu hiệu bất thường", "Marks"),
    ("Người xuất", "Exported by"),
];

/// The list of a case as a file; `None` where there is no such case in the caller's area.
///
/// # Errors
/// [`LineListError`] says why not.
pub async fn line_list(
    app: &App,
    caller: &Caller,
    case_id: CaseId,
    table: Table,
) -> Result<Option<Vec<u8>>, LineListError> {
    let now = app.platform.now();
    let Some((cluster, people)) = cluster::cluster(app, caller, case_id, true).await? else { return Ok(None) };
    let export = uuid_v7(now, &mut app.platform.random());
    let username = caller.account().map(|account| account.username.as_str()).unwrap_or_default();
    let watermark = format!("{username} {now} {export}");
    let mut tx = app.store.write().await?;
    let detail = json!({"export": export, "lines": cluster.exposures.len()});
    let entry = caller.audit(SERVICE, "exposures.export", Some(format!("case:{case_id}")), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    let lines = lines(&cluster, &people, &watermark);
    let header = COLUMNS.map(|(vi, en)| if caller.lang() == Lang::Vi { vi } else { en });
    let file = match table {
        Table::Csv => csv_of(&header, &lines)?,
        Table::Xlsx => xlsx_of(&header, &lines, &watermark)?,
    };
    Ok(Some(file))
}

fn lines(cluster: &Cluster, people: &HashMap<PersonId, Person>, watermark: &str) -> Vec<[String; 16]> {
    let venues: HashMap<PlaceId, _> = cluster.venues.iter().map(|venue| (venue.place.id, &venue.place)).collect();
    let line = |exposure: &ExposureView| {
        let (person, place) = (people.get(&exposure.person_id), venues.get(&exposure.venue_id));
        let ward = person.and_then(|person| area::ward_any(person.ward_code.as_ref()?.as_str()));
        let yes = |yes: bool| if yes { "x".to_owned() } else { String::new() };
        [
            person.map(|person| person.full_name.to_string()).unwrap_or_default(),
            person.and_then(|person| person.birth).map(|birth| birth.year().to_string()).unwrap_or_default(),
            person.and_then(|person| person.phone.as_ref()).map(|phone| phone.national()).unwrap_or_default(),
            ward.map(area::Unit::label).unwrap_or_default(),
            place.map(|place| place.name.clone()).unwrap_or_default(),
            place.map(|place| place.code.to_string()).unwrap_or_default(),
            place.map(|place| place.address.clone()).unwrap_or_default(),
            exposure.day.to_string(),
            exposure.level.code().to_owned(),
            exposure.overlap_minutes.to_string(),
            yes(exposure.assumed),
            yes(exposure.household),
            exposure.notified_at.map(|at: Instant| at.to_string()).unwrap_or_default(),
            exposure.notified_by.clone().unwrap_or_default(),
            exposure.marks.join(" "),
            watermark.to_owned(),
        ]
    };
    cluster.exposures.iter().map(line).collect()
}

/// A cell that no spreadsheet takes for a formula: somebody may call themselves `=HYPERLINK(…)` (checkin.md, section 4).
fn harmless(cell: &str) -> String {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

fn csv_of(header: &[&str], lines: &[[String; 16]]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    writer.write_record(header)?;
    for line in lines {
        writer.write_record(line.iter().map(|cell| harmless(cell)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

/// Every cell is text, so none is a formula; the mark stands on every printed page as well.
fn xlsx_of(header: &[&str], lines: &[[String; 16]], watermark: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, text) in (0_u16..).zip(header) {
        sheet.write_string_with_format(0, column, *text, &bold)?;
    }
    for (row, line) in (1_u32..).zip(lines) {
        for (column, cell) in (0_u16..).zip(line) {
            sheet.write_string(row, column, harmless(cell))?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_footer(format!("&C{}", watermark.replace('&', "&&")));
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_calls_themselves_is_a_formula() {
        for cell in ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("Nguyễn Văn An"), "Nguyễn Văn An");
    }
}
