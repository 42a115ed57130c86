//! The SQL of this service, written once and compiled for each database.

mod alerts;
mod cases;
mod contacts;
mod desk;
mod duty;
mod evidence;
mod feed;
mod inbound;
mod intake;
mod lists;
mod merging;
mod reports;
mod shift;
mod station;
mod stock;

use async_trait::async_trait;
use shared::ids::{AccountId, AlertId, CaseId, PersonId, ReportId, ResultId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::error::inconsistent;
use shared_store::wake::Topic;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Conn, Db, Engine, Row, Tx, dialect};
use crate::store::{
    AlertFilter, AlertRecord, CaseFilter, CaseRecord, Contact, Evidence, F0Read, F0Store, F0Write, FeedDraft,
    FeedEntry, ReportRecord,
};

/// The advisory lock of those who number lines of the feed: a constant of this program ("f0feed" in ASCII).
const FEED_LOCK: i64 = 0x6630_6665_6564;

/// The advisory lock of a person or a result: the random half of its UUIDv7. Two that agree in 63 bits wait for each
/// other needlessly and nothing else.
fn lock_number(id: Uuid) -> i64 {
    let bytes = id.into_bytes();
    i64::from_be_bytes(std::array::from_fn(|i| bytes[8 + i])) & i64::MAX
}

/// Reads a code of the database.
fn code<T>(
    text: &str,
    read: impl Fn(&str) -> Option<T>,
    table: &'static str,
    column: &'static str,
) -> Result<T, StoreError> {
    read(text).ok_or_else(|| inconsistent(table, column))
}

/// Adds the condition that a row is of one of these wards; an empty list fits none.
fn push_wards(query: &mut QueryBuilder<Db>, wards: &[String]) {
    push_texts(query, "ward_code", wards.iter().map(String::as_str));
}

/// Adds ` AND column IN (…)` for ids; an empty list fits nothing.
fn push_uuids(query: &mut QueryBuilder<Db>, column: &str, ids: impl Iterator<Item = Uuid>) {
    push_any(query, column, ids.collect(), |query, id| {
        query.push_bind(id);
    });
}

/// Adds ` AND column IN (…)` for texts; an empty list fits nothing.
fn push_texts<'a>(query: &mut QueryBuilder<Db>, column: &str, texts: impl Iterator<Item = &'a str>) {
    push_any(query, column, texts.collect(), |query, text| {
        query.push_bind(text.to_owned());
    });
}

/// One value is written as `=`: only then do the indexes that begin with the column serve the order of the list as well.
fn push_any<T>(query: &mut QueryBuilder<Db>, column: &str, values: Vec<T>, bind: impl Fn(&mut QueryBuilder<Db>, T)) {
    if values.is_empty() {
        query.push(" AND 1 = 0");
        return;
    }
    let one = values.len() == 1;
    query.push(" AND ").push(column).push(if one { " = " } else { " IN (" });
    for (n, value) in values.into_iter().enumerate() {
        query.push(if n == 0 { "" } else { ", " });
        bind(query, value);
    }
    query.push(if one { "" } else { ")" });
}

#[async_trait]
impl F0Store for Engine {
    async fn read(&self) -> Result<Box<dyn F0Read>, StoreError> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn F0Write>, StoreError> {
        Ok(Box::new(self.begin_write().await?))
    }
}

#[async_trait]
impl F0Read for Tx {
    async fn case(&mut self, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
        cases::one(self.conn(), id).await
    }

    async fn cases_by_id(&mut self, ids: &[CaseId]) -> Result<Vec<CaseRecord>, StoreError> {
        cases::many(self.conn(), ids).await
    }

    async fn case_body_hash(&mut self, id: CaseId) -> Result<Option<String>, StoreError> {
        cases::body_hash(self.conn(), id).await
    }

    async fn latest_case(&mut self, person: PersonId) -> Result<Option<CaseRecord>, StoreError> {
        cases::latest(self.conn(), person).await
    }

    async fn cases(&mut self, filter: &CaseFilter) -> Result<Vec<CaseRecord>, StoreError> {
        cases::list(self.conn(), filter).await
    }

    async fn open_cases_around(&mut self, person: PersonId) -> Result<Vec<CaseRecord>, StoreError> {
        cases::open_around(self.conn(), person).await
    }

    async fn evidence(&mut self, result: ResultId) -> Result<Option<Evidence>, StoreError> {
        evidence::one(self.conn(), result).await
    }

    async fn evidence_of(&mut self, case: CaseId) -> Result<Vec<Evidence>, StoreError> {
        evidence::of_case(self.conn(), case).await
    }

    async fn report(&mut self, id: ReportId) -> Result<Option<ReportRecord>, StoreError> {
        reports::one(self.conn(), id).await
    }

    async fn newest_reports(&mut self, cases: &[CaseId], each: i64) -> Result<Vec<ReportRecord>, StoreError> {
        reports::newest(self.conn(), cases, each).await
    }

    async fn reports_between(
        &mut self,
        case: CaseId,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<ReportRecord>, StoreError> {
        reports::between(self.conn(), case, from, to).await
    }

    async fn alert(&mut self, id: AlertId) -> Result<Option<AlertRecord>, StoreError> {
        alerts::one(self.conn(), id).await
    }

    async fn alerts(&mut self, filter: &AlertFilter) -> Result<Vec<AlertRecord>, StoreError> {
        alerts::list(self.conn(), filter).await
    }

    async fn contacts_of(&mut self, case: CaseId) -> Result<Vec<Contact>, StoreError> {
        contacts::of_case(self.conn(), case).await
    }

    async fn feed_head(&mut self) -> Result<i64, StoreError> {
        feed::head(self.conn()).await
    }

    async fn feed_after(&mut self, seq: i64, limit: i64) -> Result<Vec<FeedEntry>, StoreError> {
        feed::after(self.conn(), seq, limit).await
    }
}

#[async_trait]
impl F0Write for Tx {
    async fn hold(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.lock(lock_number(id)).await
    }

    async fn insert_case(&mut self, case: &CaseRecord, body_hash: Option<&str>) -> Result<bool, StoreError> {
        cases::insert(self.conn(), case, body_hash).await
    }

    async fn update_case(&mut self, case: &CaseRecord) -> Result<(), StoreError> {
        cases::update(self.conn(), case).await
    }

    async fn set_trend(&mut self, case: CaseId, minutes: i64) -> Result<(), StoreError> {
        cases::set_trend(self.conn(), case, minutes).await
    }

    async fn move_case(&mut self, case: CaseId, person: PersonId) -> Result<(), StoreError> {
        cases::move_to(self.conn(), case, person).await
    }

    async fn move_contents(&mut self, from: CaseId, to: CaseId) -> Result<(), StoreError> {
        merging::cases(self.conn(), from, to).await
    }

    async fn move_person(&mut self, from: PersonId, to: PersonId) -> Result<(), StoreError> {
        merging::people(self.conn(), from, to).await
    }

    async fn put_evidence(&mut self, evidence: &Evidence) -> Result<bool, StoreError> {
        evidence::put(self.conn(), evidence).await
    }

    async fn insert_report(&mut self, report: &ReportRecord) -> Result<bool, StoreError> {
        reports::insert(self.conn(), report).await
    }

    async fn rejudge_report(&mut self, report: &ReportRecord) -> Result<(), StoreError> {
        reports::rejudge(self.conn(), report).await
    }

    async fn insert_alert(&mut self, alert: &AlertRecord) -> Result<bool, StoreError> {
        alerts::insert(self.conn(), alert).await
    }

    async fn update_open_alert(&mut self, alert: &AlertRecord) -> Result<bool, StoreError> {
        alerts::update_open(self.conn(), alert).await
    }

    async fn acknowledge_alert(
        &mut self,
        id: AlertId,
        by: AccountId,
        at: Instant,
        note: &str,
    ) -> Result<bool, StoreError> {
        alerts::acknowledge(self.conn(), id, by, at, note).await
    }

    async fn resolve_alert(
        &mut self,
        id: AlertId,
        by: Option<AccountId>,
        at: Instant,
        note: &str,
    ) -> Result<bool, StoreError> {
        alerts::resolve(self.conn(), id, by, at, note).await
    }

    async fn put_contact(&mut self, contact: &Contact) -> Result<(), StoreError> {
        contacts::put(self.conn(), contact).await
    }

    async fn append_feed(&mut self, lines: &[FeedDraft]) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        self.lock(FEED_LOCK).await?;
        feed::append(self.conn(), lines).await?;
        self.nudge(Topic::Feed);
        Ok(())
    }
}
