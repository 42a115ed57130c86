//! Every way in: HL7 v2 with its acknowledgements, FHIR with its outcomes, workbooks, mappings.

use axum::http::StatusCode;
use serde_json::json;

use super::{TestLab, statuses};

/// A message of one result.
pub fn message(accession: &str, code: &str, status: &str) -> String {
    format!(
        "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-{accession}|P|2.5.1\r\
         PID|1||079050000123^^^^NI||Lê^Thị Tám||19500201|F|||^^^^^VN||0912345678\r\
         ORC|RE||{accession}\r\
         OBR|1||{accession}|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
         OBX|1|CWE|94500-6^RT-PCR^LN||{code}^x^SCT||||||{status}|||20220309080000\r\
         SPM|1|^{accession}||258500001^NP^SCT|||||||||||||20220309080000\r"
    )
}

pub const DETECTED: &str = "260373001";
const NOT_DETECTED: &str = "260415000";

async fn hl7(lab: &TestLab, text: &str) -> String {
    let answer = lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/hl7-v2", text.to_owned()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn a_message_is_stored_and_acknowledged_and_a_correction_travels() {
    let lab = TestLab::sqlite().await;
    let ack = hl7(&lab, &message("A1", DETECTED, "F")).await;
    assert!(ack.contains("\rMSA|AA|ID-A1\r"), "{ack}");
    assert!(!ack.contains("ERR|"), "{ack}");
    assert_eq!(lab.events().await.len(), 1);
    assert!(hl7(&lab, &message("A1", DETECTED, "F")).await.contains("MSA|AA|"));
    assert!(lab.events().await.is_empty());
    let differs = hl7(&lab, &message("A1", NOT_DETECTED, "F")).await;
    assert!(differs.contains("MSA|AA|") && differs.contains("|205^") && differs.contains("|W|"), "{differs}");
    assert!(hl7(&lab, &message("A1", NOT_DETECTED, "C")).await.contains("MSA|AA|"));
    let events = lab.events().await;
    assert_eq!(events.len(), 1);
    assert!(events[0].kind.contains("amended"), "{}", events[0].kind);
    assert!(hl7(&lab, &message("A1", NOT_DETECTED, "W")).await.contains("MSA|AA|"));
    assert_eq!(lab.events().await.len(), 1);
    let results = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    assert_eq!(results["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_over_http_has_the_answer_of_the_application_whatever_it_asks_for() {
    let lab = TestLab::sqlite().await;
    let asking = |asked: &str| message("A1", DETECTED, "F").replace("|P|2.5.1\r", &format!("|P|2.5.1|||{asked}\r"));
    let codes = async |text: &str| -> Vec<String> {
        let answer = hl7(&lab, text).await;
        answer.split('\r').filter_map(|segment| segment.strip_prefix("MSA|")).map(str::to_owned).collect()
    };
    for asked in ["AL|NE", "AL|AL", "ER|NE", "NE|NE"] {
        assert_eq!(codes(&asking(asked)).await, ["AA|ID-A1"], "{asked}");
    }
    assert_eq!(lab.events().await.len(), 1);
    let born = asking("AL|AL").replace("19500201", "DeIdentified");
    assert_eq!(codes(&born).await, ["AE|ID-A1"]);
    assert_eq!(codes(&asking("AL|AL").replace("ORU^R01^ORU_R01", "ADT^A31")).await, ["AR|ID-A1"]);
}

#[tokio::test]
async fn what_is_no_message_or_not_ours_is_answered_and_stored_nowhere() {
    let lab = TestLab::sqlite().await;
    assert!(hl7(&lab, "hello").await.contains("MSA|AR|\r"));
    let adt = message("A1", DETECTED, "F").replace("ORU^R01^ORU_R01", "ADT^A31");
    assert!(hl7(&lab, &adt).await.contains("MSA|AR|ID-A1\rERR||MSH^1^9|200^"));
    let born = message("A1", DETECTED, "F").replace("19500201", "DeIdentified");
    assert!(hl7(&lab, &born).await.contains("MSA|AE|ID-A1\rERR||PID^1^7|102^"));
    let other = lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/json", "{}").await;
    assert_eq!(other.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"], json!([]));
}

#[tokio::test]
async fn test_traffic_is_judged_and_never_released() {
    let lab = TestLab::sqlite().await;
    let test = message("A1", DETECTED, "F").replace("|P|2.5.1", "|T|2.5.1");
    let report = lab.upload("", test.as_bytes()).await.json();
    assert_eq!(statuses(&report), ["accepted"]);
    assert_eq!(statuses(&lab.upload("", test.as_bytes()).await.json()), ["duplicate"]);
    assert!(lab.events().await.is_empty());
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"], json!([]));
    // What is real afterwards is a result of its own.
    assert_eq!(statuses(&lab.upload("", message("A1", DETECTED, "F").as_bytes()).await.json()), ["accepted"]);
    assert_eq!(lab.events().await.len(), 1);
}

#[tokio::test]
async fn several_results_of_a_message_are_one_row() {
    let lab = TestLab::sqlite().await;
    let more = "OBX|2|CWE|94558-4^Ag^LN||260415000^x^SCT||||||F|||20220309080000\r";
    let both = message("A1", NOT_DETECTED, "F").replace("SPM|", &format!("{more}SPM|"));
    let report = lab.upload("", both.as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["received"]), (vec!["accepted"], &json!(1)));
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(statuses(&lab.upload("", both.as_bytes()).await.json()), ["duplicate"]);
    let corrected = both
        .replace("||260415000^x^SCT||||||F|||20220309080000\rSPM", "||419984006^x^SCT||||||C|||20220309080000\rSPM");
    assert_eq!(statuses(&lab.upload("", corrected.as_bytes()).await.json()), ["held"]);
    let genes = both.replace("94558-4^Ag", "94559-2^ORF1ab");
    assert_eq!(statuses(&lab.upload("", genes.replace("A1", "A2").as_bytes()).await.json()), ["accepted"]);
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_laboratory_maps_its_own_codes() {
    let lab = TestLab::sqlite().await;
    let local = message("A1", "BT", "F").replace("94500-6^RT-PCR^LN", "COVID01^SARS-CoV-2 PCR^L");
    let report = lab.upload("", local.as_bytes()).await.json();
    assert_eq!(statuses(&report), ["held"]);
    let words = json!({"items": [
        {"kind": "test", "local": "COVID01", "target": "94500-6"},
        {"kind": "outcome", "local": "bt", "target": "not_detected"},
        {"kind": "header", "local": "Kết luận cuối", "target": "outcome"},
    ]});
    let put = lab.put(&lab.lab, "/api/v1/lab/mappings", &words).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    assert_eq!(put.json()["items"].as_array().unwrap().len(), 3);
    assert_eq!(statuses(&lab.upload("", local.as_bytes()).await.json()), ["accepted"]);
    let csv = "Mã xét nghiệm,Họ và tên,Ngày sinh,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết luận cuối\n\
               A7,Trần Văn Bảy,07/07/1977,09/03/2022 08:00,09/03/2022 20:00,COVID01,BT\n";
    let report = lab.upload("", csv.as_bytes()).await.json();
    assert_eq!(statuses(&report), ["accepted"], "{report}");
    let wrong = json!({"items": [{"kind": "test", "local": "X", "target": "7"}, {"kind": "colour", "local": "y"}]});
    let refused = lab.put(&lab.lab, "/api/v1/lab/mappings", &wrong).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/items/1/kind"))
    );
    assert_eq!(lab.get(&lab.officer, "/api/v1/lab/mappings?lab_code=XX").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        lab.get(&lab.lab, "/api/v1/lab/mappings?lab_code=HCM-PASTEUR").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let words = lab.get(&lab.lab, "/api/v1/lab/dictionary").await.json();
    assert!(words["columns"].as_array().unwrap().iter().any(|c| c["column"] == "outcome" && c["vi"] == "Kết quả"));
}

#[tokio::test]
async fn somebody_who_resembles_another_is_held_and_nobody_else() {
    let lab = TestLab::sqlite().await;
    let of = |accession: &str, id: &str, phone: &str, birth: &str| {
        message(accession, NOT_DETECTED, "F")
            .replace("079050000123^^^^NI", id)
            .replace("0912345678", phone)
            .replace("19500201", birth)
    };
    let (number, phone) = ("079050000123^^^^NI", "0912345678");
    for (text, expected) in [
        (of("A1", number, phone, "19500201"), "accepted"),
        (of("A2", number, "", "19500201"), "accepted"),
        (of("A3", "", phone, "19500201"), "accepted"),
        (of("A4", "", "", "19500201"), "held"),
        (of("A5", "", "", ""), "held"),
        (of("A6", "", "", "19610201"), "accepted"),
        (of("A7", number, "", "19710201").replace("Lê^Thị Tám", "Ngô^Văn Chín"), "held"),
    ] {
        let report = lab.upload("", text.as_bytes()).await.json();
        assert_eq!(statuses(&report), [expected], "{text}: {report}");
    }
    let nobody = of("A8", "", "", "").replace("Lê^Thị Tám", "");
    let report = lab.upload("", nobody.as_bytes()).await.json();
    assert_eq!((statuses(&report), &report["rows"][0]["errors"][0]["code"]), (vec!["held"], &json!("unknown_tube")));
}

#[tokio::test]
async fn a_bundle_is_answered_by_an_operation_outcome() {
    let lab = TestLab::sqlite().await;
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"text": "Trần Thị Bưởi"}], "birthDate": "1970"}},
        {"resource": {"resourceType": "DiagnosticReport", "identifier": [{"value": "F1"}], "status": "final",
            "result": [{"reference": "Observation/o"}], "issued": "2022-03-09T20:00:00+07:00"}},
        {"resource": {"resourceType": "Observation", "id": "o", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
            "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2022-03-09",
            "valueCodeableConcept": {"coding": [{"code": "260373001"}]}}},
    ]});
    let send = async |body: String| lab.post_as(&lab.lab, "/api/v1/lab/fhir", "application/fhir+json", body).await;
    let answer = send(bundle.to_string()).await;
    assert_eq!((answer.status, &answer.json()["resourceType"]), (StatusCode::OK, &json!("OperationOutcome")));
    assert_eq!(answer.json()["issue"][0]["details"]["coding"][0]["code"], "accepted", "{}", answer.text());
    assert_eq!(lab.events().await.len(), 1);
    assert_eq!(send(bundle.to_string()).await.json()["issue"][0]["code"], "duplicate");
    let withdrawn = bundle.to_string().replace("\"final\"", "\"entered-in-error\"");
    assert_eq!(send(withdrawn).await.json()["issue"][0]["details"]["coding"][0]["code"], "amended");
    let alone = send(bundle["entry"][2]["resource"].to_string()).await;
    assert_eq!(
        (alone.status, &alone.json()["issue"][0]["severity"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("error"))
    );
    assert_eq!(send("{\"resourceType\": ".to_owned()).await.status, StatusCode::BAD_REQUEST);
    let two = json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"text": "Trần Văn Một"}], "birthDate": "1971"}},
        {"resource": {"resourceType": "Patient", "id": "q", "name": [{"text": "Trần Văn Hai"}], "birthDate": "1972"}},
        {"resource": {"resourceType": "Observation", "id": "1", "status": "final", "subject": {"reference": "Patient/q"},
            "identifier": [{"value": "G1"}], "code": {"coding": [{"code": "94500-6"}]}, "valueString": "Âm tính"}},
        {"resource": {"resourceType": "Observation", "id": "2", "status": "final", "subject": {"reference": "Patient/p"},
            "identifier": [{"value": "G2"}], "code": {"coding": [{"code": "94500-6"}]}, "valueString": "Dương tính"}},
    ]});
    assert_eq!(send(two.to_string()).await.json()["issue"][0]["details"]["coding"][0]["code"], "accepted");
    let results = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    let detected = results["items"].as_array().unwrap().iter().find(|r| r["accession"] == "G2").unwrap().clone();
    assert_eq!(detected["outcome"], "detected");
    let person = lab.get(&lab.officer, "/api/v1/people?q=Tran%20Van%20Mot").await.json()["items"][0]["id"].clone();
    assert_eq!(detected["person_id"], person);
}

#[tokio::test]
async fn validating_reads_any_body_and_stores_nothing() {
    let lab = TestLab::sqlite().await;
    let path = "/api/v1/lab/validate";
    let text = message("A1", DETECTED, "F");
    let read = lab.post_as(&lab.lab, path, "application/hl7-v2", text).await.json();
    assert_eq!((&read["format"], &read["accepted"]), (&json!("hl7"), &json!(1)));
    assert_eq!(read["rows"][0]["fields"]["person"]["full_name"], "Lê Thị Tám");
    assert_eq!(read["rows"][0]["fields"]["outcome"], "detected");
    assert_eq!(read["rows"][0]["source"]["OBX-5"], "260373001^x^SCT");
    assert_eq!(read["rows"][0]["source"]["PID-5"], "Lê^Thị Tám");
    assert_eq!(read["rows"][0]["source"]["MSH-4"], "TG-CDC");
    assert!(lab.events().await.is_empty());
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"], json!([]));
}

#[tokio::test]
async fn messages_and_documents_in_utf_16_are_read_and_a_message_cut_off_before_its_orders_is_refused() {
    let lab = TestLab::sqlite().await;
    let wide = |text: &str| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let whole = message("A1", DETECTED, "F");
    let read = lab.upload("", &wide(&whole)).await.json();
    assert_eq!(read["accepted"], json!(1), "{read}");
    assert_eq!(lab.upload("", whole.as_bytes()).await.json()["duplicate"], json!(1));
    // Without a mark the zero bytes tell; in the other byte order, and as a document.
    let bare: Vec<u8> = whole.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(lab.upload("", &bare).await.json()["duplicate"], json!(1));
    let sent = lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/hl7-v2", bare).await;
    assert!(sent.text().contains("MSA|AA|ID-A1"), "{}", sent.text());
    let json = json!([super::result(&[("/accession", json!("A2")), ("/person/full_name", json!("Ngô Ấu Ưởng"))])]);
    let bare: Vec<u8> = json.to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = lab.upload("", &bare).await.json();
    assert_eq!(read["accepted"], json!(1), "{read}");
    let cut: String = whole.split_inclusive('\r').take_while(|segment| !segment.starts_with("OBR")).collect();
    for bytes in [cut.into_bytes(), whole.as_bytes()[..whole.find("OBR").unwrap() - 20].to_vec()] {
        let answer = lab.upload("", &bytes).await.json();
        assert_eq!(answer["rejected"], json!(1), "{answer}");
        assert_eq!(answer["rows"][0]["errors"][0]["code"], "broken_off");
    }
}

#[tokio::test]
async fn a_message_cut_off_anywhere_before_its_value_is_whole_is_never_taken_for_one_without_a_result() {
    let lab = TestLab::sqlite().await;
    let whole = message("A1", DETECTED, "F");
    let value = whole.find(DETECTED).unwrap() + DETECTED.len();
    for end in whole.find("PID").unwrap()..value {
        let answer = lab.upload("?dry_run=true", &whole.as_bytes()[..end]).await.json();
        let row = &answer["rows"][0];
        assert!(row["status"] == "rejected" || row["status"] == "held", "{end}: {answer}");
        assert!(!row["errors"][0]["code"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_order_without_results_is_ignored_where_it_says_so_and_broken_off_where_it_does_not() {
    let lab = TestLab::sqlite().await;
    let without = |status: &str| -> String {
        let whole = message("A1", DETECTED, "F").replace("20220309200000|||F", &format!("20220309200000|||{status}"));
        whole.split_inclusive('\r').filter(|segment| !segment.starts_with("OBX")).collect()
    };
    for (status, outcome) in [("X", "ignored"), ("I", "ignored"), ("F", "rejected"), ("", "rejected")] {
        let answer = lab.upload("", without(status).as_bytes()).await.json();
        assert_eq!(answer["rows"][0]["status"], outcome, "{status}: {answer}");
    }
    let answer = lab.upload("", without("F").as_bytes()).await.json();
    assert_eq!(answer["rows"][0]["errors"][0]["column"], "OBX");
}
