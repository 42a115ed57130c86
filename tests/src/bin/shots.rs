//! Takes a picture of every page at phone and desktop width, in Vietnamese and English: `./dev shots [FOLDER]`.

use std::path::PathBuf;

use anyhow::Context;
use shared_testkit::browser::{Browser, DESKTOP, PHONE};
use tests::client::Client;
use tests::process::Embedded;
use thirtyfour::prelude::*;

/// Pages by who looks at them; an empty name is somebody who is not signed in.
const PAGES: [(&str, &[&str]); 9] = [
    ("", &["/", "/login", "/care", "/messages", "/nowhere", "/me", "/declare", "/scan", "/venue/new"]),
    ("doctor", &["/board", "/people?q=nguyen", "/shifts", "/protocols", "/protocols/byt-261-2022"]),
    ("lab", &["/lab", "/lab/tubes", "/lab/pools", "/lab/labels", "/lab/bench", "/lab/words", "/lab/undo"]),
    ("venue", &["/venue", "/venue/cards", "/venue/import"]),
    ("officer", &["/exposures", "/dashboard", "/lab/labs"]),
    ("sampler", &["/sampling"]),
    ("nurse", &["/station", "/station/new", "/duties", "/venue/waiting"]),
    ("hotline", &["/hotline"]),
    ("admin", &["/operations", "/account"]),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/shots".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let suite = Embedded::with_people(2_000)?;
    let url = suite.process.url.clone();
    let browser = Browser::start().await;
    // Only the pages of this account, where one is named.
    let only = std::env::args().nth(2);
    for (account, pages) in PAGES {
        if only.as_ref().is_some_and(|only| only != account) {
            continue;
        }
        let mut pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        pages.extend(further(&url, account).await?);
        sign_in(&browser, &url, account).await?;
        for page in pages {
            shoot(&browser, &url, &page, &folder).await?;
        }
    }
    Ok(())
}

/// Pages whose address holds an id.
async fn further(url: &str, account: &str) -> anyhow::Result<Vec<String>> {
    Ok(match account {
        "doctor" => {
            let doctor = Client::signed_in(url, "doctor").await?;
            let alerts = doctor.get("/api/v1/f0/alerts?status=open").await?.expect(200)?;
            let case = alerts["items"][0]["case_id"].as_str().context("a case with an alert")?;
            ["", "/intake", "/test", "/contacts"].map(|part| format!("/cases/{case}{part}")).into()
        }
        "" => {
            let owner = Client::signed_in(url, "venue").await?;
            let venues = owner.get("/api/v1/checkin/venues").await?.expect(200)?;
            let code = venues["items"][0]["code"].as_str().context("a venue")?;
            vec![format!("/c/{code}")]
        }
        "officer" => {
            let doctor = Client::signed_in(url, "doctor").await?;
            let cases = doctor.get("/api/v1/f0/cases?limit=1").await?.expect(200)?;
            let case = cases["items"][0]["id"].as_str().context("a case")?;
            vec![format!("/exposures?case_id={case}")]
        }
        _ => Vec::new(),
    })
}

async fn sign_in(browser: &Browser, url: &str, account: &str) -> anyhow::Result<()> {
    let driver = browser.driver();
    driver.goto(format!("{url}/login")).await?;
    driver.delete_all_cookies().await?;
    if account.is_empty() {
        return Ok(());
    }
    driver.goto(format!("{url}/login")).await?;
    driver.find(By::Id("username")).await?.send_keys(account).await?;
    driver.find(By::Id("password")).await?.send_keys("demo").await?;
    driver.find(By::Css("form.card button[type=submit]")).await?.click().await?;
    Ok(())
}

async fn shoot(browser: &Browser, url: &str, page: &str, folder: &std::path::Path) -> anyhow::Result<()> {
    for (width, size) in [("390", PHONE), ("1440", DESKTOP)] {
        browser.resize(size).await?;
        for lang in ["vi", "en"] {
            let join = if page.contains('?') { '&' } else { '?' };
            browser.driver().goto(format!("{url}{page}{join}lang={lang}")).await?;
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let path = folder.join(format!("{}-{width}-{lang}.png", file_name(page)));
            browser.screenshot(&path).await?;
        }
    }
    Ok(())
}

/// The parts of an address, ids shortened.
fn file_name(page: &str) -> String {
    let parts = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|part| !part.is_empty());
    parts.map(|part| part.get(..24).unwrap_or(part)).collect::<Vec<_>>().join("-")
}
