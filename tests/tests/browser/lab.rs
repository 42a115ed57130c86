//! The laboratory and its citizens in a real Chromium: a file with live progress and what it holds back, and a household's link.

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared::time::{hours, minutes};
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample::now;
use thirtyfour::prelude::*;

use crate::{see, sign_in};

/// A person of a household whose phone all share.
fn member(name: &str, birth: &str) -> Value {
    json!({"full_name": name, "birth_date": birth, "phone": "0977000111", "ward_code": "28252"})
}

fn result(accession: &str, person: &Value, outcome: &str) -> Value {
    json!({"accession": accession, "person": person, "test": {"loinc": "94500-6"}, "outcome": outcome,
           "specimen": {"kind": "nasopharyngeal_swab", "collected_at": now().minus(hours(5)).to_string()},
           "resulted_at": now().minus(minutes(5)).to_string()})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_dropped_its_rows_are_told_and_what_waits_is_released_by_hand() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let browser = Browser::start().await;
    sign_in(&browser, &url, "lab", "/lab").await?;
    let (taken, told) = (now().minus(hours(4)).to_string(), now().minus(minutes(3)).to_string());
    let file = suite.directory.path().join("ket-qua.csv");
    std::fs::write(
        &file,
        format!(
            "accession,full_name,birth_year,phone,specimen_kind,collected_at,loinc,outcome,resulted_at\n\
             LAB-1,Lê Thị Một,1980,0977000201,nasopharyngeal_swab,{taken},94500-6,not_detected,{told}\n\
             LAB-2,Trần Văn Hai,1981,0977000202,nasopharyngeal_swab,{taken},94500-6,Nghi ngờ dương tính,{told}\n\
             LAB-3,Lý Thị Ba,1982,0977000203,nasopharyngeal_swab,{taken},94500-6,có lẽ,{told}\n"
        ),
    )?;
    let input = browser.driver().find(By::Id("file")).await?;
    input.send_keys(file.to_str().context("a path")?).await?;
    see(&browser, "[data-upload-stage] button[data-send]").await?.click().await?;
    let report = see(&browser, "[data-upload-stage] [data-report]").await?.text().await?;
    ensure!(report.contains("có lẽ"), "the bad cell is not shown: {report}");

    browser.open(&format!("{url}/lab")).await?;
    let waiting = see(&browser, "form[action$='/release'] button").await?;
    let row = browser.driver().find(By::Css("section[aria-labelledby=waiting-title]")).await?.text().await?;
    ensure!(row.contains("LAB-2") && !row.contains("LAB-1"), "{row}");
    waiting.click().await?;
    // The page asks before a person gets a message.
    see(&browser, "dialog[open] button.button:not(.button-quiet)").await?.click().await?;
    see(&browser, ".notice[role=status]").await?;
    let told =
        |body: &Value| body["items"].as_array().is_some_and(|all| all.iter().any(|m| m["template"] == "result_ready"));
    Client::new(&url).until("/api/v1/dev/messages?to=0977000202", told).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_opens_its_link_and_each_member_their_own_result() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let url = suite.process.url.clone();
    let lab = Client::signed_in(&url, "lab").await?;
    let people = [member("Phạm Thị Bà", "1948-05-06"), member("Phạm Văn Cháu", "2012-07-08")];
    let sent = json!([result("HOME-1", &people[0], "not_detected"), result("HOME-2", &people[1], "not_detected")]);
    ensure!(lab.post("/api/v1/lab/results", &sent).await?.expect(200)?["accepted"] == json!(2));
    let with_links = |body: &Value| {
        body["items"].as_array().is_some_and(|all| all.iter().filter(|m| m["template"] == "result_ready").count() == 1)
    };
    let messages = Client::new(&url).until("/api/v1/dev/messages?to=0977000111", with_links).await?;
    let text = messages["items"][0]["text"].as_str().context("a text")?;
    let link = text.split_whitespace().find(|word| word.contains("/r/")).context("a link")?;
    let path = link.split_once("/r/").context("a code")?.1;

    let phone = Browser::start().await;
    phone.resize(PHONE).await?;
    phone.open(&format!("{url}/r/{path}")).await?;
    see(&phone, "main form button[type=submit]").await?.click().await?;
    see(&phone, "#code").await?;
    let with_code =
        |body: &Value| body["items"].as_array().is_some_and(|all| all.iter().any(|m| m["template"] == "one_time_code"));
    let messages = Client::new(&url).until("/api/v1/dev/messages?to=0977000111", with_code).await?;
    let codes = messages["items"].as_array().context("messages")?.iter();
    let text = codes.filter(|m| m["template"] == "one_time_code").find_map(|m| m["text"].as_str()).context("a code")?;
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).context("six digits")?;
    see(&phone, "#code").await?.send_keys(code).await?;
    see(&phone, "main form.card button[type=submit]").await?.click().await?;

    see(&phone, "#birth-1").await?;
    let list = phone.driver().find(By::Css("main")).await?.text().await?;
    ensure!(list.contains("Bà") && list.contains("Cháu") && !list.contains("Phạm"), "given names alone: {list}");
    see(&phone, "#birth-2").await?.send_keys("08/07/2013").await?;
    see(&phone, "#name-birth-2 ~ form button[type=submit]").await?.click().await?;
    let error = see(&phone, "#birth-2-error").await?.text().await?;
    ensure!(error.contains('9'), "how many tries are left: {error}");
    see(&phone, "#birth-2").await?.send_keys("08072012").await?;
    see(&phone, "#name-birth-2 ~ form button[type=submit]").await?.click().await?;
    see(&phone, ".result-outcome").await?;
    let page = phone.driver().find(By::Css("main")).await?.text().await?;
    ensure!(page.contains("Phạm Văn Cháu") && !page.contains("Phạm Thị Bà"), "{page}");
    Ok(())
}
