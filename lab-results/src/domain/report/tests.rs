use super::*;

fn upload() -> UploadId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
}

fn error(code: &str) -> CellError {
    CellError::new("Kết quả", code, Bilingual::new("Sai", "Wrong"))
}

#[test]
fn a_report_counts_and_speaks_the_language_that_was_asked_for() {
    let mut report = RowReport::new(upload());
    let id: ResultId = "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap();
    report.push(RowOutcome {
        row: 1,
        accession: Some("A1".into()),
        status: RowStatus::Accepted,
        result_id: Some(id),
        person_id: None,
        errors: vec![],
        warnings: vec![],
    });
    report.push(RowOutcome::rejected(2, None, vec![error("outcome")]));
    report.warn(CellError::new("Ghi chú", "unknown_column", Bilingual::new("Không dùng", "Not used")));
    let json = report.to_json(Lang::En);
    assert_eq!(
        json,
        serde_json::json!({
            "upload_id": upload(), "received": 2, "accepted": 1, "duplicate": 0, "amended": 0, "held": 0, "ignored": 0,
            "rejected": 1,
            "warnings": [{"column": "Ghi chú", "code": "unknown_column", "detail": "Not used"}],
            "rows": [
                {"row": 1, "accession": "A1", "status": "accepted", "result_id": id, "errors": []},
                {"row": 2, "accession": null, "status": "rejected",
                 "errors": [{"column": "Kết quả", "code": "outcome", "detail": "Wrong"}]},
            ],
        })
    );
    let mut written = Vec::new();
    report.write_json(Lang::Vi, &mut written).unwrap();
    let read: Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(read["rows"][1]["errors"][0]["detail"], "Sai");
}

#[test]
fn errors_that_say_the_same_are_kept_once() {
    let mut report = RowReport::new(upload());
    for row in 1..=3 {
        report.push(RowOutcome::rejected(row, None, vec![error("outcome")]));
    }
    let first = &report.rows()[0].errors[0];
    assert!(report.rows().iter().all(|r| Arc::ptr_eq(&r.errors[0], first)));
}

#[test]
fn more_kinds_of_errors_than_are_shared_lose_nothing() {
    let mut report = RowReport::new(upload());
    let rows = SHARED_ERRORS as u64 + 10;
    for row in 0..rows {
        report.push(RowOutcome::rejected(row, None, vec![error(&format!("code_{row}"))]));
    }
    assert_eq!(report.shared.len(), SHARED_ERRORS);
    let last = report.rows().last().unwrap();
    assert_eq!(last.errors().next().unwrap().code, format!("code_{}", rows - 1));
}

#[test]
fn the_strictest_status_speaks_for_a_message() {
    use RowStatus::{Accepted, Amended, Duplicate, Held, Ignored, Rejected};
    assert_eq!([Ignored, Accepted, Held].into_iter().max(), Some(Held));
    assert_eq!([Ignored, Accepted].into_iter().max(), Some(Accepted));
    assert!(Duplicate < Amended && Held < Rejected);
}

#[test]
fn a_kept_row_without_errors_is_small() {
    assert!(size_of::<StoredRow>() <= 96, "{}", size_of::<StoredRow>());
}
