//! Matching a case with 20 visits among a million, on both stores: read, match, store, tell, commit.

use std::time::Instant as Stopwatch;

use anyhow::Context;
use checkin::app::matching::Matcher;
use checkin::store::CaseRecord;
use shared::area::WardCode;
use shared::ids::{CaseId, PersonId, PlaceId, VisitId};
use shared::person::{Birth, FullName, Person, Sex};
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::random::{self, Random};
use shared::time::{Instant, hours, minutes};
use shared_testkit::random::seeded;
use shared_testkit::servers::TestPostgres;
use shared_web::Platform;
use shared_web::config::Config;
use shared_web::process;
use tests::sample::now;

use crate::report::{Report, percentile};

/// People who visit, places that they visit, cases that are matched, visits of each.
const PEOPLE: usize = 20_000;
const PLACES: usize = 1_000;
const CASES: usize = 20;
const VISITS_OF_A_CASE: usize = 20;
/// Over how many days the visits lie.
const DAYS: u64 = 14;

/// Measures SQLite, then PostgreSQL.
///
/// # Errors
/// When a store cannot be opened or filled.
pub async fn run(report: &mut Report, visits: usize) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let config = Config { data_dir: directory.path().to_owned(), ..Config::default() };
    store(report, "SQLite", config, visits).await?;
    let directory = tempfile::tempdir()?;
    let postgres = TestPostgres::database().await;
    let database_url = Some(postgres.url().to_owned());
    let config = Config { data_dir: directory.path().to_owned(), database_url, ..Config::default() };
    store(report, "PostgreSQL", config, visits).await
}

async fn store(report: &mut Report, name: &str, config: Config, visits: usize) -> anyhow::Result<()> {
    let service = checkin::service();
    let platform = process::prepare(config, &[service]).await?.platform;
    let (app, _tasks) = checkin::App::new(&platform);
    let mut random = seeded(7);
    let begun = Stopwatch::now();
    let (people, places) = register(&platform, &mut random).await?;
    let now = now();
    let rows = (0..visits).map(|n| visit(n, visits, &people, &places, now, &mut random)).collect::<Vec<_>>();
    let stored = checkin::seed::insert_visits(&app, rows).await?;
    report.note(&format!("{name}: {stored} visits stored in {:.1} s", begun.elapsed().as_secs_f64()))?;

    let (mut took, mut found) = (Vec::new(), 0);
    for person_id in people.iter().take(CASES) {
        let case = CaseRecord {
            case_id: CaseId::new(now, &mut random),
            person_id: *person_id,
            symptom_onset: None,
            specimen_at: now.minus(hours(24 * 12)),
            isolated_from: None,
            opened_at: now,
            voided_at: None,
        };
        let begun = Stopwatch::now();
        let mut tx = app.store.write().await?;
        tx.put_case(&case).await?;
        found += Matcher::new(&app, now).run(tx.as_mut(), &case).await?.exposures;
        tx.commit().await?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let median = percentile(&mut took, 0.5);
    report.add(
        format!("exposures of a case, 20 visits among {stored}, most of {CASES}, {name}"),
        percentile(&mut took, 1.0),
        100.0,
        "ms",
    )?;
    report.note(&format!("median {median:.1} ms, {} exposures a case", found / CASES))?;
    platform.database.close().await;
    Ok(())
}

/// The first visits belong to the cases, twenty each; the others to anybody.
fn visit(
    n: usize,
    visits: usize,
    people: &[PersonId],
    places: &[PlaceId],
    now: Instant,
    random: &mut dyn Random,
) -> (VisitId, PlaceId, PersonId, Instant, Option<Instant>) {
    let of_cases = (CASES * VISITS_OF_A_CASE).min(visits);
    let person = if n < of_cases {
        people[n / VISITS_OF_A_CASE % CASES]
    } else {
        people[CASES + usize::try_from(random::below(random, (people.len() - CASES) as u64)).unwrap_or(0)]
    };
    let place = places[usize::try_from(random::below(random, places.len() as u64)).unwrap_or(0)];
    let days = if n < of_cases { 11 } else { DAYS };
    let back = i64::try_from(random::below(random, days * 24 * 60)).unwrap_or(0) + 130;
    let at = now.minus(minutes(back));
    let stay = 10 + i64::try_from(random::below(random, 110)).unwrap_or(0);
    (VisitId::new(at, random), place, person, at, Some(at.plus(minutes(stay))))
}

async fn register(platform: &Platform, random: &mut dyn Random) -> anyhow::Result<(Vec<PersonId>, Vec<PlaceId>)> {
    let now = now();
    let ward = WardCode::parse(tests::sample::WARD).ok().context("a ward")?;
    let mut tx = platform.shared.write().await?;
    let mut people = Vec::with_capacity(PEOPLE);
    for _ in 0..PEOPLE {
        let person = Person {
            id: PersonId::new(now, random),
            full_name: FullName::parse("Nguyễn Văn Đo").ok().context("a name")?,
            birth: Some(Birth::Year(1980)),
            sex: Sex::Unknown,
            phone: None,
            national_id: None,
            health_insurance_no: None,
            address: None,
            ward_code: Some(ward.clone()),
        };
        tx.insert_person(&person, now).await?;
        people.push(person.id);
    }
    let mut places = Vec::with_capacity(PLACES);
    for n in 0..PLACES {
        let place = Place {
            id: PlaceId::new(now, random),
            code: PlaceCode::new(random),
            name: format!("Chợ số {n}"),
            kind: PlaceKind::Market,
            address: "1 Hùng Vương".to_owned(),
            ward_code: ward.clone(),
            capacity: None,
            parent_id: None,
        };
        tx.insert_place(&place, None, "", now).await?;
        places.push(place.id);
    }
    tx.commit().await?;
    Ok((people, places))
}
