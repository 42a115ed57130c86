//! The crash test: the process is killed at random moments while results and check-ins pour in. After each restart every
//! acknowledged check-in and result must be there once, and every positive must have exactly one case.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared::random::{self, Random};
use shared_testkit::random::seeded;
use tests::client::Client;
use tests::process::Embedded;
use tests::sample;

/// How often the process is killed.
const KILLS: usize = 6;
/// How many clients pour.
const CLIENTS: u32 = 6;

/// What was acknowledged, and what is sent again until it is.
#[derive(Default)]
struct Ledger {
    visits: HashMap<String, Value>,
    results: HashMap<String, u32>,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends one body until it is acknowledged; the same id and body each time, as an offline phone would.
async fn send(url: &Arc<Mutex<String>>, path: &str, token: &Arc<Mutex<Option<String>>>, body: &Value) -> Value {
    loop {
        let (address, token) = (lock(url).clone(), lock(token).clone());
        let client = match token {
            Some(token) => Client::new(&address).with_token(&token),
            None => Client::new(&address),
        };
        if let Ok(answer) = client.post(path, body).await
            && answer.status.is_success()
        {
            return answer.body;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn pour(
    n: u32,
    url: Arc<Mutex<String>>,
    lab_token: Arc<Mutex<Option<String>>>,
    code: String,
    ledger: Arc<Mutex<Ledger>>,
    stop: tokio_util::sync::CancellationToken,
) {
    let nobody = Arc::new(Mutex::new(None));
    let mut device: Option<String> = None;
    let mut i = 0_u32;
    while !stop.is_cancelled() {
        i += 1;
        let number = n * 10_000 + i;
        let id = sample::id().to_string();
        // A known visitor comes once a minute at most, so each visit is somebody new or a minute of its own in the past.
        let at = sample::now().minus(shared::time::minutes(i64::from(i) + 1)).to_string();
        let visitor = match &device {
            Some(token) => json!({"device_token": token}),
            None => sample::person(n),
        };
        let body = json!({"id": id, "venue_code": code, "at": at, "visitor": visitor});
        let visit = send(&url, "/api/v1/checkin/visits", &nobody, &body).await;
        device = visit["device_token"].as_str().map(str::to_owned).or(device);
        lock(&ledger).visits.insert(id, body);
        if i.is_multiple_of(3) {
            let accession = format!("CRASH-{number}");
            let result = sample::result(&accession, &sample::person(100_000 + number), "detected");
            let report = send(&url, "/api/v1/lab/results", &lab_token, &result).await;
            assert!(report["rejected"] == 0, "{report}");
            lock(&ledger).results.insert(accession, 100_000 + number);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_acknowledged_is_lost_or_doubled_by_kills() -> anyhow::Result<()> {
    let mut suite = Embedded::start()?;
    let url = Arc::new(Mutex::new(suite.process.url.clone()));
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Chợ Mất Điện")).await?.expect(201)?;
    let code = venue["code"].as_str().context("a code")?.to_owned();
    let lab_token = Arc::new(Mutex::new(Some(sign_in(&suite.process.url, "lab").await?)));
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let stop = tokio_util::sync::CancellationToken::new();
    let pouring: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let parts = (Arc::clone(&url), Arc::clone(&lab_token), code.clone(), Arc::clone(&ledger), stop.clone());
            shared_store::runtime::spawn(pour(n, parts.0, parts.1, parts.2, parts.3, parts.4))
        })
        .collect();
    let mut random = seeded(20_220_310);
    for _ in 0..KILLS {
        pause(&mut random).await;
        suite.process.kill();
        suite.restart()?;
        lock(&url).clone_from(&suite.process.url);
    }
    pause(&mut random).await;
    stop.cancel();
    for task in pouring {
        task.await?;
    }
    verify(&suite.process.url, &ledger).await
}

async fn pause(random: &mut dyn Random) {
    tokio::time::sleep(Duration::from_millis(300 + random::below(random, 900))).await;
}

async fn sign_in(url: &str, username: &str) -> anyhow::Result<String> {
    let body = json!({"username": username, "password": "demo"});
    let answer = Client::new(url).post("/api/v1/auth/login", &body).await?.expect(200)?;
    Ok(answer["token"].as_str().context("a token")?.to_owned())
}

async fn verify(url: &str, ledger: &Mutex<Ledger>) -> anyhow::Result<()> {
    let (visits, results) = {
        let ledger = lock(ledger);
        (ledger.visits.clone(), ledger.results.clone())
    };
    ensure!(visits.len() > 20 && results.len() > 5, "too little poured: {} {}", visits.len(), results.len());
    let anybody = Client::new(url);
    for (id, body) in &visits {
        // The same id with the same body answers 200 with the first record: it is there, and once.
        let again = anybody.post("/api/v1/checkin/visits", body).await?;
        ensure!(again.status == 200, "visit {id} was acknowledged and is gone: {} {}", again.status, again.body);
    }
    let lab = Client::signed_in(url, "lab").await?;
    for (accession, person) in &results {
        let repeat = sample::result(accession, &sample::person(*person), "detected");
        let report = lab.post("/api/v1/lab/results", &repeat).await?.expect(200)?;
        let status = report["rows"][0]["status"].as_str().unwrap_or_default().to_owned();
        // The times of the repeat differ from the first, so it is held or a duplicate, but never new.
        ensure!(["duplicate", "held"].contains(&status.as_str()), "{accession} was acknowledged and is gone: {report}");
    }
    let doctor = Client::signed_in(url, "doctor").await?;
    let mut cases: HashMap<String, usize> = HashMap::new();
    let expected = results.len();
    for _ in 0..100 {
        cases.clear();
        let mut cursor = String::new();
        loop {
            let page = doctor.get(&format!("/api/v1/f0/cases?limit=200&cursor={cursor}")).await?.expect(200)?;
            for case in page["items"].as_array().context("items")? {
                *cases.entry(case["person"]["id"].to_string()).or_default() += 1;
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        if cases.len() >= expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(cases.len() >= expected, "{expected} positives were acknowledged, {} people have a case", cases.len());
    ensure!(cases.values().all(|n| *n == 1), "somebody has two cases");
    Ok(())
}
