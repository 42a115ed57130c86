//! axe-core over every page, as everybody who may open it, in both languages and both themes: no violation.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::json;
use shared_testkit::browser::{Browser, DESKTOP, PHONE};
use shared_web::access::Row;
use tests::gallery::{self, Gallery, PAGES};
use tests::process::Embedded;
use tests::routes;

/// Pages that no line of the gallery shows, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/board/fragments/alerts", "a part of /board, which is looked at whole"),
    ("/venue/fragments/occupancy", "a part of /venue"),
    ("/assets/{*name}", "scripts and pictures"),
    ("/sw.js", "a script"),
];

/// The axe that `web/` installs.
fn axe() -> anyhow::Result<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).with_context(|| format!("{} is missing: run ./dev web", path.display()))
}

/// The violations of the page that is open, a line each.
async fn violations(browser: &Browser, axe: &str) -> anyhow::Result<Vec<String>> {
    let run = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then((result) => done(result.violations.map(\
               (violation) => `${violation.id}: ${violation.help}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)));";
    browser.driver().execute(axe, vec![]).await?;
    Ok(browser.driver().execute_async(run, vec![]).await?.convert()?)
}

/// A path without what it is asked for, and with nothing in its braces.
fn shape(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether a page of the gallery is at a route: what the route has in braces may be anything.
fn is_at(page: &str, route: &str) -> bool {
    let (page, route) = (shape(page), shape(route));
    let (page, route): (Vec<&str>, Vec<&str>) = (page.split('/').collect(), route.split('/').collect());
    page.len() == route.len() && page.iter().zip(&route).all(|(page, route)| page == route || *route == "{}")
}

#[tokio::test]
async fn every_page_of_the_access_table_is_looked_at() -> anyhow::Result<()> {
    let rows = routes::table().await?;
    let shown: Vec<&str> = PAGES.iter().flat_map(|(_, pages)| *pages).copied().collect();
    let is_page = |row: &&Row| row.method == Method::GET && row.doc.gives == "text/html";
    // An address in capitals is the one of a QR code, and the same page.
    let is_left_out = |path: &str| {
        path.trim_start_matches('/').starts_with(|c: char| c.is_ascii_uppercase())
            || ELSEWHERE.iter().any(|(elsewhere, _)| *elsewhere == path)
    };
    let missing: Vec<&str> = rows
        .iter()
        .filter(is_page)
        .map(|row| row.path)
        .filter(|path| !is_left_out(path) && !shown.iter().any(|page| is_at(page, path)))
        .collect();
    ensure!(missing.is_empty(), "no line of the gallery shows {missing:?}");
    let pages = rows.iter().filter(is_page).count();
    ensure!(pages > 50, "only {pages} pages were found in the table");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_any_page() -> anyhow::Result<()> {
    let suite = Embedded::with_people(400)?;
    let url = suite.process.url.clone();
    let gallery = Gallery::of(&url).await?;
    let axe = axe()?;
    let browser =
        Browser::with_arguments(&["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]).await;
    let mut faults = Vec::new();
    for (who, pages) in PAGES {
        gallery::sign_in(&browser, &url, who).await?;
        for page in *pages {
            let address = format!("{url}{}", gallery.address(page));
            let join = if page.contains('?') { '&' } else { '?' };
            for (size, lang, theme) in [(PHONE, "vi", "light"), (DESKTOP, "en", "dark")] {
                let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
                browser.driver().cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
                browser.resize(size).await?;
                browser.open(&format!("{address}{join}lang={lang}")).await?;
                let found = violations(&browser, &axe).await?;
                faults.extend(found.into_iter().map(|fault| format!("{page} as {who:?}, {lang}, {theme}: {fault}")));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_sees_a_fault_where_there_is_one() -> anyhow::Result<()> {
    let browser = Browser::start().await;
    browser.open("data:text/html,<html><body><img src=x><input></body></html>").await?;
    let found = violations(&browser, &axe()?).await?;
    ensure!(found.iter().any(|fault| fault.starts_with("image-alt")), "{}", json!(found));
    Ok(())
}
