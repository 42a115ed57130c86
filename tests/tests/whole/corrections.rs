//! Corrections travel: a positive of the wrong patient, and one that is withdrawn, revisit the case, tell the citizen and stand
//! on the list of what is still to undo.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;
use tests::stream::Stream;

async fn send(lab: &Client, body: &Value, status: &str) -> anyhow::Result<String> {
    let report = lab.post("/api/v1/lab/results", body).await?.expect(200)?;
    ensure!(report["rows"][0]["status"] == status, "{report}");
    Ok(report["rows"][0]["person_id"].as_str().context("a person")?.to_owned())
}

async fn opened(stream: &mut Stream, person: &str) -> anyhow::Result<String> {
    let event = stream.until("case.opened", Duration::from_secs(10), |data| data["person_id"] == person).await?;
    Ok(event.data["case_id"].as_str().context("a case")?.to_owned())
}

async fn told(url: &str, person: &Value, messages: usize) -> anyhow::Result<Value> {
    let path = format!("/api/v1/dev/messages?to={}", person["phone"].as_str().context("a phone")?);
    let results = |body: &Value| {
        let all =
            body["items"].as_array().map_or(0, |all| all.iter().filter(|m| m["template"] == "result_ready").count());
        all == messages
    };
    Client::new(url).until(&path, results).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_positive_of_the_wrong_patient_moves_to_the_right_one() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let (lab, doctor) = (Client::signed_in(&url, "lab").await?, Client::signed_in(&url, "doctor").await?);
    let mut stream = Stream::open(&doctor, None).await?;
    let (wrong, right) = (sample::person(71), sample::person(72));
    let first = sample::result("WRONG-1", &wrong, "detected");
    let wrong_id = send(&lab, &first, "accepted").await?;
    let wrong_case = opened(&mut stream, &wrong_id).await?;
    told(&url, &wrong, 1).await?;

    let mut corrected = first.clone();
    corrected["person"] = right.clone();
    corrected["status"] = json!("corrected");
    let right_id = send(&lab, &corrected, "amended").await?;
    ensure!(right_id != wrong_id, "the correction names another person");
    let right_case = opened(&mut stream, &right_id).await?;
    ensure!(right_case != wrong_case);
    let voided = |case: &Value| case["status"] == "voided";
    doctor.until(&format!("/api/v1/f0/cases/{wrong_case}"), voided).await?;
    told(&url, &wrong, 2).await?;
    told(&url, &right, 1).await?;
    let undo = |list: &Value| {
        let open = list["items"].as_array().map_or(&[][..], Vec::as_slice);
        !open.is_empty() && open.iter().all(|task| task["person_id"] == wrong_id.as_str() && task["kind"] != "case")
    };
    lab.until("/api/v1/lab/undo", undo).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_positive_that_is_withdrawn_or_corrected_voids_the_case_and_its_citizen_is_told() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let (lab, doctor) = (Client::signed_in(&url, "lab").await?, Client::signed_in(&url, "doctor").await?);
    let mut stream = Stream::open(&doctor, None).await?;
    for (n, status, outcome) in [(73, "withdrawn", "detected"), (74, "corrected", "not_detected")] {
        let person = sample::person(n);
        let first = sample::result(&format!("BACK-{n}"), &person, "detected");
        let id = send(&lab, &first, "accepted").await?;
        let case = opened(&mut stream, &id).await?;
        let mut again = first.clone();
        (again["status"], again["outcome"]) = (json!(status), json!(outcome));
        ensure!(send(&lab, &again, "amended").await? == id);
        doctor.until(&format!("/api/v1/f0/cases/{case}"), |case| case["status"] == "voided").await?;
        told(&url, &person, 2).await?;
    }
    Ok(())
}
