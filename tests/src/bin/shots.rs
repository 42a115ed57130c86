//! Takes a picture of every page at phone and desktop width, in Vietnamese and English: `./dev shots [FOLDER]`.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};
use shared_testkit::browser::{Browser, DESKTOP, PHONE};
use tests::client::Client;
use tests::process::Embedded;
use thirtyfour::prelude::*;

/// Pages by who looks at them; an empty name is somebody who is not signed in.
const PAGES: [(&str, &[&str]); 10] = [
    ("", &["/", "/login", "/care", "/messages", "/nowhere", "/me", "/declare", "/scan", "/venue/new"]),
    ("doctor", &["/board", "/people?q=nguyen", "/shifts", "/protocols", "/protocols/byt-261-2022"]),
    ("lab", &["/lab", "/lab/tubes", "/lab/pools", "/lab/labels", "/lab/bench", "/lab/words", "/lab/undo"]),
    ("venue", &["/venue", "/venue/cards", "/venue/import"]),
    ("officer", &["/exposures", "/dashboard", "/lab/labs"]),
    ("sampler", &["/sampling"]),
    ("nurse", &["/station", "/station/new", "/station/stock", "/sick-leave", "/duties", "/venue/waiting"]),
    (FAMILY, &["/care", "/care/household", "/care/papers"]),
    ("hotline", &["/hotline"]),
    ("admin", &["/operations", "/account"]),
];

/// A family that signs in with the code on its phone, and whose pages are full: two are ill, one is a contact.
const FAMILY: &str = "family";
const FAMILY_PHONE: &str = "0977000333";
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
    for (account, pages) in PAGES {
        if only.as_ref().is_some_and(|only| only != account) {
            continue;
        }
        let mut pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        pages.extend(further(&url, account).await?);
        match account {
            FAMILY => sign_in_family(&browser, &url).await?,
            account => sign_in(&browser, &url, account).await?,
        }
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
            let ended = tests::sample::ended_case(url).await?;
            let mut pages: Vec<_> =
                ["", "/intake", "/test", "/contacts"].map(|part| format!("/cases/{case}{part}")).into();
            pages.extend(["", "/sick-leave"].map(|part| format!("/cases/{ended}{part}")));
            let full = family(&doctor).await?;
            pages.extend(["", "/contacts"].map(|part| format!("/cases/{full}{part}")));
            pages
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

/// The case of a family in which a lot was done. Sent twice it is made once.
async fn family(doctor: &Client) -> anyhow::Result<String> {
    let id = |n: u32| format!("0195a000-0000-7000-8000-{n:012}");
    let person = |n: u32, name: &str, year: u32| {
        json!({"id": id(n), "full_name": name, "birth_year": year, "sex": "female", "phone": FAMILY_PHONE,
            "ward_code": "28252", "address": "12 Lê Lợi"})
    };
    let yesterday = tests::sample::now().minus(shared::time::days(1)).to_string();
    let (hoa, nam, mai) =
        (person(1, "Nguyễn Thị Hoa", 1958), person(2, "Trần Văn Nam", 1985), person(3, "Trần Thị Mai", 2016));
    let open = |n: u32, who: &Value, household: &[&Value]| {
        json!({"id": id(10 + n), "person": who, "diagnosed_at": yesterday, "symptom_onset": yesterday[..10],
            "conditions": ["diabetes"], "household": household})
    };
    let cases = "/api/v1/f0/cases";
    let case = doctor.post(cases, &open(1, &hoa, &[&nam, &mai])).await?.body;
    let case = case["id"].as_str().with_context(|| format!("a case: {case}"))?.to_owned();
    doctor.post(cases, &open(2, &nam, &[&hoa, &mai])).await?;
    let done = [
        (
            "reports",
            json!({"id": id(21), "by": "patient", "spo2_pct": 95, "pulse": 96, "temperature_c": 38.1,
            "respiratory_rate": 19, "symptoms": ["cough", "dyspnoea"]}),
        ),
        ("advice", json!({"id": id(22), "text": "Nằm sấp khi nghỉ, uống đủ nước. Đo lại SpO2 lúc 18 giờ."})),
        ("prescriptions", json!({"id": id(23), "bag": "A"})),
        ("referrals", json!({"id": id(24), "to": "BV Đa khoa tỉnh", "reason": "SpO2 giảm", "urgency": "urgent"})),
    ];
    for (path, body) in done {
        doctor.post(&format!("{cases}/{case}/{path}"), &body).await?;
    }
    doctor.get(&format!("{cases}/{case}/isolation-order.pdf")).await?;
    Ok(case)
}

/// Signs in as the family does: with the code that comes on the phone.
async fn sign_in_family(browser: &Browser, url: &str) -> anyhow::Result<()> {
    let doctor = Client::signed_in(url, "doctor").await?;
    family(&doctor).await?;
    let driver = browser.driver();
    driver.goto(format!("{url}/care")).await?;
    driver.delete_all_cookies().await?;
    driver.goto(format!("{url}/care")).await?;
    driver.find(By::Id("phone")).await?.send_keys(FAMILY_PHONE).await?;
    driver.find(By::Id("birth_year")).await?.send_keys("1958").await?;
    driver.find(By::Css("form.card button[type=submit]")).await?.click().await?;
    driver.query(By::Id("code")).first().await?;
    let messages = Client::new(url).get(&format!("/api/v1/dev/messages?to={FAMILY_PHONE}")).await?.expect(200)?;
    let all = messages["items"].as_array().context("messages")?;
    let code = all.iter().find(|one| one["template"] == "one_time_code").and_then(|one| one["text"].as_str());
    let code: String = code.context("a code")?.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    driver.find(By::Id("code")).await?.send_keys(code).await?;
    driver.find(By::Css("form.card button[type=submit]")).await?.click().await?;
    driver.query(By::Css("ol.today")).first().await?;
    Ok(())
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
            let height = browser.driver().execute("return document.documentElement.scrollHeight", vec![]).await?;
            let height = height.convert::<i64>()?.clamp(i64::from(size.1), TALLEST);
            browser.resize((size.0, u32::try_from(height)?)).await?;
            let path = folder.join(format!("{}-{width}-{lang}.png", file_name(page)));
            browser.screenshot(&path).await?;
            browser.resize(size).await?;
        }
    }
    Ok(())
}

/// The parts of an address, ids shortened.
fn file_name(page: &str) -> String {
    let parts = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|part| !part.is_empty());
    parts.map(|part| part.get(..24).unwrap_or(part)).collect::<Vec<_>>().join("-")
}
