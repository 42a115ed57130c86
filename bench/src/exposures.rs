//! Matching a case with 20 visits among millions, on both stores: finding who shared the air, and the whole way with
//! storing, telling and committing.
//!
//! Beside them stands the same question put to sorted columns in memory: what any store could reach at most.

use std::ops::Range;
use std::time::Instant as Stopwatch;

use checkin::app::matching::Matcher;
use checkin::store::CaseRecord;
use shared::ids::{CaseId, PersonId, PlaceId, VisitId};
use shared::random::{self, Random};
use shared::time::{Instant, hours, minutes};
use shared_testkit::random::seeded;
use shared_testkit::servers::TestPostgres;
use shared_web::config::Config;
use shared_web::process;
use tests::sample::now;

use crate::aside::Aside;
use crate::columns::Columns;
use crate::report::{Report, percentile};
use crate::town::{self, Town};

/// Cases that are matched, and the visits of each.
const CASES: usize = 20;
const VISITS_OF_A_CASE: usize = 20;
/// Over how many days the visits lie.
const DAYS: u64 = 14;
/// One visit of so many has no check-out, so that it has to be found when its visitor went on elsewhere.
const OPEN: u64 = 5;

/// A prime, so that everybody has a turn before anybody has another.
const STRIDE: usize = 7_919;

/// How hard it is made, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// People who visit.
    pub people: usize,
    /// Places that they visit.
    pub places: usize,
    /// Visits stored when it is first measured.
    pub first: usize,
    /// Visits stored when it is measured against the limits.
    pub visits: usize,
    /// How often each case is looked for.
    pub rounds: usize,
    /// Milliseconds that finding may take, p99; it is not measured alone where there is none.
    pub find: Option<f64>,
    /// Whether the whole way is measured too. It has no limit: what it costs is what is written, a row and an event for
    /// each exposure.
    pub whole: bool,
}

/// Measures SQLite, then PostgreSQL.
///
/// # Errors
/// When a store cannot be opened or filled.
pub async fn run(report: &mut Report, size: Size) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let config = Config { data_dir: directory.path().to_owned(), ..Config::default() };
    store(report, "SQLite", config, size).await?;
    let directory = tempfile::tempdir()?;
    let postgres = TestPostgres::database().await;
    let database_url = Some(postgres.url().to_owned());
    let config = Config { data_dir: directory.path().to_owned(), database_url, ..Config::default() };
    store(report, "PostgreSQL", config, size).await
}

async fn store(report: &mut Report, name: &str, config: Config, size: Size) -> anyhow::Result<()> {
    let platform = process::prepare(config.clone(), &[checkin::service()]).await?.platform;
    let (app, _tasks) = checkin::App::new(&platform);
    let mut random = seeded(7);
    let town = town::register(&platform, size.people, size.places, &mut random).await?;
    let now = now();
    let mut columns = Columns::default();
    let mut stored = 0;
    for target in [size.first, size.visits] {
        if target > stored {
            let begun = Stopwatch::now();
            let aside = Aside::put(&config).await?;
            let order = if config.database_url.is_some() { Order::Time } else { Order::Place };
            let crowd = Crowd { town: &town, span: stored..target, all: size.visits, order, now };
            let rows = (stored..target).map(|n| crowd.visit(n, &mut random)).inspect(|row| columns.add(row));
            checkin::seed::insert_visits(&app, rows).await?;
            aside.back().await?;
            report.note(&format!("{name}: {target} visits stored, {:.0} s more", begun.elapsed().as_secs_f64()))?;
            stored = target;
            columns.sort();
            if let Some(limit) = size.find {
                let limit = (target == size.visits).then_some(limit);
                find(report, name, &app, &town, &columns, (stored, size.rounds, limit)).await?;
            }
        }
    }
    if size.whole {
        whole(report, name, &app, &town, stored).await?;
    }
    platform.database.close().await;
    Ok(())
}

/// Finds who shared the air of each case, several times.
async fn find(
    report: &mut Report,
    name: &str,
    app: &checkin::App,
    town: &Town,
    columns: &Columns,
    (stored, rounds, limit): (usize, usize, Option<f64>),
) -> anyhow::Result<()> {
    let now = now();
    let (mut took, mut in_memory, mut found) = (Vec::new(), Vec::new(), 0);
    for person_id in town.people.iter().take(CASES).cycle().take(CASES * rounds) {
        let case = case(*person_id, now);
        let begun = Stopwatch::now();
        let mut tx = app.store.read().await?;
        let (case_at, exposures) = Matcher::new(app, now).find(tx.as_mut(), &case).await?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        found += exposures.len();
        let begun = Stopwatch::now();
        let visits = case_at.visits.iter().map(|(visit, stay)| (visit.place_id, stay.from, stay.to));
        std::hint::black_box(columns.find(visits));
        in_memory.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let p99 = percentile(&mut took, 0.99);
    let what = format!("finding who shared the air of a case, p99, {stored} visits, {name}");
    match limit {
        Some(limit) => report.add(what, p99, limit, "ms")?,
        None => report.note(&format!("{what}: {p99:.1} ms"))?,
    }
    report.note(&format!(
        "p50 {:.1} ms, {} exposures a case; sorted columns in memory p50 {:.2} ms, p99 {:.2} ms",
        percentile(&mut took, 0.5),
        found / (CASES * rounds),
        percentile(&mut in_memory, 0.5),
        percentile(&mut in_memory, 0.99),
    ))
}

/// Opens each case once: reads, matches, stores, tells and commits.
async fn whole(report: &mut Report, name: &str, app: &checkin::App, town: &Town, stored: usize) -> anyhow::Result<()> {
    let now = now();
    let (mut took, mut found) = (Vec::new(), 0);
    for person_id in town.people.iter().take(CASES) {
        let case = case(*person_id, now);
        let begun = Stopwatch::now();
        let mut tx = app.store.write().await?;
        tx.put_case(&case).await?;
        found += Matcher::new(app, now).run(tx.as_mut(), &case).await?.exposures;
        tx.commit().await?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    report.note(&format!(
        "stored, told and committed, {stored} visits, {name}: median {:.1} ms, worst {:.1} ms, {} exposures a case",
        percentile(&mut took, 0.5),
        percentile(&mut took, 1.0),
        found / CASES,
    ))
}

fn case(person_id: PersonId, now: Instant) -> CaseRecord {
    CaseRecord {
        case_id: CaseId::new(now, &mut shared_store::runtime::system_random()),
        person_id,
        symptom_onset: None,
        specimen_at: now.minus(hours(24 * 12)),
        isolated_from: None,
        opened_at: now,
        voided_at: None,
    }
}

/// In which order the visits of anybody come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Place by place, as a table that is its key has them in the end: in any other order each row would be a page to write.
    Place,
    /// As time goes: a table beside its key keeps them so, and those of one place lie far from each other.
    Time,
}

/// Visits that are stored in one go. The first of all belong to the cases, twenty each.
struct Crowd<'a> {
    town: &'a Town,
    /// Which of all visits they are.
    span: Range<usize>,
    /// How many there are in the end.
    all: usize,
    order: Order,
    now: Instant,
}

impl Crowd<'_> {
    fn visit(&self, n: usize, random: &mut dyn Random) -> (VisitId, PlaceId, PersonId, Instant, Option<Instant>) {
        let Self { town, span, order, .. } = self;
        let mut below = |limit: u64| random::below(random, limit);
        let is_case = n < CASES * VISITS_OF_A_CASE;
        let person = if is_case { n / VISITS_OF_A_CASE } else { self.visitor(n) };
        let place = match order {
            Order::Place if !is_case => (n - span.start) * town.places.len() / span.len(),
            _ => index(below(town.places.len() as u64)),
        };
        let minutes_back = match order {
            Order::Time if !is_case => DAYS * 24 * 60 * (span.end - n) as u64 / span.len() as u64,
            _ => below(if is_case { 11 } else { DAYS } * 24 * 60),
        };
        let at = self.now.minus(minutes(i64::try_from(minutes_back).unwrap_or(0) + 130));
        let stay = 10 + i64::try_from(below(110)).unwrap_or(0);
        let left = (below(OPEN) > 0).then(|| at.plus(minutes(stay)));
        (VisitId::new(at, random), town.places[place], town.people[person], at, left)
    }

    /// Everybody in turn, and in each go others: nobody comes to a place twice in a minute, which the key would refuse.
    fn visitor(&self, n: usize) -> usize {
        let others = self.town.people.len() - CASES;
        let of = |visits: usize| others * visits / self.all;
        let (first, last) = (of(self.span.start), of(self.span.end));
        CASES + first + n * STRIDE % (last - first)
    }
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(0)
}
