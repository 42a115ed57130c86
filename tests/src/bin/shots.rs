//! Takes a picture of every page at phone and desktop width, in Vietnamese and English: `./dev shots [FOLDER]`.

use std::path::{Path, PathBuf};

use shared_testkit::browser::{Browser, DESKTOP, PHONE};
use tests::gallery::{self, Gallery, PAGES};
use tests::process::Embedded;

/// A page is pictured whole, up to so many pixels.
const TALLEST: i64 = 6_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/shots".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let suite = Embedded::with_people(2_000)?;
    let url = suite.process.url.clone();
    let browser = Browser::start().await;
    // Only the pages of this account, where one is named.
    let only = std::env::args().nth(2);
    let gallery = Gallery::of(&url).await?;
    for (account, pages) in PAGES {
        if only.as_ref().is_some_and(|only| only != account) {
            continue;
        }
        gallery::sign_in(&browser, &url, account).await?;
        for page in *pages {
            let named = folder.join(file_name(page));
            shoot(&browser, &format!("{url}{}", gallery.address(page)), &named).await?;
        }
    }
    Ok(())
}

/// Takes the pictures of an address; their names begin with `named`.
async fn shoot(browser: &Browser, address: &str, named: &Path) -> anyhow::Result<()> {
    for (width, size) in [("390", PHONE), ("1440", DESKTOP)] {
        browser.resize(size).await?;
        for lang in ["vi", "en"] {
            let join = if address.contains('?') { '&' } else { '?' };
            browser.driver().goto(format!("{address}{join}lang={lang}")).await?;
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let height = browser.driver().execute("return document.documentElement.scrollHeight", vec![]).await?;
            let height = height.convert::<i64>()?.clamp(i64::from(size.1), TALLEST);
            browser.resize((size.0, u32::try_from(height)?)).await?;
            browser.screenshot(Path::new(&format!("{}-{width}-{lang}.png", named.display()))).await?;
            browser.resize(size).await?;
        }
    }
    Ok(())
}

/// The parts of an address.
fn file_name(page: &str) -> String {
    let parts = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}
