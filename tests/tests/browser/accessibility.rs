//! axe-core over every page, as everybody who may open it: no violation. A new page is a line of [`pages`].

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared_testkit::browser::{Browser, DESKTOP, PHONE};
use tests::client::Client;
use tests::process::Embedded;

use crate::{see, sign_in};

/// The pages by who looks at them; nobody is signed in where the name is empty. Addresses with an id are filled in from `ids`.
fn pages(ids: &BTreeMap<&'static str, String>) -> Vec<(&'static str, Vec<String>)> {
    let at = |path: &str| ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
    [
        (
            "",
            &[
                "/",
                "/login",
                "/care",
                "/messages",
                "/nowhere",
                "/c/{code}",
                "/scan",
                "/offline",
                "/offline/door",
                "/me",
                "/declare",
                "/venue/new",
            ][..],
        ),
        (
            "venue",
            &[
                "/venue",
                "/venue/{venue}/scan",
                "/venue/{venue}/kiosk",
                "/venue/{venue}/staff",
                "/venue/{venue}/sign",
                "/venue/{venue}/presence",
                "/venue/cards",
                "/venue/import",
            ],
        ),
        (
            "doctor",
            &[
                "/board",
                "/people?q=nguyen",
                "/cases/{case}",
                "/shifts",
                "/protocols",
                "/protocols/byt-261-2022",
                "/cases/{case}/intake",
                "/cases/{case}/test",
                "/cases/{case}/contacts",
                "/duties",
            ],
        ),
        (
            "nurse",
            &[
                "/people?q=tran",
                "/station",
                "/shifts",
                "/protocols",
                "/station/new",
                "/station/stock",
                "/sick-leave",
                "/cases/{ended}",
                "/cases/{ended}/sick-leave",
                "/venue/waiting",
                "/venue/cards",
            ],
        ),
        (
            "hotline",
            &["/hotline", "/hotline?q=nguyen", "/hotline/people/{person}", "/hotline/people/{person}/household"],
        ),
        ("lab", &["/lab", "/lab/tubes", "/lab/pools", "/lab/labels", "/lab/bench", "/lab/words", "/lab/undo"]),
        (
            "officer",
            &[
                "/exposures",
                "/exposures?case_id={case}",
                "/lab/labs",
                "/dashboard",
                "/dashboard?area=815",
                "/dashboard?from=x",
            ],
        ),
        ("sampler", &["/sampling"]),
        ("admin", &["/operations", "/account"]),
    ]
    .map(|(who, paths)| (who, paths.iter().map(|path| at(path)).collect()))
    .into()
}

async fn ids(url: &str) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let venues = Client::signed_in(url, "venue").await?.get("/api/v1/checkin/venues").await?.expect(200)?;
    let cases = Client::signed_in(url, "doctor").await?.get("/api/v1/f0/cases?limit=1").await?.expect(200)?;
    let ended = tests::sample::ended_case(url).await?;
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a text");
    Ok(BTreeMap::from([
        ("venue", text(&venues["items"][0]["id"])?),
        ("code", text(&venues["items"][0]["code"])?),
        ("case", text(&cases["items"][0]["id"])?),
        ("ended", ended),
        ("person", text(&cases["items"][0]["person_id"])?),
    ]))
}

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

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_any_page() -> anyhow::Result<()> {
    let suite = Embedded::with_people(400)?;
    let url = suite.process.url.clone();
    let ids = ids(&url).await?;
    let axe = axe()?;
    let browser =
        Browser::with_arguments(&["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]).await;
    let mut faults = Vec::new();
    for (who, paths) in pages(&ids) {
        browser.open(&format!("{url}/login")).await?;
        browser.driver().delete_all_cookies().await?;
        if !who.is_empty() {
            sign_in(&browser, &url, who, "/messages").await?;
            see(&browser, ".shell-account, .shell-tools form").await?;
        }
        for path in paths {
            for size in [PHONE, DESKTOP] {
                browser.resize(size).await?;
                browser.open(&format!("{url}{path}")).await?;
                let found = violations(&browser, &axe).await?;
                faults.extend(found.into_iter().map(|fault| format!("{path} as {who:?} at {}: {fault}", size.0)));
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
