//! An upload of 100,000 CSV rows: memory above idle, and whether the progress can be seen meanwhile.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use shared::time::days;
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;

use crate::memory::mebibytes;
use crate::report::Report;

fn file(rows: usize) -> String {
    let day = sample::now().minus(days(1)).local_date();
    let mut text =
        String::from("accession,full_name,birth_date,sex,phone,specimen_kind,collected_at,loinc,outcome,resulted_at\n");
    for n in 0..rows {
        let person = sample::person(u32::try_from(n).unwrap_or(0));
        let _ = writeln!(
            text,
            "UP-{n},{},{},female,{},nasopharyngeal_swab,{day}T08:00:00+07:00,94500-6,{},{day}T15:00:00+07:00",
            person["full_name"].as_str().unwrap_or_default(),
            person["birth_date"].as_str().unwrap_or_default(),
            person["phone"].as_str().unwrap_or_default(),
            if n % 50 == 0 { "detected" } else { "not_detected" },
        );
    }
    text
}

/// Uploads and watches.
///
/// # Errors
/// When the suite does not start or the upload fails.
pub async fn run(report: &mut Report, rows: usize) -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let lab = Client::signed_in(&suite.process.url, "lab").await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = mebibytes(suite.process.id(), "VmRSS")?;
    let id = sample::id();
    let form = Form::new().part("file", Part::text(file(rows)).file_name("results.csv"));
    let begun = Instant::now();
    let request = lab
        .request(Method::POST, &format!("/api/v1/lab/uploads?id={id}"))
        .timeout(Duration::from_secs(3_600))
        .multipart(form);
    let upload = shared_store::runtime::spawn(async move { Client::send(request).await });
    let (mut most, mut steps, mut last) = (idle, 0, 0);
    while !upload.is_finished() {
        tokio::time::sleep(Duration::from_millis(200)).await;
        most = most.max(mebibytes(suite.process.id(), "VmRSS")?);
        let progress = lab.get(&format!("/api/v1/lab/uploads/{id}/progress")).await?;
        let received = progress.body["received"].as_u64().unwrap_or_default();
        steps += u32::from(received > last);
        last = last.max(received);
    }
    let answer = upload.await??.expect(200)?;
    let took = begun.elapsed().as_secs_f64();
    ensure!(answer["accepted"].as_u64() == Some(rows as u64), "{} of {rows} accepted", answer["accepted"]);
    ensure!(steps > 5, "the progress was seen to move only {steps} times");
    report.add(format!("memory above idle, upload of {rows} rows"), most - idle, 64.0, "MiB")?;
    report.note(&format!(
        "{took:.1} s, {:.0} rows/s, progress seen to move {steps} times, idle {idle:.1} MiB",
        rows as f64 / took
    ))
}
