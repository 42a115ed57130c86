//! From the 200 of `POST lab/results` with one positive to `case.opened` on an open stream, at a steady rate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures::future::join_all;
use tests::apart::Apart;
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;
use tests::stream::Stream;

use crate::report::{Report, percentile};

/// Measures the embedded suite, then three processes on PostgreSQL and Redis.
///
/// # Errors
/// When something does not start, or a positive opens no case.
pub async fn run(report: &mut Report, rate: u32, seconds: u32) -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let mut embedded = pour(&url, &url, rate, seconds).await?;
    say(report, "embedded, SQLite", &mut embedded, 300.0)?;
    drop(suite);

    let services = Apart::start().await?;
    let mut apart = pour(&services.lab.url, &services.f0.url, rate, seconds).await?;
    say(report, "three processes, PostgreSQL and Redis", &mut apart, 1_000.0)
}

fn say(report: &mut Report, where_: &str, delays: &mut [f64], limit: f64) -> anyhow::Result<()> {
    let (p50, p99) = (percentile(delays, 0.5), percentile(delays, 0.99));
    report.add(format!("result to board, p99, {where_}"), p99, limit, "ms")?;
    let most = delays.last().copied().unwrap_or_default();
    report.note(&format!("p50 {p50:.1} ms, most {most:.1} ms, {} positives", delays.len()))
}

/// Milliseconds from each 200 to its `case.opened`; below zero where the stream was faster than the answer, counted as 0.
async fn pour(lab_url: &str, f0_url: &str, rate: u32, seconds: u32) -> anyhow::Result<Vec<f64>> {
    let lab = Client::signed_in(lab_url, "lab").await?;
    let doctor = Client::signed_in(f0_url, "doctor").await?;
    let mut stream = Stream::open(&doctor, None).await?;
    let total = rate * seconds;
    let seen = shared_store::runtime::spawn(async move {
        let mut seen = HashMap::new();
        while seen.len() < total as usize {
            let event = stream.until("case.opened", Duration::from_secs(30), |_| true).await?;
            seen.insert(event.data["person_id"].as_str().unwrap_or_default().to_owned(), Instant::now());
        }
        anyhow::Ok(seen)
    });
    let answered = Arc::new(Mutex::new(HashMap::new()));
    let begun = tokio::time::Instant::now();
    let posts = (0..total).map(|n| {
        let (lab, answered) = (lab.clone(), Arc::clone(&answered));
        async move {
            tokio::time::sleep_until(begun + Duration::from_secs_f64(f64::from(n) / f64::from(rate))).await;
            let body = sample::result(&format!("BENCH-{n}"), &sample::person(n), "detected");
            let report = lab.post("/api/v1/lab/results", &body).await?.expect(200)?;
            let person = report["rows"][0]["person_id"].as_str().context("a person")?.to_owned();
            answered.lock().expect("nobody panics with the lock").insert(person, Instant::now());
            anyhow::Ok(())
        }
    });
    for posted in join_all(posts).await {
        posted?;
    }
    let seen = seen.await??;
    let answered = answered.lock().expect("nobody panics with the lock");
    let delay = |(person, at): (&String, &Instant)| {
        Some(seen.get(person)?.saturating_duration_since(*at).as_secs_f64() * 1_000.0)
    };
    let delays: Vec<f64> = answered.iter().filter_map(delay).collect();
    ensure!(delays.len() == total as usize, "{} of {total} positives reached the board", delays.len());
    Ok(delays)
}
