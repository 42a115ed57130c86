//! A film of a code before the camera: the poster of a door, an identity card, an insurance card, the personal QR of PC-Covid and
//! our own.

use anyhow::{Context, ensure};
use image::GrayImage;
use serde_json::Value;
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::film;
use tests::process::Embedded;
use tests::sample;

use crate::{see, sign_in};

/// A chip card as the readers of the country describe it, of nobody.
const CCCD: &str =
    "082190001234|310123456|Nguyễn Thị Ánh Tuyết|08031990|Nữ|Ấp Mỹ Thạnh, Xã Mỹ Phong, Mỹ Tho, Tiền Giang|15042021";
/// A health insurance card: the name is the hex of its UTF-8. Of nobody.
const BHYT: &str = "8200009876|4e677579e1bb856e2056c4836e2042c6b0e1bb9f69|01/02/1990|1|-|82 - 001|01/01/2022|-|05/01/2022|\
                    00000000000000|-|4|01/01/2027|0000000000000000-0000|4|-|$";
/// A personal QR of PC-Covid (1405/QĐ-BTTTT), of nobody.
const PC_COVID: &str = "082090005678|TRAN VAN BINH|1990-01-18|0|162979388586171100|";

/// A browser whose camera sees the picture.
async fn camera(folder: &std::path::Path, picture: &GrayImage) -> anyhow::Result<Browser> {
    let path = folder.join("camera.y4m");
    film::write(&path, picture)?;
    let file = format!("--use-file-for-fake-video-capture={}", path.display());
    let browser =
        Browser::with_arguments(&["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", &file]).await;
    browser.resize(PHONE).await?;
    Ok(browser)
}

async fn venue(suite: &Embedded) -> anyhow::Result<(Client, Value)> {
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Nhà thuốc Máy Ảnh")).await?.expect(201)?;
    Ok((owner, venue))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_before_the_camera_opens_its_door() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = &suite.process.url;
    let (owner, venue) = venue(&suite).await?;
    let id = venue["id"].as_str().context("an id")?;
    let request = owner.request(reqwest::Method::GET, &format!("/api/v1/checkin/venues/{id}/poster.png?size=a6"));
    let poster = image::load_from_memory(&request.send().await?.bytes().await?)?.to_luma8();

    let browser = camera(suite.directory.path(), &poster).await?;
    browser.open(&format!("{url}/scan")).await?;
    see(&browser, "#full_name").await?.send_keys("Lê Thị Khách").await?;
    see(&browser, "#phone").await?.send_keys("0933 000 333").await?;
    see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    let pass = see(&browser, ".pass[data-status=accepted]").await?;
    ensure!(pass.text().await?.contains("Nhà thuốc Máy Ảnh"), "{}", pass.text().await?);
    Ok(())
}

/// Holds a code before the scanner of a door, and tells the answer: its text.
async fn held_up(text: &str, mode: &str) -> anyhow::Result<String> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let (owner, venue) = venue(&suite).await?;
    let id = venue["id"].as_str().context("an id")?;
    let browser = camera(suite.directory.path(), &film::qr(text.as_bytes())?).await?;
    sign_in(&browser, &url, "venue", "/venue").await?;
    see(&browser, "a[href$='/scan']").await?;
    browser.open(&format!("{url}/venue/{id}/{mode}?lang=vi")).await?;
    let answer = see(&browser, "[data-answer]:not([data-level=stop])").await?.text().await?;
    let now = owner.get(&format!("/api/v1/checkin/venues/{id}/occupancy")).await?.expect(200)?;
    ensure!(now["inside"] == 1, "{now}");
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_card_before_the_scanner_checks_its_holder_in() -> anyhow::Result<()> {
    let answer = held_up(CCCD, "scan").await?;
    ensure!(answer.contains("Nguyễn Thị Ánh Tuyết"), "the letters of the card are not right: {answer}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insurance_card_before_the_scanner_checks_its_holder_in() -> anyhow::Result<()> {
    let answer = held_up(BHYT, "scan").await?;
    ensure!(answer.contains("Nguyễn Văn Bưởi"), "the letters of the card are not right: {answer}");
    ensure!(answer.contains("chưa được xác minh"), "a card is scanned, not verified: {answer}");
    Ok(())
}

/// What a citizen sees on their own page after a code by message: the picture of their personal QR.
pub(crate) async fn personal_code(suite: &Embedded, name: &str, phone: &str) -> anyhow::Result<GrayImage> {
    let url = &suite.process.url;
    let browser = Browser::start().await;
    browser.resize(PHONE).await?;
    browser.open(&format!("{url}/me?lang=vi")).await?;
    see(&browser, "#full_name").await?.send_keys(name).await?;
    see(&browser, "#phone").await?.send_keys(phone).await?;
    see(&browser, "form[action='/me/code'] button[type=submit]").await?.click().await?;
    let path = format!("/api/v1/dev/messages?to={phone}");
    let is_code = |m: &&Value| m["template"] == "one_time_code";
    let sent = |body: &Value| body["items"].as_array().is_some_and(|all| all.iter().any(|m| is_code(&m)));
    let messages = Client::new(url).until(&path, sent).await?;
    let text = messages["items"].as_array().and_then(|all| all.iter().find(is_code)).context("a message")?;
    let text = text["text"].as_str().context("a text")?;
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).context("a code")?;
    see(&browser, "#code").await?.send_keys(code).await?;
    see(&browser, "form[action='/me'] button[type=submit]").await?.click().await?;
    let picture = see(&browser, "main svg[role=img]").await?.screenshot_as_png().await?;
    Ok(image::load_from_memory(&picture)?.to_luma8())
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_code_on_a_phone_before_the_scanner_is_verified() -> anyhow::Result<()> {
    let (name, phone) = ("Lê Thị Khách", "0933000889");
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let (owner, venue) = venue(&suite).await?;
    // They have been somewhere, so that they are known.
    let elsewhere = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Cũ")).await?.expect(201)?;
    let visit = serde_json::json!({"venue_code": elsewhere["code"], "visitor": {"full_name": name, "phone": phone}});
    Client::new(&url).post("/api/v1/checkin/visits", &visit).await?.expect(201)?;
    let picture = personal_code(&suite, name, phone).await?;

    let browser = camera(suite.directory.path(), &picture).await?;
    sign_in(&browser, &url, "venue", "/venue").await?;
    see(&browser, "a[href$='/scan']").await?;
    let id = venue["id"].as_str().context("an id")?;
    browser.open(&format!("{url}/venue/{id}/scan?lang=vi")).await?;
    let answer = see(&browser, "[data-answer]:not([data-level=stop])").await?.text().await?;
    ensure!(answer.contains(name), "{answer}");
    ensure!(!answer.contains("chưa được xác minh"), "the code is ours: {answer}");
    let now = owner.get(&format!("/api/v1/checkin/venues/{id}/occupancy")).await?.expect(200)?;
    ensure!(now["inside"] == 1, "{now}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_code_before_the_kiosk_checks_its_holder_in_and_shows_no_name() -> anyhow::Result<()> {
    let answer = held_up(PC_COVID, "kiosk").await?;
    ensure!(!answer.to_uppercase().contains("BINH") && !answer.contains("1990"), "others see who it is: {answer}");
    Ok(())
}
