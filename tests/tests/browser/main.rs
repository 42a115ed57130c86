//! The line as three people walk it in a real Chromium: a visitor at the door, the laboratory, the doctor whose board updates by itself.

mod accessibility;
mod camera;
mod clock;
mod door;
mod lab;
mod offline;
mod sampling;
mod scanner;
mod station;
mod weight;

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared::time::{hours, minutes};
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample::{self, now};
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

/// How long a page may take to show what happened elsewhere.
const PATIENCE: Duration = Duration::from_secs(15);

async fn see(browser: &Browser, css: &str) -> anyhow::Result<WebElement> {
    let end = tokio::time::Instant::now() + PATIENCE;
    let found = loop {
        let query = browser.driver().query(By::Css(css)).wait(PATIENCE, Duration::from_millis(50));
        match query.and_displayed().first().await {
            // A live page put another in its place between finding it and asking whether it is displayed.
            Err(error)
                if matches!(error.as_inner(), WebDriverErrorInner::StaleElementReference(_))
                    && tokio::time::Instant::now() < end => {}
            found => break found,
        }
    };
    match found {
        Ok(element) => Ok(element),
        Err(error) => {
            let picture = std::env::temp_dir().join(format!("antam-not-seen-{}.png", std::process::id()));
            browser.screenshot(&picture).await?;
            let page = browser.driver().current_url().await?;
            Err(error).with_context(|| format!("{css} is not to be seen on {page}; see {}", picture.display()))
        }
    }
}

async fn sign_in(browser: &Browser, url: &str, account: &str, page: &str) -> anyhow::Result<()> {
    browser.open(&format!("{url}/login?next={page}")).await?;
    see(browser, "#username").await?.send_keys(account).await?;
    see(browser, "#password").await?.send_keys("demo").await?;
    see(browser, "form.card button[type=submit]").await?.click().await?;
    Ok(())
}

/// Checks in at the door of a venue: name and phone the first time, one tap the second.
async fn visitor(browser: &Browser, url: &str, code: &str) -> anyhow::Result<()> {
    browser.resize(PHONE).await?;
    // The poster's address is in capitals, as phones read it from the code.
    browser.open(&format!("{url}/C/{code}")).await?;
    see(browser, "#full_name").await?.send_keys("Lê Thị Khách").await?;
    see(browser, "#phone").await?.send_keys("0933 000 111").await?;
    see(browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    let pass = see(browser, ".pass[data-status=accepted]").await?;
    ensure!(pass.text().await?.contains("Cà phê Trình Duyệt"), "{}", pass.text().await?);

    browser.open(&format!("{url}/c/{code}")).await?;
    ensure!(!browser.driver().find(By::Id("full_name")).await?.is_displayed().await?, "the name is asked for twice");
    see(browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    see(browser, ".pass[data-status=accepted]").await?;
    Ok(())
}

/// Uploads a file with one good and one bad row through the page.
async fn laboratory(browser: &Browser, url: &str, file: &std::path::Path) -> anyhow::Result<()> {
    sign_in(browser, url, "lab", "/lab").await?;
    let input = browser.driver().query(By::Id("file")).wait(PATIENCE, Duration::from_millis(50)).first().await?;
    input.send_keys(file.to_str().context("a path")?).await?;
    see(browser, "[data-upload-stage] button[data-send]").await?.click().await?;
    let report = see(browser, "[data-upload-stage] [data-report]").await?.text().await?;
    ensure!(report.contains("31/02/2022"), "the bad cell is not shown: {report}");
    Ok(())
}

fn results(person: &Value) -> String {
    let day = now().minus(hours(2));
    let (taken, told) = (day.to_string(), now().minus(minutes(5)).to_string());
    let text = |name: &str| person[name].as_str().unwrap_or_default().to_owned();
    format!(
        "accession,full_name,birth_date,sex,phone,national_id,ward_code,specimen_kind,collected_at,loinc,outcome,resulted_at\n\
         WEB-1,{},{},female,{},{},{},nasopharyngeal_swab,{taken},94500-6,detected,{told}\n\
         WEB-2,Trần Thị Sai,1980-02-01,female,0910000999,,28252,nasopharyngeal_swab,31/02/2022,94500-6,detected,{told}\n",
        text("full_name"),
        text("birth_date"),
        text("phone"),
        text("national_id"),
        text("ward_code"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_walk_the_line_and_the_board_updates_by_itself() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let owner = Client::signed_in(&url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Cà phê Trình Duyệt")).await?.expect(201)?;
    let code = venue["code"].as_str().context("a code")?;
    let ill = sample::person(77);
    let at = now().minus(minutes(20)).to_string();
    let body = json!({"venue_code": code, "at": at, "visitor": ill});
    Client::new(&url).post("/api/v1/checkin/visits", &body).await?.expect(201)?;

    let (door, lab, board) = tokio::join!(Browser::start(), Browser::start(), Browser::start());
    sign_in(&board, &url, "doctor", "/board").await?;
    see(&board, "#alerts").await?;
    ensure!(board.driver().find_all(By::Css("[data-alert-id]")).await?.is_empty(), "the board is not empty");
    visitor(&door, &url, code).await?;

    let file = suite.directory.path().join("ket-qua.csv");
    std::fs::write(&file, results(&ill))?;
    laboratory(&lab, &url, &file).await?;

    // Nobody touches the doctor's page: the card comes by the stream.
    let card = see(&board, "[data-alert-id]").await?;
    let name = ill["full_name"].as_str().context("a name")?;
    ensure!(card.text().await?.contains(name), "the card does not say who: {}", card.text().await?);
    see(&board, "[data-alert-id] form[data-take] button").await?.click().await?;
    see(&board, "[data-alert-id][data-state=taken]").await?;

    let told = |body: &Value| {
        body["items"].as_array().is_some_and(|all| all.iter().any(|m| m["template"] == "exposure_found"))
    };
    Client::new(&url).until("/api/v1/dev/messages?to=0933000111", told).await?;
    Ok(())
}
