//! The people of F0 care in a real Chromium: a nurse at a door without a signal, and two doctors who take one alert.

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::faulty::Faulty;
use tests::process::Embedded;
use tests::sample::{self, now};
use thirtyfour::prelude::*;

use crate::{see, sign_in};

/// A case in the ward of the demo's nurse; its id.
async fn case(doctor: &Client, n: u32) -> anyhow::Result<String> {
    let body = json!({"person": sample::person(n), "diagnosed_at": now().to_string()});
    let case = doctor.post("/api/v1/f0/cases", &body).await?.expect(201)?;
    Ok(case["id"].as_str().context("an id")?.to_owned())
}

async fn queue_becomes(browser: &Browser, wanted: (u64, u64)) -> anyhow::Result<()> {
    let script =
        "const q = document.querySelector('[data-queue]').dataset; return [Number(q.waiting), Number(q.sent)];";
    let mut last = (0, 0);
    for _ in 0..600 {
        last = browser.driver().execute(script, vec![]).await?.convert()?;
        if last == wanted {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("the queue never became {wanted:?}; waiting and sent: {last:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_at_a_door_without_a_signal_is_kept_and_arrives_once() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let doctor = Client::signed_in(&suite.process.url, "doctor").await?;
    let id = case(&doctor, 41).await?;
    let profile = tempfile::tempdir()?;
    let browser = Browser::on_profile(profile.path(), &[]).await;
    browser.resize(PHONE).await?;
    sign_in(&browser, &network.url, "nurse", "/station").await?;
    see(&browser, "[data-station]").await?;
    let ready = "const done = arguments[0]; const look = async () => navigator.serviceWorker.controller \
                 && await caches.match('/station') ? done(true) : setTimeout(look, 50); look();";
    browser.driver().execute_async(ready, vec![]).await?;

    // The signal is gone, and the page is opened anew at the door: it is that of the device.
    network.cut();
    browser.driver().cdp().send_raw("Network.enable", json!({})).await?;
    let offline =
        |there: bool| json!({"offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.driver().cdp().send_raw("Network.emulateNetworkConditions", offline(false)).await?;
    browser.open(&format!("{}/station", network.url)).await?;
    see(&browser, "[data-stale]").await?;
    let open = "document.querySelector('#silent button[data-case]').click();";
    browser.driver().execute(open, vec![]).await?;
    see(&browser, "#visit #spo2_pct").await?.send_keys("101").await?;
    let keep = "document.querySelector('#visit form').requestSubmit();";
    browser.driver().execute(keep, vec![]).await?;
    see(&browser, "#spo2_pct-error").await?;
    let spo2 = browser.driver().find(By::Id("spo2_pct")).await?;
    spo2.clear().await?;
    spo2.send_keys("92").await?;
    browser.driver().execute(keep, vec![]).await?;
    queue_becomes(&browser, (1, 0)).await?;
    see(&browser, "[data-kept][data-state=waiting]").await?;
    let reports = async || -> anyhow::Result<usize> {
        let file = doctor.get(&format!("/api/v1/f0/cases/{id}")).await?.expect(200)?;
        let timeline = file["timeline"].as_array().context("a timeline")?.clone();
        Ok(timeline.iter().filter(|item| item["kind"] == "report.received").count())
    };
    ensure!(reports().await? == 0, "nothing can have arrived yet");

    // The first answer is lost on the way; the record is sent again and stays one.
    network.lose_answers(1);
    network.mend();
    browser.driver().cdp().send_raw("Network.emulateNetworkConditions", offline(true)).await?;
    queue_becomes(&browser, (0, 1)).await?;
    ensure!(reports().await? == 1, "one report, however often it was sent");
    // With a signal the next record is sent as it is kept.
    browser.driver().execute(open, vec![]).await?;
    see(&browser, "#visit #spo2_pct").await?.send_keys("93").await?;
    browser.driver().execute(keep, vec![]).await?;
    queue_becomes(&browser, (0, 2)).await?;
    ensure!(reports().await? == 2, "the second report is there, too");
    let told = |body: &Value| {
        body["items"].as_array().is_some_and(|all| all.iter().any(|a| a["case_id"] == *id && a["level"] == "emergency"))
    };
    doctor.until("/api/v1/f0/alerts?status=open", told).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_doctors_press_at_once_and_one_has_it_by_name() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let doctor = Client::signed_in(&url, "doctor").await?;
    case(&doctor, 42).await?;
    let (one, two) = tokio::join!(Browser::start(), Browser::start());
    for (browser, name) in [(&one, "doctor"), (&two, "doctor2")] {
        sign_in(browser, &url, name, "/board").await?;
        see(browser, "[data-alert-id][data-state=open] form[data-take] button").await?;
    }
    let press = "document.querySelector('[data-alert-id] form[data-take] button').click();";
    let (first, second) = tokio::join!(one.driver().execute(press, vec![]), two.driver().execute(press, vec![]));
    first?;
    second?;
    // Both boards show it taken; who was second is told by whom.
    for browser in [&one, &two] {
        see(browser, "[data-alert-id][data-state=taken]").await?;
    }
    let texts = [
        one.driver().find(By::Tag("body")).await?.text().await?,
        two.driver().find(By::Tag("body")).await?.text().await?,
    ];
    let mine = texts.iter().filter(|text| text.contains("Bạn đã nhận") || text.contains("You have it")).count();
    ensure!(mine >= 1, "one of them has it");
    let alerts = doctor.get("/api/v1/f0/alerts?status=acknowledged").await?.expect(200)?;
    ensure!(alerts["items"].as_array().is_some_and(|all| all.len() == 1), "one alert, taken once: {alerts}");
    let name = alerts["items"][0]["acknowledged_by"]["display_name"].as_str().context("a name")?;
    ensure!(texts.iter().any(|text| text.contains(name)), "the other reads who has it: {name}");
    Ok(())
}
