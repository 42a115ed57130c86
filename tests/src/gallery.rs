//! Every page, as everybody who may open it: what is pictured, and what is looked at for accessibility. A new page is a
//! line of [`PAGES`].

use std::collections::BTreeMap;

use anyhow::Context;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shared_testkit::browser::Browser;
use thirtyfour::prelude::*;

use crate::client::Client;
use crate::sample;

/// Who is not signed in.
pub const NOBODY: &str = "";
/// A family that signs in with the code on its phone, and whose pages are full: two are ill, one is a contact.
pub const FAMILY: &str = "family";
const FAMILY_PHONE: &str = "0977000333";

/// The pages by who looks at them. What stands in braces is one of [`Gallery`]'s ids.
pub const PAGES: &[(&str, &[&str])] = &[
    (
        NOBODY,
        &[
            "/",
            "/login",
            "/care",
            "/messages",
            "/nowhere",
            "/api/docs",
            "/c/{code}",
            "/c/{code}/no-live",
            "/t/{tube}",
            "/scan",
            "/offline",
            "/offline/door",
            "/me",
            "/declare",
            "/venue/new",
            "/venue/new/{registration}",
            "/venue/join/{invitation}",
            "/p/ABCDEFGHJKMN",
            "/r/{result}",
            "/r/ABCDEFGHJKMN",
            "/s/no-slip",
            "/papers/no-paper",
        ],
    ),
    (
        "venue",
        &[
            "/venue",
            "/venue/{venue}/scan",
            "/venue/{venue}/kiosk",
            "/venue/{venue}/change",
            "/venue/{venue}/staff",
            "/venue/{venue}/sign",
            "/venue/{venue}/screen",
            "/venue/{venue}/presence",
            "/venue/posters/{posters}",
            "/venue/cards",
            "/venue/import",
        ],
    ),
    (
        "doctor",
        &[
            "/board",
            "/people?q=nguyen",
            "/cases/{alerted}",
            "/cases/{full}",
            "/cases/{full}/intake",
            "/cases/{full}/test",
            "/cases/{full}/contacts",
            "/shifts",
            "/protocols",
            "/protocols/byt-261-2022",
            "/duties",
        ],
    ),
    (
        "nurse",
        &[
            "/people?q=tran",
            "/station",
            "/station/new",
            "/station/stock",
            "/shifts",
            "/protocols",
            "/sick-leave",
            "/cases/{ended}",
            "/cases/{ended}/sick-leave",
            "/venue/waiting",
            "/venue/cards",
        ],
    ),
    (
        FAMILY,
        &[
            "/care",
            "/care/cases/{full}/report",
            "/care/reports/0195a000-0000-7000-8000-000000000021",
            "/care/household",
            "/care/household/answer?reports=0195a000-0000-7000-8000-000000000021",
            "/care/papers",
            "/me",
        ],
    ),
    ("hotline", &["/hotline", "/hotline?q=nguyen", "/hotline/people/{person}", "/hotline/people/{person}/household"]),
    (
        "lab",
        &[
            "/lab",
            "/lab/tubes",
            "/lab/pools",
            "/lab/pools/{pool}",
            "/lab/labels",
            "/lab/bench",
            "/lab/words",
            "/lab/undo",
            "/lab/uploads/{upload}",
            "/lab/held/{held}",
        ],
    ),
    (
        "officer",
        &[
            "/exposures",
            "/exposures?case_id={full}",
            "/exposures/untold",
            "/lab/labs",
            "/dashboard",
            "/dashboard?area=815",
            "/dashboard?from=x",
        ],
    ),
    ("sampler", &["/sampling"]),
    ("admin", &["/operations", "/account"]),
];

/// What the addresses of pages hold.
pub struct Gallery {
    ids: BTreeMap<&'static str, String>,
}

impl Gallery {
    /// Makes what the pages of a demo at this address show.
    ///
    /// # Errors
    /// When the demo answers otherwise than it should.
    pub async fn of(url: &str) -> anyhow::Result<Self> {
        let doctor = Client::signed_in(url, "doctor").await?;
        let alerts = doctor.get("/api/v1/f0/alerts?status=open").await?.expect(200)?;
        let full = family(&doctor).await?;
        let case = doctor.get(&format!("/api/v1/f0/cases/{full}")).await?.expect(200)?;
        let owner = Client::signed_in(url, "venue").await?;
        let venues = owner.get("/api/v1/checkin/venues").await?.expect(200)?;
        let venue = text(&venues["items"][0]["id"])?;
        let invitation = page(&owner, &format!("/venue/{venue}/staff"), "").await?.1;
        let invitation = invitation.split("/venue/join/").nth(1).and_then(|rest| rest.split('"').next());
        Ok(Self {
            ids: BTreeMap::from([
                ("code", text(&venues["items"][0]["code"])?),
                ("registration", last_part(&page(&Client::new(url), "/venue/new/code", REGISTRATION).await?.0)),
                ("invitation", invitation.context("an invitation")?.to_owned()),
                ("posters", last_part(&page(&owner, "/venue/posters", "size=a4&lang=vi").await?.0)),
                ("venue", venue),
                ("alerted", text(&alerts["items"][0]["case_id"])?),
                ("person", text(&case["person_id"])?),
                ("full", full),
                ("ended", sample::ended_case(url).await?),
                ("result", result(url).await?),
                ("upload", upload(url).await?),
                ("pool", pool(url).await?),
                ("tube", TUBE.to_owned()),
                ("held", held(url).await?),
            ]),
        })
    }

    /// A page's address with its ids.
    #[must_use]
    pub fn address(&self, page: &str) -> String {
        self.ids.iter().fold(page.to_owned(), |page, (name, id)| page.replace(&format!("{{{name}}}"), id))
    }
}

/// Signs in as one of those who look at pages.
///
/// # Errors
/// When the browser or the demo does not do what it should.
pub async fn sign_in(browser: &Browser, url: &str, who: &str) -> anyhow::Result<()> {
    let driver = browser.driver();
    driver.goto(format!("{url}/login")).await?;
    driver.delete_all_cookies().await?;
    match who {
        NOBODY => return Ok(()),
        FAMILY => return sign_in_family(browser, url).await,
        _ => {}
    }
    driver.goto(format!("{url}/login?next=/messages")).await?;
    driver.find(By::Id("username")).await?.send_keys(who).await?;
    driver.find(By::Id("password")).await?.send_keys("demo").await?;
    driver.find(By::Css("form.card button[type=submit]")).await?.click().await?;
    driver.query(By::Css(".shell-account, .shell-tools form")).first().await?;
    Ok(())
}

/// As the family does: with the code that comes on the phone.
async fn sign_in_family(browser: &Browser, url: &str) -> anyhow::Result<()> {
    let driver = browser.driver();
    driver.goto(format!("{url}/care")).await?;
    driver.find(By::Id("phone")).await?.send_keys(FAMILY_PHONE).await?;
    driver.find(By::Id("birth_year")).await?.send_keys("1958").await?;
    driver.find(By::Css("form.card button[type=submit]")).await?.click().await?;
    driver.query(By::Id("code")).first().await?;
    let text = message(url, FAMILY_PHONE, "one_time_code").await?;
    let code: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    driver.find(By::Id("code")).await?.send_keys(code).await?;
    driver.find(By::Css("form.card button[type=submit]")).await?.click().await?;
    driver.query(By::Css("ol.today")).first().await?;
    Ok(())
}

fn text(value: &Value) -> anyhow::Result<String> {
    value.as_str().map(str::to_owned).context("a text")
}

fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

const REGISTRATION: &str = "name=Qu%C3%A1n+%E1%BA%A8m&kind=restaurant&address=1+L%C3%AA+L%E1%BB%A3i&ward_code=28252&capacity=20\
                            &phone=0912000777&owner=Nguy%E1%BB%85n+Th%E1%BB%8B+Lan&password=m%E1%BA%ADt+kh%E1%BA%A9u+d%C3%A0i";

/// Sends a form; gives the path of the page that comes of it, and the page.
async fn page(client: &Client, path: &str, form: &str) -> anyhow::Result<(String, String)> {
    let request = client.request(Method::POST, path).header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    let response = request.send().await?.error_for_status()?;
    Ok((response.url().path().to_owned(), response.text().await?))
}

/// The newest message of a kind to a phone.
async fn message(url: &str, phone: &str, template: &str) -> anyhow::Result<String> {
    let is_one = |one: &Value| one["template"].as_str().is_some_and(|name| name.starts_with(template));
    let found = |body: &Value| body["items"].as_array().and_then(|all| all.iter().find(|one| is_one(one)).cloned());
    let path = format!("/api/v1/dev/messages?to={phone}");
    let messages = Client::new(url).until(&path, |body| found(body).is_some()).await?;
    text(&found(&messages).context("a message")?["text"])
}

const TUBE: &str = "KIT-77";

/// A tube with the swabs of two people.
async fn pool(url: &str) -> anyhow::Result<String> {
    let people = [sample::person(78), sample::person(79)];
    let body = json!({"barcode": TUBE, "people": people, "collected_at": sample::now().to_string()});
    let sampler = Client::signed_in(url, "sampler").await?;
    text(&sampler.post("/api/v1/lab/samplings", &body).await?.expect(201)?["id"])
}

/// The code of the link to a result.
async fn result(url: &str) -> anyhow::Result<String> {
    let person = sample::person(77);
    let lab = Client::signed_in(url, "lab").await?;
    lab.post("/api/v1/lab/results", &sample::result("GALLERY-1", &person, "not_detected")).await?.expect(200)?;
    let text = message(url, person["phone"].as_str().context("a phone")?, "result").await?;
    let code = text.split("/r/").nth(1).context("a link")?;
    Ok(code.chars().take_while(char::is_ascii_alphanumeric).collect())
}

/// A result of nobody who is known, which waits.
async fn held(url: &str) -> anyhow::Result<String> {
    let lab = Client::signed_in(url, "lab").await?;
    let now = sample::now().to_string();
    let result = json!({"accession": "GALLERY-4", "barcode": "NOBODY-77", "test": {"loinc": "94500-6"}, "outcome": "detected",
        "specimen": {"kind": "nasopharyngeal_swab", "collected_at": now}, "resulted_at": now});
    lab.post("/api/v1/lab/results", &result).await?.expect(200)?;
    let waiting = lab.get("/api/v1/lab/held").await?.expect(200)?;
    waiting["items"][0]["id"].as_str().map(str::to_owned).with_context(|| format!("a record that waits: {waiting}"))
}

/// A file with a good row and a bad one.
async fn upload(url: &str) -> anyhow::Result<String> {
    let file = "accession,full_name,birth_date,collected_at,resulted_at,loinc,outcome\n\
                GALLERY-2,Nguyễn Thị Tranh,1980-01-02,2022-03-09T08:00:00+07:00,2022-03-09T20:00:00+07:00,94500-6,not_detected\n\
                GALLERY-3,Nguyễn Thị Ảnh,1980-13-02,2022-03-09T08:00:00+07:00,2022-03-09T20:00:00+07:00,94500-6,perhaps\n";
    let lab = Client::signed_in(url, "lab").await?;
    let form = Form::new().part("file", Part::text(file).file_name("results.csv"));
    let report = Client::send(lab.request(Method::POST, "/api/v1/lab/uploads").multipart(form)).await?.expect(200)?;
    text(&report["upload_id"])
}

/// The case of a family in which a lot was done. Sent twice it is made once.
async fn family(doctor: &Client) -> anyhow::Result<String> {
    let id = |n: u32| format!("0195a000-0000-7000-8000-{n:012}");
    let person = |n: u32, name: &str, year: u32| {
        json!({"id": id(n), "full_name": name, "birth_year": year, "sex": "female", "phone": FAMILY_PHONE,
            "ward_code": "28252", "address": "12 Lê Lợi"})
    };
    let yesterday = sample::now().minus(shared::time::days(1)).to_string();
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
