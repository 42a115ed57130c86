//! The work list of a ward's health station: who did not report, who is due a test or a visit, who can be released,
//! which bags wait, which alerts are open; and what was recorded out there without a signal.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::{ActId, CaseId, PersonId};
use shared::person::Person;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::look::{Names, accounts_of, names, people};
use super::stock::{self, BagStock};
use super::work::Work;
use super::{act_steps, acts, area, close_case, report, settings, take_test};
use crate::App;
use crate::api::body_hash;
use crate::completion::{Course, Criterion, unmet};
use crate::domain::act::{ActBody, ActKind, ActStatus, Disposition, HandTo};
use crate::domain::act_input::CallInput;
use crate::domain::case::CaseState;
use crate::domain::observation::{ReportInput, Reporter};
use crate::domain::station_test::TestInput;
use crate::domain::worklist::{self, End, Silence, VisitReason};
use crate::store::{
    ActFilter, ActRecord, AlertFilter, AlertRecord, AlertState, CaseFilter, CaseOrder, CaseRecord, Evidence, F0Write,
    ReportRecord,
};

/// Who works with the list.
pub const STATIONS: &[Role] = &[Role::Nurse];

/// The most patients of one list: a station has 50 to 100 (f0-care.md, 4).
const MAX_PATIENTS: i64 = 500;
/// The most acts that are looked at for it.
const MAX_ACTS: i64 = 2_000;
/// So many reports of each patient are shown and looked at.
const REPORTS: i64 = 6;

/// One patient of a station.
#[derive(Debug, Clone)]
pub struct StationPatient {
    /// The case.
    pub case: CaseRecord,
    /// Who.
    pub person: Option<Person>,
    /// The newest reports, the newest first.
    pub reports: Vec<ReportRecord>,
    /// The alerts that are not resolved.
    pub alerts: Vec<AlertRecord>,
    /// The case, as far as its end is concerned.
    pub course: Course,
    /// How it stands with its end.
    pub end: End,
    /// What is missing today.
    pub unmet: Vec<Criterion>,
    /// The reports that are missing.
    pub silence: Silence,
    /// Why a visit is due.
    pub visit: Option<VisitReason>,
}

/// Something that waits for the station.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// What.
    pub act: ActRecord,
    /// For whom.
    pub person: Option<Person>,
}

/// The work list of one ward.
#[derive(Debug, Clone)]
pub struct StationList {
    /// The ward; none where the caller's duty covers no single one and none was chosen.
    pub ward: Option<String>,
    /// The patients, those who missed most first.
    pub patients: Vec<StationPatient>,
    /// Bags to hand out, the oldest first.
    pub bags: Vec<Waiting>,
    /// Hand-overs to the station that nobody accepted.
    pub handovers: Vec<Waiting>,
    /// Promised calls, the most pressing first.
    pub calls: Vec<Waiting>,
    /// What the station has of each bag.
    pub stock: Vec<BagStock>,
    /// Names of accounts.
    pub names: Names,
}

fn group<T>(items: Vec<T>, key: impl Fn(&T) -> Option<CaseId>) -> BTreeMap<CaseId, Vec<T>> {
    let mut all: BTreeMap<CaseId, Vec<T>> = BTreeMap::new();
    for item in items {
        if let Some(case) = key(&item) {
            all.entry(case).or_default().push(item);
        }
    }
    all
}

/// The ward of a list: the one chosen, where the caller's duty covers it; else the only one.
pub(super) fn ward_of(caller: &Caller, wanted: Option<&str>, today: shared::time::Date) -> Option<String> {
    let mine = area::wards(caller, today);
    match (wanted.map(str::trim).filter(|ward| !ward.is_empty()), mine) {
        (Some(ward), _) => caller.covers(Some(ward), today).then(|| ward.to_owned()),
        (None, Some(wards)) if wards.len() == 1 => wards.into_iter().next(),
        (None, _) => None,
    }
}

/// The work list of a ward.
///
/// # Errors
/// When the store fails.
pub async fn list(app: &App, caller: &Caller, wanted: Option<&str>) -> Result<StationList, StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let Some(ward) = ward_of(caller, wanted, work.now.local_date()) else {
        return Ok(StationList {
            ward: None,
            patients: Vec::new(),
            bags: Vec::new(),
            handovers: Vec::new(),
            calls: Vec::new(),
            stock: Vec::new(),
            names: Names::new(),
        });
    };
    let list = of_ward(work.tx.as_mut(), ward, work.now).await?;
    let cases: Vec<CaseId> = list.patients.iter().map(|patient| patient.case.id).collect();
    work.audit("station.list", None, json!({"cases": cases})).await?;
    work.commit().await?;
    Ok(list)
}

async fn of_ward(tx: &mut dyn F0Write, ward: String, now: Instant) -> Result<StationList, StoreError> {
    let wards = vec![ward.clone()];
    let filter = CaseFilter {
        state: Some(CaseState::Open),
        wards: Some(wards.clone()),
        order: CaseOrder::Danger,
        limit: MAX_PATIENTS,
        ..CaseFilter::default()
    };
    let cases = tx.cases(&filter).await?;
    let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    let mut reports = group(tx.newest_reports(&ids, REPORTS).await?, |report| Some(report.case_id));
    let mut evidence = group(tx.evidence_of_many(&ids).await?, |evidence| evidence.case_id);
    let unresolved = AlertFilter {
        states: vec![AlertState::Open, AlertState::Acknowledged],
        wards: Some(wards.clone()),
        limit: MAX_ACTS,
        ..AlertFilter::default()
    };
    let mut alerts = group(tx.alerts(&unresolved).await?, |alert| Some(alert.case_id));
    let filter = ActFilter { wards: Some(wards), limit: MAX_ACTS, ..ActFilter::default() };
    let acts = tx.acts(&filter).await?;
    let day_zero = settings::day_zero(tx).await?;
    let wanted: Vec<PersonId> =
        cases.iter().map(|case| case.person_id).chain(acts.iter().map(|act| act.person_id)).collect();
    let people = people(tx, wanted).await?;
    let hands = alerts.values().flatten().filter_map(|alert| alert.acknowledged.as_ref()?.by);
    let accounts: Vec<_> = hands.chain(acts.iter().flat_map(accounts_of)).collect();
    let names = names(tx, accounts.into_iter()).await?;
    let mut patients: Vec<StationPatient> = Vec::with_capacity(cases.len());
    for case in cases {
        let person = people.get(&case.person_id).cloned();
        let evidence: Vec<Evidence> = evidence.remove(&case.id).unwrap_or_default();
        let alerts = alerts.remove(&case.id).unwrap_or_default();
        let waits = alerts.iter().any(AlertRecord::holds_back);
        let course = close_case::course(&case, &evidence, waits, day_zero);
        let reports = reports.remove(&case.id).unwrap_or_default();
        patients.push(patient(case, person, reports, alerts, course, &acts, now));
    }
    // Among those who missed as much the order of danger stays.
    patients.sort_by_key(|patient| core::cmp::Reverse(patient.silence.missed));
    let waiting = |wanted: &dyn Fn(&ActRecord) -> bool| -> Vec<Waiting> {
        let mut found: Vec<Waiting> = acts
            .iter()
            .filter(|act| wanted(act))
            .map(|act| Waiting { act: act.clone(), person: people.get(&act.person_id).cloned() })
            .collect();
        found.sort_by_key(|waiting| waiting.act.due_at.unwrap_or(waiting.act.at));
        found
    };
    Ok(StationList {
        stock: stock::bags(tx, &ward, now).await?,
        ward: Some(ward),
        bags: waiting(&|act| act.kind() == ActKind::Prescription && act.status == ActStatus::Ordered),
        handovers: waiting(&|act| {
            act.status == ActStatus::Offered
                && matches!(&act.body, ActBody::Handover { to: HandTo::Station, account: None, .. })
        }),
        calls: waiting(&|act| act.status == ActStatus::Promised),
        patients,
        names,
    })
}

fn patient(
    case: CaseRecord,
    person: Option<Person>,
    reports: Vec<ReportRecord>,
    alerts: Vec<AlertRecord>,
    course: Course,
    acts: &[ActRecord],
    now: Instant,
) -> StationPatient {
    // The newest first, as the store gives them.
    let calls: Vec<(Instant, Disposition)> = acts
        .iter()
        .filter(|act| act.person_id == case.person_id)
        .filter_map(|act| match act.body {
            ActBody::Call { disposition, .. } => Some((act.at, disposition)),
            _ => None,
        })
        .collect();
    let reached = calls.iter().find(|(_, how)| how.is_reached()).map(|(at, _)| *at);
    let seen = reports.iter().find(|report| report.observed.by == Reporter::Staff).map(|report| report.observed.at);
    let dispositions: Vec<Disposition> = calls.into_iter().map(|(_, how)| how).collect();
    let about = worklist::Patient {
        opened_at: case.opened_at,
        risk: case.risk,
        has_phone: person.as_ref().is_some_and(|person| person.phone.is_some()),
        last_report: case.latest.at,
        last_staff: reached.max(seen),
        calls: &dispositions,
    };
    StationPatient {
        silence: worklist::silence(case.latest.at, case.opened_at, now),
        visit: worklist::visit(&about, now),
        end: worklist::end(&course, now),
        unmet: unmet(&course, now.local_date()),
        case,
        person,
        reports,
        alerts,
        course,
    }
}

/// The most records of one batch.
pub const MAX_BATCH: usize = 500;

/// Something recorded at a patient's home, as the device sent it.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldRecord {
    /// A report of staff.
    Report {
        /// The case.
        case_id: CaseId,
        /// What was measured, with its id and time.
        #[serde(flatten)]
        report: ReportInput,
    },
    /// A test.
    Test {
        /// The case.
        case_id: CaseId,
        /// What was found, with its id and time.
        #[serde(flatten)]
        test: TestInput,
    },
    /// A call, answered or not.
    Call {
        /// The case.
        case_id: CaseId,
        /// How it ended, with its id.
        #[serde(flatten)]
        call: CallInput,
    },
    /// A bag was handed out.
    HandOut {
        /// The record's id on the device.
        id: String,
        /// The prescription.
        act_id: ActId,
        /// What was noted.
        #[serde(default)]
        note: String,
    },
}

impl FieldRecord {
    /// The id by which the device knows it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Report { report, .. } => report.id.as_deref().unwrap_or_default(),
            Self::Test { test, .. } => test.id.as_deref().unwrap_or_default(),
            Self::Call { call, .. } => call.id.as_deref().unwrap_or_default(),
            Self::HandOut { id, .. } => id,
        }
    }
}

/// Takes one record of a device: whether it was new.
///
/// # Errors
/// What the use-case of its kind answers; 422 where the record has no id, by which a repeat is known.
pub async fn take(app: &App, caller: &Caller, record: &FieldRecord) -> Result<bool, Problem> {
    if record.id().trim().is_empty() {
        return Err(Problem::field(FieldError::required("/id")));
    }
    match record {
        FieldRecord::Report { case_id, report } => {
            Ok(report::take(app, caller, *case_id, report, &body_hash(report)).await?.created)
        }
        FieldRecord::Test { case_id, test } => {
            Ok(take_test::of_case(app, caller, *case_id, test, &body_hash(test)).await?.created)
        }
        FieldRecord::Call { case_id, call } => {
            let draft = call.parse(app.platform.now())?;
            Ok(acts::add(app, caller, acts::Target::Case(*case_id), draft, &body_hash(call)).await?.created)
        }
        FieldRecord::HandOut { act_id, note, .. } => {
            match act_steps::advance(app, caller, *act_id, ActStatus::HandedOut, note).await {
                Ok(_) => Ok(true),
                // Handed out already, by this device or another: that is what the record says.
                Err(problem)
                    if problem.extra.get("act_status").and_then(serde_json::Value::as_str) == Some("handed_out") =>
                {
                    Ok(false)
                }
                Err(problem) => Err(problem),
            }
        }
    }
}

/// The refusal of a batch that is too large.
///
/// # Errors
/// 422 where there are more than [`MAX_BATCH`] records.
pub fn check_batch(count: usize) -> Result<(), Problem> {
    if count <= MAX_BATCH {
        return Ok(());
    }
    let detail = Bilingual::new(format!("Tối đa {MAX_BATCH} bản ghi"), format!("At most {MAX_BATCH} records"));
    Err(Problem::field(FieldError::new("/records", "too_many", detail)))
}
