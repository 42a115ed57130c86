//! Puts the demo province into the database: accounts, people, places, visits, results, cases and their reports.
//!
//! The province is made from a seed ([`crate::demo`]); nothing of it is sent to anybody, and no case is opened by an event:
//! what ten days would have brought is written as it would stand.

mod accounts;
mod cases;
mod roster;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use f0_tracker::seed_life::SeedTest;
use indicatif::{ProgressBar, ProgressStyle};
use lab_results::seed::SeedResult;
use shared::ids::ResultId;
use shared_web::platform::Platform;

use crate::demo::{Demo, NURSE_WARD};

/// The seed of the demo that everybody sees.
pub const SEED: u64 = 20_220_310;

/// How many people share a transaction.
const CHUNK: usize = 2_000;

/// Fills an empty database; one that has the demo's accounts is left as it is.
///
/// # Errors
/// When the store fails.
pub async fn demo_unless_filled(platform: &Platform, seed: u64, people: u32) -> anyhow::Result<()> {
    if platform.shared.read().await?.account_by_username(accounts::LAST).await?.is_some() {
        return Ok(());
    }
    demo(platform, seed, people).await
}

/// Fills a database with the demo province of so many people, with a progress bar on standard error.
///
/// # Errors
/// When the store fails; what was committed before stays.
pub async fn demo(platform: &Platform, seed: u64, people: u32) -> anyhow::Result<()> {
    let demo = Demo::new(seed, people, platform.now());
    let accounts = accounts::create(platform).await.context("accounts")?;
    register_people(platform, &demo, people).await.context("people")?;
    register_places(platform, &demo, people).await.context("places")?;
    keep_venues(platform, &demo, accounts.venue).await.context("venues")?;
    record_visits(platform, &demo, people).await.context("visits")?;
    add_laboratories(platform, &demo).await.context("laboratories")?;
    let results = record_results(platform, &demo).await.context("results")?;
    if people > 0 {
        roster::write(platform, &accounts).await.context("the roster")?;
    }
    cases::open(platform, &demo, &results, &accounts).await.context("cases")?;
    accounts::finish(platform, &accounts).await.context("accounts")
}

fn bar(what: &'static str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<10} {bar:40} {human_pos}/{human_len}  {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(total).with_style(style).with_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

async fn register_people(platform: &Platform, demo: &Demo, people: u32) -> anyhow::Result<()> {
    let bar = bar("people", u64::from(people));
    let mut all = demo.people().peekable();
    while all.peek().is_some() {
        let mut tx = platform.shared.write().await?;
        for person in all.by_ref().take(CHUNK) {
            tx.insert_person(&person.to_person(), person.registered_at).await?;
            bar.inc(1);
        }
        tx.commit().await?;
    }
    bar.finish();
    Ok(())
}

async fn register_places(platform: &Platform, demo: &Demo, people: u32) -> anyhow::Result<()> {
    if people == 0 {
        return Ok(());
    }
    let mut tx = platform.shared.write().await?;
    for place in demo.places() {
        let stored = shared::place::Place {
            id: place.id,
            code: place.code,
            name: place.name.clone(),
            kind: place.kind,
            address: place.address.clone(),
            ward_code: place.ward_code.clone(),
            capacity: place.capacity,
            parent_id: None,
        };
        let phone = place.phone.as_ref().map(AsRef::as_ref);
        tx.insert_place(&stored, phone, "demo", place.registered_at).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The demo's venue account keeps a few venues, so that it has something to show.
async fn keep_venues(platform: &Platform, demo: &Demo, account: shared::ids::AccountId) -> anyhow::Result<()> {
    let mut tx = platform.shared.write().await?;
    for place in demo.venues().iter().take(4) {
        tx.add_staff(place.id, account).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn record_visits(platform: &Platform, demo: &Demo, people: u32) -> anyhow::Result<()> {
    if people == 0 {
        return Ok(());
    }
    let (app, _) = checkin::App::new(platform);
    let bar = bar("visits", u64::from(people));
    let visits = demo.visits().map(|visit| {
        bar.set_position(u64::from(visit.person_index));
        (visit.id, visit.place_id, visit.person_id, visit.checked_in_at, visit.checked_out_at)
    });
    // The key store keeps days for the retention alone; older visits are left out by the service itself.
    checkin::seed::insert_visits(&app, visits.collect::<Vec<_>>()).await?;
    bar.finish();
    Ok(())
}

async fn add_laboratories(platform: &Platform, demo: &Demo) -> anyhow::Result<()> {
    let app = lab_results::App::new(platform);
    for lab in demo.labs() {
        lab_results::seed::ensure_laboratory(&app, lab.code, lab.name, NURSE_WARD).await?;
    }
    Ok(())
}

/// Gives the stored id of each result by the id that the demo knows it by.
async fn record_results(platform: &Platform, demo: &Demo) -> anyhow::Result<HashMap<ResultId, ResultId>> {
    let app = lab_results::App::new(platform);
    let f0 = f0_tracker::App::new(platform);
    let bar = bar("results", 0);
    let mut stored = HashMap::new();
    for lab in demo.labs() {
        let (known, results): (Vec<ResultId>, Vec<SeedResult>) = demo
            .results()
            .filter(|result| result.lab_code == lab.code)
            .map(|result| {
                (
                    result.id,
                    SeedResult {
                        accession: result.accession,
                        person_id: result.person_id,
                        ward_code: Some(result.ward_code.to_string()),
                        outcome: result.outcome,
                        method: result.method,
                        ct_value: result.ct_value,
                        collected_at: result.collected_at,
                        resulted_at: result.resulted_at,
                    },
                )
            })
            .unzip();
        bar.inc_length(results.len() as u64);
        let ids = lab_results::seed::insert_results(&app, lab.code, &results, false).await?;
        bar.inc(results.len() as u64);
        let counted: Vec<SeedTest> = ids
            .iter()
            .zip(&results)
            .map(|(id, result)| SeedTest {
                result_id: *id,
                resulted_at: result.resulted_at,
                ward_code: result.ward_code.clone(),
                outcome: result.outcome,
            })
            .collect();
        f0_tracker::seed_life::count_tests(&f0, &counted).await?;
        stored.extend(known.into_iter().zip(ids));
    }
    bar.finish();
    Ok(stored)
}
