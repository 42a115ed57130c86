//! The cases of the demo province with their reports, and those who shared their air.

use std::collections::HashMap;

use anyhow::Context;
use checkin::app::matching::Matcher;
use checkin::store::CaseRecord;
use f0_tracker::domain::condition::Condition;
use f0_tracker::domain::observation::{Observation, ReportInput};
use f0_tracker::seed::SeedCase;
use f0_tracker::seed_life::Staff;
use serde_json::json;
use shared::ids::{AccountId, ResultId};
use shared::time::Instant;
use shared_web::platform::Platform;

use super::accounts::Ids;
use crate::demo::{Demo, DemoCase, DemoReport, NURSE_WARD};

/// So many of the oldest cases are cared for in the ward of the demo's nurse, with relatives: she has somebody to test
/// and to release from the first day on.
const GUESTS: u64 = 3;

/// Opens the cases. Matching is done by check-in itself, so the exposures become contacts and messages when the suite runs.
pub(super) async fn open(
    platform: &Platform,
    demo: &Demo,
    results: &HashMap<ResultId, ResultId>,
    accounts: &Ids,
) -> anyhow::Result<()> {
    let doctors = accounts.doctors;
    let f0 = f0_tracker::App::new(platform);
    let (checkin, _) = checkin::App::new(platform);
    let bar = super::bar("cases", demo.case_count());
    let now = platform.now();
    let mut of_station = 0;
    for (n, case) in (0_u64..).zip(demo.cases()) {
        let result_id = results.get(&case.result_id).copied().context("a case of the demo has a result")?;
        let guest = n < GUESTS;
        let mut seed = seed(&case, result_id, doctors)?;
        if guest {
            seed.ward_code = NURSE_WARD.to_owned();
        }
        f0_tracker::seed::open_case(&f0, &seed).await?;
        let reports = demo.reports_of(&case);
        let reports: Vec<Observation> = reports.iter().map(|report| observed(report, now)).collect::<Result<_, _>>()?;
        f0_tracker::seed::insert_reports(&f0, case.id, &reports).await?;
        expose(&checkin, &case, now).await?;
        let shown = guest || case.ward_code.as_str() == NURSE_WARD;
        let doctor = doctors[usize::from(case.person_index % 2 == 1)];
        let staff = Staff { doctor, nurse: accounts.nurse, hotline: accounts.hotline };
        // The station that everybody opens first is counted for itself, so that it has something of everything.
        let nth = if shown { of_station } else { n };
        of_station += u64::from(shown);
        let given = f0_tracker::seed_life::give_life(&f0, case.id, nth, shown, &staff).await;
        given.map_err(|problem| anyhow::anyhow!("an act of the demo is refused: {}", problem.code))?;
        bar.inc(1);
    }
    f0_tracker::seed_stock::give_stock(&f0, NURSE_WARD, accounts.nurse).await?;
    bar.finish();
    Ok(())
}

/// The two doctors share the cases.
fn seed(case: &DemoCase, result_id: ResultId, doctors: [AccountId; 2]) -> anyhow::Result<SeedCase> {
    let conditions = case
        .conditions
        .iter()
        .map(|code| serde_json::from_value::<Condition>(json!(code)))
        .collect::<Result<_, _>>()
        .context("a condition of the demo")?;
    Ok(SeedCase {
        id: case.id,
        person_id: case.person_id,
        result_id,
        specimen_at: case.specimen_at,
        diagnosed_at: case.diagnosed_at,
        symptom_onset: case.symptom_onset,
        conditions,
        vaccine_doses: Some(case.vaccine_doses),
        pregnant: case.pregnant,
        ward_code: case.ward_code.to_string(),
        household: case.household.clone(),
        doctor: Some(doctors[usize::from(case.person_index % 2 == 1)]),
        closed_at: None,
    })
}

/// A report as the service reads one.
fn observed(report: &DemoReport, now: Instant) -> anyhow::Result<Observation> {
    let vitals = &report.vitals;
    let wire = json!({
        "id": report.id,
        "at": report.at,
        "by": report.by.code(),
        "temperature_c": vitals.temperature_c,
        "spo2_pct": vitals.spo2_pct,
        "respiratory_rate": vitals.respiratory_rate,
        "pulse": vitals.pulse,
        "systolic": vitals.systolic,
        "diastolic": vitals.diastolic,
        "symptoms": vitals.symptoms,
    });
    let input: ReportInput = serde_json::from_value(wire)?;
    input.parse(now).map_err(|errors| anyhow::anyhow!("a report of the demo is refused: {errors:?}"))
}

async fn expose(checkin: &checkin::App, case: &DemoCase, now: Instant) -> anyhow::Result<()> {
    let record = CaseRecord {
        case_id: case.id,
        person_id: case.person_id,
        symptom_onset: case.symptom_onset,
        specimen_at: case.specimen_at,
        isolated_from: Some(case.diagnosed_at),
        opened_at: case.diagnosed_at,
        voided_at: None,
    };
    let mut tx = checkin.store.write().await?;
    tx.put_case(&record).await?;
    Matcher::new(checkin, now).run(tx.as_mut(), &record).await?;
    tx.commit().await?;
    Ok(())
}
