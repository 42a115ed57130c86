use std::io::Cursor;
use std::path::PathBuf;

use proptest::prelude::*;
use shared::events::{Method, Outcome};

use super::*;
use crate::domain::codes::SpecimenKind;
use crate::domain::disposition::{Disposition, HoldReason};
use crate::domain::result::{PersonRef, Status, Subject};

const HEADER: &str = "lab_code,accession,barcode,full_name,birth_date,phone,national_id,specimen_kind,collected_at,\
                      loinc,outcome,ct_value,resulted_at,status";
const GOOD: &str =
    "TG-CDC,A1,T1,,,,,nasopharyngeal_swab,2022-03-09T08:00:00+07:00,94500-6,detected,21.5,2022-03-09T20:00:00+07:00,";
const VIETNAMESE: &str = "STT;Kết quả;Họ và tên;Ngày sinh;SĐT;Mã XN;Loại mẫu;Ngày lấy mẫu;\
    Phương pháp;CT;Ngày trả kết quả\n\
    1;Dương tính;Lê Thị Tám;01/02/1950;912345678;XN-01;Dịch tỵ hầu;09/03/2022 08:30;PCR;21,5;09/03/2022 20:00\n\
    2;Âm tính;Trần Văn Chín;1948;0912345678;XN-02;Dịch hầu họng;09/03/2022;Test nhanh;-;09/03/2022\n";

fn open<R: Read + Send>(reader: R, lab: Option<&str>) -> Result<RowIter<R>, FileError> {
    read_rows(reader, "2022-03-10T01:00:00Z".parse().unwrap(), "2022-03-10".parse().unwrap(), lab)
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    open(bytes, Some("TG-CDC")).unwrap().collect()
}

fn file(rows: &[&str]) -> Vec<u8> {
    [&[HEADER], rows].concat().join("\n").into_bytes()
}

/// The column and code of every error of a row.
fn errors(row: &Row) -> Vec<(&str, &str)> {
    row.result.as_ref().unwrap_err().iter().map(|e| (e.column.as_str(), e.code.as_str())).collect()
}

/// The errors of the one row of a file, after the cell of a column was changed.
fn spoiled(column: &str, cell: &str) -> Vec<(String, String)> {
    let place = HEADER.split(',').position(|c| c == column).unwrap();
    let mut cells: Vec<&str> = GOOD.split(',').collect();
    cells[place] = cell;
    let rows = rows(&file(&[&cells.join(",")]));
    errors(&rows[0]).into_iter().map(|(c, e)| (c.to_owned(), e.to_owned())).collect()
}

fn at(column: &str, code: &str) -> Vec<(String, String)> {
    vec![(column.to_owned(), code.to_owned())]
}

fn check_vietnamese(bytes: &[u8]) {
    let mut iter = open(bytes, Some("TG-CDC")).unwrap();
    let rows: Vec<Row> = iter.by_ref().collect();
    let drafts: Vec<_> = rows.iter().map(|r| r.result.clone().unwrap().draft).collect();
    assert_eq!(drafts.len(), 2);
    let Subject::Person(PersonRef::Described { draft: person, .. }) = &drafts[0].subject else { panic!("a person") };
    assert_eq!(person.full_name.as_str(), "Lê Thị Tám");
    assert_eq!(person.phone.as_ref().unwrap().as_str(), "+84912345678");
    assert_eq!(drafts[0].outcome, Outcome::Detected);
    assert_eq!(drafts[0].specimen_kind, SpecimenKind::NasopharyngealSwab);
    assert_eq!(drafts[0].method, Some(Method::Pcr));
    assert_eq!(drafts[0].ct_value, Some(21.5));
    assert_eq!(drafts[0].collected_at, "2022-03-09T08:30:00+07:00".parse().unwrap());
    assert_eq!(drafts[1].outcome, Outcome::NotDetected);
    assert_eq!(drafts[1].method, Some(Method::Antigen));
    assert_eq!(rows[1].accession.as_deref(), Some("XN-02"));
    assert_eq!(iter.warnings()[0].column, "STT");
    assert_eq!(iter.column_of("/outcome"), "Kết quả");
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// Windows-1258: base letters of the code page, then its five combining marks.
fn windows_1258(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in text.chars() {
        let mut one = [0; 4];
        let (encoded, _, lost) = encoding_rs::WINDOWS_1258.encode(c.encode_utf8(&mut one));
        if lost {
            // A letter with two marks: the letter that the page has, and the tone as a mark.
            let parts: &[u8] = match c {
                'ế' => b"\xEA\xEC",
                'ấ' => b"\xE2\xEC",
                'ẫ' => b"\xE2\xDE",
                'ầ' => b"\xE2\xCC",
                'ị' => b"i\xF2",
                'ọ' => b"o\xF2",
                'ạ' => b"a\xF2",
                'ỵ' => b"y\xF2",
                'ả' => b"a\xD2",
                'ò' => b"o\xCC",
                'ì' => b"i\xCC",
                'ã' => b"a\xDE",
                'ĩ' => b"i\xDE",
                _ => panic!("{c}"),
            };
            bytes.extend_from_slice(parts);
        } else {
            bytes.extend_from_slice(&encoded);
        }
    }
    bytes
}

#[test]
fn a_vietnamese_file_is_read_in_every_encoding() {
    check_vietnamese(VIETNAMESE.as_bytes());
    check_vietnamese(format!("\u{FEFF}{VIETNAMESE}").as_bytes());
    check_vietnamese(format!("sep=;\r\n{}", VIETNAMESE.replace('\n', "\r\n")).as_bytes());
    for little in [true, false] {
        check_vietnamese(&utf16(&format!("\u{FEFF}{VIETNAMESE}"), little));
        check_vietnamese(&utf16(VIETNAMESE, little));
    }
    check_vietnamese(decomposed(VIETNAMESE).as_bytes());
}

/// The letters of the sample as a Mac writes them: base letter and combining marks.
fn decomposed(text: &str) -> String {
    text.replace('ế', "e\u{302}\u{301}").replace('ọ', "o\u{323}").replace('ê', "e\u{302}").replace('á', "a\u{301}")
}

#[test]
fn a_windows_1258_file_is_read_with_a_warning() {
    let bytes = windows_1258(VIETNAMESE);
    assert!(core::str::from_utf8(&bytes).is_err());
    check_vietnamese(&bytes);
    let mut iter = open(&bytes[..], Some("TG-CDC")).unwrap();
    assert_eq!(iter.by_ref().count(), 2);
    assert_eq!(iter.warnings().last().unwrap().code, "legacy_encoding");
}

#[test]
fn a_good_row_in_the_columns_of_the_contract_is_read() {
    let rows = rows(&file(&[GOOD]));
    let parsed = rows[0].result.as_ref().unwrap();
    assert_eq!(parsed.disposition_hint, Disposition::Accept);
    assert_eq!(parsed.draft.subject.barcode().unwrap().as_str(), "T1");
    assert_eq!(parsed.draft.status, Status::Final);
}

#[test]
fn the_order_of_the_columns_does_not_matter() {
    let reversed = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n", reversed(HEADER), reversed(GOOD));
    assert_eq!(rows(text.as_bytes())[0].result, rows(&file(&[GOOD]))[0].result);
}

#[test]
fn every_bad_cell_is_reported_at_its_column() {
    assert_eq!(spoiled("outcome", "maybe"), at("outcome", "outcome"));
    assert_eq!(spoiled("collected_at", "03/25/2022"), at("collected_at", "day_month_order"));
    assert_eq!(spoiled("collected_at", ""), at("collected_at", "required"));
    assert_eq!(spoiled("resulted_at", "11/03/2022 10:00"), at("resulted_at", "in_future"));
    assert_eq!(spoiled("ct_value", "99"), at("ct_value", "ct_value"));
    assert_eq!(spoiled("lab_code", "HCM"), at("lab_code", "wrong_lab"));
    assert_eq!(spoiled("barcode", "8.2E+11"), at("barcode", "excel_number"));
    assert_eq!(spoiled("status", "?"), at("status", "status"));
}

#[test]
fn several_bad_cells_of_one_row_are_reported_together_and_once_each() {
    let row = "TG-CDC,,,Lê Thị Tám,31/02/1950,1.23E+9,79090001234,tóc,hôm qua,94500-7,?,99,2022,??";
    let rows = rows(&file(&[row, GOOD]));
    let found = errors(&rows[0]);
    for column in [
        "accession",
        "birth_date",
        "phone",
        "national_id",
        "collected_at",
        "loinc",
        "outcome",
        "ct_value",
        "resulted_at",
        "status",
    ] {
        assert_eq!(found.iter().filter(|(c, _)| *c == column).count(), 1, "{column}: {found:?}");
    }
    assert_eq!(found.len(), 10);
    assert!(found.contains(&("phone", "excel_number")) && found.contains(&("national_id", "lost_zero")));
    assert!(rows[1].result.is_ok());
}

#[test]
fn errors_name_the_columns_as_the_file_spells_them() {
    let text = VIETNAMESE.replace("Dương tính", "chắc là có").replace("01/02/1950", "31/02/1950");
    let rows = rows(text.as_bytes());
    assert_eq!(errors(&rows[0]), [("Ngày sinh", "date"), ("Kết quả", "outcome")]);
}

#[test]
fn a_ragged_row_is_reported_and_reading_goes_on() {
    let rows = rows(&file(&["TG-CDC,A0,T0", GOOD, &format!("{GOOD},extra"), &format!("{GOOD},,"), GOOD]));
    assert_eq!(errors(&rows[0]), [("", "ragged")]);
    assert_eq!(rows[0].accession.as_deref(), Some("A0"));
    assert_eq!(errors(&rows[2]), [("", "ragged")]);
    assert!([1, 3, 4].iter().all(|at| rows[*at].result.is_ok()));
    assert!(rows[0].result.as_ref().unwrap_err()[0].detail().vi.contains("3 ô, cần 14"));
}

#[test]
fn rows_count_records_and_lines_count_lines() {
    let named = GOOD.replace("T1,,", "T1,\"Lê Thị\r\nTám\",");
    let text = [HEADER, &named, "", ",,,,,,,,,,,,,", GOOD, GOOD].join("\r\n");
    let rows = rows(text.as_bytes());
    let places: Vec<_> = rows.iter().map(|r| (r.number, r.line)).collect();
    assert_eq!(places, [(2, 2), (5, 6), (6, 7)]);
    let draft = &rows[0].result.as_ref().unwrap().draft;
    let Subject::TubeOf(_, PersonRef::Named(name)) = &draft.subject else { panic!("a name beside a tube") };
    assert_eq!(name.as_str(), "Lê Thị Tám");
}

#[test]
fn titles_above_the_header_are_passed_over() {
    let text = format!("SỞ Y TẾ TIỀN GIANG\n\"Danh sách, ngày 10/03/2022\"\n\n{VIETNAMESE}");
    let rows = rows(text.as_bytes());
    assert_eq!((rows.len(), rows[0].number, rows[0].line), (2, 5, 5));
    assert!(rows[0].result.is_ok());
}

#[test]
fn a_quote_that_is_never_closed_or_a_line_without_end_spoils_its_own_row() {
    let open_quote = GOOD.replace("A1", "\"A1");
    for (bad, code) in
        [(open_quote, "unclosed_quote"), ("x".repeat(700_000), "too_long"), (format!("\"{GOOD}"), "unclosed_quote")]
    {
        let many = vec![GOOD; 5_000];
        let mut iter = open(Cursor::new(file(&[&[GOOD, bad.as_str()][..], &many].concat())), Some("TG-CDC")).unwrap();
        let all: Vec<Row> = iter.by_ref().collect();
        assert_eq!((all.len(), all[1].number, all[1].line), (5_002, 3, 3));
        assert_eq!(errors(&all[1]), [("", code)]);
        assert!(all.iter().enumerate().all(|(at, row)| at == 1 || row.result.is_ok()));
        assert_eq!((all[5_001].number, all[5_001].line), (5_003, 5_003));
        assert!(iter.failure().is_none());
    }
}

#[test]
fn the_month_comes_first_in_american_files_and_the_day_in_all_others() {
    let american = "Patient Last Name,Patient First Name,Patient DOB,Test Performed Code,Test Result,\
        Specimen Collection Date Time,Test Result Date\nDoe,Jane,1/2/1962,94500-6,Detected,COLLECTED,2/1/2021\n";
    let day = |text: &str| {
        rows(text.as_bytes())[0].result.clone().map(|read| read.draft.collected_at.local_date().to_string())
    };
    assert_eq!(day(&american.replace("COLLECTED", "1/11/2021")).as_deref(), Ok("2021-01-11"));
    assert_eq!(
        day(&american.replace("COLLECTED", "25/1/2021").replace("2/1/2021", "28/1/2021")).as_deref(),
        Ok("2021-01-25"),
        "the day first is proved"
    );
    let ours = VIETNAMESE.replace("09/03/2022", "01/02/2022");
    assert_eq!(day(&ours).as_deref(), Ok("2022-02-01"));
}

#[test]
fn a_name_in_parts_is_put_together_as_vietnamese_say_it() {
    let header = "Mã xét nghiệm,NAMES,Ngày sinh,Loại mẫu,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả\n";
    let row = "A1,CELLS,01/02/1950,Dịch tỵ hầu,09/03/22 08:00,09/03/2022 20:00,PCR,âm tính\n";
    for (names, cells) in [
        ("Họ,Tên đệm,Tên riêng", "Nguyễn,Văn,An"),
        ("Họ,Chữ lót,Tên", "Nguyễn,Văn,An"),
        ("Họ và tên đệm,Tên", "Nguyễn Văn,An"),
        ("Họ đệm,Tên", "Nguyễn Văn,An"),
        ("Tên,Họ", "An,Nguyễn Văn"),
        ("Họ tên", "Nguyễn Văn An"),
        ("Tên", "Nguyễn Văn An"),
    ] {
        let text = format!("{header}{row}").replace("NAMES", names).replace("CELLS", cells);
        let draft = rows(text.as_bytes())[0].result.clone().unwrap().draft;
        let Subject::Person(PersonRef::Described { draft: person, .. }) = &draft.subject else { panic!("a person") };
        assert_eq!(person.full_name.as_str(), "Nguyễn Văn An", "{names}");
        assert_eq!(draft.collected_at, "2022-03-09T08:00:00+07:00".parse().unwrap());
    }
}

#[test]
fn headers_that_laboratories_use_are_understood() {
    let one = |text: &str| rows(text.as_bytes())[0].result.clone().unwrap().draft;
    let english =
        "Lab No,Sample ID,Test name,Date collected,Report date,Result\nA1,T1,PCR,09/03/2022,09/03/2022,Negative\n";
    assert_eq!((one(english).accession.as_str(), one(english).subject.barcode().unwrap().as_str()), ("A1", "T1"));
    for tube in ["Mã bệnh phẩm", "Số mẫu"] {
        let text = format!("Mã XN,{tube},Ngày lấy mẫu,Ngày báo cáo,Kết quả PCR\nA1,T1,09/03/2022,09/03/2022,Âm tính\n");
        assert_eq!((one(&text).subject.barcode().unwrap().as_str(), one(&text).method), ("T1", Some(Method::Pcr)));
        for rapid in ["Kết quả test nhanh", "KQ xét nghiệm nhanh"] {
            assert_eq!(one(&text.replace("Kết quả PCR", rapid)).method, Some(Method::Antigen));
        }
    }
    let both = "Mã XN,Họ tên,CCCD,CMND,Ngày lấy mẫu,Ngày xét nghiệm,Ngày trả kết quả,Phương pháp,Kết quả\n\
        A1,Lê Thị Tám,,290123456,08/03/2022,09/03/2022,,PCR,Âm tính\n\
        A2,Lê Thị Tám,079150000123,290123456,08/03/2022,09/03/2022,10/03/2022,PCR,Âm tính\n";
    let read = rows(both.as_bytes());
    let number = |row: &Row| {
        let draft = row.result.clone().unwrap().draft;
        let Subject::Person(PersonRef::Described { draft: person, .. }) = draft.subject else { panic!("a person") };
        (person.national_id.unwrap().as_str().to_owned(), draft.resulted_at.local_date().to_string())
    };
    assert_eq!(number(&read[0]), ("290123456".to_owned(), "2022-03-09".to_owned()));
    assert_eq!(number(&read[1]), ("079150000123".to_owned(), "2022-03-10".to_owned()));
}

#[test]
fn a_specimen_that_nobody_knows_is_another_specimen_with_a_warning() {
    let parsed = rows(&file(&[&GOOD.replace("nasopharyngeal_swab", "tóc")]))[0].result.clone().unwrap();
    assert_eq!(parsed.draft.specimen_kind, SpecimenKind::Other);
    assert_eq!(
        (parsed.warnings[0].column.as_str(), parsed.warnings[0].code.as_str()),
        ("specimen_kind", "specimen_kind")
    );
}

#[test]
fn a_stream_that_breaks_off_is_told_after_the_rows_before_it() {
    struct Broken(Cursor<Vec<u8>>);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::ErrorKind::ConnectionReset.into()),
                count => Ok(count),
            }
        }
    }
    let bytes = file(&vec![GOOD; 1_000]);
    let mut iter = open(Broken(Cursor::new(bytes)), Some("TG-CDC")).unwrap();
    let all: Vec<Row> = iter.by_ref().collect();
    assert_eq!(errors(all.last().unwrap()), [("", "interrupted")]);
    assert!(all.len() > 900 && all[..all.len() - 1].iter().all(|r| r.result.is_ok()));
    assert_eq!(iter.failure().unwrap().kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn what_cannot_be_read_at_all_is_one_clear_error() {
    let code = |bytes: &[u8]| open(bytes, None).unwrap_err().code;
    assert_eq!(code(b""), "empty");
    assert_eq!(code(b"\n\n"), "empty");
    assert_eq!(code(b"PK\x03\x04...."), "spreadsheet");
    assert_eq!(code(b"some\0bytes that are no text"), "binary");
    assert_eq!(code(b"name of the wind\nx\n"), "no_header");
    assert_eq!(code(b"accession,outcome\nA,detected\n"), "missing_column");
    assert_eq!(code(format!("{HEADER},Ket qua\n").as_bytes()), "duplicate_column");
    assert_eq!(open(HEADER.as_bytes(), None).unwrap().count(), 0);
}

#[test]
fn a_file_without_specimen_kinds_is_read_with_a_warning() {
    let text = VIETNAMESE.replace("Loại mẫu", "Ghi chú");
    let mut iter = open(text.as_bytes(), Some("TG-CDC")).unwrap();
    let draft = iter.next().unwrap().result.unwrap().draft;
    assert_eq!(draft.specimen_kind, SpecimenKind::Unknown);
    assert!(iter.warnings().iter().any(|w| w.code == "no_specimen_kind"));
}

#[test]
fn a_day_without_a_time_is_no_contradiction() {
    let text = VIETNAMESE.replace("09/03/2022 20:00", "09/03/2022");
    let draft = rows(text.as_bytes())[0].result.clone().unwrap().draft;
    assert_eq!(draft.resulted_at, draft.collected_at);
}

#[test]
fn a_presumptive_result_in_a_file_is_held() {
    let text = VIETNAMESE.replace("Dương tính", "Nghi ngờ dương tính");
    let parsed = rows(text.as_bytes())[0].result.clone().unwrap();
    assert_eq!(parsed.disposition_hint, Disposition::Hold(vec![HoldReason::Presumptive]));
}

/// A file of many rows that is made while it is read, so that memory tells whether it is kept.
struct Endless {
    rows: u64,
    row: u64,
    pending: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.pending.is_empty() && self.row <= self.rows {
            let line = if self.row == 0 { HEADER.to_owned() } else { GOOD.replace("A1", &format!("A{}", self.row)) };
            self.pending = format!("{line}\r\n").into_bytes();
            self.row += 1;
        }
        let count = self.pending.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.pending[..count]);
        self.pending.drain(..count);
        Ok(count)
    }
}

#[test]
fn ten_thousand_rows_stream() {
    let mut iter = open(Endless { rows: 10_000, row: 0, pending: Vec::new() }, Some("TG-CDC")).unwrap();
    let first = iter.next().unwrap();
    assert_eq!(first.accession.as_deref(), Some("A1"));
    assert!(iter.records.source().head().len() < 64 * 1024, "the file is not read ahead");
    let last = iter.by_ref().inspect(|row| assert!(row.result.is_ok())).last().unwrap();
    assert_eq!((last.number, last.line), (10_001, 10_001));
}

#[test]
fn public_files_of_other_systems_are_read_or_refused_with_what_is_missing() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/lab/csv"));
    let mut seen = 0;
    for kind in std::fs::read_dir(&folder).unwrap() {
        for entry in std::fs::read_dir(kind.unwrap().path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "csv") {
                continue;
            }
            seen += 1;
            let name = path.display();
            let error = match open(std::fs::File::open(&path).unwrap(), None) {
                Ok(_) => panic!("{name}: none of these files names its laboratory as we do"),
                Err(error) => error,
            };
            match error.code {
                "spreadsheet" => assert!(path.ends_with("good_TEST_sanger_report_200518_2207.csv"), "{name}"),
                "missing_column" => assert!(error.errors.iter().all(|e| !e.detail().vi.is_empty()), "{name}"),
                "duplicate_column" | "no_header" => assert!(!error.detail.vi.is_empty(), "{name}"),
                other => panic!("{name}: {other}"),
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes: Vec<u8>) {
        if let Ok(iter) = open(&bytes[..], None) {
            iter.for_each(drop);
        }
    }

    #[test]
    fn any_bytes_below_a_good_header_are_rows(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let all = [HEADER.as_bytes(), b"\n", &bytes].concat();
        if let Ok(iter) = open(&all[..], Some("TG-CDC")) {
            let mut last = 1;
            for row in iter {
                prop_assert!(row.number > last && row.number <= row.line.max(last + 1));
                last = row.number;
            }
        }
    }

    #[test]
    fn any_cells_are_read_or_refused_at_a_column_of_the_file(cells in prop::collection::vec("[^\"\0]{0,12}", 14)) {
        let quoted = cells.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(",");
        for row in rows(&file(&[&quoted])) {
            for error in row.result.err().into_iter().flatten() {
                let column = error.column.as_str();
                prop_assert!(column.is_empty() || HEADER.split(',').any(|h| h == column), "{column}");
            }
        }
    }
}
