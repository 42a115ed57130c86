//! The SQL of check-in, written once and compiled for each engine.

mod alerts;
mod cases;
mod door;
mod exposures;
mod merging;
mod proofs;
mod registrations;
mod told;
mod tries;
mod venues;
mod visits;
mod withdrawal;

use async_trait::async_trait;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId, VisitId};
use shared::time::Instant;
use shared_store::StoreError;

use super::{Conn, Db, Engine, Row, Tx, dialect};
use crate::domain::visitor_key::VisitorCode;
use crate::store::{
    CaseCounts, CaseRecord, CheckinRead, CheckinStore, CheckinWrite, ExposureRecord, PlaceSpan, Seen, VenueDetails,
    Visit, VisitAtPlace, VisitClock, VisitKey, VisitMark,
};

/// Parameters of one list in one statement: SQLite takes 32,766, and longer statements gain nothing.
const LIST: usize = 1_000;

#[async_trait]
impl CheckinStore for Engine {
    async fn read(&self) -> Result<Box<dyn CheckinRead>, StoreError> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn CheckinWrite>, StoreError> {
        Ok(Box::new(self.begin_write().await?))
    }

    async fn insert_visits_alone(&self, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        dialect::insert_visits_alone(self, visits).await
    }
}

#[async_trait]
impl CheckinRead for Tx {
    async fn visits(&mut self, ids: &[VisitId]) -> Result<Vec<Visit>, StoreError> {
        visits::by_id(self.conn(), ids).await
    }

    async fn visits_by_key(&mut self, keys: &[VisitKey]) -> Result<Vec<Visit>, StoreError> {
        visits::by_key(self.conn(), keys).await
    }

    async fn visits_of(&mut self, visitors: &[VisitorCode]) -> Result<Vec<Visit>, StoreError> {
        visits::of(self.conn(), visitors).await
    }

    async fn visits_at(&mut self, spans: &[PlaceSpan]) -> Result<Vec<VisitAtPlace>, StoreError> {
        dialect::visits_at(self.conn(), spans).await
    }

    async fn next_elsewhere(&mut self, seen: &[Seen]) -> Result<Vec<Option<Instant>>, StoreError> {
        visits::next_elsewhere(self.conn(), seen).await
    }

    async fn inside(&mut self, place: PlaceId, from_minute: i64, to_minute: i64) -> Result<i64, StoreError> {
        visits::inside(self.conn(), place, from_minute, to_minute).await
    }

    async fn venue_details(&mut self, ids: &[PlaceId]) -> Result<Vec<VenueDetails>, StoreError> {
        venues::details(self.conn(), ids).await
    }

    async fn venues_by_import_key(&mut self, keys: &[Vec<u8>]) -> Result<Vec<VenueDetails>, StoreError> {
        venues::by_import_key(self.conn(), keys).await
    }

    async fn retired_code(&mut self, code: &str) -> Result<Option<PlaceId>, StoreError> {
        venues::retired_code(self.conn(), code).await
    }

    async fn marks_at(&mut self, spans: &[PlaceSpan]) -> Result<Vec<VisitMark>, StoreError> {
        venues::marks_at(self.conn(), spans).await
    }

    async fn clocks_at(&mut self, spans: &[PlaceSpan]) -> Result<Vec<VisitClock>, StoreError> {
        venues::clocks_at(self.conn(), spans).await
    }

    async fn case(&mut self, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
        cases::one(self.conn(), id).await
    }

    async fn cases_of(&mut self, people: &[PersonId]) -> Result<Vec<CaseRecord>, StoreError> {
        cases::of(self.conn(), people).await
    }

    async fn recent_cases(&mut self, limit: i64, offset: i64) -> Result<Vec<(CaseRecord, CaseCounts)>, StoreError> {
        cases::recent(self.conn(), limit, offset).await
    }

    async fn exposures_of(&mut self, case: CaseId) -> Result<Vec<ExposureRecord>, StoreError> {
        exposures::of(self.conn(), case).await
    }

    async fn still_exposed(&mut self, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError> {
        withdrawal::still_exposed(self.conn(), people).await
    }

    async fn household_of(&mut self, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError> {
        withdrawal::household(self.conn(), people).await
    }

    async fn merged_of(&mut self, people: &[PersonId]) -> Result<Vec<(PersonId, PersonId)>, StoreError> {
        cases::merged(self.conn(), people).await
    }
}

#[async_trait]
impl CheckinWrite for Tx {
    async fn insert_visits(&mut self, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        dialect::insert_visits(self.conn(), visits).await
    }

    async fn end_visit(&mut self, id: VisitId, at: Instant) -> Result<bool, StoreError> {
        visits::end(self.conn(), id, at).await
    }

    async fn delete_visits_of_next_place(
        &mut self,
        after: Option<PlaceId>,
        minute: i64,
    ) -> Result<Option<(PlaceId, u64)>, StoreError> {
        visits::delete_of_next_place(self.conn(), after, minute).await
    }

    async fn put_venue_details(&mut self, venues: &[VenueDetails]) -> Result<(), StoreError> {
        venues::put(self.conn(), venues).await
    }

    async fn retire_code(&mut self, code: &str, place: PlaceId, at: Instant) -> Result<(), StoreError> {
        venues::retire_code(self.conn(), code, place, at).await
    }

    async fn add_marks(&mut self, marks: &[VisitMark]) -> Result<(), StoreError> {
        venues::add_marks(self.conn(), marks).await
    }

    async fn add_clocks(&mut self, clocks: &[VisitClock]) -> Result<(), StoreError> {
        venues::add_clocks(self.conn(), clocks).await
    }

    async fn put_case(&mut self, case: &CaseRecord) -> Result<(), StoreError> {
        cases::put(self.conn(), case).await
    }

    async fn void_case(&mut self, id: CaseId, at: Instant) -> Result<(), StoreError> {
        cases::void(self.conn(), id, at).await
    }

    async fn put_exposures(&mut self, exposures: &[ExposureRecord]) -> Result<Vec<ExposureId>, StoreError> {
        exposures::put(self.conn(), exposures).await
    }

    async fn withdraw_exposures(
        &mut self,
        case: CaseId,
        people: Option<&[PersonId]>,
        at: Instant,
    ) -> Result<u64, StoreError> {
        exposures::withdraw(self.conn(), case, people, at).await
    }

    async fn withdraw_by_id(&mut self, ids: &[ExposureId], at: Instant) -> Result<(), StoreError> {
        withdrawal::by_id(self.conn(), ids, at).await
    }

    async fn move_exposures(&mut self, kept: PersonId, other: PersonId, at: Instant) -> Result<(), StoreError> {
        exposures::hand_over(self.conn(), kept, other, at).await
    }

    async fn cases_about(&mut self, person: PersonId) -> Result<Vec<CaseRecord>, StoreError> {
        cases::about(self.conn(), person).await
    }
}
