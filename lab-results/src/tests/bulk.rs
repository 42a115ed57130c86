//! A chunk at once and row by row give the same report and leave the same tables: on the whole public data set, and on
//! random tables in which rows meet each other in every way.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Seek, Write as _};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::time::{days, minutes};
use shared_store::Database;
use shared_testkit::servers::{DATABASE_URL, TestPostgres};
use sqlx::Row;

use super::TestLab;
use super::flow::{person, sample, sampler};
use crate::app::sender::Sender;
use crate::app::upload::{self, Command, Received};
use crate::store::Together;

const ROW_BY_ROW: Together = Together { rows: 1, lanes: 1 };
const AT_ONCE: Together = Together { rows: 1_000, lanes: 1 };
/// Chunks that end in the middle, and lanes.
const IN_PIECES: Together = Together { rows: 7, lanes: 2 };

/// Sends a file as the laboratory's instrument, so many rows together; gives its report.
async fn send(lab: &TestLab, together: Together, bytes: &[u8], dry_run: bool) -> Value {
    let mut app = lab.app.clone();
    app.together = together;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let sender = Sender::instrument("TG-CDC", "bulk".to_owned());
    let command = Command { dry_run, ..Command::default() };
    match upload::take_file(&app, sender, Received { file, content_hash: String::new() }, command).await {
        Ok(report) => without_ids(report.to_json(Lang::Vi)),
        Err(problem) => json!({"refused": format!("{problem:?}")}),
    }
}

/// Ids are drawn, and differ: each is replaced by the number of its first appearance.
fn without_ids(mut report: Value) -> Value {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    report["upload_id"] = Value::Null;
    for row in report["rows"].as_array_mut().unwrap() {
        for field in ["result_id", "person_id"] {
            if let Some(id) = row[field].as_str().map(str::to_owned) {
                let next = numbers.len();
                row[field] = json!(*numbers.entry(id).or_insert(next));
            }
        }
    }
    report
}

/// What stands in the tables, without ids, links and times of writing.
async fn tables(lab: &TestLab) -> Vec<String> {
    let Database::Sqlite(engine) = &lab.app.platform.database else { panic!("the test is on SQLite") };
    let mut lines = Vec::new();
    for select in [
        "SELECT r.accession || '|' || r.version || '|' || r.outcome || '|' || r.state || '|' || r.hold_reasons || '|' || \
         r.status || '|' || r.loinc || '|' || COALESCE(p.full_name, '-') || '|' || COALESCE(p.birth_date, '-') || '|' || \
         COALESCE(r.ward_code, '-') || '|' || COALESCE(s.barcode, '-') FROM lab_results r \
         LEFT JOIN people p ON p.id = r.person_id LEFT JOIN lab_specimens s ON s.id = r.specimen_id",
        "SELECT 'version ' || r.accession || '|' || v.version || '|' || v.outcome || '|' || v.status \
         FROM lab_result_versions v JOIN lab_results r ON r.id = v.result_id",
        "SELECT 'held ' || accession || '|' || status || '|' || reasons || '|' || COALESCE(resolution, '-') FROM lab_held",
        "SELECT 'person ' || full_name || '|' || COALESCE(birth_date, birth_year, '-') || '|' || sex || '|' || \
         COALESCE(ward_code, '-') || '|' || (phone_index IS NULL) || (national_id_index IS NULL) FROM people",
        "SELECT 'review ' || reason || '|' || p.full_name || '|' || o.full_name FROM person_reviews r \
         JOIN people p ON p.id = r.person_id JOIN people o ON o.id = r.other_id",
        "SELECT 'event ' || kind || '|' || json_extract(event, '$.data.outcome') FROM outbox",
        // A line of many people counts for each of them, and is found under each.
        "SELECT 'audit ' || action || '|' || SUM(COALESCE(json_array_length(detail, '$.rows'), 1)) FROM audit_log \
         WHERE action <> 'upload.take' GROUP BY action",
        "SELECT 'audited ' || action || '|' || p.full_name || '|' || COUNT(*) FROM (SELECT action, subject FROM audit_log \
         UNION ALL SELECT l.action, 'person:' || lower(substr(hex(a.person_id), 1, 8) || '-' || \
         substr(hex(a.person_id), 9, 4) || '-' || substr(hex(a.person_id), 13, 4) || '-' || \
         substr(hex(a.person_id), 17, 4) || '-' || substr(hex(a.person_id), 21)) FROM audit_people a \
         JOIN audit_log l ON l.id = a.audit_id) t JOIN people p ON t.subject = 'person:' || lower(substr(hex(p.id), 1, 8) \
         || '-' || substr(hex(p.id), 9, 4) || '-' || substr(hex(p.id), 13, 4) || '-' || substr(hex(p.id), 17, 4) || '-' \
         || substr(hex(p.id), 21)) GROUP BY action, p.id",
        "SELECT 'custody ' || s.barcode || '|' || c.state || '|' || COUNT(*) FROM lab_custody c \
         JOIN lab_specimens s ON s.id = c.specimen_id GROUP BY s.barcode, c.state",
        "SELECT 'pool ' || s.barcode || '|' || p.state FROM lab_pools p JOIN lab_specimens s ON s.id = p.specimen_id",
        "SELECT 'member ' || position || '|' || state FROM lab_pool_members",
        "SELECT 'undo ' || kind || '|' || version FROM lab_undo",
    ] {
        let rows = sqlx::query(select).fetch_all(engine.read_pool()).await.unwrap();
        lines.extend(rows.iter().map(|row| row.get::<Option<String>, _>(0).unwrap_or_default()));
    }
    lines.sort_unstable();
    lines
}

/// People and tubes that the rows may meet.
async fn lab_with_tubes() -> TestLab {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    sample(&lab, &sampler, "S1", &[person("Lê Thị Tám", "0912345678")]).await;
    sample(&lab, &sampler, "S2", &[person("Trần Văn An", "0987654321")]).await;
    sample(&lab, &sampler, "P1", &[person("Lê Thị Tám", "0912345678"), person("Phạm Én", "0911111111")]).await;
    lab
}

fn cell<T: std::fmt::Debug + Clone + 'static>(values: Vec<T>) -> impl Strategy<Value = T> {
    select(values)
}

const HEADER: &str = "accession,barcode,full_name,birth_date,phone,national_id,ward_code,specimen_kind,collected_at,loinc,\
                      outcome,status,resulted_at";

/// Rows out of so few names, numbers, tubes and accessions that they meet.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let who = (
        cell(vec!["Lê Thị Tám", "Le Thi Tam", "Trần Văn An", "Vũ Thị Én", ""]),
        cell(vec!["1950-02-01", "1950", "1950-03-01", "1971-05-05"]),
        cell(vec!["0912345678", "0987654321", "0903000000", ""]),
        cell(vec!["", "", "082150000017", "082171000025"]),
        cell(vec!["", "28252"]),
    );
    let what = (
        cell(vec!["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9"]),
        cell(vec!["", "", "", "S1", "S2", "P1", "X9"]),
        cell(vec!["94500-6", "94500-6", "94558-4", "94563-4"]),
        cell(vec!["detected", "not_detected", "not_detected", "invalid", "presumptive positive", "maybe"]),
        cell(vec!["final", "final", "final", "corrected", "withdrawn", "preliminary"]),
        cell(vec!["08:00", "08:00", "09:30"]),
    );
    let row = (who, what).prop_map(|(who, what)| {
        let (name, birth, phone, number, ward) = who;
        let (accession, barcode, loinc, outcome, status, time) = what;
        format!(
            "{accession},{barcode},{name},{birth},{phone},{number},{ward},saliva,2022-03-09T07:00:00+07:00,{loinc},{outcome},\
             {status},2022-03-09T{time}:00+07:00"
        )
    });
    proptest::collection::vec(row, 1..40)
}

/// Messages of people of whom little more than a name is known.
fn messages() -> impl Strategy<Value = String> {
    let message = (
        cell(vec!["A1", "A2", "A3", "A4", "A5", "A6"]),
        cell(vec!["Lê^Thị Tám", "Trần^Văn An", ""]),
        cell(vec!["", "19500201", "1950"]),
        cell(vec!["", "082150000017^^^^NI"]),
        cell(vec!["", "S1", "P1", "X9"]),
        cell(vec!["260373001", "260415000", "720735008"]),
        cell(vec!["F", "F", "C", "W", "P"]),
        cell(vec!["P", "P", "P", "T"]),
    );
    let message = message.prop_map(|(accession, name, birth, number, tube, code, status, processing)| {
        format!(
            "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-{accession}|{processing}|2.5.1\r\
             PID|1||{number}||{name}||{birth}|F\rORC|RE||{accession}\r\
             OBR|1||{accession}|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||{status}\r\
             OBX|1|CWE|94500-6^RT-PCR^LN||{code}^x^SCT||||||{status}|||20220309080000\r\
             SPM|1|{tube}||258500001^NP^SCT|||||||||||||20220309080000\r"
        )
    });
    proptest::collection::vec(message, 1..30).prop_map(|messages| messages.concat())
}

fn text_of(rows: &[String]) -> String {
    let mut text = format!("{HEADER}\n");
    for row in rows {
        writeln!(text, "{row}").unwrap();
    }
    text
}

async fn same_however_many_together(text: &str) -> Result<(), TestCaseError> {
    let alone = lab_with_tubes().await;
    let expected = send(&alone, ROW_BY_ROW, text.as_bytes(), false).await;
    let expected_tables = tables(&alone).await;
    for together in [AT_ONCE, IN_PIECES] {
        let lab = lab_with_tubes().await;
        let found = send(&lab, together, text.as_bytes(), false).await;
        prop_assert_eq!(&found, &expected, "{:?}\n{}", together, text);
        prop_assert_eq!(&tables(&lab).await, &expected_tables, "{:?}\n{}", together, text);
    }
    Ok(())
}

#[test]
fn random_tables_end_the_same_row_by_row_and_at_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 24, max_shrink_iters: 60, ..Config::default() });
    let tried = runner.run(&rows(), |rows| runtime.block_on(same_however_many_together(&text_of(&rows))));
    tried.unwrap();
    let tried = runner.run(&messages(), |text| runtime.block_on(same_however_many_together(&text)));
    tried.unwrap();
}

/// The service on a PostgreSQL database of its own.
async fn on_postgres() -> Option<(TestLab, TestPostgres)> {
    std::env::var(DATABASE_URL).ok()?;
    let postgres = TestPostgres::database().await;
    let lab = TestLab::with(|config| config.database_url = Some(postgres.url())).await;
    Some((lab, postgres))
}

/// Rows of so many people of whom nobody is positive.
fn negatives(count: usize) -> Vec<String> {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let row = |n: usize| {
        let (first, second, third, phone) = (letter(n / 676), letter(n / 26), letter(n), 10_000_000 + n);
        format!(
            "B{n},,Lê Thị {first}{second}{third},1950-02-01,09{phone:08},,,saliva,2022-03-09T07:00:00+07:00,94500-6,\
             not_detected,final,2022-03-09T08:00:00+07:00"
        )
    };
    (0..count).map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_large_file_brings_is_told_as_soon_as_the_file_is_in() {
    let lab = TestLab::sqlite().await;
    let report = send(&lab, lab.app.together, text_of(&negatives(2_100)).as_bytes(), false).await;
    assert_eq!(report["accepted"], 2_100, "{report}");
    let mut told = 0;
    for _ in 0..100 {
        told += lab.events().await.iter().filter(|event| event.kind.contains("result")).count();
        if told == 2_100 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("only {told} were told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_ends_as_sqlite_does_and_two_uploads_of_one_file_at_once_are_one() {
    let Some((lab, _postgres)) = on_postgres().await else { return };
    let together = lab.app.together;
    assert!(together.lanes > 1, "lanes side by side are what is tested");
    let people = negatives(700);
    let text = text_of(&people);
    let (one, other) =
        tokio::join!(send(&lab, together, text.as_bytes(), false), send(&lab, together, text.as_bytes(), false));
    // Whichever was first took a row: together they took each once.
    let sum = |field: &str| one[field].as_u64().unwrap() + other[field].as_u64().unwrap();
    assert_eq!((sum("accepted"), sum("duplicate")), (700, 700));
    let half = text_of(&people[..350]);
    assert_eq!(send(&lab, together, half.as_bytes(), false).await["duplicate"], 350);

    let mut runner = TestRunner::deterministic();
    let mut drawn = Vec::new();
    while drawn.len() < 400 {
        drawn.extend(rows().new_tree(&mut runner).unwrap().current());
    }
    let text = text_of(&drawn);
    let sqlite = TestLab::sqlite().await;
    let expected = send(&sqlite, ROW_BY_ROW, text.as_bytes(), false).await;
    let Some((fresh, _postgres)) = on_postgres().await else { return };
    let found = send(&fresh, together, text.as_bytes(), false).await;
    for (found, expected) in found["rows"].as_array().unwrap().iter().zip(expected["rows"].as_array().unwrap()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found["received"], expected["received"]);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/lab")
}

fn files(under: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(under).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

#[tokio::test]
async fn every_file_of_the_data_set_ends_the_same_row_by_row_and_at_once() {
    let mut all = Vec::new();
    for folder in ["csv", "xlsx", "hl7", "fhir"] {
        files(&root().join(folder), &mut all);
    }
    assert!(all.len() > 100, "{} files", all.len());
    let mut labs = Vec::new();
    for _ in 0..3 {
        let lab = TestLab::sqlite().await;
        lab.clock.advance(days(1_724));
        labs.push(lab.renew().await);
    }
    let mut rows = 0;
    for path in &all {
        let bytes = std::fs::read(path).unwrap();
        // The one long file is one accession four thousand times: its first rows say as much.
        let bytes = if bytes.len() > 500_000 { bytes[..150_000].to_vec() } else { bytes };
        let mut reports = Vec::new();
        for (lab, together) in labs.iter().zip([ROW_BY_ROW, AT_ONCE, IN_PIECES]) {
            lab.clock.advance(minutes(1));
            let dry = send(lab, together, &bytes, true).await;
            reports.push((dry, send(lab, together, &bytes, false).await));
        }
        assert_eq!(reports[1], reports[0], "{} at once", path.display());
        assert_eq!(reports[2], reports[0], "{} in pieces", path.display());
        rows += reports[0].1["received"].as_u64().unwrap_or_default();
    }
    assert!(rows > 300, "{rows} rows");
    let expected = tables(&labs[0]).await;
    assert_eq!(tables(&labs[1]).await, expected);
    assert_eq!(tables(&labs[2]).await, expected);
}
