//! A family at a door: one tap for all of them, a declaration when it is due, and a neighbour who has no phone.

use anyhow::{Context, ensure};
use serde_json::Value;
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::process::{Embedded, Process};
use tests::sample;
use thirtyfour::prelude::*;

use crate::see;

/// Markets ask for a declaration, whenever this test is run.
const RULES: &str = r#"{"source": "test", "kept_days": {"source": "test", "negative_test": 14, "vaccination": 365}, "rules": [
    {"id": "shops", "source": "test", "valid_from": "2020-01-01", "kinds": ["shop"], "declaration": true, "otherwise": "red"}]}"#;

const GO: &str = "form[data-checkin] button[type=submit]";

async fn inside(owner: &Client, venue: &Value) -> anyhow::Result<u64> {
    let id = venue["id"].as_str().context("an id")?;
    let occupancy = owner.get(&format!("/api/v1/checkin/venues/{id}/occupancy")).await?.expect(200)?;
    occupancy["inside"].as_u64().context("a number")
}

async fn open(browser: &Browser, url: &str, venue: &Value) -> anyhow::Result<()> {
    browser.open(&format!("{url}/c/{}?lang=vi", venue["code"].as_str().context("a code")?)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_remembers_the_family_and_checks_a_neighbour_in_without_forgetting_its_owner() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let owner = Client::signed_in(&url, "venue").await?;
    let first = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Nhà")).await?.expect(201)?;
    let second = owner.post("/api/v1/checkin/venues", &sample::venue("Quán Nhà")).await?.expect(201)?;
    let browser = Browser::start().await;
    browser.resize(PHONE).await?;
    open(&browser, &url, &first).await?;
    see(&browser, "#full_name").await?.send_keys("Lê Thị Mẹ").await?;
    see(&browser, "#phone").await?.send_keys("0933 000 444").await?;
    see(&browser, "details summary").await?.click().await?;
    see(&browser, "#party-1").await?.send_keys("Bé Na").await?;
    see(&browser, "#party-2").await?.send_keys("Ông Tám").await?;
    ensure!(see(&browser, GO).await?.text().await?.contains("3 người"), "the button says how many come in");
    see(&browser, GO).await?.click().await?;
    let pass = see(&browser, ".pass[data-status=accepted]").await?.text().await?;
    ensure!(pass.contains("3 người"), "{pass}");
    ensure!(inside(&owner, &first).await? == 3);

    // At the next door one tap is enough; the grandfather stays at home.
    open(&browser, &url, &second).await?;
    see(&browser, "[data-family] label:nth-child(2)").await?.click().await?;
    ensure!(see(&browser, GO).await?.text().await?.contains("2 người"));
    see(&browser, GO).await?.click().await?;
    see(&browser, ".pass[data-status=accepted]").await?;
    ensure!(inside(&owner, &second).await? == 2);
    open(&browser, &url, &first).await?;
    ensure!(see(&browser, GO).await?.text().await?.contains("2 người"), "who came last time is ticked");

    // A neighbour without a phone: nothing of them stays here.
    see(&browser, "[data-for-other]").await?.click().await?;
    see(&browser, "#full_name").await?.send_keys("Bà Chín").await?;
    see(&browser, "#phone").await?.send_keys("0933 000 555").await?;
    see(&browser, GO).await?.click().await?;
    let pass = see(&browser, ".pass[data-status=accepted]").await?;
    ensure!(!pass.find(By::Css("[data-check-out]")).await?.is_displayed().await?, "it is not the neighbour's phone");
    see(&browser, "[data-pass-close]").await?.click().await?;
    let known = see(&browser, "[data-known-name]").await?.text().await?;
    ensure!(known == "Lê Thị Mẹ", "the phone is {known}'s");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_asked_for_once_a_day() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    std::fs::create_dir(data.path().join("policy"))?;
    std::fs::write(data.path().join("policy/door.json"), RULES)?;
    let folder = data.path().to_str().context("a path")?;
    let process = Process::start("antam", &["serve", "--demo", "--demo-people", "0", "--data-dir", folder])?;
    let url = process.url.clone();
    let owner = Client::signed_in(&url, "venue").await?;
    let mut shop = sample::venue("Tiệm Tạp Hóa");
    shop["kind"] = Value::from("shop");
    let shop = owner.post("/api/v1/checkin/venues", &shop).await?.expect(201)?;
    let browser = Browser::start().await;
    browser.resize(PHONE).await?;
    open(&browser, &url, &shop).await?;
    see(&browser, "#full_name").await?.send_keys("Lê Thị Mẹ").await?;
    see(&browser, "#phone").await?.send_keys("0933 000 666").await?;
    see(&browser, GO).await?.click().await?;
    ensure!(browser.driver().find_all(By::Css(".pass")).await?.is_empty(), "an unanswered question stops the form");
    see(&browser, "[data-declare] label:has([name=no_symptoms])").await?.click().await?;
    see(&browser, "[data-declare] label:has([value=no])").await?.click().await?;
    see(&browser, GO).await?.click().await?;
    see(&browser, ".pass[data-status=accepted]").await?;
    open(&browser, &url, &shop).await?;
    ensure!(!browser.driver().find(By::Css("[data-declare]")).await?.is_displayed().await?, "it was answered today");
    see(&browser, GO).await?.click().await?;
    see(&browser, ".pass[data-status=accepted]").await?;
    // The server knows better than a phone that has lost count.
    let forget = "localStorage.setItem('antam.declared', '2020-01-01T00:00:00Z')";
    browser.driver().execute(forget, vec![]).await?;
    open(&browser, &url, &shop).await?;
    see(&browser, "[data-declare]").await?;
    Ok(())
}
