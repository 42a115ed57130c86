//! What this service keeps: cases with their evidence, reports, alerts, contacts, and the live feed.
//!
//! The port is [`F0Read`] and [`F0Write`]; the SQL is written once in `sql/` and compiled for both databases.

mod desk;
mod duty;
mod inbound;
mod intake;
mod lists;
mod postgres;
mod records;
mod shift;
mod sqlite;
mod station;
mod stock;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use shared::ids::{AccountId, AlertId, CaseId, PersonId, ReportId, ResultId};
use shared::time::Instant;
use shared_store::{Database, SharedRead, SharedWrite, StoreError};
use uuid::Uuid;

pub use desk::{ActFilter, ActRecord, DeskRead, DeskWrite, TestCount};
pub use duty::{DutyFilter, DutyRead, DutyWrite};
pub use inbound::{InboundRead, InboundRecord, InboundWrite};
pub use intake::{IntakeRead, IntakeRecord, IntakeWrite};
pub use lists::{AlertCount, ContactCount, DayCases, ListRead, OpenCount};
pub use records::{
    AlertFilter, AlertPlace, AlertRecord, AlertState, CaseFilter, CaseOrder, CaseRecord, Contact, ContactLevel,
    Evidence, FeedDraft, FeedEntry, FeedKind, Latest, OpenedBy, ReportRecord, Stamp,
};
pub use shift::{ProtocolChange, ShiftRead, ShiftRecord, ShiftWrite};
pub use station::{CoreRead, CoreWrite, PaperKind, PaperRecord, TestRecord};
pub use stock::{Stock, StockMove, StockRead, StockWrite};

/// Opens transactions.
#[async_trait]
pub trait F0Store: Send + Sync {
    /// A transaction that only reads.
    async fn read(&self) -> Result<Box<dyn F0Read>, StoreError>;
    /// A transaction that may write. On SQLite there is one at a time.
    async fn write(&self) -> Result<Box<dyn F0Write>, StoreError>;
}

/// Reading inside one transaction.
#[async_trait]
pub trait F0Read:
    SharedRead + CoreRead + DeskRead + DutyRead + ListRead + IntakeRead + InboundRead + ShiftRead + StockRead
{
    /// A case.
    async fn case(&mut self, id: CaseId) -> Result<Option<CaseRecord>, StoreError>;
    /// Cases by their ids, in no order.
    async fn cases_by_id(&mut self, ids: &[CaseId]) -> Result<Vec<CaseRecord>, StoreError>;
    /// The hash of the request that opened a case, where one did.
    async fn case_body_hash(&mut self, id: CaseId) -> Result<Option<String>, StoreError>;
    /// The case of a person that counts: the open one, else the newest that was not voided.
    async fn latest_case(&mut self, person: PersonId) -> Result<Option<CaseRecord>, StoreError>;
    /// Cases, the newest first.
    async fn cases(&mut self, filter: &CaseFilter) -> Result<Vec<CaseRecord>, StoreError>;
    /// Open cases of a person, and of those whose household they belong to.
    async fn open_cases_around(&mut self, person: PersonId) -> Result<Vec<CaseRecord>, StoreError>;

    /// A result in its highest version.
    async fn evidence(&mut self, result: ResultId) -> Result<Option<Evidence>, StoreError>;
    /// The results behind a case, the newest specimen first.
    async fn evidence_of(&mut self, case: CaseId) -> Result<Vec<Evidence>, StoreError>;

    /// A report.
    async fn report(&mut self, id: ReportId) -> Result<Option<ReportRecord>, StoreError>;
    /// The newest reports of each case, at most `each`, the newest first.
    async fn newest_reports(&mut self, cases: &[CaseId], each: i64) -> Result<Vec<ReportRecord>, StoreError>;
    /// The reports of a case that were measured between two times, both included, the oldest first.
    async fn reports_between(
        &mut self,
        case: CaseId,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<ReportRecord>, StoreError>;

    /// An alert.
    async fn alert(&mut self, id: AlertId) -> Result<Option<AlertRecord>, StoreError>;
    /// Alerts by danger, then age: the oldest of the most dangerous first.
    async fn alerts(&mut self, filter: &AlertFilter) -> Result<Vec<AlertRecord>, StoreError>;

    /// The contacts of a case, the nearest first.
    async fn contacts_of(&mut self, case: CaseId) -> Result<Vec<Contact>, StoreError>;

    /// The number of the last line of the feed; 0 where there is none.
    async fn feed_head(&mut self) -> Result<i64, StoreError>;
    /// Lines after `seq`, in order.
    async fn feed_after(&mut self, seq: i64, limit: i64) -> Result<Vec<FeedEntry>, StoreError>;
}

/// Writing inside one transaction. Nothing is kept until [`SharedWrite::commit`].
#[async_trait]
pub trait F0Write:
    F0Read + SharedWrite + CoreWrite + DeskWrite + DutyWrite + IntakeWrite + InboundWrite + ShiftWrite + StockWrite
{
    /// Holds off others who decide about the same person or result until this transaction ends.
    async fn hold(&mut self, id: Uuid) -> Result<(), StoreError>;

    /// A new case; `false` where the person has an open one, or the id is taken.
    async fn insert_case(&mut self, case: &CaseRecord, body_hash: Option<&str>) -> Result<bool, StoreError>;
    /// Replaces what is known of a case, whatever its state; its person, who opened it and the request stay.
    async fn update_case(&mut self, case: &CaseRecord) -> Result<(), StoreError>;
    /// Notes by how many minutes a case's trend brings it forward in the order of the board.
    async fn set_trend(&mut self, case: CaseId, minutes: i64) -> Result<(), StoreError>;
    /// Lets a case be another person's: two records turned out to be one person.
    async fn move_case(&mut self, case: CaseId, person: PersonId) -> Result<(), StoreError>;
    /// Gives whatever one case holds to another: reports, results, tests, papers, alerts, acts and contacts.
    async fn move_contents(&mut self, from: CaseId, to: CaseId) -> Result<(), StoreError>;
    /// Lets results, tests, acts and contacts of one record be another's.
    async fn move_person(&mut self, from: PersonId, to: PersonId) -> Result<(), StoreError>;

    /// Keeps a result in its highest version; `false` where that one or a higher one is kept.
    async fn put_evidence(&mut self, evidence: &Evidence) -> Result<bool, StoreError>;
    /// A new report; `false` where the id is taken.
    async fn insert_report(&mut self, report: &ReportRecord) -> Result<bool, StoreError>;
    /// Replaces what a report means: level, reasons and protocols.
    async fn rejudge_report(&mut self, report: &ReportRecord) -> Result<(), StoreError>;

    /// A new alert; `false` where the case has an open one.
    async fn insert_alert(&mut self, alert: &AlertRecord) -> Result<bool, StoreError>;
    /// Replaces level, reasons, rung and owners of an alert that is open; `false` where it no longer is.
    async fn update_open_alert(&mut self, alert: &AlertRecord) -> Result<bool, StoreError>;
    /// Takes an open alert; `false` where somebody was first.
    async fn acknowledge_alert(
        &mut self,
        id: AlertId,
        by: AccountId,
        at: Instant,
        note: &str,
    ) -> Result<bool, StoreError>;
    /// Ends an alert that is open or that `by` has; `false` where somebody else has it or it has ended. Without `by`
    /// the program itself ends it, whoever has it.
    async fn resolve_alert(
        &mut self,
        id: AlertId,
        by: Option<AccountId>,
        at: Instant,
        note: &str,
    ) -> Result<bool, StoreError>;

    /// Keeps a contact at its nearest, with the last of its days and the first time that it was known.
    async fn put_contact(&mut self, contact: &Contact) -> Result<(), StoreError>;

    /// Numbers lines and adds them to the feed. On PostgreSQL this holds off other writers of the feed until the
    /// transaction ends, so it is its last statement.
    async fn append_feed(&mut self, lines: &[FeedDraft]) -> Result<(), StoreError>;
}

/// The store on a database.
#[must_use]
pub fn open(database: &Database) -> Arc<dyn F0Store> {
    match database {
        Database::Sqlite(engine) => Arc::new(engine.clone()),
        Database::Postgres(engine) => Arc::new(engine.clone()),
    }
}
