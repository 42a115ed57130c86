//! What the check-in page weighs on its way to a phone that was never here.

use anyhow::{Context, ensure};
use serde_json::json;
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;

use crate::see;

/// Bytes over the wire, headers included, of the page and all that it loads.
const LIMIT: u64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_visit_to_a_door_loads_less_than_sixty_kilobytes() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = &suite.process.url;
    let owner = Client::signed_in(url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Mỹ Tho, cổng số 2")).await?.expect(201)?;
    let browser = Browser::start().await;
    browser.resize(PHONE).await?;
    browser.open(&format!("{url}/c/{}", venue["code"].as_str().context("a code")?)).await?;
    see(&browser, "form[data-checkin] button[type=submit]").await?;
    let script = "const done = arguments[0]; document.fonts.ready.then(() => done([...performance.getEntriesByType('navigation'), \
                  ...performance.getEntriesByType('resource')].map((entry) => [entry.name, entry.transferSize])));";
    let parts: Vec<(String, u64)> = browser.driver().execute_async(script, vec![]).await?.convert()?;
    let total: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    ensure!(parts.len() > 5 && total > 20_000, "the parts were not counted: {}", json!(parts));
    ensure!(total < LIMIT, "{total} bytes: {}", json!(parts));
    Ok(())
}
