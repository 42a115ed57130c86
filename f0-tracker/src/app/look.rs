//! Reading cases and alerts together with what a screen shows of them. Every reading is on record.

use std::collections::BTreeMap;

use serde_json::json;
use shared::access::Role;
use shared::events::AlertLevel;
use shared::fold::{fold, nfc};
use shared::ids::{AccountId, CaseId, PersonId};
use shared::person::Person;
use shared::phone::Phone;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::people::PeopleQuery;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::contacts::{self, Followed};
use super::report::no_such_case;
use super::work::{Work, case_subject};
use super::{area, close_case, hotline, settings};
use crate::App;
use crate::completion::{Course, DayZero};
use crate::domain::act::{ActBody, StepBy};
use crate::domain::case::CaseState;
use crate::domain::ranking::Trend;
use crate::domain::risk::RiskGroup;
use crate::store::{
    ActFilter, ActRecord, AlertFilter, AlertPlace, AlertRecord, AlertState, CaseFilter, CaseOrder, CaseRecord, Contact,
    Evidence, F0Write, PaperRecord, ReportRecord, Stock,
};

/// So many people that fit a search are looked at.
const MAX_HITS: i64 = 500;
/// So many reports of a case are shown: three a day for three weeks, and room.
const MAX_REPORTS: i64 = 100;
/// So many alerts of a case are shown.
const MAX_ALERTS: i64 = 200;

/// The names that people see of accounts.
pub type Names = BTreeMap<AccountId, String>;

/// An alert with its patient, as a card of the board shows it.
#[derive(Debug, Clone)]
pub struct AlertCard {
    /// The alert.
    pub alert: AlertRecord,
    /// Its case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Option<Person>,
    /// The two newest reports, the newest first.
    pub reports: Vec<ReportRecord>,
}

/// Alerts of the caller's area.
#[derive(Debug, Clone)]
pub struct Alerts {
    /// By danger, then age.
    pub cards: Vec<AlertCard>,
    /// The names of those who have one.
    pub names: Names,
    /// Where the next page begins, where there are more.
    pub next: Option<AlertPlace>,
}

/// Which alerts somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct AlertQuery {
    /// Only those in these states; all where it is empty.
    pub states: Vec<AlertState>,
    /// Only those of this ward.
    pub ward_code: Option<String>,
    /// Only those of this district.
    pub district: Option<String>,
    /// Only those of this level.
    pub level: Option<AlertLevel>,
    /// Only those of this doctor's patients.
    pub doctor: Option<AccountId>,
    /// Only those behind this place.
    pub after: Option<AlertPlace>,
    /// At most so many.
    pub limit: i64,
}

/// A case as a line of a list shows it.
#[derive(Debug, Clone)]
pub struct CaseLine {
    /// The case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Option<Person>,
    /// Its alerts that are not resolved.
    pub alerts: Vec<AlertRecord>,
    /// How the newest values stand to the patient's own; known where the list is by danger.
    pub trend: Trend,
}

/// Cases of the caller's area.
#[derive(Debug, Clone)]
pub struct Cases {
    /// The newest first.
    pub lines: Vec<CaseLine>,
    /// The names of their doctors.
    pub names: Names,
    /// Whether there are more.
    pub more: bool,
}

/// Which cases somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct CaseQuery {
    /// Only those in this state.
    pub state: Option<CaseState>,
    /// Only those of this ward.
    pub ward_code: Option<String>,
    /// Only those of this district.
    pub district: Option<String>,
    /// Only those of this risk group.
    pub risk: Option<RiskGroup>,
    /// Only those of this doctor, by id or by the name that the account signs in with.
    pub doctor: Option<String>,
    /// Name with or without diacritics, phone or ID number.
    pub text: Option<String>,
    /// In which order.
    pub order: CaseOrder,
    /// At most so many.
    pub limit: i64,
    /// Skip so many.
    pub offset: i64,
}

/// Everything about a case.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// The case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Option<Person>,
    /// Its reports, the newest first.
    pub reports: Vec<ReportRecord>,
    /// Its alerts, by danger, then age.
    pub alerts: Vec<AlertRecord>,
    /// Its contacts with who they are.
    pub contacts: Vec<(Contact, Option<Person>)>,
    /// Those of the household, with what each does today.
    pub followed: Vec<Followed>,
    /// The results behind it.
    pub evidence: Vec<Evidence>,
    /// What staff did, the newest first.
    pub acts: Vec<ActRecord>,
    /// Its papers, the newest first.
    pub papers: Vec<PaperRecord>,
    /// What the station of its ward has of each bag, where somebody has counted.
    pub stock: Vec<Stock>,
    /// The phone of that station, where it is known.
    pub station_phone: Option<String>,
    /// The names of those who did something.
    pub names: Names,
    /// From which day isolation is counted.
    pub day_zero: DayZero,
}

impl CaseFile {
    /// The case, as far as its end is concerned.
    #[must_use]
    pub fn course(&self) -> Course {
        let alert_waits = self.alerts.iter().any(AlertRecord::holds_back);
        close_case::course(&self.case, &self.evidence, alert_waits, self.day_zero)
    }
}

/// So many things that staff did for a patient are shown.
const MAX_ACTS: i64 = 300;

pub(crate) async fn people(tx: &mut dyn F0Write, ids: Vec<PersonId>) -> Result<BTreeMap<PersonId, Person>, StoreError> {
    Ok(tx.people(&ids).await?.into_iter().map(|stored| (stored.person.id, stored.person)).collect())
}

pub(crate) async fn names(tx: &mut dyn F0Write, ids: impl Iterator<Item = AccountId>) -> Result<Names, StoreError> {
    let mut names = Names::new();
    for id in ids {
        if !names.contains_key(&id)
            && let Some(stored) = tx.account(id).await?
        {
            names.insert(id, stored.account.display_name);
        }
    }
    Ok(names)
}

/// Who did something with an alert.
fn hands(alert: &AlertRecord) -> impl Iterator<Item = AccountId> + '_ {
    let by = [&alert.acknowledged, &alert.resolved].into_iter().flatten().filter_map(|stamp| stamp.by);
    by.chain(alert.responsible)
}

/// Who did something, and who took a step in it.
pub(crate) fn accounts_of(act: &ActRecord) -> impl Iterator<Item = AccountId> + '_ {
    let meant = match &act.body {
        ActBody::Handover { account, .. } => *account,
        _ => None,
    };
    let steps = act.steps.iter().filter_map(|step| match step.by {
        StepBy::Account(id) => Some(id),
        StepBy::Person(_) | StepBy::System => None,
    });
    steps.chain([act.by]).chain(meant)
}

/// Takes the one item away that tells whether there are more.
fn cut<T>(items: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    more
}

/// The alerts of the caller's area that fit.
///
/// # Errors
/// When the store fails.
pub async fn alerts(app: &App, caller: &Caller, query: AlertQuery) -> Result<Alerts, StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let AlertQuery { states, ward_code, district, level, doctor, after, limit } = query;
    let wards = area::narrowed(caller, ward_code.as_deref(), district.as_deref(), today);
    let limit_and_one = limit + 1;
    let filter = AlertFilter { states, wards, level, doctor, after, limit: limit_and_one, ..AlertFilter::default() };
    let mut found = work.tx.alerts(&filter).await?;
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(AlertPlace::of);
    found.retain(|alert| caller.covers(alert.ward_code.as_deref(), today));
    let mut ids: Vec<CaseId> = found.iter().map(|alert| alert.case_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let cases: BTreeMap<CaseId, CaseRecord> =
        work.tx.cases_by_id(&ids).await?.into_iter().map(|case| (case.id, case)).collect();
    let people = people(work.tx.as_mut(), cases.values().map(|case| case.person_id).collect()).await?;
    let mut reports: BTreeMap<CaseId, Vec<ReportRecord>> = BTreeMap::new();
    for report in work.tx.newest_reports(&ids, 2).await? {
        reports.entry(report.case_id).or_default().push(report);
    }
    let names = names(work.tx.as_mut(), found.iter().flat_map(hands)).await?;
    work.audit("alerts.list", None, json!({"cases": ids})).await?;
    work.commit().await?;
    let card = |alert: AlertRecord| {
        let case = cases.get(&alert.case_id)?.clone();
        let person = people.get(&case.person_id).cloned();
        Some(AlertCard { reports: reports.get(&case.id).cloned().unwrap_or_default(), alert, case, person })
    };
    Ok(Alerts { cards: found.into_iter().filter_map(card).collect(), names, next })
}

/// The people that a search box's text may mean.
pub(crate) async fn hits(tx: &mut dyn F0Write, text: &str) -> Result<Vec<PersonId>, StoreError> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let query = PeopleQuery {
        name_fold: if text.chars().any(char::is_alphabetic) { fold(text) } else { String::new() },
        typed: nfc(text),
        phone: Phone::parse(text).ok().map(|phone| phone.as_str().to_owned()),
        number: (digits.len() >= 9).then_some(digits),
        wards: None,
        limit: MAX_HITS,
        offset: 0,
    };
    Ok(tx.search_people(&query).await?.into_iter().map(|stored| stored.person.id).collect())
}

/// The account that a filter names; one that nobody has fits no case.
async fn doctor(tx: &mut dyn F0Write, text: &str) -> Result<AccountId, StoreError> {
    let nobody = AccountId::from_uuid(uuid::Uuid::nil());
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(tx.account_by_username(text).await?.map_or(nobody, |stored| stored.account.id)),
    }
}

/// The cases of the caller's area that fit.
///
/// # Errors
/// When the store fails.
pub async fn cases(app: &App, caller: &Caller, query: CaseQuery) -> Result<Cases, StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let wards = area::narrowed(caller, query.ward_code.as_deref(), query.district.as_deref(), today);
    let people_found = match query.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(hits(work.tx.as_mut(), text).await?),
        None => None,
    };
    let doctor = match query.doctor.as_deref() {
        Some(text) => Some(doctor(work.tx.as_mut(), text).await?),
        None => None,
    };
    let (limit, offset) = (query.limit + 1, query.offset);
    let filter = CaseFilter {
        state: query.state,
        wards,
        risk: query.risk,
        doctor,
        people: people_found,
        closed_on: None,
        order: query.order,
        limit,
        offset,
    };
    let mut found = work.tx.cases(&filter).await?;
    let more = cut(&mut found, query.limit);
    found.retain(|case| area::covers(caller, case, today));
    let ids: Vec<CaseId> = found.iter().map(|case| case.id).collect();
    let unresolved = AlertFilter {
        states: vec![AlertState::Open, AlertState::Acknowledged],
        cases: Some(ids.clone()),
        limit: MAX_HITS * 2,
        ..AlertFilter::default()
    };
    let mut alerts: BTreeMap<CaseId, Vec<AlertRecord>> = BTreeMap::new();
    for alert in work.tx.alerts(&unresolved).await? {
        alerts.entry(alert.case_id).or_default().push(alert);
    }
    let mut people = people(work.tx.as_mut(), found.iter().map(|case| case.person_id).collect()).await?;
    let trends = match query.order {
        CaseOrder::Danger => hotline::trends(work.tx.as_mut(), &ids).await?,
        CaseOrder::Newest => BTreeMap::new(),
    };
    let hands = alerts.values().flatten().flat_map(hands).chain(found.iter().filter_map(|case| case.doctor));
    let names = names(work.tx.as_mut(), hands).await?;
    work.audit("cases.list", None, json!({"cases": ids})).await?;
    work.commit().await?;
    let line = |case: CaseRecord| CaseLine {
        person: people.remove(&case.person_id),
        alerts: alerts.remove(&case.id).unwrap_or_default(),
        trend: trends.get(&case.id).copied().unwrap_or_default(),
        case,
    };
    Ok(Cases { lines: found.into_iter().map(line).collect(), names, more })
}

/// A case with everything about it.
///
/// # Errors
/// 404 where there is no such case in the caller's area.
pub async fn case(app: &App, caller: &Caller, id: CaseId) -> Result<CaseFile, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_case());
    }
    let now = work.now;
    let file = file(work.tx.as_mut(), case, now).await?;
    work.audit("case.read", case_subject(id), json!({})).await?;
    work.commit().await?;
    Ok(file)
}

async fn file(tx: &mut dyn F0Write, case: CaseRecord, now: Instant) -> Result<CaseFile, StoreError> {
    let id = case.id;
    let reports = tx.newest_reports(&[id], MAX_REPORTS).await?;
    let filter = AlertFilter { cases: Some(vec![id]), limit: MAX_ALERTS, ..AlertFilter::default() };
    let alerts = tx.alerts(&filter).await?;
    let contacts = tx.contacts_of(id).await?;
    let evidence = tx.evidence_of(id).await?;
    let ids = contacts.iter().map(|contact| contact.person_id).chain([case.person_id]).collect();
    let people = people(tx, ids).await?;
    let acts = tx.acts(&ActFilter { cases: Some(vec![id]), limit: MAX_ACTS, ..ActFilter::default() }).await?;
    let of_acts = acts.iter().flat_map(accounts_of);
    let papers = tx.papers_of(id).await?;
    let of_papers = papers.iter().filter_map(|paper| paper.issued_by);
    let names = names(tx, alerts.iter().flat_map(hands).chain(case.doctor).chain(of_acts).chain(of_papers)).await?;
    let followed = contacts::household(tx, &case, &contacts, now).await?;
    let contacts = contacts.into_iter().map(|contact| (contact, people.get(&contact.person_id).cloned())).collect();
    let day_zero = settings::day_zero(tx).await?;
    let (stock, station_phone) = match case.ward_code.as_deref() {
        Some(ward) => (tx.stock(&[ward.to_owned()]).await?, tx.station_phone(ward).await?),
        None => (Vec::new(), None),
    };
    let person = people.get(&case.person_id).cloned();
    Ok(CaseFile {
        papers,
        person,
        case,
        reports,
        alerts,
        contacts,
        followed,
        evidence,
        acts,
        stock,
        station_phone,
        names,
        day_zero,
    })
}

/// Every doctor, by name.
///
/// # Errors
/// When the store fails.
pub async fn doctors(app: &App) -> Result<Vec<(AccountId, String)>, StoreError> {
    let accounts = app.store.read().await?.accounts().await?;
    let doctors = accounts.into_iter().filter(|stored| stored.active && stored.account.has(Role::Doctor));
    let mut names: Vec<_> = doctors.map(|stored| (stored.account.id, stored.account.display_name)).collect();
    names.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(names)
}
