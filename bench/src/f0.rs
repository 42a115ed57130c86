//! F0 care: the rules alone, then reports, the board and the stations' work lists over many open cases, on both stores.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Stopwatch};

use anyhow::{Context, ensure};
use f0_tracker::App;
use f0_tracker::app::look::{self, AlertQuery, CaseQuery};
use f0_tracker::app::report;
use f0_tracker::domain::case::CaseState;
use f0_tracker::domain::catalog::Catalog;
use f0_tracker::domain::engine::assess;
use f0_tracker::domain::observation::{Observation, ReportInput};
use f0_tracker::domain::risk::RiskGroup;
use f0_tracker::domain::subject::Subject;
use f0_tracker::store::{CaseRecord, FeedKind, Latest, OpenedBy};
use futures::StreamExt as _;
use futures::future::join_all;
use shared::access::{Account, AreaScope, Role};
use shared::area::{FIRST_DAY, WardCode, wards_of_province};
use shared::ids::{AccountId, CaseId, PersonId, TimerId};
use shared::person::{Birth, FullName, Person, Sex};
use shared::random::{Random, below};
use shared::time::{Instant, hours, minutes};
use shared_store::Database;
use shared_store::outbox::Timer;
use shared_store::people::StoredAccount;
use shared_testkit::random::seeded;
use shared_testkit::servers::TestPostgres;
use shared_web::caller::{Caller, Identity};
use shared_web::config::Config;
use shared_web::process;

use crate::report::{Report, percentile};

/// The province whose stations are asked for their lists.
const PROVINCE: &str = "82";
/// How many of its stations are asked: as many as Tiền Giang had communes.
const STATIONS: usize = 172;
/// One of so many cases has an open alert.
const WITH_ALERT: usize = 10;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Open cases.
    pub cases: usize,
    /// Seconds over which reports come.
    pub seconds: u32,
}

/// Measures the rules, then SQLite and PostgreSQL.
///
/// # Errors
/// When a store cannot be opened or filled.
pub async fn run(report: &mut Report, size: Size) -> anyhow::Result<()> {
    rules(report)?;
    let directory = tempfile::tempdir()?;
    let config = Config { data_dir: directory.path().to_owned(), ..Config::default() };
    store(report, "SQLite", config, size, 20).await?;
    let directory = tempfile::tempdir()?;
    let postgres = TestPostgres::database().await;
    let database_url = Some(postgres.url().to_owned());
    let config = Config { data_dir: directory.path().to_owned(), database_url, ..Config::default() };
    store(report, "PostgreSQL", config, size, 50).await
}

/// A report with everything measured, as `n` differs.
fn observation(n: u64, id: Option<shared::ids::ReportId>, at: Instant) -> anyhow::Result<Observation> {
    let input = input(n);
    let observed = input.parse(at).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    Ok(Observation { id, ..observed })
}

/// What a patient sends; one in nine is an emergency.
fn input(n: u64) -> ReportInput {
    let spo2 = if n.is_multiple_of(9) { 91.0 } else { 95.0 + (n % 5) as f64 };
    ReportInput {
        by: Some("patient".to_owned()),
        temperature_c: Some(37.5.into()),
        spo2_pct: Some(spo2.into()),
        respiratory_rate: Some((16.0 + (n % 6) as f64).into()),
        pulse: Some(82.0.into()),
        systolic: Some(122.0.into()),
        diastolic: Some(78.0.into()),
        symptoms: Some(vec!["cough".to_owned()]),
        ..ReportInput::default()
    }
}

fn rules(report: &mut Report) -> anyhow::Result<()> {
    const ROUNDS: u32 = 20_000;
    let now = tests::sample::now();
    let catalog = Catalog::builtin();
    let subject = Subject { birth: Some(Birth::Year(1970)), ..Subject::default() };
    let observed: Vec<Observation> = (0..16).map(|n| observation(n, None, now)).collect::<anyhow::Result<_>>()?;
    let mut fired = 0_usize;
    let begun = Stopwatch::now();
    for round in 0..ROUNDS {
        let one = &observed[round as usize % observed.len()];
        fired += assess(catalog, &subject, one, &[], now.local_date()).reasons.len();
    }
    let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);
    report.add("one report under all protocols, mean", each, 20.0, "us")?;
    report.note(&format!("{fired} rules fired in {ROUNDS} reports"))
}

async fn store(report: &mut Report, name: &str, config: Config, size: Size, rate: u32) -> anyhow::Result<()> {
    let prepared = process::prepare(config, &[f0_tracker::service()]).await?;
    let app = App::new(&prepared.platform);
    let mut random = seeded(11);
    let begun = Stopwatch::now();
    let filled = fill(&app, size.cases, &mut random).await?;
    let cases = filled.cases.len();
    report.note(&format!("{name}: {cases} open cases stored in {:.0} s", begun.elapsed().as_secs_f64()))?;
    // So many cases never come within minutes: a database that has had them for a day has been vacuumed since.
    if let Database::Postgres(engine) = &app.platform.database {
        sqlx::query("VACUUM (ANALYZE)").execute(engine.write_pool()).await?;
    }
    let hub = shared_store::runtime::spawn(f0_tracker::hub::run(app.clone()));
    pour(report, name, &app, &filled, size.seconds, rate).await?;
    board(report, name, &app, &filled.doctor).await?;
    lists(report, name, &app, &filled.doctor).await?;
    app.platform.stop.cancel();
    hub.await?;
    app.platform.database.close().await;
    Ok(())
}

/// What the measures need to know of the stored cases.
struct Filled {
    cases: Vec<CaseId>,
    doctor: Caller,
}

async fn fill(app: &App, count: usize, random: &mut dyn Random) -> anyhow::Result<Filled> {
    let now = app.platform.now();
    let wards: Vec<WardCode> =
        wards_of_province(PROVINCE, FIRST_DAY).iter().filter_map(|unit| WardCode::parse(unit.code).ok()).collect();
    ensure!(wards.len() >= STATIONS, "the province has {} wards", wards.len());
    let account = Account {
        id: AccountId::new(now, random),
        username: "bench".to_owned(),
        display_name: "BS. Đo".to_owned(),
        roles: vec![Role::Doctor],
        area: AreaScope::from_code(PROVINCE).context("a province")?,
        lab_code: None,
    };
    let mut tx = app.platform.shared.write().await?;
    let stored = StoredAccount { account: account.clone(), password_hash: String::new(), active: true };
    tx.put_account(&stored, now).await?;
    tx.commit().await?;
    let mut cases = Vec::with_capacity(count);
    for chunk in (0..count).collect::<Vec<_>>().chunks(1_000) {
        let mut tx = app.store.write().await?;
        for n in chunk {
            let ward = wards[n % STATIONS].clone();
            cases.push(case(tx.as_mut(), *n, ward, now, random).await?);
        }
        tx.commit().await?;
    }
    let identity = Identity::Account(Box::new(account));
    let doctor = Caller { identity, ..Caller::default() };
    for (n, case) in cases.iter().enumerate().step_by(WITH_ALERT) {
        let input = input(if n.is_multiple_of(3) { 0 } else { 2 });
        let _ = report::take(app, &doctor, *case, &input, "bench")
            .await
            .map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    }
    Ok(Filled { cases, doctor })
}

async fn case(
    tx: &mut dyn f0_tracker::store::F0Write,
    n: usize,
    ward: WardCode,
    now: Instant,
    random: &mut dyn Random,
) -> anyhow::Result<CaseId> {
    let ward_code = Some(ward.as_str().to_owned());
    let person = Person {
        id: PersonId::new(now, random),
        full_name: FullName::parse("Nguyễn Văn Đo").ok().context("a name")?,
        birth: Some(Birth::Year(1940 + i16::try_from(n % 70)?)),
        sex: Sex::Unknown,
        phone: None,
        national_id: None,
        health_insurance_no: None,
        address: None,
        ward_code: Some(ward),
    };
    tx.insert_person(&person, now).await?;
    let opened_at = now.minus(hours(1 + i64::try_from(below(random, 200))?));
    let due_at = now.plus(minutes(60 + i64::try_from(below(random, 900))?));
    let case = CaseRecord {
        id: CaseId::new(opened_at, random),
        person_id: person.id,
        state: CaseState::Open,
        opened_by: OpenedBy::Result,
        diagnosed_at: opened_at,
        specimen_at: opened_at,
        symptom_onset: None,
        isolated_from: None,
        conditions: BTreeSet::new(),
        vaccine_doses: Some(2),
        pregnant: None,
        risk: RiskGroup::Unknown,
        ward_code,
        opened_at,
        closed_at: None,
        void_reason: None,
        doctor: None,
        latest: Latest::default(),
        report_due_at: Some(due_at),
    };
    ensure!(tx.insert_case(&case, None).await?, "a case was not stored");
    let (id, kind) = (TimerId::new(now, random), "f0.silence".to_owned());
    let payload = serde_json::json!({"rung": "message"});
    tx.set_timer(&Timer { id, kind, subject: case.id.uuid(), payload, due_at, attempts: 0 }).await?;
    Ok(case.id)
}

/// Reports at a steady rate; how long each takes, and how long after its answer its alert is on the live feed.
async fn pour(
    report: &mut Report,
    name: &str,
    app: &App,
    filled: &Filled,
    seconds: u32,
    rate: u32,
) -> anyhow::Result<()> {
    let head = app.store.read().await?.feed_head().await?;
    let seen = Arc::new(Mutex::new(Vec::<(CaseId, Stopwatch)>::new()));
    let reader = {
        let (app, seen) = (app.clone(), Arc::clone(&seen));
        shared_store::runtime::spawn(async move {
            let mut lines = Box::pin(app.hub.follow(app.store.clone(), head));
            while let Some(entry) = lines.next().await {
                if entry.line.kind == FeedKind::AlertRaised {
                    let mut seen = seen.lock().expect("nobody panics with the lock");
                    seen.push((entry.line.case_id, Stopwatch::now()));
                }
            }
        })
    };
    let total = u64::from(rate) * u64::from(seconds);
    let begun = tokio::time::Instant::now();
    // Cases that have no alert yet, so that an emergency raises one.
    let without: Vec<CaseId> =
        filled.cases.iter().enumerate().filter(|(n, _)| !n.is_multiple_of(WITH_ALERT)).map(|(_, id)| *id).collect();
    let posts = (0..total).map(|n| {
        let case = without[usize::try_from(n * 7_919).unwrap_or(0) % without.len()];
        let (app, doctor) = (app.clone(), filled.doctor.clone());
        async move {
            tokio::time::sleep_until(begun + Duration::from_secs_f64(n as f64 / f64::from(rate))).await;
            let sent = Stopwatch::now();
            let taken = report::take(&app, &doctor, case, &input(n), "bench").await;
            let taken = taken.map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
            anyhow::Ok((case, taken.report.level, sent, sent.elapsed().as_secs_f64() * 1_000.0))
        }
    });
    let done: Vec<_> = join_all(posts).await.into_iter().collect::<anyhow::Result<_>>()?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    reader.abort();
    let seen = seen.lock().expect("nobody panics with the lock");
    let mut took: Vec<f64> = done.iter().map(|(.., took)| *took).collect();
    let median = percentile(&mut took, 0.5);
    let p99 = percentile(&mut took, 0.99);
    report.add(format!("report, {rate}/s, p99, {name}"), p99, 50.0, "ms")?;
    report.note(&format!("median {median:.1} ms, {total} reports"))?;
    let mut delays: Vec<f64> = done
        .iter()
        .filter(|(_, level, ..)| *level == shared::events::AlertLevel::Emergency)
        .filter_map(|(case, _, sent, _)| {
            let at = seen.iter().find(|(of, at)| of == case && at >= sent).map(|(_, at)| *at)?;
            Some(at.duration_since(*sent).as_secs_f64() * 1_000.0)
        })
        .collect();
    ensure!(!delays.is_empty(), "no alert reached the board");
    report.add(format!("alert to board, p99, {name}"), percentile(&mut delays, 0.99), 500.0, "ms")?;
    report.note(&format!("{} alerts", delays.len()))
}

async fn board(report: &mut Report, name: &str, app: &App, doctor: &Caller) -> anyhow::Result<()> {
    let mut took = Vec::new();
    for _ in 0..100 {
        let begun = Stopwatch::now();
        let states = vec![f0_tracker::store::AlertState::Open];
        let page = look::alerts(app, doctor, AlertQuery { states, limit: 50, ..AlertQuery::default() }).await?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        ensure!(!page.cards.is_empty(), "the board is empty");
    }
    report.add(format!("the board's first page, p99, {name}"), percentile(&mut took, 0.99), 100.0, "ms")
}

async fn lists(report: &mut Report, name: &str, app: &App, doctor: &Caller) -> anyhow::Result<()> {
    let mut shown = 0;
    let begun = Stopwatch::now();
    for unit in wards_of_province(PROVINCE, FIRST_DAY).iter().take(STATIONS) {
        let state = Some(CaseState::Open);
        let query = CaseQuery { state, ward_code: Some(unit.code.to_owned()), limit: 200, ..CaseQuery::default() };
        shown += look::cases(app, doctor, query).await?.lines.len();
    }
    report.add(format!("{STATIONS} work lists of stations, {name}"), begun.elapsed().as_secs_f64(), 60.0, "s")?;
    report.note(&format!("{shown} lines"))
}
