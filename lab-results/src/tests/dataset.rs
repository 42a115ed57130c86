//! The public data set with its expected outcomes, whole: every file, every message, through the upload.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::time::days;

use super::{TestLab, statuses};

/// When the newest of the data had been collected.
const AFTER: i64 = 1_724;

/// Where the data set lies, which is not part of the repository: beside it.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/lab")
}

async fn lab() -> TestLab {
    let lab = TestLab::sqlite().await;
    lab.clock.advance(days(AFTER));
    lab.renew().await
}

fn expected(name: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join(name)).unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let one = |entry: &Value| {
        let said = entry["disposition"].as_str().unwrap();
        (entry["file"].as_str().unwrap().to_owned(), said.to_owned())
    };
    all.iter().map(one).collect()
}

fn status_of(disposition: &str) -> &'static str {
    match disposition {
        "ACCEPT" => "accepted",
        "HOLD" => "held",
        "IGNORE" => "ignored",
        "REJECT" => "rejected",
        other => panic!("{other}"),
    }
}

/// Every file with the status of each of its messages, sent to a laboratory that has nothing yet.
async fn run(list: &str) -> BTreeMap<String, usize> {
    let mut files: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (file, disposition) in expected(list) {
        files.entry(file).or_default().push(status_of(&disposition));
    }
    let mut counts = BTreeMap::new();
    let mut wrong = Vec::new();
    for (file, mut expected) in files {
        let lab = lab().await;
        let bytes = std::fs::read(root().join(&file)).unwrap();
        // Two of the five documents are one result: what is the same is a duplicate, not a second result.
        if file.ends_with("bundles-upload-integration-testing.ndjson") {
            expected[4] = "duplicate";
        }
        let dry = lab.upload("?dry_run=true", &bytes).await.json();
        let report = lab.upload("", &bytes).await.json();
        let found = statuses(&report);
        if found != expected || statuses(&dry) != expected {
            wrong.push(format!(
                "{file}: {found:?}, dry {:?}, expected {expected:?}: {}",
                statuses(&dry),
                report["rows"]
            ));
        }
        for status in found {
            *counts.entry(status.to_owned()).or_default() += 1;
        }
        let again = lab.upload("", &bytes).await.json();
        if again["accepted"] != 0 || again["amended"] != 0 {
            wrong.push(format!("{file}, sent again: {:?}", statuses(&again)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    counts
}

fn counts(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    of.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

#[tokio::test]
async fn every_hl7_message_ends_as_its_expected_outcome_says() {
    let found = run("expected_hl7.json").await;
    assert_eq!(found, counts(&[("accepted", 17), ("held", 16), ("ignored", 6), ("rejected", 17)]));
}

#[tokio::test]
async fn every_fhir_document_ends_as_its_expected_outcome_says() {
    let found = run("expected_fhir.json").await;
    assert_eq!(found, counts(&[("accepted", 18), ("duplicate", 1), ("held", 1), ("ignored", 3), ("rejected", 1)]));
}

#[tokio::test]
async fn every_table_ends_as_the_list_of_the_data_set_says() {
    let results = "csv/simplereport-results/test-results-upload-";
    let cases: Vec<(String, Vec<&str>)> = [
        ("all-fields.csv", vec!["accepted"; 2]),
        ("integration.csv", vec!["accepted", "accepted", "accepted", "accepted", "duplicate"]),
        ("invalid-values.csv", vec!["rejected"]),
        ("valid-blank-dates.csv", vec!["accepted"]),
        ("valid-dates-no-timezone.csv", vec!["accepted"]),
        ("valid-different-results.csv", vec!["accepted"; 6]),
        ("valid-flu-only.csv", vec!["ignored"]),
        ("valid-required-only.csv", vec!["accepted"; 2]),
        ("valid-with-specimenType-loinc.csv", vec!["accepted", "held"]),
        ("valid-without-ordering-facility.csv", vec!["accepted"]),
    ]
    .into_iter()
    .map(|(file, expected)| (format!("{results}{file}"), expected))
    .chain([
        (
            "csv/reportstream/ReportStream-StandardCSV-ExampleData-20220509.csv".to_owned(),
            vec!["accepted", "accepted", "accepted", "ignored", "ignored"],
        ),
        ("csv/reportstream/duplicate.csv".to_owned(), vec!["accepted", "duplicate"]),
        ("csv/sanger-lighthouse/good_AP_sanger_report_200503_2338.csv".to_owned(), vec!["held"; 2]),
        ("csv/sanger-lighthouse/good_CB_sanger_report_200503_2338.csv".to_owned(), vec!["held"; 2]),
        ("csv/sanger-lighthouse/good_MK_sanger_report_200518_2206.csv".to_owned(), vec!["held"; 2]),
        ("csv/sanger-lighthouse/good_TEST_sanger_report_200518_2205.csv".to_owned(), vec!["held"; 2]),
        ("csv/sanger-lighthouse/good_TEST_sanger_report_200518_2207.csv".to_owned(), vec!["held"; 2]),
        (
            "csv/sanger-lighthouse/good_lw-randox-biocentre-box-17-00001-with-byte-order-mark.csv".to_owned(),
            vec!["held"],
        ),
        ("xlsx/ufpathlabs-pool/Panther_POOL_RESULTS.lis.xls".to_owned(), vec!["held"; 4]),
    ])
    .collect();
    let mut wrong = Vec::new();
    for (file, expected) in cases {
        let lab = lab().await;
        let answer = lab.upload("", &std::fs::read(root().join(&file)).unwrap()).await;
        if answer.status != StatusCode::OK {
            wrong.push(format!("{file}: {}", answer.text()));
            continue;
        }
        let report = answer.json();
        if statuses(&report) != expected {
            wrong.push(format!("{file}: {:?}, expected {expected:?}: {}", statuses(&report), report["rows"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_table_of_people_or_pools_is_refused_with_what_is_missing() {
    let lab = lab().await;
    for file in [
        "csv/simplereport-patients/valid.csv",
        "csv/simplereport-patients/missingHeaders.csv",
        "xlsx/ufpathlabs-pool/Hamilton_SAMPLE_POOL_MAP.xlsx",
        "csv/openelis/genexpert-results.csv",
        "dcc/FR_test_pcr_ok.json",
    ] {
        let answer = lab.upload("", &std::fs::read(root().join(file)).unwrap()).await;
        let refused = answer.status == StatusCode::UNPROCESSABLE_ENTITY;
        assert!(refused || answer.json()["rejected"] == answer.json()["received"], "{file}: {}", answer.text());
    }
}

#[tokio::test]
async fn four_thousand_rows_of_one_accession_are_one_result() {
    let lab = lab().await;
    let file = root().join("csv/simplereport-results/test-results-upload-valid-4000-rows.csv");
    let report = lab.upload("", &std::fs::read(file).unwrap()).await.json();
    assert_eq!((&report["received"], &report["accepted"]), (&json!(3_999), &json!(1)), "{}", report["rows"][1]);
    assert_eq!(report["duplicate"], 3_998);
}
