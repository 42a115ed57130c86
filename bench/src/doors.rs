//! Durable `POST visits` through the whole program, as ratios in one interleaved run: the group commit against the same
//! program with one INSERT for each request, without storage, and against pgbench's own single-row INSERT.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use checkin::domain::device_token;
use shared_testkit::random::seeded;
use shared_testkit::servers::TestPostgres;
use shared_web::config::Config;
use shared_web::process;
use tests::process::Process;
use tests::sample::now;

use crate::cpu;
use crate::load::{self, Outcome};
use crate::report::{Report, percentile};
use crate::town;

const PATH: &str = "/api/v1/checkin/visits";
const CONNECTIONS: usize = 128;
const PEOPLE: usize = 4_000;
const PLACES: usize = 1_000;

/// The ways of storing, by the names that the program `door` knows.
const WAYS: [&str; 3] = ["none", "single", "group"];

/// Measures PostgreSQL, then SQLite.
///
/// # Errors
/// When a program does not start, or an answer is not 201.
pub async fn run(report: &mut Report, rounds: u32, seconds: u64) -> anyhow::Result<()> {
    let time = Duration::from_secs(seconds);
    let directory = tempfile::tempdir()?;
    let postgres = TestPostgres::database().await;
    let url = postgres.url();
    let street = Street::open(directory.path(), Some(&url)).await?;
    let measured = street.measure(rounds, time).await?;
    measured.say(report, "PostgreSQL")?;
    let [none, single, group] = &measured.ways;
    report.at_least("check-ins: group commit / one INSERT each, PostgreSQL", group.rate() / single.rate(), 3.0, "x")?;
    report.at_least(
        "check-ins: group commit / pgbench, PostgreSQL",
        group.rate() / measured.pgbench.rate(),
        2.0,
        "x",
    )?;
    report.at_least("check-ins: group commit / without storage, PostgreSQL", group.rate() / none.rate(), 0.4, "x")?;
    report.add("p99: group commit / one INSERT each, PostgreSQL", group.p99() / single.p99(), 0.4, "x")?;
    report.add("CPU per answer: group commit / one INSERT each, PostgreSQL", group.cpu() / single.cpu(), 0.3, "x")?;
    drop(street);

    let directory = tempfile::tempdir()?;
    let street = Street::open(directory.path(), None).await?;
    let measured = street.measure(rounds, time).await?;
    measured.say(report, "SQLite")?;
    let [none, single, group] = &measured.ways;
    report.at_least("check-ins: group commit / one INSERT each, SQLite", group.rate() / single.rate(), 5.0, "x")?;
    report.at_least("check-ins: group commit / without storage, SQLite", group.rate() / none.rate(), 0.4, "x")
}

/// The load of one way, and what it cost.
#[derive(Default)]
struct Way {
    load: Outcome,
    cpu_seconds: f64,
}

impl Way {
    fn rate(&self) -> f64 {
        self.load.rate()
    }

    fn p99(&self) -> f64 {
        percentile(&mut self.load.delays.clone(), 0.99)
    }

    /// Microseconds of processor an answer, of the program and its database together.
    fn cpu(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.load.delays.len() as f64
    }
}

struct Measured {
    ways: [Way; 3],
    pgbench: Pgbench,
}

impl Measured {
    fn say(&self, report: &mut Report, store: &str) -> anyhow::Result<()> {
        for (name, way) in WAYS.iter().zip(&self.ways) {
            report.note(&format!(
                "{store}, {name}: {:.0} answers/s at {CONNECTIONS} connections, p99 {:.1} ms, {:.0} µs of CPU an answer",
                way.rate(),
                way.p99(),
                way.cpu(),
            ))?;
        }
        if self.pgbench.seconds > 0.0 {
            report.note(&format!("pgbench, 32 clients: {:.0}/s", self.pgbench.rate()))?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Pgbench {
    transactions: f64,
    seconds: f64,
}

impl Pgbench {
    fn rate(&self) -> f64 {
        self.transactions / self.seconds
    }
}

/// The same doors, kept in three ways over one database.
struct Street {
    doors: Vec<Process>,
    database: Option<String>,
    codes: Vec<String>,
    tokens: Vec<String>,
    /// Which pair of person and place comes next: no pair comes twice in a minute.
    next: AtomicUsize,
}

impl Street {
    async fn open(directory: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        let config =
            Config { data_dir: directory.to_owned(), database_url: database.map(str::to_owned), ..Config::default() };
        let platform = process::prepare(config, &[checkin::service()]).await?.platform;
        let mut random = seeded(11);
        let town = town::register(&platform, PEOPLE, PLACES, &mut random).await?;
        let keys = platform.keys();
        let key = keys.token.bytes();
        let tokens = town.people.iter().map(|person| device_token::issue(key, *person, now(), &mut random)).collect();
        platform.database.close().await;
        let mut arguments = vec!["--data-dir", directory.to_str().context("a path")?];
        arguments.extend(database.iter().flat_map(|url| ["--database-url", url]));
        let mut doors = Vec::new();
        for way in WAYS {
            doors.push(Process::start_with("door", &arguments, &[("ANTAM_BENCH_WRITER", way)])?);
        }
        let codes = town.codes.iter().map(ToString::to_string).collect();
        Ok(Self { doors, database: database.map(str::to_owned), codes, tokens, next: AtomicUsize::new(0) })
    }

    fn body(&self, body: &mut String) {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let person = n % self.tokens.len();
        let code = &self.codes[(n / self.tokens.len() + person) % self.codes.len()];
        let token = &self.tokens[person];
        // A String takes every write.
        let _ = write!(body, r#"{{"venue_code":"{code}","visitor":{{"device_token":"{token}"}}}}"#);
    }

    async fn measure(&self, rounds: u32, time: Duration) -> anyhow::Result<Measured> {
        let mut measured = Measured { ways: Default::default(), pgbench: Pgbench::default() };
        // The first round warms caches, pools and tables, and does not count.
        for round in 0..=rounds {
            for (way, door) in measured.ways.iter_mut().zip(&self.doors) {
                let before = cpu::seconds(door.id(), self.database.as_deref())?;
                let load = load::post(&door.url, PATH, CONNECTIONS, time, |body| self.body(body)).await?;
                let cpu = cpu::seconds(door.id(), self.database.as_deref())? - before;
                if round > 0 {
                    way.load.add(load);
                    way.cpu_seconds += cpu;
                }
            }
            if let Some(url) = &self.database {
                let (transactions, seconds) = pgbench(url, time)?;
                if round > 0 {
                    measured.pgbench.transactions += transactions;
                    measured.pgbench.seconds += seconds;
                }
            }
        }
        Ok(measured)
    }
}

/// The same row by pgbench: prepared, 32 clients, ids as close together as ours, and made with as little work as the server
/// can make them.
const SCRIPT: &str = "\\set p random(1, 1000)
\\set r random(0, 4611686018427387903)
INSERT INTO checkin_visits (place_id, minute, visitor, id, day, checked_in_at, checked_out_at, fingerprint) VALUES \
(lpad(:p::text, 32, '0')::uuid, 29000000, gen_random_uuid(), \
(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || lpad(to_hex(:r::bigint), 20, '0'))::uuid, \
current_date, now(), NULL, 0);
";

fn pgbench(url: &str, time: Duration) -> anyhow::Result<(f64, f64)> {
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), SCRIPT)?;
    let seconds = time.as_secs().to_string();
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", &seconds, "-f"])
        .arg(script.path())
        .arg(url.split('?').next().unwrap_or(url))
        .output()
        .context("pgbench, which comes with PostgreSQL")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench says its rate")?;
    let rate: f64 = rate.split_whitespace().next().context("a number")?.parse()?;
    Ok((rate * time.as_secs_f64(), time.as_secs_f64()))
}
