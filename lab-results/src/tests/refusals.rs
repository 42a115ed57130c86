//! What is sent wrongly: a clear answer, nothing lost, nothing half done.

use super::{TestLab, errors, multipart, result, statuses};
use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};

fn one(column: &str, code: &str) -> Vec<(String, String)> {
    vec![(column.to_owned(), code.to_owned())]
}

#[tokio::test]
async fn a_single_result_that_is_refused_is_still_a_report() {
    let lab = TestLab::sqlite().await;
    let mut missing = result(&[]);
    missing.as_object_mut().unwrap().remove("accession");
    let report = lab.results(&missing).await;
    assert_eq!((report["rejected"].clone(), report["received"].clone()), (json!(1), json!(1)));
    assert_eq!(errors(&report), one("/accession", "required"));
    assert!(lab.events().await.is_empty());
}

#[tokio::test]
async fn what_the_register_does_not_know_is_refused_at_its_field() {
    let lab = TestLab::sqlite().await;
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let mut by_tube = result(&[("/barcode", json!("T9"))]);
    by_tube.as_object_mut().unwrap().remove("person");
    let report = lab.results(&json!([result(&[("/person", json!({"id": nobody}))])])).await;
    assert_eq!(errors(&report), one("/0/person/id", "unknown_person"));
    let held = lab.results(&by_tube).await;
    assert_eq!((statuses(&held), errors(&held)), (vec!["held"], one("/barcode", "unknown_tube")));
    let by_officer = lab.post(&lab.officer, "/api/v1/lab/results", &result(&[("/lab_code", json!("XX"))])).await;
    assert_eq!(errors(&by_officer.json()), one("/lab_code", "unknown_lab"));
    let other = lab.results(&result(&[("/lab_code", json!("HCM-PASTEUR"))])).await;
    assert_eq!(errors(&other), one("/lab_code", "wrong_lab"));
}

#[tokio::test]
async fn the_good_results_of_a_list_are_kept() {
    let lab = TestLab::sqlite().await;
    let report =
        lab.results(&json!([result(&[]), 7, result(&[("/accession", json!("A2")), ("/outcome", json!("?"))])])).await;
    assert_eq!(statuses(&report), ["accepted", "rejected", "rejected"]);
    assert_eq!(report["rows"][1]["errors"][0]["column"], "/1");
    assert_eq!(report["rows"][2]["errors"][0]["column"], "/2/outcome");
    assert_eq!(report["rows"][2]["accession"], "A2");
    assert_eq!(lab.events().await.len(), 1);
}

#[tokio::test]
async fn the_id_of_another_result_is_refused() {
    let lab = TestLab::sqlite().await;
    let id = json!("01890a5d-ac96-774b-bcce-b302099a8057");
    let report = lab.results(&result(&[("/id", id.clone())])).await;
    assert_eq!(report["rows"][0]["result_id"], id);
    let report = lab.results(&result(&[("/id", id), ("/accession", json!("A2"))])).await;
    assert_eq!(errors(&report), one("/id", "id_conflict"));
}

#[tokio::test]
async fn bodies_that_cannot_be_read_have_a_status_of_their_own() {
    let lab = TestLab::with(|config| {
        config.body_limit = 2_000;
        config.upload_limit = 4_000;
    })
    .await;
    let results = "/api/v1/lab/results";
    let status = |answer: super::Answer| answer.status.as_u16();
    assert_eq!(status(lab.post_as(&lab.lab, results, "application/json", "{\"accession\": ").await), 400);
    assert_eq!(status(lab.post_as(&lab.lab, results, "text/plain", "{}").await), 415);
    assert_eq!(status(lab.post_as(&lab.lab, results, "application/json", "7").await), 422);
    assert_eq!(status(lab.post_as(&lab.lab, results, "application/json", " ".repeat(2_001)).await), 413);
    assert_eq!(status(lab.post_as("", results, "application/json", "{}").await), 401);
    let uploads = "/api/v1/lab/uploads";
    assert_eq!(status(lab.post_as(&lab.lab, uploads, "text/csv", "a,b").await), 415);
    assert_eq!(status(lab.upload("", &[b'x'; 4_001]).await), 413);
    let (content_type, body) = multipart("other", b"a,b");
    assert_eq!(status(lab.post_as(&lab.lab, uploads, &content_type, body).await), 422);
    let (content_type, body) = multipart("file", b"a,b");
    let cut = body[..body.len() - 20].to_vec();
    assert_eq!(status(lab.post_as(&lab.lab, uploads, &content_type, cut).await), 400);
    assert_eq!(status(lab.upload("?id=7", b"a,b").await), 422);
}

#[tokio::test]
async fn a_file_of_another_format_is_told_which_ones_are_taken() {
    let lab = TestLab::sqlite().await;
    for (file, code) in [
        (&b"%PDF-1.7"[..], "unsupported_format"),
        (b"\xd0\xcf\x11\xe0....", "unsupported_format"),
        (b"PK\x03\x04....", "broken_workbook"),
        (b"{\"accession\": ", "json"),
    ] {
        let answer = lab.upload("", file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["errors"][0]["code"], code);
    }
    for file in [&b"MSH|^~\\&|LAB"[..], b"{\"resourceType\": \"Bundle\"", b"{\"resourceType\": \"Patient\"}"] {
        let report = lab.upload("", file).await.json();
        assert_eq!(statuses(&report), ["rejected"]);
    }
    let headless = lab.upload("", b"x,y\n1,2\n").await;
    assert_eq!(headless.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", headless.text());
    assert_eq!(headless.json()["errors"][0]["pointer"], "/file");
}

#[tokio::test]
async fn an_export_too_long_to_be_read_whole_is_refused_and_not_cut() {
    let lab = TestLab::sqlite().await;
    let sample = "RESULT TABLE\nSample ID,S1\nTest Type,SARS-CoV-2\nTest Result,SARS-CoV-2 NEGATIVE\n\n";
    let export = |samples: usize| format!("GeneXpert Dx System Export File\n\n{}", sample.repeat(samples));
    let short = lab.upload("?dry_run=true", export(3).as_bytes()).await;
    assert_eq!(short.json()["received"], 3);
    let long = lab.upload("", export(16 * 1024 * 1024 / sample.len() + 1).as_bytes()).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(long.json()["errors"][0]["code"], "too_long");
}

#[tokio::test]
async fn a_laboratorys_account_without_a_laboratory_sends_nothing() {
    let lab = TestLab::sqlite().await;
    let nobody = lab.account("stray", Role::Lab, None, AreaScope::Province("82".to_owned())).await;
    assert_eq!(lab.post(&nobody, "/api/v1/lab/results", &result(&[])).await.status, StatusCode::FORBIDDEN);
    let doctor = lab.account("doctor", Role::Doctor, None, AreaScope::Province("82".to_owned())).await;
    assert_eq!(lab.post(&doctor, "/api/v1/lab/results", &Value::Null).await.status, StatusCode::FORBIDDEN);
}
