//! The line: people check in, a laboratory posts a positive, the case opens, those who shared the air are found and told,
//! and a doctor's stream shows it - in one process on SQLite, and across three on PostgreSQL and Redis.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use shared::time::minutes;
use tests::apart::Apart;
use tests::client::Client;
use tests::process::Embedded;
use tests::sample::{self, now};
use tests::stream::Stream;

/// Where each service answers; the same address three times in the embedded suite.
struct Line {
    checkin: String,
    lab: String,
    f0: String,
}

async fn check_in(line: &Line, code: &str, person: &Value, from: i64, to: i64) -> anyhow::Result<Value> {
    let visitor = Client::new(&line.checkin);
    let at = now().minus(minutes(from)).to_string();
    let body = json!({"id": sample::id(), "venue_code": code, "at": at, "visitor": person});
    let visit = visitor.post("/api/v1/checkin/visits", &body).await?.expect(201)?;
    ensure!(visit["status"] == "accepted", "the visit was {visit}");
    let token = visit["device_token"].as_str().context("a device token")?;
    let path = format!("/api/v1/checkin/visits/{}/checkout", visit["id"].as_str().context("an id")?);
    let out = json!({"at": now().minus(minutes(to)).to_string()});
    visitor.with_token(token).post(&path, &out).await?.expect(200)
}

async fn run(line: &Line) -> anyhow::Result<()> {
    let venue_owner = Client::signed_in(&line.checkin, "venue").await?;
    let doctor = Client::signed_in(&line.f0, "doctor").await?;
    let officer = Client::signed_in(&line.checkin, "officer").await?;
    let lab = Client::signed_in(&line.lab, "lab").await?;

    let venue = venue_owner.post("/api/v1/checkin/venues", &sample::venue("Cà phê Đường Tàu")).await?.expect(201)?;
    let code = venue["code"].as_str().context("a code")?;
    ensure!(venue["qr_url"].as_str().is_some_and(|url| url.ends_with(&format!("/C/{code}"))), "{venue}");
    let poster = format!("/api/v1/checkin/venues/{}/poster.pdf?lang=vi&size=a4", venue["id"].as_str().context("id")?);
    let pdf = venue_owner.request(Method::GET, &poster).send().await?.error_for_status()?.bytes().await?;
    ensure!(pdf.starts_with(b"%PDF"));

    let (case, near, brief, apart) = (sample::person(1), sample::person(2), sample::person(3), sample::person(4));
    check_in(line, code, &case, 300, 240).await?;
    check_in(line, code, &near, 290, 250).await?;
    check_in(line, code, &brief, 246, 200).await?;
    check_in(line, code, &apart, 240, 200).await?;

    let mut stream = Stream::open(&doctor, None).await?;
    let report = lab.post("/api/v1/lab/results", &sample::result("LINE-1", &case, "detected")).await?.expect(200)?;
    ensure!(report["accepted"] == 1 && report["rows"][0]["status"] == "accepted", "{report}");
    let person_id = report["rows"][0]["person_id"].clone();
    let opened = stream.until("case.opened", Duration::from_secs(5), |d| d["person_id"] == person_id).await?;
    let case_id = opened.data["case_id"].as_str().context("a case id")?.to_owned();
    stream.until("alert.raised", Duration::from_secs(5), |data| data["case_id"] == case_id.as_str()).await?;

    let path = format!("/api/v1/checkin/exposures?case_id={case_id}");
    let told = |found: &Value| {
        found["exposures"]
            .as_array()
            .is_some_and(|all| all.len() == 3 && all.iter().all(|e| !e["notified_at"].is_null()))
    };
    let found = officer.until(&path, told).await?;
    let mut overlaps: Vec<(String, i64)> = found["exposures"]
        .as_array()
        .context("a list")?
        .iter()
        .map(|e| (e["level"].as_str().unwrap_or_default().to_owned(), e["overlap_minutes"].as_i64().unwrap_or(-1)))
        .collect();
    overlaps.sort();
    ensure!(
        overlaps == [("brief".to_owned(), 6), ("close".to_owned(), 40), ("same_place".to_owned(), 0)],
        "{overlaps:?}"
    );
    messages(line).await?;
    doctor_answers(&doctor, &mut stream, &case_id).await
}

/// Those who were near have a message, and no message says what was found.
async fn messages(line: &Line) -> anyhow::Result<()> {
    let anybody = Client::new(&line.f0);
    for (phone, template) in [("0910000002", "exposure_found"), ("0910000001", "result_ready")] {
        let path = format!("/api/v1/dev/messages?to={phone}");
        let has =
            |body: &Value| body["items"].as_array().is_some_and(|all| all.iter().any(|m| m["template"] == template));
        let found = anybody.until(&path, has).await?;
        let texts = found["items"].as_array().context("messages")?.iter().filter_map(|m| m["text"].as_str());
        // A link holds a random code, which may spell anything.
        let words = texts.flat_map(str::split_whitespace).filter(|word| !word.starts_with("http"));
        let text = words.collect::<Vec<_>>().join(" ").to_lowercase();
        for word in ["dương tính", "positive", "covid", "f0"] {
            ensure!(!text.contains(word), "a message says {word:?}: {text}");
        }
    }
    Ok(())
}

/// A dangerous report raises an alert; the first doctor has it, the second is told who.
async fn doctor_answers(doctor: &Client, stream: &mut Stream, case_id: &str) -> anyhow::Result<()> {
    let report =
        json!({"by": "staff", "temperature_c": 38.4, "spo2_pct": 91, "respiratory_rate": 28, "symptoms": ["dyspnoea"]});
    let answer = doctor.post(&format!("/api/v1/f0/cases/{case_id}/reports"), &report).await?.expect(201)?;
    ensure!(answer["level"] == "emergency", "{answer}");
    ensure!(answer["reasons"].as_array().is_some_and(|r| r.iter().all(|r| r["source"].is_string())), "{answer}");
    let fits = |data: &Value| data["case_id"] == case_id && data["level"] == "emergency";
    let raised = stream.until("alert.raised", Duration::from_secs(5), fits).await?;
    let alert_id = raised.data["alert_id"].as_str().context("an alert id")?;
    let open = doctor.get("/api/v1/f0/alerts?status=open").await?.expect(200)?;
    ensure!(open["items"][0]["id"] == alert_id, "the emergency does not stand first: {open}");
    let path = format!("/api/v1/f0/alerts/{alert_id}/acknowledge");
    doctor.post(&path, &json!({"note": "Tôi gọi ngay"})).await?.expect(200)?;
    stream.until("alert.acknowledged", Duration::from_secs(5), |data| data["alert_id"] == alert_id).await?;
    Ok(())
}

#[tokio::test]
async fn the_line_runs_in_one_process_on_sqlite() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    run(&Line { checkin: url.clone(), lab: url.clone(), f0: url.clone() }).await?;

    let second = Client::signed_in(&url, "doctor2").await?;
    let taken = second.get("/api/v1/f0/alerts?status=acknowledged").await?.expect(200)?;
    let alert = taken["items"][0]["id"].as_str().context("an alert that was taken")?;
    let late = second.post(&format!("/api/v1/f0/alerts/{alert}/acknowledge"), &json!({"note": "x"})).await?;
    let problem = late.expect(409)?;
    ensure!(problem.to_string().contains("acknowledged_by"), "{problem}");

    let mut process = suite.process;
    ensure!(process.terminate()? == Some(0), "SIGTERM drains and exits 0");
    let verified = std::process::Command::new(tests::process::binary("antam")?)
        .args(["audit", "verify", "--data-dir"])
        .arg(suite.directory.path())
        .output()?;
    ensure!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    Ok(())
}

#[tokio::test]
async fn the_line_runs_across_three_processes_on_postgresql_and_redis() -> anyhow::Result<()> {
    let Apart { checkin, lab, f0, .. } = &Apart::start().await?;
    run(&Line { checkin: checkin.url.clone(), lab: lab.url.clone(), f0: f0.url.clone() }).await
}
