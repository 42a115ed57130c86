//! The call desk: who calls, who is to be called, what was promised.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shared::access::Role;
use shared::ids::{CaseId, PersonId};
use shared::person::Person;
use shared::time::{Instant, days};
use shared_store::StoreError;
use shared_store::people::PeopleQuery;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::area;
use super::look::{Names, accounts_of, hits, names, people};
use super::report::BASELINE;
use super::station::Waiting;
use super::work::Work;
use crate::App;
use crate::domain::act::{ActBody, ActKind, ActStatus, Disposition, HandTo};
use crate::domain::call_plan::{Plan, plan};
use crate::domain::case::CaseState;
use crate::domain::ranking::{Part, Ranking, Trend};
use crate::store::{
    ActFilter, ActRecord, AlertFilter, AlertRecord, AlertState, CaseFilter, CaseOrder, CaseRecord, ContactLevel,
    F0Write, ReportRecord,
};

/// Who works at the desk.
pub const DESK: &[Role] = &[Role::Hotline];

/// So many of those who stand first are looked at for the list of calls, and so many of them are shown.
const CANDIDATES: i64 = 300;
/// See [`CANDIDATES`].
const SHOWN: usize = 40;
/// So many hits of a search are shown.
const HITS: usize = 30;
/// The most members of a household card.
const MEMBERS: usize = 20;
/// The most acts that are looked at for a list.
const MAX_ACTS: i64 = 3_000;
/// How far back the lists look for what was passed on.
const HANDED_DAYS: i64 = 3;

/// Why somebody stands on a household card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Was asked for.
    Asked,
    /// Lives in the same household.
    Household,
    /// Has the same phone.
    SamePhone,
}

/// Somebody with what the desk must know.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// Why.
    pub relation: Relation,
    /// The case that counts: the open one, else the newest.
    pub case: Option<CaseRecord>,
    /// Its newest reports, the newest first.
    pub reports: Vec<ReportRecord>,
    /// Its alerts that are not resolved.
    pub alerts: Vec<AlertRecord>,
}

/// A household, the one who was asked for first.
#[derive(Debug, Clone)]
pub struct Household {
    /// The members.
    pub members: Vec<Member>,
    /// What staff did for the one who was asked for, the newest first.
    pub acts: Vec<ActRecord>,
    /// Names of accounts.
    pub names: Names,
}

/// Somebody to call.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// The case.
    pub case: CaseRecord,
    /// Who.
    pub person: Option<Person>,
    /// The calls of the last day, the newest first.
    pub calls: Vec<(Instant, Disposition)>,
    /// What to do.
    pub plan: Plan,
    /// Why they stand where they stand.
    pub why: Vec<Part>,
}

/// The desk's lists.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Promised calls, the most pressing first.
    pub promised: Vec<Waiting>,
    /// Hand-overs that nobody accepted yet, the oldest first.
    pub handovers: Vec<Waiting>,
    /// Who is to be called, by danger and silence.
    pub outbound: Vec<Outbound>,
    /// How many more wait for their next attempt.
    pub later: usize,
    /// Names of accounts.
    pub names: Names,
}

fn nobody() -> Problem {
    Problem::not_found("Không có người này trong sổ.", "There is no such person in the register.")
}

fn ward<'a>(person: &'a Person, case: Option<&'a CaseRecord>) -> Option<&'a str> {
    let of_case = case.and_then(|case| case.ward_code.as_deref());
    of_case.or(person.ward_code.as_ref().map(|ward| ward.as_str()))
}

async fn member(tx: &mut dyn F0Write, person: Person, relation: Relation) -> Result<Member, StoreError> {
    let case = tx.latest_case(person.id).await?;
    let ids: Vec<CaseId> = case.iter().map(|case| case.id).collect();
    let reports = if ids.is_empty() { Vec::new() } else { tx.newest_reports(&ids, BASELINE).await? };
    let unresolved = AlertFilter {
        states: vec![AlertState::Open, AlertState::Acknowledged],
        cases: Some(ids),
        limit: 10,
        ..AlertFilter::default()
    };
    let alerts = if case.is_some() { tx.alerts(&unresolved).await? } else { Vec::new() };
    Ok(Member { person, relation, case, reports, alerts })
}

/// Whom a search box's text may mean, within the caller's area.
///
/// # Errors
/// When the store fails.
pub async fn search(app: &App, caller: &Caller, text: &str) -> Result<Vec<Member>, StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let ids = hits(work.tx.as_mut(), text).await?;
    let mut known = people(work.tx.as_mut(), ids.clone()).await?;
    let mut found = Vec::new();
    for person in ids.iter().filter_map(|id| known.remove(id)) {
        if found.len() == HITS {
            break;
        }
        let one = member(work.tx.as_mut(), person, Relation::Asked).await?;
        if caller.covers(ward(&one.person, one.case.as_ref()), today) {
            found.push(one);
        }
    }
    let seen: Vec<PersonId> = found.iter().map(|one| one.person.id).collect();
    work.audit("hotline.search", None, json!({"found": seen})).await?;
    work.commit().await?;
    Ok(found)
}

/// The household of somebody: who lives with them, as far as a case says so, and who has the same phone.
///
/// # Errors
/// 404 where there is nobody of that id in the caller's area.
pub async fn household(app: &App, caller: &Caller, id: PersonId) -> Result<Household, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let tx = work.tx.as_mut();
    let id = tx.canonical(id).await?.ok_or_else(nobody)?;
    let person = tx.person(id).await?.ok_or_else(nobody)?.person;
    let phone = person.phone.clone();
    let asked = member(tx, person, Relation::Asked).await?;
    if !caller.covers(ward(&asked.person, asked.case.as_ref()), today) {
        return Err(nobody());
    }
    let mut near: BTreeSet<PersonId> = BTreeSet::new();
    for case in tx.cases_around(id).await? {
        near.insert(case.person_id);
        let contacts = tx.contacts_of(case.id).await?;
        near.extend(contacts.iter().filter(|c| c.level == ContactLevel::Household).map(|contact| contact.person_id));
    }
    let mut others: Vec<(PersonId, Relation)> = near.into_iter().map(|id| (id, Relation::Household)).collect();
    if let Some(phone) = phone {
        let by_phone = PeopleQuery { phone: Some(phone.as_str().to_owned()), limit: 50, ..PeopleQuery::default() };
        let same = tx.search_people(&by_phone).await?;
        others.extend(same.into_iter().map(|stored| (stored.person.id, Relation::SamePhone)));
    }
    let mut known = people(tx, others.iter().map(|(id, _)| *id).collect()).await?;
    known.remove(&id);
    let mut members = vec![asked];
    for (other, relation) in others {
        let Some(person) = known.remove(&other) else { continue };
        if members.len() < MEMBERS {
            let one = member(tx, person, relation).await?;
            members.extend(Some(one).filter(|one| caller.covers(ward(&one.person, one.case.as_ref()), today)));
        }
    }
    let acts = tx.acts(&ActFilter { people: Some(vec![id]), limit: 100, ..ActFilter::default() }).await?;
    let hands = members.iter().flat_map(|one| &one.alerts).filter_map(|alert| alert.acknowledged.as_ref()?.by);
    let doctors = members.iter().filter_map(|one| one.case.as_ref()?.doctor);
    let accounts: Vec<_> = hands.chain(doctors).chain(acts.iter().flat_map(accounts_of)).collect();
    let names = names(tx, accounts.into_iter()).await?;
    let seen: Vec<PersonId> = members.iter().map(|one| one.person.id).collect();
    work.audit("hotline.household", Some(format!("person:{id}")), json!({"people": seen})).await?;
    work.commit().await?;
    Ok(Household { members, acts, names })
}

/// What the desk does now.
///
/// # Errors
/// When the store fails.
pub async fn desk(app: &App, caller: &Caller) -> Result<Desk, StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let now = work.now;
    let wards = area::wards(caller, now.local_date());
    let tx = work.tx.as_mut();
    let waiting =
        |kinds, statuses| ActFilter { kinds, statuses, wards: wards.clone(), limit: 200, ..ActFilter::default() };
    let promised = tx.acts(&waiting(vec![ActKind::Call], vec![ActStatus::Promised])).await?;
    let mut offered = tx.acts(&waiting(vec![ActKind::Handover], vec![ActStatus::Offered])).await?;
    offered.retain(|act| {
        now.since(act.at) < days(HANDED_DAYS) && matches!(&act.body, ActBody::Handover { shift: None, .. })
    });
    let filter = CaseFilter {
        state: Some(CaseState::Open),
        wards: wards.clone(),
        order: CaseOrder::Danger,
        limit: CANDIDATES,
        ..CaseFilter::default()
    };
    let cases = tx.cases(&filter).await?;
    let calls = calls_of(tx, cases.iter().map(|case| case.person_id).collect()).await?;
    let promised_to: BTreeSet<PersonId> = promised.iter().map(|act| act.person_id).collect();
    let (mut outbound, mut later) = (Vec::new(), 0);
    for case in cases {
        let made = calls.get(&case.person_id).cloned().unwrap_or_default();
        let what = plan(&made, now);
        later += usize::from(matches!(what, Plan::NotBefore(_)));
        let due = matches!(what, Plan::Call | Plan::Visit) && !promised_to.contains(&case.person_id);
        if due && outbound.len() < SHOWN {
            outbound.push(Outbound { case, person: None, calls: made, plan: what, why: Vec::new() });
        }
    }
    explain(tx, &mut outbound, now).await?;
    let acts = promised.iter().chain(&offered);
    let mut ids: Vec<PersonId> = acts.clone().map(|act| act.person_id).collect();
    ids.extend(outbound.iter().map(|one| one.case.person_id));
    let people = people(tx, ids).await?;
    let accounts: Vec<_> = acts.flat_map(accounts_of).collect();
    let names = names(tx, accounts.into_iter()).await?;
    for one in &mut outbound {
        one.person = people.get(&one.case.person_id).cloned();
    }
    let told = |acts: Vec<ActRecord>| {
        let mut lines: Vec<Waiting> =
            acts.into_iter().map(|act| Waiting { person: people.get(&act.person_id).cloned(), act }).collect();
        lines.sort_by_key(|line| line.act.due_at.unwrap_or(line.act.at));
        lines
    };
    let (promised, handovers) = (told(promised), told(offered));
    let seen: Vec<CaseId> = outbound.iter().map(|one| one.case.id).collect();
    work.audit("hotline.desk", None, json!({"cases": seen})).await?;
    work.commit().await?;
    Ok(Desk { promised, handovers, outbound, later, names })
}

/// The calls of each of these people, the newest first.
async fn calls_of(
    tx: &mut dyn F0Write,
    people: Vec<PersonId>,
) -> Result<BTreeMap<PersonId, Vec<(Instant, Disposition)>>, StoreError> {
    let filter =
        ActFilter { kinds: vec![ActKind::Call], people: Some(people), limit: MAX_ACTS, ..ActFilter::default() };
    let mut calls: BTreeMap<PersonId, Vec<(Instant, Disposition)>> = BTreeMap::new();
    for act in tx.acts(&filter).await? {
        if let ActBody::Call { disposition, .. } = act.body {
            calls.entry(act.person_id).or_default().push((act.at, disposition));
        }
    }
    Ok(calls)
}

/// The trend of each of these cases, from their newest reports.
///
/// # Errors
/// When the store fails.
pub(crate) async fn trends(tx: &mut dyn F0Write, cases: &[CaseId]) -> Result<BTreeMap<CaseId, Trend>, StoreError> {
    let mut reports: BTreeMap<CaseId, Vec<ReportRecord>> = BTreeMap::new();
    for report in tx.newest_reports(cases, BASELINE).await? {
        reports.entry(report.case_id).or_default().push(report);
    }
    let trend = |reports: &[ReportRecord]| {
        let earlier: Vec<_> = reports.iter().skip(1).map(|report| report.observed.clone()).collect();
        reports.first().map_or_else(Trend::default, |newest| Ranking::builtin().trend(&newest.observed, &earlier))
    };
    Ok(reports.into_iter().map(|(case, reports)| (case, trend(&reports))).collect())
}

async fn explain(tx: &mut dyn F0Write, outbound: &mut [Outbound], now: Instant) -> Result<(), StoreError> {
    let ids: Vec<CaseId> = outbound.iter().map(|one| one.case.id).collect();
    let trends = trends(tx, &ids).await?;
    for one in outbound {
        let trend = trends.get(&one.case.id).copied().unwrap_or_default();
        one.why = Ranking::builtin().reasons(&one.case.standing(), trend, now);
    }
    Ok(())
}

/// Hand-overs that wait for somebody, with the names of those who made them.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// The oldest first.
    pub lines: Vec<Waiting>,
    /// Names of accounts.
    pub names: Names,
}

/// The hand-overs that wait for a doctor, as far as they are the caller's to accept.
///
/// # Errors
/// When the store fails.
pub async fn offered_to(app: &App, caller: &Caller) -> Result<Offered, StoreError> {
    let Some(me) = caller.account().filter(|account| account.has(Role::Doctor)) else { return Ok(Offered::default()) };
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let filter = ActFilter {
        kinds: vec![ActKind::Handover],
        statuses: vec![ActStatus::Offered],
        wards: area::wards(caller, today),
        limit: 200,
        ..ActFilter::default()
    };
    let mut found = work.tx.acts(&filter).await?;
    found.retain(|act| {
        let mine = match &act.body {
            ActBody::Handover { account: Some(other), .. } => *other == me.id,
            ActBody::Handover { to, .. } => *to == HandTo::Doctor,
            _ => false,
        };
        mine && caller.covers(act.ward_code.as_deref(), today)
    });
    found.sort_by_key(|act| act.at);
    let people = people(work.tx.as_mut(), found.iter().map(|act| act.person_id).collect()).await?;
    let names = names(work.tx.as_mut(), found.iter().flat_map(accounts_of)).await?;
    if !found.is_empty() {
        let acts: Vec<_> = found.iter().map(|act| act.id).collect();
        work.audit("handovers.list", None, json!({"acts": acts})).await?;
    }
    work.commit().await?;
    let line = |act: ActRecord| Waiting { person: people.get(&act.person_id).cloned(), act };
    Ok(Offered { lines: found.into_iter().map(line).collect(), names })
}

/// Whether a hand-over is the desk's own to accept: the ambulance has no account, the desk notes that it comes.
#[must_use]
pub fn desk_accepts(act: &ActRecord) -> bool {
    matches!(&act.body, ActBody::Handover { to: HandTo::Ambulance, .. })
}
