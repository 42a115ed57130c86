//! A phone and a scanner whose clocks are three hours wrong, either way: nobody is turned away, and the times are right.

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared::time::Instant;
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::faulty::Faulty;
use tests::process::Embedded;
use tests::sample;

use crate::offline::{HAND_SCANNER, door, inside, queue_becomes, signal};
use crate::{see, sign_in};

/// Sets the clock of the pages that are opened from now on, and notes what they send to the queue and are answered. On a phone
/// the service worker reads the same clock; here it reads the right one, so it is not asked to send.
const SHIFT: &str = "
    delete ServiceWorkerRegistration.prototype.sync;
    const by = HOURS * 3600000, RightDate = Date;
    window.Date = class extends RightDate {
        constructor(...parts) { parts.length === 0 ? super(RightDate.now() + by) : super(...parts); }
        static now() { return RightDate.now() + by; }
    };
    window.told = [];
    const right = window.fetch;
    window.fetch = async (path, init) => {
        const answer = await right(path, init);
        if (init?.method === 'POST') {
            window.told.push({ sent: JSON.parse(init.body), answer: await answer.clone().json().catch(() => null) });
        }
        return answer;
    };";

async fn with_a_clock_off(hours: i64) -> anyhow::Result<Browser> {
    let browser = Browser::start().await;
    browser.resize(PHONE).await?;
    let script = SHIFT.replace("HOURS", &hours.to_string());
    browser.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await?;
    Ok(browser)
}

/// What the page has sent and was answered, the last.
async fn last_told(browser: &Browser) -> anyhow::Result<Value> {
    Ok(browser.driver().execute("return window.told.at(-1) ?? null;", vec![]).await?.json().clone())
}

/// How far a time is from now, in minutes; negative before it.
fn minutes_from_now(text: &Value) -> anyhow::Result<i64> {
    let at: Instant = text.as_str().with_context(|| format!("a time, not {text}"))?.parse()?;
    Ok(at.since(sample::now()).as_mins())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_clock_is_wrong_comes_and_leaves_with_and_without_a_signal() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    for hours in [3, -3] {
        let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Lệch Giờ")).await?.expect(201)?;
        let browser = with_a_clock_off(hours).await?;
        signal(&browser, &network, true).await?;
        browser.open(&format!("{}{}", network.url, door(&venue)?)).await?;
        see(&browser, "#full_name").await?.send_keys("Lê Thị Khách").await?;
        see(&browser, "#phone").await?.send_keys(format!("0933 001 00{}", hours + 3)).await?;
        see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
        see(&browser, ".pass[data-status=accepted]").await?;
        let told = last_told(&browser).await?;
        ensure!(minutes_from_now(&told["answer"]["checked_in_at"])?.abs() <= 2, "{told}");
        see(&browser, "[data-pass-close]").await?.click().await?;
        ensure!(inside(&owner, &venue).await? == 1);

        signal(&browser, &network, false).await?;
        see(&browser, "[data-inside-out]").await?.click().await?;
        queue_becomes(&browser, |(waiting, _)| waiting == 1).await?;
        signal(&browser, &network, true).await?;
        queue_becomes(&browser, |(waiting, _)| waiting == 0).await?;
        see(&browser, "[data-queue][data-refused='0']").await?;
        ensure!(inside(&owner, &venue).await? == 0, "{hours} hours off: the check-out was not taken");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_whose_clock_is_wrong_turns_nobody_away() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    for hours in [3, -3] {
        let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Cổng Lệch Giờ")).await?.expect(201)?;
        let browser = with_a_clock_off(hours).await?;
        signal(&browser, &network, true).await?;
        sign_in(&browser, &network.url, "venue", "/venue").await?;
        see(&browser, "a[href$='/scan']").await?;
        browser.open(&format!("{}/venue/{}/scan", network.url, venue["id"].as_str().context("an id")?)).await?;
        see(&browser, "[data-scanner]").await?;
        browser.driver().execute(HAND_SCANNER, vec![json!(0), json!(1)]).await?;
        see(&browser, "[data-answer][data-level=go]").await?;
        let told = last_told(&browser).await?;
        ensure!(minutes_from_now(&told["answer"]["visit"]["checked_in_at"])?.abs() <= 2, "{told}");

        signal(&browser, &network, false).await?;
        browser.driver().execute(HAND_SCANNER, vec![json!(1), json!(4)]).await?;
        see(&browser, "[data-answer][data-level=kept]").await?;
        queue_becomes(&browser, |counts| counts == (3, 1)).await?;
        signal(&browser, &network, true).await?;
        queue_becomes(&browser, |counts| counts == (0, 4)).await?;
        let told = last_told(&browser).await?;
        let off = minutes_from_now(&told["sent"]["sent_at"])?;
        ensure!((off - hours * 60).abs() <= 2, "the batch says the clock of the device: {told}");
        ensure!(inside(&owner, &venue).await? == 4, "{hours} hours off: {}", inside(&owner, &venue).await?);
    }
    Ok(())
}
