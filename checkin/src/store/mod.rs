//! What check-in keeps, whichever database stands behind.

/// The columns of a visit, in the order in which they are written.
macro_rules! visit_columns {
    () => {
        "place_id, minute, visitor, id, day, checked_in_at, checked_out_at, fingerprint"
    };
}

/// The columns of an exposure, in the order in which they are written.
macro_rules! exposure_columns {
    () => {
        "id, case_id, person_id, place_id, day, overlap_minutes, level, assumed, found_at, policy"
    };
}

/// An exposure that was found before keeps its id and its day of finding, and holds again.
macro_rules! exposure_conflict {
    () => {
        " ON CONFLICT (case_id, person_id, place_id, day) DO UPDATE SET \
         overlap_minutes = excluded.overlap_minutes, level = excluded.level, assumed = excluded.assumed, \
         policy = excluded.policy, withdrawn_at = NULL RETURNING id"
    };
}

pub mod alerts;
pub mod door;
pub mod postgres;
pub mod proofs;
pub mod records;
pub mod registrations;
pub mod sqlite;
pub mod told;
pub mod tries;
mod venue_records;

use std::sync::Arc;

use async_trait::async_trait;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId, VisitId};
use shared::time::Instant;
use shared_store::{Database, SharedRead, SharedWrite, StoreError};

use crate::domain::visitor_key::VisitorCode;
pub use alerts::{AlertRead, AlertRecord, AlertWrite, AlertedRecord};
pub use door::{DeclarationRecord, DoorRead, DoorWrite};
pub use proofs::{ProofRead, ProofRecord, ProofWrite};
pub use records::{
    CaseCounts, CaseRecord, ExposureRecord, PlaceSpan, Seen, Visit, VisitAtPlace, VisitKey, minute_of, start_of_minute,
};
pub use registrations::{Registration, RegistrationRead, RegistrationWrite};
pub use told::{ToldRead, ToldRecord, ToldWrite, UntoldRecord, Whose};
pub use tries::TriesWrite;
pub use venue_records::{VenueDetails, VisitClock, VisitMark};

/// What a store of check-in gives.
#[async_trait]
pub trait CheckinStore: Send + Sync {
    /// A transaction that only reads.
    async fn read(&self) -> Result<Box<dyn CheckinRead>, StoreError>;
    /// A transaction that may write. On SQLite there is one at a time.
    async fn write(&self) -> Result<Box<dyn CheckinWrite>, StoreError>;
    /// [`CheckinWrite::insert_visits`] as a transaction of its own: where the database can, in one message and one answer.
    async fn insert_visits_alone(&self, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError>;
}

/// Reading the tables of check-in inside one transaction.
#[async_trait]
pub trait CheckinRead: SharedRead + AlertRead + DoorRead + ProofRead + RegistrationRead + ToldRead {
    /// Visits by their ids; ids that no visit has are left out.
    async fn visits(&mut self, ids: &[VisitId]) -> Result<Vec<Visit>, StoreError>;
    /// Visits by place, minute and visitor; keys that no visit has are left out.
    async fn visits_by_key(&mut self, keys: &[VisitKey]) -> Result<Vec<Visit>, StoreError>;
    /// All visits under these codes, by check-in. A code belongs to one person on one day.
    async fn visits_of(&mut self, visitors: &[VisitorCode]) -> Result<Vec<Visit>, StoreError>;
    /// All visits whose check-in lies in one of the spans, in any order. The spans of one place must not overlap.
    async fn visits_at(&mut self, spans: &[PlaceSpan]) -> Result<Vec<VisitAtPlace>, StoreError>;
    /// For each of these, in their order, when the same code first checked in elsewhere after it.
    async fn next_elsewhere(&mut self, seen: &[Seen]) -> Result<Vec<Option<Instant>>, StoreError>;
    /// How many visitors are at a place whose latest check-in there lies in these minutes and has no check-out.
    async fn inside(&mut self, place: PlaceId, from_minute: i64, to_minute: i64) -> Result<i64, StoreError>;

    /// What check-in knows of these places; places of which it knows nothing more are left out.
    async fn venue_details(&mut self, ids: &[PlaceId]) -> Result<Vec<VenueDetails>, StoreError>;
    /// The places that lines of an import made before, by their keys.
    async fn venues_by_import_key(&mut self, keys: &[Vec<u8>]) -> Result<Vec<VenueDetails>, StoreError>;
    /// The place that a code belonged to before it was replaced.
    async fn retired_code(&mut self, code: &str) -> Result<Option<PlaceId>, StoreError>;
    /// The marks of the visits that began in these spans, by time.
    async fn marks_at(&mut self, spans: &[PlaceSpan]) -> Result<Vec<VisitMark>, StoreError>;
    /// Both times of the visits that began in these spans and whose clocks differed, by time.
    async fn clocks_at(&mut self, spans: &[PlaceSpan]) -> Result<Vec<VisitClock>, StoreError>;

    /// A case.
    async fn case(&mut self, id: CaseId) -> Result<Option<CaseRecord>, StoreError>;
    /// The cases of these people, voided ones left out.
    async fn cases_of(&mut self, people: &[PersonId]) -> Result<Vec<CaseRecord>, StoreError>;
    /// Cases, newest first, with how many exposures they have.
    async fn recent_cases(&mut self, limit: i64, offset: i64) -> Result<Vec<(CaseRecord, CaseCounts)>, StoreError>;
    /// The exposures of a case that hold, newest day first.
    async fn exposures_of(&mut self, case: CaseId) -> Result<Vec<ExposureRecord>, StoreError>;
    /// Those of these people who have an exposure that holds, in any case.
    async fn still_exposed(&mut self, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError>;
    /// The people who share a phone with one of these records, themselves among them, as the records they live on as.
    async fn household_of(&mut self, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError>;
    /// Those of these records that live on as another one, each with that one.
    async fn merged_of(&mut self, people: &[PersonId]) -> Result<Vec<(PersonId, PersonId)>, StoreError>;
}

/// Writing the tables of check-in inside one transaction. Nothing is kept until [`SharedWrite::commit`].
#[async_trait]
pub trait CheckinWrite:
    CheckinRead + SharedWrite + AlertWrite + DoorWrite + ProofWrite + RegistrationWrite + ToldWrite + TriesWrite
{
    /// New visits in one statement; gives the ids of those that were stored. A visit whose id or key is taken is left
    /// out.
    async fn insert_visits(&mut self, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError>;
    /// Ends a visit; `false` where it had ended before, or there is none.
    async fn end_visit(&mut self, id: VisitId, at: Instant) -> Result<bool, StoreError>;
    /// Deletes the visits before `minute` of the place after `after` that has visits; gives the place and how many they
    /// were, or `None` after the last place.
    async fn delete_visits_of_next_place(
        &mut self,
        after: Option<PlaceId>,
        minute: i64,
    ) -> Result<Option<(PlaceId, u64)>, StoreError>;

    /// Keeps what is known of places, in place of what was known of them.
    async fn put_venue_details(&mut self, venues: &[VenueDetails]) -> Result<(), StoreError>;
    /// Remembers a code that was replaced.
    async fn retire_code(&mut self, code: &str, place: PlaceId, at: Instant) -> Result<(), StoreError>;
    /// Marks visits; a mark that a visit has stays.
    async fn add_marks(&mut self, marks: &[VisitMark]) -> Result<(), StoreError>;
    /// Keeps both clocks of visits; those that are kept stay.
    async fn add_clocks(&mut self, clocks: &[VisitClock]) -> Result<(), StoreError>;

    /// A new case, or what is known of it now. A case that was voided stays voided, and one that ended stays ended.
    async fn put_case(&mut self, case: &CaseRecord) -> Result<(), StoreError>;
    /// Marks a case as voided.
    async fn void_case(&mut self, id: CaseId, at: Instant) -> Result<(), StoreError>;
    /// Stores exposures; gives the ids of those that were not known. One that was known takes the new minutes, level and
    /// policy.
    async fn put_exposures(&mut self, exposures: &[ExposureRecord]) -> Result<Vec<ExposureId>, StoreError>;
    /// Withdraws the exposures of a case: those of these people, or all.
    async fn withdraw_exposures(
        &mut self,
        case: CaseId,
        people: Option<&[PersonId]>,
        at: Instant,
    ) -> Result<u64, StoreError>;
    /// Withdraws these exposures.
    async fn withdraw_by_id(&mut self, ids: &[ExposureId], at: Instant) -> Result<(), StoreError>;
    /// Gives the exposures of `other` to `kept`; where both have one, that of `other` is withdrawn.
    async fn move_exposures(&mut self, kept: PersonId, other: PersonId, at: Instant) -> Result<(), StoreError>;
    /// The cases that this person has exposures of, or is.
    async fn cases_about(&mut self, person: PersonId) -> Result<Vec<CaseRecord>, StoreError>;
}

/// The store on an open database.
#[must_use]
pub fn open(database: &Database) -> Arc<dyn CheckinStore> {
    match database {
        Database::Sqlite(engine) => Arc::new(engine.clone()),
        Database::Postgres(engine) => Arc::new(engine.clone()),
    }
}
