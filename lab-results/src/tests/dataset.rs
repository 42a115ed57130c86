//! The public data set with its expected outcomes, whole: every file, every message, through the upload.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use serde_json::Value;
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

/// The files whose outcomes stand in no list of the data set but in the words of its README.
const FILES: &[(&str, &[&str])] = &[
    ("csv/openelis/genexpert-results.csv", &["held", "ignored"]),
    (
        "csv/reportstream/ReportStream-StandardCSV-ExampleData-20220509.csv",
        &["accepted", "accepted", "accepted", "ignored", "ignored"],
    ),
    ("csv/reportstream/duplicate.csv", &["accepted", "duplicate"]),
    ("csv/sanger-lighthouse/good_AP_sanger_report_200503_2338.csv", &["held"; 2]),
    ("csv/sanger-lighthouse/good_CB_sanger_report_200503_2338.csv", &["held"; 2]),
    ("csv/sanger-lighthouse/good_MK_sanger_report_200518_2206.csv", &["held"; 2]),
    ("csv/sanger-lighthouse/good_TEST_sanger_report_200518_2205.csv", &["held"; 2]),
    ("csv/sanger-lighthouse/good_TEST_sanger_report_200518_2207.csv", &["held"; 2]),
    ("csv/sanger-lighthouse/good_lw-randox-biocentre-box-17-00001-with-byte-order-mark.csv", &["held"]),
    // Files of patients hold no result: each is refused as a whole, with the columns that are missing.
    ("csv/simplereport-patients/alternateValues.csv", REFUSED),
    ("csv/simplereport-patients/duplicatePatients.csv", REFUSED),
    ("csv/simplereport-patients/extraColumns.csv", REFUSED),
    ("csv/simplereport-patients/invalidValues.csv", REFUSED),
    ("csv/simplereport-patients/malformed.csv", REFUSED),
    ("csv/simplereport-patients/missingHeaders.csv", REFUSED),
    ("csv/simplereport-patients/missingOptionalFields.csv", REFUSED),
    ("csv/simplereport-patients/missingRequiredFields.csv", REFUSED),
    ("csv/simplereport-patients/slightlyLargeFile.csv", REFUSED),
    ("csv/simplereport-patients/valid.csv", REFUSED),
    ("csv/simplereport-patients/validRequiredOnly.csv", REFUSED),
    // What the origin made of its own tables.
    ("csv/simplereport-results/fhir-for-csv-with-comments.ndjson", &["accepted", "held"]),
    ("csv/simplereport-results/fhir-for-csv-with-specimenType-loinc.ndjson", &["accepted", "held"]),
    ("csv/simplereport-results/test-results-upload-valid-as-fhir.json", &["accepted"]),
    ("csv/simplereport-results/test-results-upload-all-fields.csv", &["accepted"; 2]),
    (
        "csv/simplereport-results/test-results-upload-integration.csv",
        &["accepted", "accepted", "accepted", "accepted", "duplicate"],
    ),
    // The origin refuses a device that does not do the test; which device does which test we do not know.
    ("csv/simplereport-results/test-results-upload-invalid-deviceModel_testPerformedCode.csv", &["accepted"]),
    ("csv/simplereport-results/test-results-upload-invalid-values.csv", &["rejected"]),
    ("csv/simplereport-results/test-results-upload-valid-4000-rows.csv", &["accepted", "3998 more: duplicate"]),
    ("csv/simplereport-results/test-results-upload-valid-blank-dates.csv", &["accepted"]),
    ("csv/simplereport-results/test-results-upload-valid-dates-no-timezone.csv", &["accepted"]),
    ("csv/simplereport-results/test-results-upload-valid-different-results.csv", &["accepted"; 6]),
    ("csv/simplereport-results/test-results-upload-valid-flu-only.csv", &["ignored"]),
    ("csv/simplereport-results/test-results-upload-valid-required-only.csv", &["accepted"; 2]),
    ("csv/simplereport-results/test-results-upload-valid-with-specimenType-loinc.csv", &["accepted", "held"]),
    ("csv/simplereport-results/test-results-upload-valid-without-ordering-facility.csv", &["accepted"]),
    // Certificates are no laboratory's results.
    ("dcc/AE_test.json", &["rejected"]),
    ("dcc/FR_test_pcr_ok.json", &["rejected"]),
    ("dcc/LU_INCERT_R_DCC_NAAT.json", &["rejected"]),
    // Who is in which pool is imported at POST pools/import (see the tests of pools), and is no result either.
    ("xlsx/ufpathlabs-pool/Hamilton_SAMPLE_POOL_MAP.xlsx", REFUSED),
    ("xlsx/ufpathlabs-pool/Panther_POOL_RESULTS.lis.xls", &["held"; 4]),
    ("xlsx/ufpathlabs-pool/TST_FINAL.xlsx", REFUSED),
];

/// A file of which no row can be read.
const REFUSED: &[&str] = &["refused"];

/// What every file of the data set must end as, row by row.
fn table() -> BTreeMap<String, Vec<String>> {
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for list in ["expected_hl7.json", "expected_fhir.json"] {
        for (file, disposition) in expected(list) {
            table.entry(file).or_default().push(status_of(&disposition).to_owned());
        }
    }
    // Two of the five documents are one result: what is the same is a duplicate, not a second result.
    let twice = table.iter_mut().find(|(file, _)| file.ends_with("bundles-upload-integration-testing.ndjson"));
    "duplicate".clone_into(&mut twice.unwrap().1[4]);
    for (file, statuses) in FILES {
        let mut rows: Vec<String> = statuses.iter().map(|status| (*status).to_owned()).collect();
        if let Some(more) = statuses.iter().find_map(|status| status.strip_suffix(" more: duplicate")) {
            rows.pop();
            rows.extend(std::iter::repeat_n("duplicate".to_owned(), more.parse().unwrap()));
        }
        assert!(table.insert((*file).to_owned(), rows).is_none(), "{file} stands twice");
    }
    table
}

/// Every file of results in the data set.
fn files(under: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// What became of each row of a file.
fn outcome(answer: &super::Answer) -> Vec<String> {
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
        return vec!["refused".to_owned()];
    }
    statuses(&answer.json()).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn every_file_of_the_data_set_ends_as_its_expected_outcome_says() {
    let table = table();
    let mut all = Vec::new();
    for folder in ["csv", "xlsx", "hl7", "fhir", "dcc"] {
        files(&root().join(folder), &mut all);
    }
    let unlisted: Vec<_> = all.iter().filter(|file| !table.contains_key(*file)).collect();
    assert!(unlisted.is_empty(), "without an expected outcome: {unlisted:?}");
    let (mut counts, mut wrong) = (BTreeMap::new(), Vec::new());
    for (file, expected) in &table {
        let lab = lab().await;
        let bytes = std::fs::read(root().join(file)).unwrap();
        let dry = lab.upload("?dry_run=true", &bytes).await;
        let answer = lab.upload("", &bytes).await;
        let found = outcome(&answer);
        if found != *expected || outcome(&dry) != *expected {
            let said: String = answer.text().chars().take(600).collect();
            wrong.push(format!("{file}: {found:?}, dry {:?}, expected {expected:?}: {said}", outcome(&dry)));
        }
        for status in found {
            *counts.entry(status).or_insert(0) += 1;
        }
        let again = lab.upload("", &bytes).await;
        if answer.status == StatusCode::OK && (again.json()["accepted"] != 0 || again.json()["amended"] != 0) {
            wrong.push(format!("{file}, sent again: {:?}", outcome(&again)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let expected =
        [("accepted", 62), ("duplicate", 4_001), ("held", 36), ("ignored", 13), ("refused", 13), ("rejected", 22)];
    assert_eq!(counts, expected.into_iter().map(|(status, count)| (status.to_owned(), count)).collect());
}

#[tokio::test]
async fn a_refused_file_says_what_is_missing() {
    let lab = lab().await;
    for (file, code) in [
        ("csv/simplereport-patients/missingHeaders.csv", "missing_column"),
        ("csv/simplereport-patients/valid.csv", "missing_column"),
        ("xlsx/ufpathlabs-pool/Hamilton_SAMPLE_POOL_MAP.xlsx", "no_header"),
    ] {
        let answer = lab.upload("", &std::fs::read(root().join(file)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        assert_eq!(errors[0]["code"], code, "{file}: {errors:?}");
        assert!(errors[0]["detail"].as_str().unwrap().contains("Mã xét nghiệm"), "{file}: {errors:?}");
    }
}
