//! A family with one phone: their results are one message with one link, until somebody has looked.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;

const PHONE: &str = "0977000222";

fn member(n: u32) -> Value {
    let mut person = sample::person(n);
    person["phone"] = json!(PHONE);
    person
}

/// How many messages with a link to a result the phone has, once it has at least so many.
async fn links(url: &str, at_least: usize) -> anyhow::Result<Vec<String>> {
    let of = |body: &Value| -> Vec<String> {
        let all = body["items"].as_array().map_or(&[][..], Vec::as_slice);
        let results = all.iter().filter(|message| message["template"] == "result_ready");
        results.filter_map(|message| message["text"].as_str()).map(str::to_owned).collect()
    };
    let path = format!("/api/v1/dev/messages?to={PHONE}");
    let client = Client::new(url);
    client.until(&path, |body| of(body).len() >= at_least).await?;
    // Whatever else was on its way has arrived by then.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    Ok(of(&client.get(&path).await?.expect(200)?))
}

async fn send(lab: &Client, results: &[Value]) -> anyhow::Result<()> {
    let report = lab.post("/api/v1/lab/results", &json!(results)).await?.expect(200)?;
    ensure!(report["accepted"] == json!(results.len()), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_with_one_phone_gets_one_message_until_somebody_looked() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let lab = Client::signed_in(&url, "lab").await?;
    let four: Vec<Value> = (81..85)
        .map(|n| sample::result(&format!("FAMILY-{n}"), &member(n), if n == 83 { "detected" } else { "not_detected" }))
        .collect();
    send(&lab, &four).await?;
    let sent = links(&url, 1).await?;
    ensure!(sent.len() == 1, "one message for the four: {sent:?}");
    // The same person's next result stands behind a link of its own.
    let text = sent[0].clone();
    let code = text.rsplit('/').next().unwrap_or_default().trim().to_owned();

    // Somebody asks for a code, so the family has looked; what comes then is told.
    let asked = reqwest::Client::new().post(format!("{url}/r/{code}/code")).header("sec-fetch-site", "same-origin");
    ensure!(asked.send().await?.status() == 200);
    send(&lab, &[sample::result("FAMILY-85", &member(85), "not_detected")]).await?;
    ensure!(links(&url, 2).await?.len() == 2, "a result after the family looked is told");
    send(&lab, &[sample::result("FAMILY-86", &member(86), "not_detected")]).await?;
    ensure!(links(&url, 2).await?.len() == 2, "and speaks for the next");

    // A correction is always told.
    let mut corrected = sample::result("FAMILY-81", &member(81), "inconclusive");
    corrected["status"] = json!("corrected");
    let report = lab.post("/api/v1/lab/results", &corrected).await?.expect(200)?;
    ensure!(report["amended"] == json!(1), "{report}");
    ensure!(links(&url, 3).await?.len() == 3);
    Ok(())
}
