//! The functions of the fuzz targets, under any bytes and under good files that were spoiled: a row or a refusal, never a
//! panic, and never more than the file can hold.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::time::Instant;

use crate::app::naming::Naming;
use crate::app::reader::{self, Reading};
use crate::app::upload;

const TABLE: &str = "Mã xét nghiệm,Họ và tên,Ngày sinh,Loại mẫu,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả\n\
    A1,Lê Thị Tám,01/02/1950,Dịch tỵ hầu,09/03/2022 08:00,09/03/2022 20:00,PCR,âm tính\n\
    A2,\"Ngô, Văn\nChín\",1950,Nước bọt,2022-03-09,20220309200000,test nhanh,dương tính\n";
const HL7: &str = "FHS|^~\\&|LIS\rBHS|^~\\&|LIS\r\
    MSH|^~\\&#|LIS|TG-CDC|ANTAM|AT|20220310070000+0700||ORU^R01^ORU_R01|ID-1|P|2.5.1\r\
    PID|1||079050000123^^^^NI~X^^^^PI||Lê^Thị Tám||19500201|F|||12 \\T\\ 14^^Mỹ Tho||0912345678\rORC|RE||A1\r\
    OBR|1||A1|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
    OBX|1|CWE|94500-6^RT-PCR^LN||260415000^x^SCT||||||F|||20220309080000\r\
    SPM|1|S1^S2||258500001^NP^SCT\rBTS|1\rFTS|1\r";
const EXPORT: &str = "GeneXpert Dx System Export File\nExport Date,2022-03-09\nExport Time,14:30:00\n\nRESULT TABLE\n\
    Sample ID,S1\nAssay,Xpert Xpress SARS-CoV-2\nTest Type,SARS-CoV-2\nTest Result,SARS-CoV-2 NEGATIVE\n";

fn bundle() -> Value {
    json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"text": "Trần Thị Bưởi"}], "birthDate": "1970"}},
        {"resource": {"resourceType": "DiagnosticReport", "identifier": [{"value": "F1"}], "status": "final",
            "result": [{"reference": "Observation/o"}], "issued": "2022-03-09T20:00:00+07:00"}},
        {"resource": {"resourceType": "Observation", "id": "o", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
            "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2022-03-09",
            "valueCodeableConcept": {"coding": [{"code": "260373001"}]}}},
    ]})
}

fn now() -> Instant {
    "2022-03-10T01:00:00Z".parse().unwrap()
}

/// Reads bytes as a file; gives how many rows there were.
fn read(bytes: &[u8]) -> usize {
    let reading = Reading { lab_code: Some("TG-CDC".to_owned()), ..Reading::default() };
    upload::read_bytes(bytes, &reading, now()).map_or(0, |read| read.rows.len())
}

/// One thing that goes wrong with a file on its way.
#[derive(Debug, Clone)]
enum Spoil {
    Put(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Cut(prop::sample::Index, prop::sample::Index),
    Twice(prop::sample::Index, prop::sample::Index),
}

fn spoils() -> impl Strategy<Value = Vec<Spoil>> {
    let index = any::<prop::sample::Index>;
    let one = prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Spoil::Put(at, byte)),
        (index(), prop::collection::vec(any::<u8>(), 1..12)).prop_map(|(at, bytes)| Spoil::Insert(at, bytes)),
        (index(), index()).prop_map(|(from, to)| Spoil::Cut(from, to)),
        (index(), index()).prop_map(|(from, to)| Spoil::Twice(from, to)),
    ];
    prop::collection::vec(one, 1..6)
}

fn spoiled(good: &[u8], spoils: &[Spoil]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for spoil in spoils {
        if bytes.is_empty() {
            break;
        }
        let between = |from: &prop::sample::Index, to: &prop::sample::Index| {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            from.min(to)..from.max(to)
        };
        match spoil {
            Spoil::Put(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Spoil::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Spoil::Cut(from, to) => {
                let range = between(from, to);
                bytes.drain(range);
            }
            Spoil::Twice(from, to) => {
                let range = between(from, to);
                let again = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, again);
            }
        }
    }
    bytes
}

fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0..).zip(TABLE.lines().take(2)) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

proptest! {
    #[test]
    fn any_bytes_are_a_file_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read(&bytes);
        let _ = reader::message(&bytes, 1, &Reading::default(), now());
        let _ = reader::message(&[b"MSH|^~\\&|", bytes.as_slice()].concat(), 1, &Reading::default(), now());
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            let _ = reader::document(&value, 1, &Reading::default(), now());
            let _ = reader::result(&Naming::Object, 1, value, now(), None);
        }
    }

    #[test]
    fn any_text_in_any_field_is_read_or_refused(text in "[0-9é𠀋ạ/:.T#^~&\\\\-]{0,16}", at in 0_usize..60) {
        let spoil = |whole: &str, cut: char| {
            let mut parts: Vec<&str> = whole.split(cut).collect();
            let place = at % parts.len();
            parts[place] = &text;
            parts.join(&cut.to_string())
        };
        for whole in [spoil(TABLE, ','), spoil(HL7, '|'), spoil(EXPORT, ',')] {
            read(whole.as_bytes());
        }
    }

    #[test]
    fn spoiled_files_have_no_more_rows_than_they_can_hold(spoils in spoils()) {
        for good in [TABLE.as_bytes(), HL7.as_bytes(), EXPORT.as_bytes(), bundle().to_string().as_bytes()] {
            let bytes = spoiled(good, &spoils);
            prop_assert!(read(&bytes) <= 1 + bytes.len());
        }
        let bytes = spoiled(json!([super::result(&[])]).to_string().as_bytes(), &spoils);
        prop_assert!(read(&bytes) <= 1 + bytes.len());
    }

    #[test]
    fn any_value_at_any_place_of_a_document_is_read_or_refused(
        at in 0_usize..40, kind in 0_usize..7, text in "[0-9é𠀋ạ/:.T#-]{0,12}",
    ) {
        let others =
            [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([[{"a": [1]}]]), Value::from(text)];
        let other = others[kind].clone();
        for mut document in [bundle(), super::result(&[])] {
            let mut places = Vec::new();
            pointers(&document, String::new(), &mut places);
            let place = places[at % places.len()].clone();
            *document.pointer_mut(&place).unwrap() = other.clone();
            let _ = reader::document(&document, 1, &Reading::default(), now());
            let _ = reader::result(&Naming::Object, 1, document, now(), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_spoiled_workbook_is_a_workbook_or_is_refused(spoils in spoils()) {
        prop_assert!(read(&spoiled(&workbook(), &spoils)) <= 4_000);
    }
}

/// Every place of a document.
fn pointers(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| pointers(value, format!("{at}/{name}"), into)),
        Value::Array(values) => {
            (0..).zip(values).for_each(|(n, value): (usize, _)| pointers(value, format!("{at}/{n}"), into))
        }
        _ => {}
    }
    into.push(at);
}
