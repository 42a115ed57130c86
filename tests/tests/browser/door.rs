//! A family at a door: one tap for all of them, a declaration when it is due, and a neighbour who has no phone. And a door
//! whose code changes.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::process::{Embedded, Process};
use tests::sample;
use thirtyfour::prelude::*;

use crate::{see, sign_in};

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

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_changes_its_code_and_a_phone_far_away_is_let_in_and_marked() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let owner = Client::signed_in(&url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Hội Chợ Xuân")).await?.expect(201)?;
    let id = venue["id"].as_str().context("an id")?;
    let wish = json!({"screen": true, "position": {"latitude": 10.36, "longitude": 106.36}});
    owner.post(&format!("/api/v1/checkin/venues/{id}/presence"), &wish).await?.expect(200)?;

    let screen = Browser::start().await;
    sign_in(&screen, &url, "venue", "/venue").await?;
    see(&screen, "a[href$='/scan']").await?;
    screen.open(&format!("{url}/venue/{id}/screen")).await?;
    let shown = see(&screen, "[data-screen]").await?;
    let first = shown.attr("data-changes-at").await?.context("a time")?;
    let drawn = "return document.querySelector('[data-screen-code]').naturalWidth";
    ensure!(screen.driver().execute(drawn, vec![]).await?.convert::<u64>()? > 0, "there is no picture");
    let next = format!("[data-screen]:not([data-changes-at='{first}'])");
    let next = screen.driver().query(By::Css(next)).wait(Duration::from_secs(45), Duration::from_millis(250));
    next.first().await.context("the code does not change")?;
    ensure!(!screen.driver().find(By::Css("[data-screen-fault]")).await?.is_displayed().await?);

    let phone = Browser::start().await;
    phone.resize(PHONE).await?;
    let cdp = phone.driver().cdp();
    cdp.send_raw("Browser.grantPermissions", json!({"permissions": ["geolocation"], "origin": url})).await?;
    let saigon = json!({"latitude": 10.7769, "longitude": 106.7009, "accuracy": 60});
    cdp.send_raw("Emulation.setGeolocationOverride", saigon).await?;
    let live = owner.get(&format!("/api/v1/checkin/venues/{id}/live")).await?.expect(200)?;
    let (_, path) = live["url"].as_str().and_then(|link| link.split_once("/C/")).context("a link")?;
    phone.open(&format!("{url}/C/{path}")).await?;
    see(&phone, "#full_name").await?.send_keys("Lê Thị Khách").await?;
    see(&phone, "#phone").await?.send_keys("0933 000 777").await?;
    see(&phone, "label:has([data-near])").await?.click().await?;
    // The position comes from the browser by itself, a moment later.
    tokio::time::sleep(Duration::from_secs(1)).await;
    see(&phone, GO).await?.click().await?;
    see(&phone, ".pass[data-status=accepted]").await?;
    let settings = owner.request(reqwest::Method::GET, &format!("/venue/{id}/presence?lang=vi"));
    let settings = settings.send().await?.text().await?;
    ensure!(settings.contains("điện thoại ở xa"), "the phone did not say where it was: {settings}");
    ensure!(
        !settings.contains("mã giấy, không phải") && !settings.contains("mã màn hình đã cũ"),
        "the code was not sent: {settings}"
    );
    Ok(())
}
