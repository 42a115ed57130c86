//! A door with no signal: what was done there outlives the browser, a restart of the phone and a server whose answers are
//! lost, and arrives once.

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared_testkit::browser::{Browser, PHONE};
use tests::client::Client;
use tests::faulty::Faulty;
use tests::process::Embedded;
use tests::sample;

use crate::{see, sign_in};

/// Cuts the browser off (`navigator.onLine` says so), or lets it on again. The proxy is the cut for the service worker.
pub(crate) async fn signal(browser: &Browser, network: &Faulty, there: bool) -> anyhow::Result<()> {
    if there {
        network.mend()
    } else {
        network.cut()
    }
    browser.driver().cdp().send_raw("Network.enable", json!({})).await?;
    let conditions = json!({"offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.driver().cdp().send_raw("Network.emulateNetworkConditions", conditions).await?;
    Ok(())
}

/// Waits until the service worker has what it needs.
pub(crate) async fn worker_is_ready(browser: &Browser) -> anyhow::Result<()> {
    let script = "const done = arguments[0]; \
                  const page = location.pathname.replace('/C/', '/c/'); \
                  const needed = () => [page, ...[...document.scripts].map((script) => script.src).filter(Boolean)]; \
                  const there = async () => (await Promise.all(needed().map((file) => caches.match(file)))).every(Boolean); \
                  const look = async () => navigator.serviceWorker.controller && await there() \
                      ? done(true) : setTimeout(look, 50); \
                  look();";
    browser.driver().execute_async(script, vec![]).await?;
    Ok(())
}

/// What the page says of its queue: waiting, sent.
async fn queue(browser: &Browser) -> anyhow::Result<(u64, u64)> {
    let script = "const q = document.querySelector('[data-queue]')?.dataset ?? {}; \
         return [Number(q.waiting ?? 1e6), Number(q.sent ?? 0)];"; // a page that has not counted yet has not sent
    Ok(browser.driver().execute(script, vec![]).await?.convert()?)
}

/// Waits until the page says so.
pub(crate) async fn queue_becomes(
    browser: &Browser,
    wanted: impl Fn((u64, u64)) -> bool,
) -> anyhow::Result<(u64, u64)> {
    let mut last = (0, 0);
    for _ in 0..900 {
        last = queue(browser).await?;
        if wanted(last) {
            return Ok(last);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let script = "return [...document.querySelectorAll('[data-refused] li')].map((row) => row.textContent).join('; ');";
    let refused: String = browser.driver().execute(script, vec![]).await?.convert()?;
    anyhow::bail!("the queue never became so; waiting and sent: {last:?}; refused: {refused}")
}

pub(crate) async fn inside(owner: &Client, venue: &Value) -> anyhow::Result<u64> {
    let id = venue["id"].as_str().context("an id")?;
    let occupancy = owner.get(&format!("/api/v1/checkin/venues/{id}/occupancy")).await?.expect(200)?;
    occupancy["inside"].as_u64().context("a number")
}

pub(crate) async fn open_on(profile: &Path, network: &Faulty, there: bool, page: &str) -> anyhow::Result<Browser> {
    let browser = Browser::on_profile(profile, &[]).await;
    browser.resize(PHONE).await?;
    signal(&browser, network, there).await?;
    browser.open(&format!("{}{page}", network.url)).await?;
    Ok(browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_with_no_signal_outlives_the_browser_and_the_phone_and_arrives_once() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let known = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Có Sóng")).await?.expect(201)?;
    let deaf = owner.post("/api/v1/checkin/venues", &sample::venue("Hầm Không Sóng")).await?.expect(201)?;
    let (known_door, deaf_door) = (door(&known)?, door(&deaf)?);
    let profile = tempfile::tempdir()?;

    let browser = open_on(profile.path(), &network, true, &known_door).await?;
    worker_is_ready(&browser).await?;
    see(&browser, "#full_name").await?.send_keys("Lê Thị Khách").await?;
    see(&browser, "#phone").await?.send_keys("0933 000 222").await?;
    see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    see(&browser, ".pass[data-status=accepted]").await?;

    // The poster of a place that this phone has never seen, under ground.
    signal(&browser, &network, false).await?;
    browser.open(&format!("{}{deaf_door}", network.url)).await?;
    see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    see(&browser, ".pass[data-status=queued]").await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 1).await?;
    browser.close().await?;

    // Closed and opened again, still under ground; then the power goes.
    let browser = open_on(profile.path(), &network, false, &deaf_door).await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 1).await?;
    see(&browser, "[data-inside]").await?;
    drop(browser);
    ensure!(inside(&owner, &deaf).await? == 0, "nothing can have arrived yet");

    // The first answer is lost on the way: the visit is sent again, and stays one.
    network.lose_answers(1);
    let browser = open_on(profile.path(), &network, true, &deaf_door).await?;
    queue_becomes(&browser, |(waiting, sent)| waiting == 0 && sent >= 1).await?;
    ensure!(network.still_to_lose() == 0, "the lost answer was not that of the queue");
    ensure!(inside(&owner, &deaf).await? == 1, "one visit, however often it was sent");
    ensure!(inside(&owner, &known).await? == 0, "who checked in elsewhere has left");

    // The button at the way out works with no signal as well.
    signal(&browser, &network, false).await?;
    see(&browser, "[data-inside-out]").await?.click().await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 1).await?;
    signal(&browser, &network, true).await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 0).await?;
    ensure!(inside(&owner, &deaf).await? == 0, "who left is not inside");
    Ok(())
}

/// Types as a hand scanner does: each card a burst of keys and Enter.
pub(crate) const HAND_SCANNER: &str = "
    const [from, to] = arguments;
    const letters = (n) => String(n).replace(/./g, (digit) => 'aăâbcdđeêg'[digit]);
    for (let n = from; n < to; n += 1) {
        const text = `0820900${String(10000 + n)}||Nguyễn Văn ${letters(n)}|01021990|Nam|Ấp Mỹ Thạnh, Xã Mỹ Phong|15042021`;
        for (const key of [...text, 'Enter']) {
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        }
    }";

#[tokio::test(flavor = "multi_thread")]
async fn a_door_scans_on_with_no_signal_and_a_server_that_fails_halfway_doubles_nobody() -> anyhow::Result<()> {
    const SCANS: u64 = 620;
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Đầu Mối")).await?.expect(201)?;
    let page = format!("/venue/{}/scan", venue["id"].as_str().context("an id")?);
    let profile = tempfile::tempdir()?;

    let browser = open_on(profile.path(), &network, true, "/").await?;
    sign_in(&browser, &network.url, "venue", "/venue").await?;
    see(&browser, "a[href$='/scan']").await?;
    browser.open(&format!("{}{page}", network.url)).await?;
    worker_is_ready(&browser).await?;
    browser.driver().execute(HAND_SCANNER, vec![json!(0), json!(1)]).await?;
    see(&browser, "[data-answer][data-level=go]").await?;
    queue_becomes(&browser, |counts| counts == (0, 1)).await?;

    signal(&browser, &network, false).await?;
    browser.open(&format!("{}{page}", network.url)).await?;
    browser.driver().execute(HAND_SCANNER, vec![json!(1), json!(2)]).await?;
    see(&browser, "[data-answer][data-level=kept]").await?;
    browser.driver().execute(HAND_SCANNER, vec![json!(2), json!(SCANS)]).await?;
    queue_becomes(&browser, |counts| counts == (SCANS - 1, 1)).await?;
    // The power of the phone goes; the first batch is stored by a server that answers 500.
    drop(browser);
    network.lose_answers(1);
    let browser = open_on(profile.path(), &network, true, &page).await?;
    if browser.driver().current_url().await?.path() == "/login" {
        // A browser writes its cookies every half minute: the power took the session with it, and the scans wait for the next.
        sign_in(&browser, &network.url, "venue", &page).await?;
        see(&browser, "[data-scanner]").await?;
    }
    queue_becomes(&browser, |counts| counts == (0, SCANS)).await?;
    ensure!(network.still_to_lose() == 0, "no answer was lost");
    ensure!(inside(&owner, &venue).await? == SCANS, "{} are inside", inside(&owner, &venue).await?);
    Ok(())
}

/// Types one text as a hand scanner does.
pub(crate) const TYPED: &str = "
    for (const key of [...arguments[0], 'Enter']) {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    }";

#[tokio::test(flavor = "multi_thread")]
async fn the_installed_app_started_under_ground_leads_staff_to_their_scanner() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Hầm Gửi Xe")).await?.expect(201)?;
    let page = format!("/venue/{}/scan", venue["id"].as_str().context("an id")?);
    let profile = tempfile::tempdir()?;
    let browser = open_on(profile.path(), &network, true, "/?lang=vi").await?;
    sign_in(&browser, &network.url, "venue", "/venue").await?;
    see(&browser, "a[href$='/scan']").await?;
    browser.open(&format!("{}{page}", network.url)).await?;
    worker_is_ready(&browser).await?;
    browser.close().await?;

    let browser = open_on(profile.path(), &network, false, "/").await?;
    let way = see(&browser, "[data-offline-page=scanner]").await?;
    ensure!(way.text().await?.contains("Hầm Gửi Xe"), "{}", way.text().await?);
    way.click().await?;
    see(&browser, "[data-scanner]").await?;
    // The list of venues needs the network: it leads to the same list.
    browser.open(&format!("{}/venue", network.url)).await?;
    see(&browser, "[data-offline-page=scanner]").await?.click().await?;
    see(&browser, "[data-scanner]").await?;

    // Half a card is said at once, and is not kept.
    browser.driver().execute(TYPED, vec![json!("082090000001|310000001|Nguyễn Văn An|01021990")]).await?;
    let said = see(&browser, "[data-answer][data-level=stop]").await?.text().await?;
    ensure!(said.contains("một phần căn cước"), "{said}");
    browser.driver().execute(HAND_SCANNER, vec![json!(0), json!(1)]).await?;
    see(&browser, "[data-answer][data-level=kept]").await?;
    queue_becomes(&browser, |counts| counts == (1, 0)).await?;
    signal(&browser, &network, true).await?;
    queue_becomes(&browser, |counts| counts == (0, 1)).await?;
    ensure!(inside(&owner, &venue).await? == 1);
    Ok(())
}

/// The text of the bar of a visitor's page, and how many it says were refused.
async fn bar(browser: &Browser) -> anyhow::Result<(String, u64)> {
    let script =
        "const bar = document.querySelector('[data-queue]'); return [bar.textContent, Number(bar.dataset.refused)];";
    Ok(browser.driver().execute(script, vec![]).await?.convert()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tapped_twice_with_no_signal_leaves_and_a_refused_check_out_is_said() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let network = Faulty::before(&suite.process.url).await?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Hai Lần")).await?.expect(201)?;
    let other = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Khác")).await?.expect(201)?;
    let door = door(&venue)?;
    let profile = tempfile::tempdir()?;
    let browser = open_on(profile.path(), &network, true, &format!("{}?lang=vi", self::door(&other)?)).await?;
    worker_is_ready(&browser).await?;
    see(&browser, "#full_name").await?.send_keys("Lê Thị Khách").await?;
    see(&browser, "#phone").await?.send_keys("0933 000 999").await?;
    see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    see(&browser, ".pass[data-status=accepted]").await?;

    signal(&browser, &network, false).await?;
    browser.open(&format!("{}{door}", network.url)).await?;
    // Both taps fall into one minute of the server.
    let second = sample::now().as_seconds().unsigned_abs() % 60;
    tokio::time::sleep(std::time::Duration::from_secs(if second > 40 { 61 - second } else { 0 })).await;
    for _ in 0..2 {
        see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
        see(&browser, ".pass[data-status=queued]").await?;
        see(&browser, "[data-pass-close]").await?.click().await?;
    }
    see(&browser, "[data-inside-out]").await?.click().await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 3).await?;
    signal(&browser, &network, true).await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 0).await?;
    ensure!(inside(&owner, &venue).await? == 0, "the visit that is stored has not ended");
    let (text, refused) = bar(&browser).await?;
    ensure!(refused == 0, "{text}");

    // A check-out of a visit that nobody knows: the phone says that it was not taken, beside what waits.
    let unknown = "const [code, id] = arguments; const at = new Date().toISOString(); \
         const inside = { id, code, place: 'Chợ', at, people: 1, queued: false }; \
         localStorage.setItem('antam.inside', JSON.stringify(inside));";
    browser.driver().execute(unknown, vec![venue["code"].clone(), json!(sample::id())]).await?;
    browser.open(&format!("{}{door}", network.url)).await?;
    see(&browser, "[data-inside-out]").await?.click().await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 0).await?;
    see(&browser, "[data-queue][data-refused='1']").await?;
    let (text, _) = bar(&browser).await?;
    ensure!(text.contains("Lượt ra về chưa được ghi"), "{text}");
    signal(&browser, &network, false).await?;
    see(&browser, "form[data-checkin] button[type=submit]").await?.click().await?;
    see(&browser, ".pass[data-status=queued]").await?;
    see(&browser, "[data-pass-close]").await?.click().await?;
    queue_becomes(&browser, |(waiting, _)| waiting == 1).await?;
    let (text, refused) = bar(&browser).await?;
    ensure!(refused == 1 && text.contains("đang chờ mạng") && text.contains("chưa được ghi"), "{text}");
    Ok(())
}

pub(crate) fn door(venue: &Value) -> anyhow::Result<String> {
    Ok(format!("/c/{}", venue["code"].as_str().context("a code")?))
}
