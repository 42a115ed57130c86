//! The sampling team's phone: its camera before labels, personal codes and cards, a pool, and a day with no signal.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use image::GrayImage;
use lab_results::app::tubes;
use lab_results::label::{self, LabelSpec};
use serde_json::{Value, json};
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::faulty::Faulty;
use tests::film;
use tests::process::Embedded;
use tests::sample;
use thirtyfour::prelude::*;

use crate::camera::personal_code;
use crate::offline::{TYPED, queue_becomes, signal, worker_is_ready};
use crate::{see, sign_in};

/// Chip cards as the readers of the country describe them, of nobody.
const CCCD: &str =
    "082190001234|310123456|Nguyễn Thị Ánh Tuyết|08031990|Nữ|Ấp Mỹ Thạnh, Xã Mỹ Phong, Mỹ Tho, Tiền Giang|15042021";
const OTHER_CCCD: &str = "082085001111||Trần Văn Bình|18011985|Nam|Ấp 3, Tân Phú, Tiền Giang|25072021";
/// A health insurance card: the name is the hex of its UTF-8. Of nobody.
const BHYT: &str = "8200009876|4e677579e1bb856e2056c4836e2042c6b0e1bb9f69|01/02/1990|1|-|82 - 001|01/01/2022|-|05/01/2022|\
                    00000000000000|-|4|01/01/2027|0000000000000000-0000|4|-|$";

/// What of a label the camera sees.
#[derive(Clone, Copy)]
enum Seen {
    /// The label whose bars are worn off.
    Qr,
    /// The label whose QR is worn off.
    Bars,
}

/// The label of a tube as it is printed ahead, with a part of it worn off.
fn label_of(code: &str, seen: Seen) -> anyhow::Result<GrayImage> {
    let spec = LabelSpec { barcode: code.to_owned(), name: String::new(), detail: String::new(), taken: String::new() };
    let mut picture = image::load_from_memory(&label::png(&spec)?)?.to_luma8();
    let bars_from = picture.height() * 5 / 8;
    for (_, y, pixel) in picture.enumerate_pixels_mut() {
        let is_bars = y >= bars_from;
        if is_bars != matches!(seen, Seen::Bars) {
            pixel.0 = [255];
        }
    }
    Ok(picture)
}

/// A phone whose camera sees these one after the other, again and again.
async fn phone(profile: &Path, seen: &[&GrayImage]) -> anyhow::Result<Browser> {
    let path = profile.join("camera.y4m");
    if !path.exists() {
        film::write_several(&path, seen)?;
    }
    let file = format!("--use-file-for-fake-video-capture={}", path.display());
    let arguments = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", &file];
    let browser = Browser::on_profile(&profile.join("profile"), &arguments).await;
    browser.resize(PHONE).await?;
    Ok(browser)
}

/// The codes of a range of five, and where its use is told.
async fn codes(sampler: &Client) -> anyhow::Result<(Vec<String>, String)> {
    let range = sampler.post("/api/v1/lab/tube-ranges", &json!({"size": 5})).await?.expect(201)?;
    let first = range["first_number"].as_i64().context("a number")?;
    let id = range["id"].as_str().context("an id")?;
    let codes = (first..first + 5).map(|number| tubes::code(number).to_string()).collect();
    Ok((codes, format!("/api/v1/lab/tube-ranges/{id}")))
}

/// The texts of what stands under a selector, read at one moment: a scan puts others in their place.
async fn texts(browser: &Browser, css: &str) -> anyhow::Result<Vec<String>> {
    let script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim());";
    Ok(browser.driver().execute(script, vec![json!(css)]).await?.convert()?)
}

/// Waits until the camera has read what makes this element say this text.
async fn reads(browser: &Browser, css: &str, text: &str) -> anyhow::Result<()> {
    for _ in 0..600 {
        if texts(browser, css).await?.concat().contains(text) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the camera did not read what makes {css} say {text}: {:?}", texts(browser, "[data-sampling]").await?)
}

async fn people(browser: &Browser) -> anyhow::Result<Vec<String>> {
    texts(browser, "[data-people] li").await
}

/// Waits until so many people were read into the tube in hand.
async fn becomes_people(browser: &Browser, count: usize) -> anyhow::Result<Vec<String>> {
    for _ in 0..600 {
        let names = people(browser).await?;
        if names.len() == count {
            return Ok(names);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("{count} people were never read: {:?}", people(browser).await?)
}

/// Waits until the device has what reads codes from the camera's pictures.
async fn reader_is_kept(browser: &Browser) -> anyhow::Result<()> {
    let script = "const done = arguments[0]; \
                  const { reader, wasm } = document.querySelector('[data-sampling]').dataset; \
                  const look = async () => (await caches.match(reader)) && (await caches.match(wasm)) \
                      ? done(true) : setTimeout(look, 50); \
                  look();";
    browser.driver().execute_async(script, vec![]).await?;
    Ok(())
}

async fn tube(sampler: &Client, code: &str) -> anyhow::Result<Value> {
    let found = sampler.get(&format!("/api/v1/lab/specimens?barcode={code}")).await?.expect(200)?;
    Ok(found["items"][0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_a_personal_code_and_two_cards_before_the_camera_make_a_pool() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let sampler = Client::signed_in(&url, "sampler").await?;
    let (codes, usage) = codes(&sampler).await?;
    // Somebody who is known, since a personal QR tells nobody's name.
    let owner = Client::signed_in(&url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Lấy Mẫu")).await?.expect(201)?;
    let visitor = json!({"full_name": "Lê Thị Khách", "phone": "0933000889"});
    let visit = json!({"venue_code": venue["code"], "visitor": visitor});
    Client::new(&url).post("/api/v1/checkin/visits", &visit).await?.expect(201)?;
    let personal = personal_code(&suite, "Lê Thị Khách", "0933000889").await?;

    let (label, card) = (label_of(&codes[0], Seen::Bars)?, film::qr(CCCD.as_bytes())?);
    let insurance = film::qr(BHYT.as_bytes())?;
    let profile = tempfile::tempdir()?;
    let browser = phone(profile.path(), &[&label, &personal, &card, &insurance]).await?;
    sign_in(&browser, &url, "sampler", "/sampling").await?;
    see(&browser, "[data-sampling]").await?;
    browser.open(&format!("{url}/sampling?lang=vi")).await?;
    reads(&browser, "[data-tube]", &codes[0]).await?;
    let names = becomes_people(&browser, 3).await?;
    ensure!(names.iter().any(|name| name.contains("Nguyễn Thị Ánh Tuyết")), "{names:?}");
    ensure!(names.iter().any(|name| name.contains("Nguyễn Văn Bưởi")), "{names:?}");
    see(&browser, "[data-finish]").await?.click().await?;
    queue_becomes(&browser, |counts| counts == (0, 1)).await?;

    let found = tube(&sampler, &codes[0]).await?;
    ensure!(found["state"] == json!("collected"), "{found}");
    ensure!(found["order_ids"].as_array().map(Vec::len) == Some(3), "{found}");
    let pool = sampler.get(&format!("/api/v1/lab/pools/{}", found["id"].as_str().context("an id")?)).await?;
    let pool = pool.expect(200)?;
    let mut members: Vec<&str> =
        pool["members"].as_array().context("members")?.iter().filter_map(|one| one["full_name"].as_str()).collect();
    members.sort_unstable();
    ensure!(members == ["Lê Thị Khách", "Nguyễn Thị Ánh Tuyết", "Nguyễn Văn Bưởi"], "{pool}");

    // The camera still looks at the tube that is done: it is not begun again, and nobody is without a tube.
    reads(&browser, "[data-say]", "đã xong rồi").await?;
    ensure!(people(&browser).await?.is_empty());
    queue_becomes(&browser, |counts| counts == (0, 1)).await?;
    let usage = sampler.get(&usage).await?.expect(200)?;
    ensure!(usage["used"] == json!(1), "{usage}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_starts_with_no_signal_samples_and_sends_once_when_there_is_one() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let sampler = Client::signed_in(&suite.process.url, "sampler").await?;
    let (codes, usage) = codes(&sampler).await?;
    let seen = [label_of(&codes[0], Seen::Qr)?, film::qr(CCCD.as_bytes())?];
    let seen: Vec<&GrayImage> = seen.iter().collect();
    let folder = tempfile::tempdir()?;
    let page = format!("{}/sampling", network.url);

    // Opened once where there is a signal.
    let browser = phone(folder.path(), &seen).await?;
    sign_in(&browser, &network.url, "sampler", "/sampling").await?;
    see(&browser, "[data-sampling]").await?;
    worker_is_ready(&browser).await?;
    reader_is_kept(&browser).await?;
    see(&browser, "[data-clear]").await?.click().await?;
    browser.close().await?;

    // Started again under ground: what is read with the camera, a kit's own code and two cards from a hand scanner.
    let browser = phone(folder.path(), &seen).await?;
    signal(&browser, &network, false).await?;
    browser.open(&page).await?;
    reads(&browser, "[data-tube]", &codes[0]).await?;
    becomes_people(&browser, 1).await?;
    see(&browser, "[data-finish]").await?.click().await?;
    queue_becomes(&browser, |counts| counts == (1, 0)).await?;
    for text in [codes[1].as_str(), "KIT-2022-000481", OTHER_CCCD] {
        browser.driver().execute(TYPED, vec![json!(text)]).await?;
    }
    // Somebody with no card is typed.
    see(&browser, "[data-open='#who']").await?.click().await?;
    see(&browser, "#full_name").await?.send_keys("Lý Thị Ba").await?;
    see(&browser, "#birth").await?.send_keys("01/02/1956").await?;
    see(&browser, "[data-who] button[type=submit]").await?.click().await?;
    // The camera goes on, and reads its card into this tube too.
    becomes_people(&browser, 3).await?;
    see(&browser, "[data-finish]").await?.click().await?;
    queue_becomes(&browser, |counts| counts == (2, 0)).await?;
    // The power goes.
    drop(browser);

    let browser = phone(folder.path(), &seen).await?;
    signal(&browser, &network, false).await?;
    browser.open(&page).await?;
    queue_becomes(&browser, |counts| counts == (2, 0)).await?;
    ensure!(sampler.get(&format!("/api/v1/lab/specimens?barcode={}", codes[0])).await?.status == 404);

    // There is a signal; the first answer is lost.
    network.lose_answers(1);
    signal(&browser, &network, true).await?;
    browser.open(&page).await?;
    if browser.driver().current_url().await?.path() == "/login" {
        // A browser writes its cookies every half minute: the power took the session with it, and the samples wait for the next.
        sign_in(&browser, &network.url, "sampler", "/sampling").await?;
        see(&browser, "[data-sampling]").await?;
    }
    queue_becomes(&browser, |counts| counts == (0, 2)).await?;
    ensure!(network.still_to_lose() == 0, "no answer was lost");
    ensure!(browser.driver().find_all(By::Css("[data-refused] li")).await?.is_empty(), "something was refused");
    let (alone, pooled) = (tube(&sampler, &codes[0]).await?, tube(&sampler, &codes[1]).await?);
    ensure!(alone["order_ids"].as_array().map(Vec::len) == Some(1), "{alone}");
    ensure!(pooled["order_ids"].as_array().map(Vec::len) == Some(3), "{pooled}");
    ensure!(pooled["other_barcodes"] == json!(["KIT-2022-000481"]), "{pooled}");
    for found in [&alone, &pooled] {
        ensure!(found["custody"].as_array().map(Vec::len) == Some(2), "registered and collected, once: {found}");
    }
    ensure!(sampler.get(&usage).await?.expect(200)?["used"] == json!(2));
    Ok(())
}
