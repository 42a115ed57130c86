//! What staff do at the scanner beside scanning: a name that is typed, the way out, and what they hear.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::json;
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;
use thirtyfour::prelude::*;

use crate::offline::{TYPED, inside};
use crate::{see, sign_in};

/// A chip card as the readers of the country describe it, of nobody.
const CCCD: &str = "082190001234|310123456|Nguyễn Thị Ánh Tuyết|08031990|Nữ|Ấp Mỹ Thạnh, Xã Mỹ Phong|15042021";
const OTHER: &str = "082090001235||Trần Văn Bình|18011990|Nam|Ấp Mỹ Thạnh, Xã Mỹ Phong|15042021";

/// Notes every tone that is played, in hertz.
const LISTEN: &str = "
    const made = [], create = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
        const tone = create.call(this);
        made.push(tone);
        return tone;
    };
    window.tones = () => made.splice(0).map((tone) => tone.frequency.value);";

async fn tones(browser: &Browser) -> anyhow::Result<Vec<f64>> {
    Ok(browser.driver().execute("return window.tones();", vec![]).await?.convert()?)
}

/// Waits until the answer has made room for the next.
async fn answer_is_over(browser: &Browser) -> anyhow::Result<()> {
    for _ in 0..100 {
        if !browser.driver().find(By::Css("[data-answer]")).await?.is_displayed().await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the answer stays")
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_scan_type_a_name_and_let_people_out() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let owner = Client::signed_in(&url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Rạp Hát Thầy Năm Tú")).await?.expect(201)?;
    let browser = Browser::with_arguments(&["--autoplay-policy=no-user-gesture-required"]).await;
    browser.resize(PHONE).await?;
    browser.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({"source": LISTEN})).await?;
    sign_in(&browser, &url, "venue", "/venue").await?;
    see(&browser, "a[href$='/scan']").await?;
    browser.open(&format!("{url}/venue/{}/scan?lang=vi", venue["id"].as_str().context("an id")?)).await?;
    see(&browser, "[data-scanner]").await?;

    browser.driver().execute(TYPED, vec![json!(CCCD)]).await?;
    let answer = see(&browser, "[data-answer][data-level=go]").await?.text().await?;
    for text in ["Mời vào", "Nguyễn Thị Ánh Tuyết · 1990", "Thẻ được quét, chưa được xác minh."]
    {
        ensure!(answer.contains(text), "{text}: {answer}");
    }
    ensure!(tones(&browser).await? == [1320.0], "one high tone");
    answer_is_over(&browser).await?;

    // Somebody with nothing to scan.
    see(&browser, "[data-open='#paper']").await?.click().await?;
    let go = "#paper button[type=submit]";
    see(&browser, go).await?.click().await?;
    let fault = see(&browser, "#paper .field-error").await?.text().await?;
    ensure!(fault.contains("họ và tên"), "{fault}");
    see(&browser, "#paper #full_name").await?.send_keys("Bà Bảy Cà Phê").await?;
    see(&browser, "#paper #phone").await?.send_keys("0933").await?;
    see(&browser, go).await?.click().await?;
    let fault = see(&browser, "#paper .field-error").await?.text().await?;
    ensure!(fault.contains("ít nhất 9 chữ số"), "{fault}");
    see(&browser, "#paper #phone").await?.send_keys(" 000 888").await?;
    see(&browser, go).await?.click().await?;
    see(&browser, "[data-answer][data-level=go]").await?;
    ensure!(!browser.driver().find(By::Css("#paper")).await?.is_displayed().await?, "the dialog is closed");
    ensure!(inside(&owner, &venue).await? == 2);
    answer_is_over(&browser).await?;

    // The same scanner at the way out.
    let way = see(&browser, "button[data-way]").await?;
    way.click().await?;
    ensure!(way.attr("aria-pressed").await?.as_deref() == Some("true"));
    ensure!(
        !browser.driver().find(By::Css("[data-open='#paper']")).await?.is_displayed().await?,
        "who leaves types no name"
    );
    tones(&browser).await?;
    browser.driver().execute(TYPED, vec![json!(CCCD)]).await?;
    let answer = see(&browser, "[data-answer][data-level=go]").await?.text().await?;
    ensure!(answer.contains("Đã ra"), "{answer}");
    ensure!(inside(&owner, &venue).await? == 1, "one has left");
    answer_is_over(&browser).await?;
    tones(&browser).await?;
    browser.driver().execute(TYPED, vec![json!(OTHER)]).await?;
    let answer = see(&browser, "[data-answer][data-level=stop]").await?.text().await?;
    ensure!(answer.contains("Chưa thấy người này vào đây hôm nay"), "{answer}");
    ensure!(tones(&browser).await? == [440.0, 294.0], "two tones that fall");
    answer_is_over(&browser).await?;
    see(&browser, "button[data-way]").await?.click().await?;
    see(&browser, "[data-open='#paper']").await?;
    Ok(())
}
