//! What readers must not do: cross people, drop a result, or let one bad record spoil another.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::formats::message;
use super::{TestLab, flow, statuses};
use crate::app::reader::{self, Reading};
use crate::domain::message::Body;
use crate::domain::result::{Parsed, PersonRef};

fn now() -> shared::time::Instant {
    "2022-03-10T01:00:00Z".parse().unwrap()
}

fn reading() -> Reading {
    Reading { lab_code: Some("TG-CDC".to_owned()), ..Reading::default() }
}

/// The results of a document.
fn document(value: &Value) -> Vec<Parsed> {
    match reader::document(value, 1, &reading(), now()).body {
        Body::Results(results) => results,
        other => panic!("{other:?}"),
    }
}

/// The results of a message.
fn hl7(text: &str) -> Vec<Parsed> {
    match reader::message(text.as_bytes(), 1, &reading(), now()).incoming.body {
        Body::Results(results) => results,
        other => panic!("{other:?}"),
    }
}

fn name(parsed: &Parsed) -> &str {
    match parsed.draft.subject.person() {
        Some(PersonRef::Described { draft, .. }) => draft.full_name.as_str(),
        other => panic!("{other:?}"),
    }
}

fn warnings(parsed: &Parsed) -> Vec<(&str, &str)> {
    parsed.warnings.iter().map(|warning| (warning.column.as_str(), warning.code.as_str())).collect()
}

/// An Observation of a patient, with what else it holds.
fn observation(id: &str, patient: &str, code: &str, more: &Value) -> Value {
    let mut one = json!({"resourceType": "Observation", "id": id, "status": "final", "identifier": [{"value": id}],
        "code": {"coding": [{"code": "94500-6"}]}, "subject": {"reference": patient},
        "effectiveDateTime": "2022-03-09", "valueCodeableConcept": {"coding": [{"code": code}]}});
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"resource": one})
}

fn bundle(entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

fn patient(id: &str, name: &str) -> Value {
    json!({"resource": {"resourceType": "Patient", "id": id, "name": [{"text": name}], "birthDate": "1970"}})
}

#[test]
fn what_a_resource_contains_is_its_own_whatever_its_id() {
    let holding = |tube: &str, name: &str| {
        json!({"specimen": {"reference": "#s"}, "contained": [
            {"resourceType": "Specimen", "id": "s", "identifier": [{"value": tube}]},
            {"resourceType": "Patient", "id": "p", "name": [{"text": name}], "birthDate": "1970"}]})
    };
    let two = bundle(&[
        observation("1", "#p", "260373001", &holding("T1", "Trần Văn Một")),
        observation("2", "#p", "260415000", &holding("T2", "Trần Văn Hai")),
        observation("3", "#p", "260415000", &json!({})),
    ]);
    let read = document(&two);
    let tubes: Vec<_> = read.iter().map(|one| one.draft.subject.barcode().map(|tube| tube.as_str())).collect();
    assert_eq!(tubes, [Some("T1"), Some("T2"), None]);
    assert_eq!((name(&read[0]), name(&read[1])), ("Trần Văn Một", "Trần Văn Hai"));
    assert!(read[2].draft.subject.person().is_none(), "nobody's container is everybody's");
}

#[test]
fn bundles_in_bundles_and_in_cards_are_read_each_by_itself() {
    let one = |name: &str, code: &str| bundle(&[patient("p", name), observation(name, "Patient/p", code, &json!({}))]);
    let (first, second) = (one("Trần Văn Một", "260373001"), one("Trần Văn Hai", "260415000"));
    let outer =
        bundle(&[json!({"resource": first.clone()}), json!({"resource": bundle(&[json!({"resource": second})])})]);
    let read = document(&outer);
    assert_eq!(read.iter().map(name).collect::<Vec<_>>(), ["Trần Văn Một", "Trần Văn Hai"]);
    assert_eq!(read[0].draft.outcome.code(), "detected");
    let card = json!({"iss": "x", "vc": {"credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": first.clone()}}});
    assert_eq!(document(&card).len(), 1);
    let mut deep = first;
    for _ in 0..200 {
        deep = bundle(&[json!({"resource": deep})]);
    }
    assert!(!matches!(reader::document(&deep, 1, &reading(), now()).body, Body::Results(_)));
}

#[test]
fn a_birth_of_seven_bytes_that_is_no_month_is_refused_and_no_panic() {
    for (birth, taken) in [("abcé12", false), ("é19701", false), ("1970-02", true), ("19é0-2", false)] {
        let mut whole = bundle(&[patient("p", "Trần Văn Một"), observation("1", "Patient/p", "260415000", &json!({}))]);
        whole["entry"][0]["resource"]["birthDate"] = json!(birth);
        let body = reader::document(&whole, 1, &reading(), now()).body;
        assert_eq!(matches!(body, Body::Results(_)), taken, "{birth}");
    }
}

#[test]
fn names_are_put_together_in_vietnams_order() {
    let of = |pid: &str| hl7(&message("A1", "260415000", "F").replace("Lê^Thị Tám", pid)).remove(0);
    assert_eq!(name(&of("Nguyễn^An^Văn")), "Nguyễn Văn An");
    assert_eq!(name(&of("Buckridge^Kareem^Millie")), "Buckridge Kareem Millie");
    let mut whole = bundle(&[patient("p", ""), observation("1", "Patient/p", "260415000", &json!({}))]);
    for (said, expected) in [
        (json!({"family": "Nguyễn", "given": ["Văn", "An"]}), "Nguyễn Văn An"),
        (json!({"family": "Nguyễn", "given": ["An", "Văn"], "text": "Nguyễn Văn An"}), "Nguyễn Văn An"),
        (json!({"family": "Nguyễn", "given": ["Văn An"], "text": "An"}), "Nguyễn Văn An"),
    ] {
        whole["entry"][0]["resource"]["name"] = json!([said]);
        assert_eq!(name(&document(&whole)[0]), expected, "{said}");
    }
}

#[test]
fn an_order_that_says_more_than_its_observation_is_heard() {
    use crate::domain::disposition::{Disposition, HoldReason};
    use crate::domain::result::Status;
    let of = |observation: &str, order: &str| {
        let text = message("A1", "260373001", observation).replace("|||F\rOBX", &format!("|||{order}\rOBX"));
        let one = hl7(&text).remove(0);
        (one.draft.status, one.disposition_hint)
    };
    let hold = |reason| Disposition::Hold(vec![reason]);
    assert_eq!(of("F", "F"), (Status::Final, Disposition::Accept));
    assert_eq!(of("F", ""), (Status::Final, Disposition::Accept));
    assert_eq!(of("F", "C"), (Status::Corrected, Disposition::Accept));
    assert_eq!(of("F", "W"), (Status::Withdrawn, Disposition::Accept));
    assert_eq!(of("D", "C"), (Status::Withdrawn, Disposition::Accept));
    assert_eq!(of("F", "P"), (Status::Final, hold(HoldReason::Preliminary)));
    assert_eq!(of("F", "A"), (Status::Final, Disposition::Accept));
    assert_eq!(of("", "C"), (Status::Final, hold(HoldReason::StatusMissing)));
}

#[test]
fn answers_to_questions_hold_nothing_and_times_that_are_none_are_told_of() {
    use crate::domain::disposition::{Disposition, HoldReason};
    let asked = "OBX|2|CWE|COVIDQ^COVID-19 close contact^L||Y^Yes^HL70136||||||F\r\
        OBX|3|CWE|COVIDW^COVID-19 ward^L||K7||||||F||||||||||||||||||QST\r\
        OBX|4|DT|COVIDD^COVID-19 onset^L||20220301||||||F\rSPM|";
    let one = hl7(&message("A1", "260415000", "F").replace("SPM|", asked));
    assert_eq!((one.len(), &one[0].disposition_hint), (1, &Disposition::Accept));
    assert_eq!(warnings(&one[0]), []);
    let local = "OBX|2|CWE|COVIDX^SARS-CoV-2 PCR^L||K7||||||F\rSPM|";
    let held = hl7(&message("A1", "260415000", "F").replace("SPM|", local));
    assert!(
        held.iter()
            .any(|one| matches!(&one.disposition_hint, Disposition::Hold(why) if why.contains(&HoldReason::LocalCode)))
    );
    let odd = hl7(&message("A1", "260415000", "F").replace("|||||||||||||20220309080000\r", "|||||||||||||hom qua\r"));
    assert!(warnings(&odd[0]).contains(&("SPM-17", "date")), "{:?}", warnings(&odd[0]));
    let bare = message("A1", "260415000", "F").replace("19500201", "").replace("258500001^NP^SCT", "7^x^L");
    assert_eq!(warnings(&hl7(&bare)[0]), [("PID-7", "no_birth"), ("SPM-4", "specimen_kind")]);
}

#[test]
fn what_is_odd_about_a_message_is_told_of_and_stops_nothing() {
    let told = |from: &str, to: &str| -> Vec<(String, String)> {
        let whole = message("A1", "260415000", "F");
        let one = hl7(&whole.replacen(from, to, 1)).remove(0);
        assert_ne!(whole, whole.replacen(from, to, 1));
        warnings(&one).into_iter().map(|(column, code)| (column.to_owned(), code.to_owned())).collect()
    };
    let one = |column: &str, code: &str| vec![(column.to_owned(), code.to_owned())];
    const ID: &str = "079050000123^^^^NI";
    for (shape, code) in [
        ("", "no_identifier"),
        ("BN-17", "no_identifier"),
        ("BN-17^^^BV^MR~^^^^NI", ""),
        ("0790500001^^^^NI", "national_id"),
        ("079050000123", "identifier_type"),
        ("079 050 000 123^^^BV~7^^^^MR", "identifier_type"),
        ("079050000123^^^CCCD", ""),
        ("DN47912345^^^^HC", "health_insurance_no"),
        ("17^^^^PI", ""),
    ] {
        let expected = if code.is_empty() { Vec::new() } else { one("PID-3", code) };
        assert_eq!(told(ID, shape), expected, "{shape}");
    }
    for (order, differs) in [("", false), ("A", false), ("C", true), ("P", true), ("X", true), ("W", true)] {
        let expected = if differs { one("OBR-25", "status_differs") } else { Vec::new() };
        assert_eq!(told("|||F\rOBX", &format!("|||{order}\rOBX")), expected, "{order}");
    }
    let deleted = message("A1", "260415000", "D").replace("|||F\rOBX", "|||C\rOBX");
    assert_eq!(warnings(&hl7(&deleted)[0]), [], "that is how a deletion is written");
    const TAKEN: &str = "|||||||||||||20220309080000\r";
    for (received, code) in [
        ("20220309073000", "received_before_collected"),
        ("20220309090000", ""),
        ("trưa", "date"),
        ("20220309", ""),
        ("20220308", "received_before_collected"),
    ] {
        let expected = if code.is_empty() { Vec::new() } else { one("SPM-18", code) };
        assert_eq!(told(TAKEN, &TAKEN.replace('\r', &format!("|{received}\r"))), expected, "{received}");
    }
    assert_eq!(told("|LIS|", "||"), one("MSH-3", "no_sender"));
    assert_eq!(told("|TG-CDC|", "||"), one("MSH-4", "no_sender"));
}

#[test]
fn a_role_written_at_random_changes_nothing_and_results_of_one_day_that_differ_wait_under_any_accession() {
    use crate::domain::disposition::{Disposition, HoldReason};
    let group = message("A1", "260373001", "F").replace("SCT|||||||||||||2022", "SCT|||||||G^Group^HL70369||||||2022");
    assert_eq!(hl7(&group)[0].disposition_hint, Disposition::Accept, "the set of data has them with named patients");
    let second = |day: &str| {
        format!(
            "OBR|2||A2|94500-6^RT-PCR^LN|||{day}080000|||||||||||||||20220309200000|||F\r\
             OBX|1|CWE|94500-6^RT-PCR^LN||260415000^x^SCT||||||F|||{day}080000\rSPM|2|^A2||258500001^NP^SCT|||||||||||||{day}080000\r"
        )
    };
    let hints = |day: &str| {
        let both = hl7(&(message("A1", "260373001", "F") + second(day).as_str()));
        both.into_iter().map(|one| one.disposition_hint).collect::<Vec<_>>()
    };
    assert_eq!(hints("20220309"), vec![Disposition::Hold(vec![HoldReason::ResultsDisagree]); 2]);
    assert_eq!(hints("20220301"), vec![Disposition::Accept; 2]);
}

#[test]
fn an_old_code_is_told_of() {
    let (bytes, _, _) = encoding_rs::WINDOWS_1258.encode("Dương Đình Tô");
    let mut text = message("A1", "260415000", "F").replace("Lê^Thị Tám", "NAME").into_bytes();
    let at = text.windows(4).position(|window| window == b"NAME").unwrap();
    text.splice(at..at + 4, bytes.iter().copied());
    let Body::Results(read) = reader::message(&text, 1, &reading(), now()).incoming.body else { panic!("results") };
    assert!(warnings(&read[0]).contains(&("MSH-18", "legacy_encoding")));
}

#[tokio::test]
async fn a_broken_document_of_a_body_spoils_itself_only() {
    let lab = TestLab::sqlite().await;
    let one =
        |name: &str| bundle(&[patient("p", name), observation(name, "Patient/p", "260415000", &json!({}))]).to_string();
    let (first, second) = (one("Trần Văn Một"), one("Trần Văn Hai"));
    let broken = "{\"resourceType\": \"Bundle\", \"entry\": [";
    let send = async |body: Vec<u8>| lab.post_as(&lab.lab, "/api/v1/lab/fhir", "application/fhir+json", body).await;
    let codes = |answer: &super::Answer| -> Vec<String> {
        let json = answer.json();
        let issues = json["issue"].as_array().unwrap().iter();
        issues.map(|issue| issue["details"]["coding"][0]["code"].as_str().unwrap().to_owned()).collect()
    };
    let mixed = [&first, broken, &second].map(str::to_owned).join("\n");
    let answer = send(mixed.into_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(codes(&answer), ["accepted", "rejected", "json", "accepted"]);
    for body in [format!("[{first},{second}]"), format!("\u{feff}{first}\n{second}")] {
        assert_eq!(codes(&send(body.into_bytes()).await), ["duplicate"; 2]);
    }
    let wide: Vec<u8> = format!("\u{feff}{first}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(codes(&send(wide).await), ["duplicate"]);
    for nothing in ["", " \n", broken] {
        assert_eq!(send(nothing.into()).await.status, StatusCode::BAD_REQUEST, "{nothing}");
    }
    let text: Vec<u8> =
        format!("\u{feff}{}", message("A9", "260415000", "F")).encode_utf16().flat_map(u16::to_be_bytes).collect();
    let answer = lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/hl7-v2", text).await;
    assert!(answer.text().contains("MSA|AA|ID-A9"), "{}", answer.text());
}

#[tokio::test]
async fn a_message_of_another_laboratory_is_refused_and_one_of_a_clinic_is_taken_with_a_warning() {
    let lab = TestLab::sqlite().await;
    let of = |place: &str| message("A1", "260415000", "F").replace("TG-CDC", place);
    let report = lab.upload("?dry_run=true", of("hcm-pasteur").as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["errors"][0]["code"]), (vec!["rejected"], &json!("wrong_lab")));
    assert_eq!(report["rows"][0]["errors"][0]["column"], "MSH-4");
    let report = lab.upload("?dry_run=true", of("Some clinic").as_bytes()).await.json();
    assert_eq!(statuses(&report), ["accepted"]);
    assert_eq!(report["rows"][0]["warnings"][0]["code"], "other_lab_named");
    let mut named = bundle(&[
        patient("p", "Trần Văn Một"),
        observation("1", "Patient/p", "260415000", &json!({})),
        json!({"resource": {"resourceType": "Organization", "id": "o", "identifier": [{"value": "HCM-PASTEUR"}]}}),
    ]);
    let report = lab.upload("?dry_run=true", named.to_string().as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["errors"][0]["code"]), (vec!["rejected"], &json!("wrong_lab")));
    named["entry"][2]["resource"]["identifier"] = json!([{"value": "TG-CDC"}, {"value": "HCM-PASTEUR"}]);
    assert_eq!(statuses(&lab.upload("?dry_run=true", named.to_string().as_bytes()).await.json()), ["accepted"]);
}

#[tokio::test]
async fn our_own_id_of_a_person_or_the_name_in_another_order_finds_the_person() {
    let lab = TestLab::sqlite().await;
    let of = |accession: &str, ids: &str, name: &str| {
        message(accession, "260415000", "F")
            .replace("079050000123^^^^NI", ids)
            .replace("Lê^Thị Tám", name)
            .replace("0912345678", "")
    };
    let first = lab.upload("", of("A1", "079050000123^^^^NI", "Lê^Tám^Thị").as_bytes()).await.json();
    let person = first["rows"][0]["person_id"].as_str().unwrap().to_owned();
    let report = lab.upload("", of("A2", &format!("H7^^^^MR~{person}^^^^PI"), "Lê^Thị Tám").as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["person_id"]), (vec!["accepted"], &json!(person)), "{report}");
    let report = lab.upload("", of("A3", &format!("{person}^^^^PI"), "Ngô^Chín").as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["errors"][0]["code"]), (vec!["held"], &json!("other_person")));
    let report = lab.upload("", of("A4", "079050000123^^^^NI", "Tám^Lê Thị").as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["person_id"]), (vec!["accepted"], &json!(person)), "{report}");
}

#[tokio::test]
async fn a_number_of_the_laboratory_is_no_tube_of_somebody_elses() {
    let lab = TestLab::sqlite().await;
    let sampler = flow::sampler(&lab).await;
    flow::sample(&lab, &sampler, "KIT-00078", &[flow::person("Ngô Văn Chín", "0912000077")]).await;
    flow::sample(&lab, &sampler, "K1T00077", &[flow::person("Ngô Văn Mười", "0912000078")]).await;
    lab.clock.advance(shared::time::minutes(1));
    let nameless = message("KIT-00078", "260415000", "F").replace("Lê^Thị Tám", "").replace("079050000123^^^^NI", "");
    let report = lab.upload("?dry_run=true", nameless.as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["errors"][0]["code"]), (vec!["held"], &json!("unknown_tube")));
    // A code of ours with its check character is nobody else's number.
    let own = nameless.replace("KIT-00078", "K1T00077");
    assert_eq!(statuses(&lab.upload("?dry_run=true", own.as_bytes()).await.json()), ["accepted"]);
    // As the code of a tube it is one.
    let placer = nameless.replace("SPM|1|^KIT-00078", "SPM|1|KIT-00078");
    assert_eq!(statuses(&lab.upload("?dry_run=true", placer.as_bytes()).await.json()), ["accepted"]);
    let body = json!({"barcodes": ["KIT-00078"], "state": "received"});
    let noted = lab.post(&lab.lab, "/api/v1/lab/custody", &body).await;
    assert_eq!(noted.status, StatusCode::OK, "{}", noted.text());
    assert_eq!(statuses(&lab.upload("?dry_run=true", nameless.as_bytes()).await.json()), ["accepted"]);
}

#[tokio::test]
async fn every_visible_sheet_of_a_workbook_is_read_and_what_is_not_is_named() {
    let lab = TestLab::sqlite().await;
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let header = "Mã xét nghiệm,Họ và tên,Ngày sinh,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả";
    for (name, lines) in [
        ("Ẩn", vec![header, "A9,Lê Thị Ẩn,1950,09/03/2022,09/03/2022,PCR,Âm tính"]),
        ("Sáng", vec![header, "A1,Lê Thị Tám,1950,09/03/2022,09/03/2022,PCR,Âm tính"]),
        ("Ghi chú", vec!["abc"]),
        ("Chiều", vec![header, "A2,Trần Văn Chín,1951,09/03/2022,09/03/2022,PCR,Âm tính"]),
        ("Thiếu", vec!["Mã xét nghiệm,Họ và tên,Ngày sinh", "A3,Ngô Văn Mười,1952"]),
    ] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, line) in (0..).zip(lines) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        match name {
            "Ẩn" => drop(sheet.set_hidden(true)),
            "Sáng" => drop(sheet.set_active(true)),
            _ => {}
        }
    }
    let report = lab.upload("?dry_run=true", &workbook.save_to_buffer().unwrap()).await.json();
    let rows: Vec<_> = report["rows"].as_array().unwrap().iter().map(|row| (&row["accession"], &row["row"])).collect();
    assert_eq!(rows, [(&json!("A1"), &json!(2)), (&json!("A2"), &json!(4))], "{report}");
    let told: Vec<_> =
        report["warnings"].as_array().unwrap().iter().map(|one| (&one["column"], &one["code"])).collect();
    assert!(told.contains(&(&json!("Chiều"), &json!("next_sheet"))), "{told:?}");
    assert!(told.contains(&(&json!("Thiếu"), &json!("sheet_not_read"))), "{told:?}");
}
