//! The laboratory: messages a second, files against a bare COPY, memory meanwhile, results a second before ten boards, and
//! a positive's way to the board during an upload.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use calamine::{Reader, Xlsx};
use futures::future::{join_all, try_join_all};
use lab_results::app::reader::{self, Reading};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use shared::time::days;
use shared_testkit::servers::TestPostgres;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use tests::apart::Apart;
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;
use tests::stream::Stream;
use tokio::task::JoinHandle;

use crate::cpu;
use crate::memory::mebibytes;
use crate::report::{Report, percentile};

/// HL7 messages that one core must read in a second, as microseconds for each.
const HL7_MICROS: f64 = 50.0;
/// What an upload may take of a bare COPY of the same rows.
const OF_COPY: f64 = 3.0;
/// Memory above idle, in MiB.
const MEMORY: f64 = 64.0;
/// Milliseconds for each person-result, at 50 a second.
const RESULT_MILLIS: f64 = 20.0;
/// How many boards watch.
const BOARDS: usize = 10;
/// Who is positive during an upload is nobody of the file, and nobody of those before the boards, who come at twice this
/// number. Beyond 900,000 the numbers of the sample's identity cards would be too long.
const OTHERS: u32 = 300_000;
/// Milliseconds between two positives during an upload.
const PAUSE: Duration = Duration::from_millis(50);

/// Measures everything.
///
/// # Errors
/// When something does not start, or does not end as it should.
pub async fn run(report: &mut Report, rows: usize, messages: usize) -> anyhow::Result<()> {
    hl7(report, messages)?;
    let copied = copy(rows).await?;
    files(report, rows, copied).await?;
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    boards(report, "embedded, SQLite", &url, &url).await?;
    during_upload(report, ("embedded, SQLite", 300.0), &url, &url, rows).await?;
    drop(suite);
    let apart = Apart::start().await?;
    boards(report, "three processes", &apart.lab.url, &apart.f0.url).await?;
    during_upload(report, ("three processes", 1_000.0), &apart.lab.url, &apart.f0.url, rows).await
}

/// Measures the files alone.
///
/// # Errors
/// As [`run`].
pub async fn files_alone(report: &mut Report, rows: usize) -> anyhow::Result<()> {
    let copied = copy(rows).await?;
    files(report, rows, copied).await
}

/// A message as laboratories send them.
fn message(n: usize) -> String {
    format!(
        "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-{n}|P|2.5.1\r\
         PID|1||0791500{n:05}^^^^NI||Lê^Thị Tám||19500201|F|||12 Hùng Vương^^Mỹ Tho^^^VN||0912345678\r\
         ORC|RE||A{n}\r\
         OBR|1||A{n}|94500-6^SARS-CoV-2 RNA^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
         OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||260415000^Not detected^SCT||||||F|||20220309080000\r\
         SPM|1|^S{n}||258500001^Nasopharyngeal swab^SCT|||||||||||||20220309080000\r"
    )
}

/// Reads and maps messages on this core.
fn hl7(report: &mut Report, messages: usize) -> anyhow::Result<()> {
    let all: Vec<String> = (0..messages).map(message).collect();
    let (reading, now) = (Reading { lab_code: Some("TG-CDC".to_owned()), ..Reading::default() }, sample::now());
    let begun = Instant::now();
    let read =
        all.iter().filter(|text| reader::message(text.as_bytes(), 1, &reading, now).incoming.results().count() == 1);
    ensure!(read.count() == messages, "some of the messages were not read");
    let each = begun.elapsed().as_secs_f64() * 1e6 / messages as f64;
    report.add("HL7, read and mapped on one core", each, HL7_MICROS, "µs")?;
    report.note(&format!("{:.0} messages a second", 1e6 / each))
}

/// The cells of the rows of a file of results, the header first.
fn table(prefix: &str, rows: usize) -> impl Iterator<Item = [String; 10]> {
    let day = sample::now().minus(days(1)).local_date();
    let header = [
        "accession",
        "full_name",
        "birth_date",
        "sex",
        "phone",
        "specimen_kind",
        "collected_at",
        "loinc",
        "outcome",
        "resulted_at",
    ];
    let prefix = prefix.to_owned();
    let body = (0..rows).map(move |n| {
        let person = sample::person(u32::try_from(n).unwrap_or(0));
        let text = |field: &str| person[field].as_str().unwrap_or_default().to_owned();
        [
            format!("{prefix}-{n}"),
            text("full_name"),
            text("birth_date"),
            "female".to_owned(),
            text("phone"),
            "nasopharyngeal_swab".to_owned(),
            format!("{day}T08:00:00+07:00"),
            "94500-6".to_owned(),
            if n % 50 == 0 { "detected" } else { "not_detected" }.to_owned(),
            format!("{day}T15:00:00+07:00"),
        ]
    });
    std::iter::once(header.map(str::to_owned)).chain(body)
}

fn csv(prefix: &str, rows: usize) -> Vec<u8> {
    table(prefix, rows).flat_map(|row| format!("{}\n", row.join(",")).into_bytes()).collect()
}

fn xlsx(prefix: &str, rows: usize) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (n, row) in table(prefix, rows).enumerate() {
        for (column, cell) in row.iter().enumerate() {
            sheet.write_string(u32::try_from(n)?, u16::try_from(column)?, cell)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// Seconds of a bare COPY of the same rows as they are stored, into a table with the columns, checks and indexes of results.
async fn copy(rows: usize) -> anyhow::Result<f64> {
    let postgres = TestPostgres::database().await;
    let directory = tempfile::tempdir()?;
    let config = shared_web::config::Config {
        data_dir: directory.path().to_owned(),
        database_url: Some(postgres.url()),
        ..shared_web::config::Config::default()
    };
    let platform = shared_web::process::prepare(config, &[lab_results::service()]).await?.platform;
    platform.database.close().await;
    let mut text = String::new();
    for (n, row) in table("COPY", rows).skip(1).enumerate() {
        let [accession, _, _, _, _, kind, collected, loinc, outcome, resulted] = row;
        let (id, person, upload) = (sample::id(), sample::id(), sample::id());
        let _ = writeln!(
            text,
            "{id}\tTG-CDC\t{accession}\t{person}\t28252\t1\t{outcome}\tpcr\t{loinc}\t{kind}\t\\N\t{collected}\t{resulted}\t\
             \\N\tfinal\treleased\t\t{n:064x}\t{n:012}\t{upload}\t{resulted}\t{resulted}"
        );
    }
    let mut connection = PgConnection::connect(&postgres.url()).await?;
    connection.execute("CREATE TABLE bench_copied (LIKE lab_results INCLUDING ALL)").await?;
    let begun = Instant::now();
    let mut copying = connection
        .copy_in_raw(
            "COPY bench_copied (id, lab_code, accession, person_id, ward_code, version, outcome, method, loinc, \
             specimen_kind, specimen_id, collected_at, resulted_at, ct_value, status, state, hold_reasons, content_hash, \
             link_code, upload_id, created_at, updated_at) FROM STDIN",
        )
        .await?;
    copying.send(text.as_bytes()).await?;
    ensure!(copying.finish().await? == rows as u64, "COPY stored other rows");
    Ok(begun.elapsed().as_secs_f64())
}

/// CSV against the COPY, XLSX against both, and the memory that they take.
async fn files(report: &mut Report, rows: usize, copied: f64) -> anyhow::Result<()> {
    let apart = Apart::start().await?;
    let lab = Client::signed_in(&apart.lab.url, "lab").await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let of_csv = upload(&apart, &lab, csv("CSV", rows), rows).await?;
    report.add(
        format!("CSV of {rows} rows, as parts of a bare COPY ({copied:.2} s)"),
        of_csv.took / copied,
        OF_COPY,
        "x",
    )?;
    report.add("memory above idle, CSV", of_csv.memory, MEMORY, "MiB")?;
    report.note(&format!(
        "{:.2} s, {:.0} rows a second, {} steps seen; {:.0} µs of CPU a row, and {:.0} of the database",
        of_csv.took,
        rows as f64 / of_csv.took,
        of_csv.steps,
        of_csv.program * 1e6 / rows as f64,
        of_csv.database * 1e6 / rows as f64
    ))?;
    drop(apart);

    let bytes = xlsx("XLSX", rows)?;
    let begun = Instant::now();
    ensure!(cells(&bytes)? >= rows * 10, "calamine read fewer cells");
    let reading = begun.elapsed().as_secs_f64();
    // An empty database again, so that the people are as new as those of the CSV.
    let apart = Apart::start().await?;
    let lab = Client::signed_in(&apart.lab.url, "lab").await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let of_xlsx = upload(&apart, &lab, bytes, rows).await?;
    report.add(
        format!("XLSX of {rows} rows, limit: CSV and twice calamine's {reading:.2} s"),
        of_xlsx.took,
        of_csv.took + 2.0 * reading,
        "s",
    )?;
    report.add("memory above idle, XLSX", of_xlsx.memory, MEMORY, "MiB")
}

/// Reads a workbook as calamine streams it, and counts its cells.
fn cells(bytes: &[u8]) -> anyhow::Result<usize> {
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes))?;
    let name = workbook.sheet_names().first().cloned().context("a sheet")?;
    let mut cells = workbook.worksheet_cells_reader(&name)?;
    let mut count = 0;
    while cells.next_cell()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// What an upload took.
struct Taken {
    /// Seconds.
    took: f64,
    /// MiB above idle.
    memory: f64,
    /// How often the progress was seen to move.
    steps: usize,
    /// Seconds of processor of the program.
    program: f64,
    /// Seconds of processor of the connections to the database.
    database: f64,
}

/// Uploads a file whose rows must all be accepted; watches the memory of the laboratory's process.
async fn upload(apart: &Apart, lab: &Client, bytes: Vec<u8>, rows: usize) -> anyhow::Result<Taken> {
    let memory = || mebibytes(apart.lab.id(), "VmRSS");
    let used = || anyhow::Ok((cpu::of_process(apart.lab.id())?, cpu::of_database(&apart.database)?));
    let (idle, id, before) = (memory()?, sample::id(), used()?);
    let begun = Instant::now();
    let sent = send(lab, &format!("?id={id}"), bytes);
    let (mut most, mut steps, mut last) = (idle, 0, 0);
    while !sent.is_finished() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        most = most.max(memory()?);
        let progress = lab.get(&format!("/api/v1/lab/uploads/{id}/progress")).await?;
        let received = progress.body["received"].as_u64().unwrap_or_default();
        steps += usize::from(received > last);
        last = last.max(received);
    }
    let (answer, ended) = sent.await??;
    ensure!(answer["accepted"].as_u64() == Some(rows as u64), "{} of {rows} accepted", answer["accepted"]);
    let after = used()?;
    let (program, database) = (after.0 - before.0, after.1 - before.1);
    Ok(Taken { took: ended.duration_since(begun).as_secs_f64(), memory: most - idle, steps, program, database })
}

/// Sends a file in the background; gives its report and when it was whole.
fn send(lab: &Client, query: &str, bytes: Vec<u8>) -> JoinHandle<anyhow::Result<(Value, Instant)>> {
    let form = Form::new().part("file", Part::bytes(bytes).file_name("results"));
    let path = format!("/api/v1/lab/uploads{query}");
    let request = lab.request(Method::POST, &path).timeout(Duration::from_secs(3_600)).multipart(form);
    shared_store::runtime::spawn(async move {
        let answer = Client::send(request).await?.expect(200)?;
        Ok((answer, Instant::now()))
    })
}

/// Ten boards watch while positives are posted as fast as they are answered, eight at a time.
async fn boards(report: &mut Report, name: &str, lab_url: &str, f0_url: &str) -> anyhow::Result<()> {
    const POSTERS: u32 = 8;
    const EACH: u32 = 50;
    let lab = Client::signed_in(lab_url, "lab").await?;
    let doctor = Client::signed_in(f0_url, "doctor").await?;
    let mut streams = Vec::new();
    for _ in 0..BOARDS {
        streams.push(Stream::open(&doctor, None).await?);
    }
    let begun = Instant::now();
    let watched = streams.into_iter().map(|mut stream| {
        shared_store::runtime::spawn(async move {
            for _ in 0..POSTERS * EACH {
                stream.until("case.opened", Duration::from_secs(60), |_| true).await?;
            }
            anyhow::Ok(())
        })
    });
    let watched: Vec<_> = watched.collect();
    try_join_all((0..POSTERS).map(|poster| {
        let lab = lab.clone();
        async move {
            for n in 0..EACH {
                let n = 2 * OTHERS + poster * EACH + n;
                let body = sample::result(&format!("BOARDS-{n}"), &sample::person(n), "detected");
                let report = lab.post("/api/v1/lab/results", &body).await?.expect(200)?;
                ensure!(report["accepted"] == 1, "a positive was not accepted: {report}");
            }
            anyhow::Ok(())
        }
    }))
    .await?;
    for watched in join_all(watched).await {
        watched??;
    }
    let each = begun.elapsed().as_secs_f64() * 1_000.0 / f64::from(POSTERS * EACH);
    report.add(format!("a positive stored and on {BOARDS} boards, {name}"), each, RESULT_MILLIS, "ms")?;
    report.note(&format!("{:.0} person-results a second", 1_000.0 / each))
}

/// From the answer of a posted positive to its case on the board, while a file is uploaded.
async fn during_upload(
    report: &mut Report,
    (name, limit): (&str, f64),
    lab_url: &str,
    f0_url: &str,
    rows: usize,
) -> anyhow::Result<()> {
    let lab = Client::signed_in(lab_url, "lab").await?;
    let doctor = Client::signed_in(f0_url, "doctor").await?;
    let mut stream = Stream::open(&doctor, None).await?;
    let (opened, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let watching = shared_store::runtime::spawn(async move {
        while let Ok(event) = stream.until("case.opened", Duration::from_secs(60), |_| true).await {
            let person = event.data["person_id"].as_str().unwrap_or_default().to_owned();
            if opened.send((person, Instant::now())).is_err() {
                return;
            }
        }
    });
    let begun = Instant::now();
    let sent = send(&lab, "", csv("DURING", rows));
    let mut answered = Vec::new();
    for n in OTHERS.. {
        if sent.is_finished() {
            break;
        }
        let body = sample::result(&format!("BESIDE-{n}"), &sample::person(n), "detected");
        let row = lab.post("/api/v1/lab/results", &body).await?.expect(200)?;
        answered.push((row["rows"][0]["person_id"].as_str().context("a person")?.to_owned(), Instant::now()));
        tokio::time::sleep(PAUSE).await;
    }
    let (answer, ended) = sent.await??;
    ensure!(answer["accepted"].as_u64() == Some(rows as u64), "{} of {rows} accepted", answer["accepted"]);
    let mut awaited: HashSet<&String> = answered.iter().map(|(person, _)| person).collect();
    let mut on_board = std::collections::HashMap::new();
    while !awaited.is_empty() {
        let next = tokio::time::timeout(Duration::from_secs(60), seen.recv()).await?;
        let (person, at) = next.context("the stream ended")?;
        if awaited.remove(&person) {
            on_board.insert(person, at);
        }
    }
    watching.abort();
    let delay = |(person, at): &(String, Instant)| {
        Some(on_board.get(person)?.saturating_duration_since(*at).as_secs_f64() * 1_000.0)
    };
    let mut delays: Vec<f64> = answered.iter().filter_map(delay).collect();
    let p99 = percentile(&mut delays, 0.99);
    report.add(format!("result to board during an upload of {rows}, p99, {name}"), p99, limit, "ms")?;
    report.note(&format!(
        "p50 {:.1} ms, {} positives, the upload took {:.1} s",
        percentile(&mut delays, 0.5),
        delays.len(),
        ended.duration_since(begun).as_secs_f64()
    ))
}
