//! A file of 10,000 places through the whole program, as CSV and as XLSX, on both stores, and their posters as one PDF.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shared_testkit::servers::TestPostgres;
use tests::client::Client;
use tests::process::Process;

use crate::memory::mebibytes;
use crate::report::Report;

/// How many lines the file has (the promise of the check-in).
const LINES: u32 = 10_000;
/// Every so many-th line is bad.
const BAD: u32 = 1_000;
const HEADER: [&str; 6] = ["name", "kind", "address", "ward_code", "phone", "capacity"];
const LONGEST: Duration = Duration::from_secs(3_600);

/// Measures SQLite, then PostgreSQL, then the posters.
///
/// # Errors
/// When a program does not start, or answers otherwise than it should.
pub async fn run(report: &mut Report) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let data = directory.path().to_str().context("a path")?;
    let suite = Process::start("antam", &["serve", "--demo", "--demo-people", "0", "--data-dir", data])?;
    imports(report, &suite, "SQLite").await?;
    posters(report, &suite).await?;
    drop(suite);
    let postgres = TestPostgres::database().await;
    let directory = tempfile::tempdir()?;
    let data = directory.path().to_str().context("a path")?;
    let url = postgres.url();
    let arguments = ["serve", "--demo", "--demo-people", "0", "--data-dir", data, "--database-url", url.as_str()];
    let suite = Process::start("antam", &arguments)?;
    imports(report, &suite, "PostgreSQL").await
}

/// Each format once new, by accounts of their own; then the last file again.
async fn imports(report: &mut Report, suite: &Process, store: &str) -> anyhow::Result<()> {
    let files = [("CSV", csv()), ("XLSX", xlsx()?)];
    for ((format, file), account) in files.iter().zip(["venue", "officer"]) {
        let sender = Client::signed_in(&suite.url, account).await?;
        let idle = mebibytes(suite.id(), "VmRSS")?;
        let begun = Instant::now();
        let answer = import(&sender, format, file.clone()).await?;
        let took = begun.elapsed().as_secs_f64();
        let bad = LINES / BAD;
        let counts = [&answer["accepted"], &answer["rejected"]].map(Value::as_u64);
        ensure!(counts == [Some((LINES - bad).into()), Some(bad.into())], "{counts:?} of {LINES} lines, {bad} bad");
        report.add(format!("{LINES} places from {format}, {store}"), took, 10.0, "s")?;
        let begun = Instant::now();
        let again = import(&sender, format, file.clone()).await?;
        ensure!(again["duplicate"] == answer["accepted"], "sent again: {} duplicates", again["duplicate"]);
        let (again, more) = (begun.elapsed().as_secs_f64(), mebibytes(suite.id(), "VmRSS")? - idle);
        report.note(&format!("sent again {again:.1} s; {more:.0} MiB more than before"))?;
    }
    Ok(())
}

async fn import(sender: &Client, format: &str, file: Vec<u8>) -> anyhow::Result<Value> {
    let name = format!("venues.{}", format.to_lowercase());
    let form = Form::new().part("file", Part::bytes(file).file_name(name));
    let request = sender.request(Method::POST, "/api/v1/checkin/venues/import").timeout(LONGEST).multipart(form);
    Client::send(request).await?.expect(200)
}

/// The posters of all places of an account, while their progress is looked at.
async fn posters(report: &mut Report, suite: &Process) -> anyhow::Result<()> {
    let owner = Client::signed_in(&suite.url, "venue").await?;
    let path = "/api/v1/checkin/venues/posters";
    let begun = Instant::now();
    let request = owner.request(Method::POST, path).json(&json!({"size": "a4"}));
    let job = Client::send(request).await?.expect(202)?;
    let job = format!("{path}/{}", job["id"].as_str().context("the work has an id")?);
    let (mut most, mut steps, mut last) = (0.0_f64, 0, 0);
    let work = loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        most = most.max(mebibytes(suite.id(), "VmRSS")?);
        let work = owner.get(&job).await?.expect(200)?;
        let done = work["done"].as_u64().unwrap_or_default();
        steps += u32::from(done > last);
        last = done;
        if work["state"] != "running" {
            break work;
        }
    };
    ensure!(work["state"] == "done" && steps > 5, "{work}, seen to move {steps} times");
    report.add(format!("{last} posters in one PDF, with progress"), begun.elapsed().as_secs_f64(), 100.0, "s")?;
    report.note(&format!("progress seen to move {steps} times, {most:.0} MiB at most"))
}

/// The cells of a line. Places of one street, each with another name.
fn line(n: u32) -> [String; 6] {
    let ward = if n.is_multiple_of(BAD) { "99999" } else { "28252" };
    [
        format!("Quán Hương Đồng số {n}"),
        "restaurant".to_owned(),
        format!("{n} Lê Lợi"),
        ward.to_owned(),
        "0912345678".to_owned(),
        "40".to_owned(),
    ]
}

fn csv() -> Vec<u8> {
    let mut text = HEADER.join(",") + "\n";
    for n in 1..=LINES {
        let _ = writeln!(text, "{}", line(n).join(","));
    }
    text.into_bytes()
}

fn xlsx() -> anyhow::Result<Vec<u8>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write(0, column, name)?;
    }
    for n in 1..=LINES {
        for (column, cell) in (0..).zip(line(n)) {
            sheet.write(n, column, cell)?;
        }
    }
    Ok(book.save_to_buffer()?)
}
