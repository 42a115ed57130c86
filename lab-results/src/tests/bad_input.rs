//! Bad input: files that break off, are huge, lie about themselves or come from a spreadsheet that meant well. Every one
//! ends in a report or in a refusal that says what would be right, and one bad row touches no other.

use std::io::{Cursor, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use calamine::{Reader, Xlsx};
use futures::stream;
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::{Answer, TestLab, multipart, statuses};

const HEADER: &str =
    "Mã xét nghiệm,Họ và tên,Ngày sinh,Số điện thoại,Loại mẫu,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả";

fn row(accession: &str, name: &str) -> String {
    format!("{accession},{name},01/02/1950,0912345678,Dịch tỵ hầu,09/03/2022 08:00,09/03/2022 20:00,PCR,âm tính")
}

fn csv(rows: &[String]) -> Vec<u8> {
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

fn message(accession: &str) -> String {
    format!(
        "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-{accession}|P|2.5.1\r\
         PID|1||||Lê^Thị Tám||19500201|F\rORC|RE||{accession}\r\
         OBR|1||{accession}|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
         OBX|1|CWE|94500-6^RT-PCR^LN||260415000^x^SCT||||||F|||20220309080000\r"
    )
}

fn bundle() -> Vec<u8> {
    json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"text": "Trần Thị Bưởi"}], "birthDate": "1970-01-02"}},
        {"resource": {"resourceType": "Observation", "id": "o", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
            "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2022-03-09",
            "valueCodeableConcept": {"coding": [{"code": "260415000"}]}}},
    ]})
    .to_string()
    .into_bytes()
}

/// A workbook whose rows are texts.
pub(super) fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn cells(line: &str) -> Vec<String> {
    line.split(',').map(str::to_owned).collect()
}

async fn stored(lab: &TestLab) -> usize {
    lab.get(&lab.lab, "/api/v1/lab/results?limit=200").await.json()["items"].as_array().unwrap().len()
}

fn read(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn warned(report: &Value, code: &str) -> Vec<String> {
    let all = report["warnings"].as_array().unwrap().iter().filter(|warning| warning["code"] == code);
    all.map(|warning| warning["column"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_file_that_was_cut_anywhere_is_a_report_or_a_refusal() {
    let lab = TestLab::sqlite().await;
    let whole = [
        csv(&[row("A1", "Lê Thị Tám"), row("A2", "Trần Văn An"), row("A3", "\"Ngô, Văn Chín\"")]),
        [message("A1"), message("A2")].concat().into_bytes(),
        bundle(),
        workbook(&[cells(HEADER), cells(&row("A1", "Lê Thị Tám"))]),
        json!([super::result(&[])]).to_string().into_bytes(),
    ];
    for file in &whole {
        for cut in 0..24 {
            let end = file.len() * cut / 24;
            let answer = lab.upload("?dry_run=true", &file[..end]).await;
            match answer.status {
                StatusCode::OK => {
                    let report = answer.json();
                    assert_eq!(report["received"], report["rows"].as_array().unwrap().len());
                }
                StatusCode::UNPROCESSABLE_ENTITY => {
                    let errors = answer.json()["errors"].as_array().unwrap().clone();
                    assert!(errors.iter().all(|error| !error["detail"].as_str().unwrap().is_empty()), "{errors:?}");
                }
                other => panic!("cut at {end} of {}: {other} {}", file.len(), answer.text()),
            }
        }
    }
}

#[tokio::test]
async fn a_field_of_ten_megabytes_spoils_its_own_row() {
    let lab = TestLab::sqlite().await;
    let huge = "x".repeat(10 * 1024 * 1024);
    let text = csv(&[row("A1", "Lê Thị Tám"), row("A2", &huge), row("A3", "Trần Văn An")]);
    let report = read(&lab.upload("", &text).await);
    assert_eq!(statuses(&report)[..2], ["accepted", "rejected"], "{}", report["rows"][1]["errors"]);
    let messages = [message("B1"), message("B2").replace("Thị Tám", &huge), message("B3")].concat();
    let report = read(&lab.upload("", messages.as_bytes()).await);
    assert_eq!(statuses(&report)[1], "rejected", "{}", report["rows"][1]["errors"]);
    assert_eq!(report["rows"][2]["accession"], "B3");
    let long = super::result(&[("/person/full_name", json!(huge))]);
    assert_eq!(lab.post(&lab.lab, "/api/v1/lab/results", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let one = workbook(&[cells(HEADER), cells(&row("C1", "Đỗ Văn Sáu")), cells(&row("C2", &"x".repeat(32_000)))]);
    assert_eq!(statuses(&read(&lab.upload("", &one).await)), ["accepted", "rejected"]);
}

/// A workbook whose sheet unpacks to so many bytes.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let good = workbook(&[cells(HEADER), cells(&row("A1", "Lê Thị Tám"))]);
    let mut parts = zip::ZipArchive::new(Cursor::new(good)).unwrap();
    let names: Vec<String> = (0..parts.len()).map(|n| parts.by_index(n).unwrap().name().unwrap().to_string()).collect();
    for name in names {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        let mut part = parts.by_name(&name).unwrap();
        std::io::copy(&mut part, &mut zip).unwrap();
        if name.starts_with("xl/worksheets/sheet1") {
            let spaces = vec![b' '; 1024 * 1024];
            for _ in 0..bytes / spaces.len() {
                zip.write_all(&spaces).unwrap();
            }
        }
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_workbook_that_unpacks_to_far_more_than_its_size_is_refused() {
    let lab = TestLab::sqlite().await;
    let file = bomb(100 * 1024 * 1024);
    assert!(file.len() < 1024 * 1024, "{} bytes", file.len());
    let answer = lab.upload("", &file).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["code"], "too_large_unpacked", "{}", answer.text());
    assert_eq!(stored(&lab).await, 0);
    // The maps of pools and the tables of analysers come in by a door of their own.
    for path in ["/api/v1/lab/pools/import", "/api/v1/lab/pools/results"] {
        let (kind, body) = multipart("file", &file);
        let answer = lab.post_as(&lab.lab, path, &kind, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(answer.json()["errors"][0]["code"], "too_large_unpacked", "{path}: {}", answer.text());
    }
}

/// Sends a body that is made while it is read; gives the answer and how many bytes were taken.
async fn streamed(lab: &TestLab, pieces: usize, piece: Bytes, fails: bool) -> (Answer, usize) {
    let taken = Arc::new(AtomicUsize::new(0));
    let (head, tail) = {
        let (_, body) = multipart("file", b"");
        let at = body.len() - "\r\n--BOUNDARY--\r\n".len();
        (Bytes::copy_from_slice(&body[..at]), Bytes::copy_from_slice(&body[at..]))
    };
    let counted = Arc::clone(&taken);
    let middle = (0..pieces).map(move |_| {
        counted.fetch_add(piece.len(), Ordering::Relaxed);
        Ok(piece.clone())
    });
    let last = if fails { Err(std::io::Error::other("the connection broke")) } else { Ok(tail) };
    let all = std::iter::once(Ok(head)).chain(middle).chain(std::iter::once(last));
    let request = Request::post("/api/v1/lab/uploads")
        .header(header::AUTHORIZATION, format!("Bearer {}", lab.lab))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=BOUNDARY");
    let answer = lab.send(request.body(Body::from_stream(stream::iter(all))).unwrap()).await;
    (answer, taken.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_gigabyte_is_refused_before_it_is_taken() {
    let lab = TestLab::sqlite().await;
    let piece = Bytes::from(format!("{}\n", row("A1", "Lê Thị Tám")).repeat(8_192));
    let pieces = 1024 * 1024 * 1024 / piece.len() + 1;
    let (answer, taken) = streamed(&lab, pieces, piece, false).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.text());
    assert!(taken < 80 * 1024 * 1024, "{taken} bytes were taken");
    assert_eq!(stored(&lab).await, 0);
}

#[tokio::test]
async fn a_file_whose_connection_breaks_leaves_nothing_and_one_that_came_whole_leaves_every_row() {
    let lab = TestLab::sqlite().await;
    let file = csv(&[row("A1", "Lê Thị Tám"), row("A2", "Trần Văn An")]);
    for end in 0..file.len() {
        let (answer, _) = streamed(&lab, 1, Bytes::copy_from_slice(&file[..end]), true).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    }
    assert_eq!(stored(&lab).await, 0);
    // Whoever sent it does not wait for the answer.
    let asked = tokio::time::timeout(Duration::from_millis(1), lab.upload("", &file)).await;
    let mut rows = stored(&lab).await;
    for _ in 0..100 {
        if asked.is_err() && rows == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            rows = stored(&lab).await;
        }
    }
    assert!([0, 2].contains(&rows), "{rows} rows");
    assert_eq!(read(&lab.upload("", &file).await)["rejected"], 0);
    assert_eq!(stored(&lab).await, 2);
}

#[tokio::test]
async fn dates_in_four_orders_are_one_day() {
    let lab = TestLab::sqlite().await;
    let of = |accession: &str, birth: &str, collected: &str| {
        row(accession, "Lê Thị Tám").replace("01/02/1950", birth).replace("09/03/2022 08:00", collected)
    };
    let file = csv(&[
        of("A1", "01/02/1950", "09/03/2022 08:00"),
        of("A2", "1950-02-01", "2022-03-09 08:00"),
        of("A3", "1-2-1950", "9.3.2022 08:00"),
        of("A4", "19500201", "20220309080000"),
        of("A5", "02/13/1950", "09/03/2022 08:00"),
    ]);
    let report = read(&lab.upload("", &file).await);
    assert_eq!(statuses(&report), ["accepted", "accepted", "accepted", "accepted", "rejected"], "{}", report["rows"]);
    let person = |row: usize| report["rows"][row]["person_id"].clone();
    assert!((1..4).all(|row| person(row) == person(0)), "{}", report["rows"]);
    assert_eq!(report["rows"][4]["errors"][0]["column"], "Ngày sinh");
    assert_eq!(warned(&report, "month_first"), Vec::<String>::new());

    // A spreadsheet set to English writes every date so, and some of them have no other meaning.
    let english = |accession: &str| of(accession, "02/01/1950", "02/28/2022 08:00").replace("09/03/2022", "02/28/2022");
    let report = read(&lab.upload("", &csv(&[english("B1"), english("B2")])).await);
    assert_eq!(statuses(&report), ["accepted", "accepted"], "{}", report["rows"]);
    assert_eq!(report["rows"][0]["person_id"], person(0), "the first of February, as in the other file");
    assert_eq!(warned(&report, "month_first"), [""]);
}

#[tokio::test]
async fn what_a_spreadsheet_lost_or_computes_is_told_by_the_name_of_its_column() {
    let lab = TestLab::sqlite().await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, cell) in (0..).zip(cells(HEADER)) {
        sheet.write_string(0, column, cell).unwrap();
    }
    for (at, accession) in [(1, "A1"), (2, "A2")] {
        for (column, cell) in (0..).zip(cells(&row(accession, "Lê Thị Tám"))) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
    sheet.write_number(1, 3, 912_345_678.0).unwrap();
    sheet.write_formula(2, 8, Formula::new("=\"âm \"&\"tính\"").set_result("âm tính")).unwrap();
    let report = read(&lab.upload("", &workbook.save_to_buffer().unwrap()).await);
    assert_eq!(statuses(&report), ["accepted", "accepted"], "{}", report["rows"]);
    assert_eq!(warned(&report, "leading_zeros"), ["Số điện thoại"]);
    assert_eq!(report["rows"][0]["person_id"], report["rows"][1]["person_id"], "the zero that was lost is found again");

    for formula in ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "=HYPERLINK(\"http://x\")"] {
        let text = csv(&[row("B1", &format!("\"{}\"", formula.replace('"', "\"\""))), row("B2", "Trần Văn An")]);
        let report = read(&lab.upload("?dry_run=true", &text).await);
        assert_eq!(statuses(&report), ["rejected", "accepted"], "{formula}: {}", report["rows"]);
        assert_eq!(report["rows"][0]["errors"][0]["column"], "Họ và tên", "{formula}");
    }
}

#[tokio::test]
async fn the_template_with_its_examples_left_in_stores_what_was_added_and_nothing_else() {
    let lab = TestLab::sqlite().await;
    let template = lab.get(&lab.lab, "/api/v1/lab/template.xlsx").await;
    let report = read(&lab.upload("", &template.bytes).await);
    assert!(report["received"].as_u64().unwrap() > 0);
    assert_eq!(report["ignored"], report["received"], "{}", report["rows"]);
    let mut sheets: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(template.bytes)).unwrap();
    let range = sheets.worksheet_range_at(0).unwrap().unwrap();
    let mut rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let examples = rows.len() - 1;
    let place = |name: &str| rows[0].iter().position(|cell| cell == name);
    let (accession, name) = (place("Mã xét nghiệm").unwrap(), place("Họ và tên").unwrap());
    let mut own = rows[1].clone();
    "REAL-1".clone_into(&mut own[accession]);
    "Trần Thị Bưởi".clone_into(&mut own[name]);
    rows.push(own);
    let report = read(&lab.upload("", &workbook(&rows)).await);
    assert_eq!(
        (&report["ignored"], &report["received"]),
        (&json!(examples), &json!(examples + 1)),
        "{}",
        report["rows"]
    );
    assert_ne!(statuses(&report)[examples], "ignored");
}

#[tokio::test]
async fn the_same_file_twice_half_and_beside_itself_is_stored_once() {
    let lab = TestLab::sqlite().await;
    let names = ["An", "Bình", "Châu", "Dung", "Én", "Giang", "Hạnh", "Khoa"];
    let rows: Vec<String> =
        (0..64).map(|n| row(&format!("A{n}"), &format!("Lê Thị {} {}", names[n / 8], names[n % 8]))).collect();
    let (whole, half) = (csv(&rows), csv(&rows[..32]));
    let (one, other) = tokio::join!(lab.upload("", &whole), lab.upload("", &whole));
    let (one, other) = (read(&one), read(&other));
    let sum = |field: &str| one[field].as_u64().unwrap() + other[field].as_u64().unwrap();
    assert_eq!((sum("accepted"), sum("duplicate")), (64, 64));
    assert_eq!(read(&lab.upload("", &half).await)["duplicate"], 32);
    assert_eq!(read(&lab.upload("", &whole).await)["duplicate"], 64);
    assert_eq!(stored(&lab).await, 64);
}
