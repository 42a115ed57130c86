//! Finds who shared the air with a case, stores it, and tells of what is new.
//!
//! All is done in bulk: one query for the visits of the case (its codes are computed for every day and every record
//! that it was merged from), one for the visits at its places, one for where those people live on in the register. The
//! scan is bounded because a stay is: who was there at a time checked in at most the automatic check-out before it. What
//! lies around the places of the case is looked up first, so that each place is one range of the index.

use std::collections::{BTreeMap, HashSet};

use jiff::ToSpan;
use serde_json::json;
use shared::event::CloudEvent;
use shared::events::{ExposureAt, ExposureFound};
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};
use shared_store::runtime::SharedRandom;

use super::parts::{Around, around};
use super::stays::Stays;
use super::{people, withdrawal};
use crate::domain::case_air::{CaseAir, CaseVisit};
use crate::domain::exposure::{Exposure, OtherVisit, match_exposures};
use crate::domain::policy::StayPolicy;
use crate::domain::stay::Stay;
use crate::domain::visitor_key::VisitorCode;
use crate::domain::window::{Window, infectious_window};
use crate::store::{
    CaseRecord, CheckinRead, CheckinWrite, ExposureRecord, PlaceSpan, Visit, VisitAtPlace, minute_of, start_of_minute,
};
use crate::{App, SERVICE};

/// Where a case was while it could infect others.
pub struct Whereabouts {
    /// The rules of the day on which the case opened.
    pub policy: &'static StayPolicy,
    /// The time that counts.
    pub window: Window,
    /// All records that the case's person lives as or lived as.
    pub aliases: Vec<PersonId>,
    /// The visits that touch the window, with their stays, by check-in.
    pub visits: Vec<(Visit, Stay)>,
    /// The places and those around them.
    pub around: Around,
}

/// What a matching found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matched {
    /// Exposures that hold now.
    pub exposures: usize,
    /// Those that were not known before.
    pub new: usize,
    /// People who are told.
    pub told: usize,
}

/// Matches cases at one moment.
pub struct Matcher<'a> {
    app: &'a App,
    now: Instant,
    random: SharedRandom,
}

impl<'a> Matcher<'a> {
    /// A matcher of the moment `now`.
    #[must_use]
    pub fn new(app: &'a App, now: Instant) -> Self {
        Self { app, now, random: app.platform.random() }
    }

    /// Matches a case, stores what was found, and appends one event for each person of whom something is new. To run it
    /// again changes nothing that is still so.
    ///
    /// # Errors
    /// When the store or the key store fails.
    pub async fn run(&self, tx: &mut dyn CheckinWrite, case: &CaseRecord) -> Result<Matched, StoreError> {
        let (case_at, found) = self.find(tx, case).await?;
        let record = |found| self.exposure(case.case_id, case_at.policy, found);
        let records: Vec<ExposureRecord> = found.into_iter().map(record).collect();
        let known = tx.exposures_of(case.case_id).await?;
        let first: HashSet<ExposureId> = tx.put_exposures(&records).await?.into_iter().collect();
        tx.withdraw_exposures(case.case_id, Some(&case_at.aliases), self.now).await?;
        let withdrawn = withdrawal::withdraw_the_rest(self.app, tx, case.case_id, &known, &records, self.now).await?;
        let new = match first.len() == records.len() {
            true => records.clone(),
            false => news(&known, tx.exposures_of(case.case_id).await?),
        };
        let household: HashSet<PersonId> = match new.is_empty() {
            true => HashSet::new(),
            false => tx.household_of(&case_at.aliases).await?.into_iter().collect(),
        };
        let told = self.tell(tx, case.case_id, &household, new.iter()).await?;
        let matched = Matched { exposures: records.len(), new: new.len(), told };
        let detail = json!({
            "policy": case_at.policy.id,
            "visits": case_at.visits.len(),
            "exposures": matched.exposures,
            "new": matched.new,
            "told": matched.told,
            "withdrawn": withdrawn,
        });
        let entry = AuditEntry {
            service: SERVICE,
            actor: Actor::System,
            action: "exposures.match",
            subject: Some(format!("case:{}", case.case_id)),
            detail,
            request_id: None,
        };
        tx.audit(&entry, self.now, &mut self.random.clone()).await?;
        Ok(matched)
    }

    /// Where a case was and who shared its air, without storing anything.
    ///
    /// # Errors
    /// When the store or the key store fails.
    pub async fn find(
        &self,
        tx: &mut (impl CheckinRead + ?Sized),
        case: &CaseRecord,
    ) -> Result<(Whereabouts, Vec<Exposure<PersonId>>), StoreError> {
        let case_at = self.whereabouts(tx, case).await?;
        let found = self.exposures(tx, &case_at).await?;
        Ok((case_at, found))
    }

    /// Where a case was inside its window.
    ///
    /// # Errors
    /// When the store or the key store fails.
    pub async fn whereabouts(
        &self,
        tx: &mut (impl CheckinRead + ?Sized),
        case: &CaseRecord,
    ) -> Result<Whereabouts, StoreError> {
        let policy = StayPolicy::on(case.opened_at.local_date());
        let window = infectious_window(case.symptom_onset, case.specimen_at, case.isolated_from, self.now, policy);
        let aliases = tx.aliases(case.person_id).await?;
        let visits = tx.visits_of(&self.codes(&aliases, &window)?).await?;
        let around = around(tx, visits.iter().map(|visit| visit.place_id)).await?;
        let rules = Stays { kinds: &around.kinds, policy, now: self.now };
        let next: Vec<Option<Instant>> = (0..visits.len()).map(|at| next_elsewhere(&visits[at..])).collect();
        let with_stays = visits.into_iter().zip(next).map(|(visit, next)| {
            let stay = rules.stay(visit.place_id, visit.checked_in_at, visit.checked_out_at, next);
            (visit, stay)
        });
        let visits = with_stays.filter(|(_, stay)| touches(*stay, &window)).collect();
        Ok(Whereabouts { policy, window, aliases, visits, around })
    }

    /// The codes under which a person may have visited in the window: a stay may have begun the day before it.
    fn codes(&self, aliases: &[PersonId], window: &Window) -> Result<Vec<VisitorCode>, StoreError> {
        let first = window.from.local_date().saturating_sub(1.day()).max(people::first_kept(self.app, self.now));
        let last = window.to.local_date();
        people::codes(self.app, aliases, first.series(1.day()).take_while(|day| *day <= last))
    }

    /// Who was where the case was.
    async fn exposures(
        &self,
        tx: &mut (impl CheckinRead + ?Sized),
        case_at: &Whereabouts,
    ) -> Result<Vec<Exposure<PersonId>>, StoreError> {
        let Whereabouts { policy, window, aliases, visits, around } = case_at;
        let case: Vec<CaseVisit> =
            visits.iter().map(|(visit, stay)| CaseVisit { place: visit.place_id, stay: *stay }).collect();
        let air = CaseAir::of(window, &case, &around.parts, policy);
        let rows = tx.visits_at(&around.spans(spans(visits, window, policy))).await?;
        // Whoever has no time in common with the case has none either by having left earlier.
        let meets = |row: &VisitAtPlace, stay| air.common_with(row.place_id, stay).next().is_some();
        let rules = Stays { kinds: &around.kinds, policy, now: self.now };
        let stays = rules.of(self.app, tx, &rows, meets).await?;
        let visitors = people::behind(self.app, tx, rows.iter().map(|row| (row.day(), row.visitor))).await?;
        let others: Vec<OtherVisit<PersonId>> = rows
            .iter()
            .zip(stays)
            .zip(visitors)
            .filter_map(|((row, stay), visitor)| Some(OtherVisit { visitor: visitor?, place: row.place_id, stay }))
            .filter(|other| !aliases.contains(&other.visitor))
            .collect();
        Ok(match_exposures(&air, &others, policy))
    }

    fn exposure(&self, case_id: CaseId, policy: &StayPolicy, found: Exposure<PersonId>) -> ExposureRecord {
        ExposureRecord {
            id: ExposureId::new(self.now, &mut self.random.clone()),
            case_id,
            person_id: found.visitor,
            place_id: found.place,
            day: found.day,
            overlap_minutes: found.overlap_minutes,
            level: found.level,
            assumed: found.assumed,
            found_at: self.now,
            policy: policy.id.clone(),
            withdrawn_at: None,
        }
    }

    /// One event a person, so that nobody is told ten times; gives how many people there are.
    async fn tell(
        &self,
        tx: &mut dyn CheckinWrite,
        case_id: CaseId,
        household: &HashSet<PersonId>,
        new: impl Iterator<Item = &ExposureRecord> + Send,
    ) -> Result<usize, StoreError> {
        let mut people: BTreeMap<PersonId, Vec<ExposureAt>> = BTreeMap::new();
        for record in new {
            people.entry(record.person_id).or_default().push(ExposureAt {
                exposure_id: record.id,
                venue_id: record.place_id,
                day: record.day,
                overlap_minutes: record.overlap_minutes,
                level: record.level,
            });
        }
        let mut events = Vec::with_capacity(people.len());
        for (person_id, mut exposures) in people {
            exposures.sort_by_key(|at| core::cmp::Reverse(at.day));
            let household = household.contains(&person_id);
            let found = ExposureFound { case_id, person_id, exposures, household };
            events.push(CloudEvent::new(&found, self.now, &mut self.random.clone()));
        }
        tx.append_events(&events).await?;
        Ok(events.len())
    }
}

/// What holds now and did not before: found for the first time, or again after it was withdrawn.
fn news(known: &[ExposureRecord], now: Vec<ExposureRecord>) -> Vec<ExposureRecord> {
    let before: HashSet<ExposureId> = known.iter().map(|record| record.id).collect();
    now.into_iter().filter(|record| !before.contains(&record.id)).collect()
}

/// When the visitor of the first of these visits checked in elsewhere.
fn next_elsewhere(visits: &[Visit]) -> Option<Instant> {
    let (first, later) = visits.split_first()?;
    let elsewhere = |next: &&Visit| next.place_id != first.place_id && next.checked_in_at > first.checked_in_at;
    later.iter().find(elsewhere).map(|next| next.checked_in_at)
}

/// Whether a stay lies in the window at least in part.
fn touches(stay: Stay, window: &Window) -> bool {
    stay.from < window.to && (window.from < stay.to || window.from <= stay.from)
}

/// The check-ins that may matter at the places of a case.
fn spans(visits: &[(Visit, Stay)], window: &Window, policy: &StayPolicy) -> impl Iterator<Item = PlaceSpan> {
    visits
        .iter()
        .map(|(visit, stay)| span_around(visit.place_id, stay.from.max(window.from), stay.to.min(window.to), policy))
}

/// The check-ins that may have to do with a presence: those of its local days, and those before it from which a stay
/// may last into it; and as far beyond both ends as the air of a case may reach.
fn span_around(place_id: PlaceId, from: Instant, to: Instant, policy: &StayPolicy) -> PlaceSpan {
    let (from, to) = (from.minus(policy.reach()), to.plus(policy.reach()));
    let first = Instant::start_of(from.local_date()).min(from.minus(policy.longest_stay()));
    let last = Instant::start_of(to.local_date().saturating_add(1.day()));
    PlaceSpan { place_id, from_minute: minute_of(first), to_minute: minute_of(last) - 1 }
}

/// The check-ins that may have to do with visits that began from the minute `from` to the minute `to`.
#[must_use]
pub fn whole_days(place_id: PlaceId, from: i64, to: i64) -> PlaceSpan {
    let (from, to) = (start_of_minute(from), start_of_minute(to));
    let policy = StayPolicy::on(from.local_date());
    span_around(place_id, from, to.plus(policy.longest_stay()), policy)
}
