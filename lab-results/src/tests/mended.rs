//! The workbook of bad rows: what is wrong stands beside each row, and the mended copy is sent as it is.

use std::io::Cursor;

use axum::http::{StatusCode, header};
use calamine::{Reader, Xlsx};
use serde_json::{Value, json};

use super::bad_input::workbook;
use super::{Answer, TestLab, multipart, statuses};

const HEADER: &str =
    "Mã xét nghiệm,Họ và tên,Ngày sinh,Số điện thoại,Loại mẫu,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả";

fn row(accession: &str, name: &str, birth: &str, outcome: &str) -> String {
    format!("{accession},{name},{birth},0912345678,Dịch tỵ hầu,09/03/2022 08:00,09/03/2022 20:00,PCR,{outcome}")
}

/// A good row, one with a day that there is not, one with a word that nobody knows, and one that a person looks at.
fn file() -> String {
    let rows = [
        row("A1", "Lê Thị Tám", "01/02/1950", "âm tính"),
        row("A2", "Trần Văn An", "31/02/1950", "âm tính"),
        row("A3", "Ngô Văn Chín", "01/02/1960", "tím"),
        row("A4", "Đỗ Văn Sáu", "01/02/1970", "nghi ngờ dương tính"),
    ];
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// The rows of a workbook as texts.
fn cells(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().contains("spreadsheetml"));
    assert!(answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains(".xlsx"));
    let mut sheets: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(answer.bytes.clone())).unwrap();
    let range = sheets.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn the_bad_rows_come_back_with_their_reasons_and_the_mended_copy_is_taken_as_it_is() {
    let lab = TestLab::sqlite().await;
    let tried = cells(&lab.upload("?dry_run=true&report=xlsx", file().as_bytes()).await);
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"], json!([]), "a dry run stores nothing");
    let mut rows = cells(&lab.upload("?report=xlsx", file().as_bytes()).await);
    assert_eq!(rows, tried, "the same before and after it is sent");
    let header: Vec<_> = HEADER.split(',').collect();
    assert_eq!(rows[0][..header.len()], header[..], "the file's own columns first");
    assert_eq!(rows.len(), 4, "the rejected ones and the one that waits: {rows:?}");
    let reasons = rows[0].len() - 1;
    assert_eq!(rows[0][reasons], "Lý do");
    for (at, (accession, column)) in [("A2", "Ngày sinh"), ("A3", "Kết quả"), ("A4", "Kết quả")].into_iter().enumerate()
    {
        assert_eq!(rows[at + 1][0], accession);
        assert!(rows[at + 1][reasons].starts_with(&format!("{column}: ")), "{:?}", rows[at + 1]);
    }
    assert_eq!(rows[1][3], "0912345678", "no zero is lost");

    "28/02/1950".clone_into(&mut rows[1][2]);
    "dương tính".clone_into(&mut rows[2][8]);
    // The reasons are left in, as whoever mends a file does; also where it is saved as CSV.
    let comma = |rows: &[Vec<String>]| {
        let line = |row: &Vec<String>| row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        rows.iter().map(line).collect::<Vec<_>>().join("\n").into_bytes()
    };
    let check = lab.upload("?dry_run=true", &comma(&rows)).await.json();
    assert_eq!(statuses(&check), ["accepted", "accepted", "duplicate"], "{check}");
    let report = lab.upload("", &workbook(&rows)).await.json();
    assert_eq!(statuses(&report), ["accepted", "accepted", "duplicate"], "{report}");
    let again = lab.upload("", &workbook(&rows)).await.json();
    assert_eq!(statuses(&again), ["duplicate"; 3], "{again}");
    let outcome = |accession: &str| {
        let lab = &lab;
        let accession = accession.to_owned();
        async move {
            let listed = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
            let found = listed["items"].as_array().unwrap().iter().find(|one| one["accession"] == json!(accession));
            found.unwrap()["outcome"].clone()
        }
    };
    assert_eq!((outcome("A2").await, outcome("A3").await), (json!("not_detected"), json!("detected")));
}

#[tokio::test]
async fn a_workbook_that_was_sent_comes_back_as_one_and_a_message_as_its_number_and_reasons() {
    let lab = TestLab::sqlite().await;
    let table: Vec<Vec<String>> = file().lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let rows = cells(&lab.upload("?dry_run=true&report=xlsx", &workbook(&table)).await);
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["Mã xét nghiệm", "A2", "A3", "A4"]);
    let message = "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-1|P|2.5.1\r\
                   PID|1||||Lê^Thị Tám||DeIdentified|F\rORC|RE||B1\r\
                   OBR|1||B1|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
                   OBX|1|CWE|94500-6^RT-PCR^LN||260415000^x^SCT||||||F|||20220309080000\r";
    let rows = cells(&lab.upload("?report=xlsx", message.as_bytes()).await);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[1].last().unwrap().contains("PID-7"), "{rows:?}");
    let none = cells(
        &lab.upload("?report=xlsx", format!("{HEADER}\n{}\n", row("C1", "Lê An", "1950", "âm tính")).as_bytes()).await,
    );
    assert_eq!(none.len(), 1, "only the header where nothing is wrong: {none:?}");
}

/// The cells of the rows of a report: the row, then column and text of each.
fn shown(report: &Value) -> Vec<(i64, Vec<String>)> {
    let text = |cell: &Value| format!("{}={}", cell["column"].as_str().unwrap(), cell["value"].as_str().unwrap());
    let rows = report["rows"].as_array().unwrap().iter().filter(|row| !row["cells"].is_null());
    rows.map(|row| (row["row"].as_i64().unwrap(), row["cells"].as_array().unwrap().iter().map(text).collect()))
        .collect()
}

#[tokio::test]
async fn the_report_shows_what_the_sender_wrote_in_the_rows_to_mend_whatever_the_file_is() {
    let lab = TestLab::sqlite().await;
    let table = |text: &str| -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    // A row without a number, and an empty cell at fault.
    let text = format!("{}{}\n", file(), row("", "Lý Thị Ba", "01/02/1980", ""));
    let utf_16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let whole = |row: &str| -> Vec<String> {
        let cells = HEADER.split(',').zip(row.split(','));
        cells.filter(|(_, value)| !value.is_empty()).map(|(column, value)| format!("{column}={value}")).collect()
    };
    let mut empty = vec!["Mã xét nghiệm=".to_owned()];
    empty.extend(whole(&row("", "Lý Thị Ba", "01/02/1980", "")));
    empty.push("Kết quả=".to_owned());
    let wanted = [
        (3, whole(&row("A2", "Trần Văn An", "31/02/1950", "âm tính"))),
        (4, whole(&row("A3", "Ngô Văn Chín", "01/02/1960", "tím"))),
        (5, whole(&row("A4", "Đỗ Văn Sáu", "01/02/1970", "nghi ngờ dương tính"))),
        (6, empty),
    ];
    let semicolons = text.replace(',', ";");
    for sent in [text.clone().into_bytes(), semicolons.into_bytes(), utf_16, workbook(&table(&text))] {
        let report = lab.upload("?dry_run=true&cells=true", &sent).await.json();
        assert_eq!(shown(&report), wanted, "{report}");
    }
    let plain = lab.upload("?dry_run=true", text.as_bytes()).await.json();
    assert_eq!(shown(&plain), [], "only where they are asked for");
    let long = format!("{HEADER}\n{}\n", row("A9", &"ế".repeat(500), "01/02/1950", "tím"));
    let report = lab.upload("?dry_run=true&cells=true", long.as_bytes()).await.json();
    assert_eq!(report["rows"][0]["cells"][1]["value"].as_str().unwrap().chars().count(), 121);
    let message = "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-1|P|2.5.1\rPID|1||||Lê^Tám||x|F\r";
    let report = lab.upload("?dry_run=true&cells=true", message.as_bytes()).await.json();
    assert_eq!((report["received"].clone(), shown(&report)), (json!(1), Vec::new()), "a message has no cells");
    let below = format!("{HEADER}\r{message}{}", message.replace("ID-1", "ID-2"));
    let report = lab.upload("?dry_run=true&cells=true", below.as_bytes()).await.json();
    let told = (report["received"].clone(), shown(&report));
    assert_eq!(told, (json!(2), Vec::new()), "neither have messages below something else");
    let (content_type, body) = multipart("file", &workbook(&table(&text)));
    let page = lab.post_as(&lab.lab, "/lab/upload", &content_type, body).await.text();
    assert!(page.contains("<span class=\"cell-bad\">31/02/1950</span>"), "the cells of a workbook too: {page}");
    assert!(page.contains("Lý Thị Ba"), "and of a row without a number: {page}");
}
