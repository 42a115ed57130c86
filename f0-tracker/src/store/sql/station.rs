//! Tests of stations, papers, settings.

use async_trait::async_trait;
use shared::events::{Method, Outcome};
use shared::ids::{AccountId, CaseId, PaperId, PersonId, TestId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Db, Row, Tx, code};
use crate::domain::station_test::Watch;
use crate::store::{CaseRecord, CoreRead, CoreWrite, PaperKind, PaperRecord, TestRecord};

macro_rules! tests {
    () => {
        "id, case_id, person_id, method, outcome, watch, collected_at, recorded_at, recorded_by, verdict, definition, \
         note, body_hash"
    };
}

macro_rules! papers {
    () => {
        "id, case_id, kind, number, sealed, issued_at, issued_by, revoked_at, revoke_reason"
    };
}

fn method(text: &str) -> Option<Method> {
    [Method::Pcr, Method::Antigen].into_iter().find(|method| method.code() == text)
}

fn test(row: &Row) -> Result<TestRecord, StoreError> {
    const TABLE: &str = "f0_tests";
    Ok(TestRecord {
        id: TestId::from_uuid(row.try_get("id")?),
        case_id: row.try_get::<Option<Uuid>, _>("case_id")?.map(CaseId::from_uuid),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        method: code(row.try_get("method")?, method, TABLE, "method")?,
        outcome: code(row.try_get("outcome")?, Outcome::from_code, TABLE, "outcome")?,
        watch: code(row.try_get("watch")?, Watch::from_code, TABLE, "watch")?,
        collected_at: row.try_get::<At, _>("collected_at")?.0,
        recorded_at: row.try_get::<At, _>("recorded_at")?.0,
        recorded_by: row.try_get::<Option<Uuid>, _>("recorded_by")?.map(AccountId::from_uuid),
        verdict: row.try_get("verdict")?,
        definition: row.try_get("definition")?,
        note: row.try_get("note")?,
        body_hash: row.try_get("body_hash")?,
    })
}

fn paper(row: &Row) -> Result<PaperRecord, StoreError> {
    let revoked_at = row.try_get::<Option<At>, _>("revoked_at")?.map(|at| at.0);
    let reason = row.try_get::<Option<String>, _>("revoke_reason")?.unwrap_or_default();
    Ok(PaperRecord {
        id: PaperId::from_uuid(row.try_get("id")?),
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        kind: code(row.try_get("kind")?, PaperKind::from_code, "f0_papers", "kind")?,
        number: row.try_get("number")?,
        sealed: row.try_get("sealed")?,
        issued_at: row.try_get::<At, _>("issued_at")?.0,
        issued_by: row.try_get::<Option<Uuid>, _>("issued_by")?.map(AccountId::from_uuid),
        revoked: revoked_at.map(|at| (at, reason)),
    })
}

#[async_trait]
impl CoreRead for Tx {
    async fn station_test(&mut self, id: TestId) -> Result<Option<TestRecord>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", tests!(), " FROM f0_tests WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(test).transpose()
    }

    async fn tests_of_case(&mut self, case: CaseId) -> Result<Vec<TestRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            tests!(),
            " FROM f0_tests WHERE case_id = $1 ORDER BY collected_at DESC, id DESC"
        ))
        .bind(case.uuid())
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(test).collect()
    }

    async fn tests_of_person(&mut self, person: PersonId, since: Instant) -> Result<Vec<TestRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            tests!(),
            " FROM f0_tests WHERE person_id = $1 AND collected_at >= $2 ORDER BY collected_at DESC, id DESC"
        ))
        .bind(person.uuid())
        .bind(At(since))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(test).collect()
    }

    async fn paper(&mut self, id: PaperId) -> Result<Option<PaperRecord>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", papers!(), " FROM f0_papers WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(paper).transpose()
    }

    async fn papers_of(&mut self, case: CaseId) -> Result<Vec<PaperRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            papers!(),
            " FROM f0_papers WHERE case_id = $1 ORDER BY issued_at DESC, id DESC"
        ))
        .bind(case.uuid())
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(paper).collect()
    }

    async fn valid_papers(&mut self, cases: &[CaseId], kind: PaperKind) -> Result<Vec<PaperRecord>, StoreError> {
        let mut found = Vec::with_capacity(cases.len());
        for chunk in cases.chunks(500) {
            let mut query = QueryBuilder::<Db>::new(concat!(
                "SELECT ",
                papers!(),
                " FROM f0_papers WHERE revoked_at IS NULL AND kind = "
            ));
            query.push_bind(kind.code());
            super::push_uuids(&mut query, "case_id", chunk.iter().map(|id| id.uuid()));
            for row in query.build().persistent(false).fetch_all(self.conn()).await? {
                found.push(paper(&row)?);
            }
        }
        Ok(found)
    }

    async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT value FROM f0_settings WHERE key = $1")
            .bind(key)
            .fetch_optional(self.conn())
            .await?)
    }

    async fn cases_around(&mut self, person: PersonId) -> Result<Vec<CaseRecord>, StoreError> {
        super::cases::around(self.conn(), person).await
    }

    async fn is_contact(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT CAST(1 AS BIGINT) FROM f0_contacts JOIN f0_cases ON f0_cases.id = f0_contacts.case_id \
             WHERE f0_contacts.person_id = $1 AND f0_cases.status <> 'voided' LIMIT 1",
        )
        .bind(person.uuid())
        .fetch_optional(self.conn())
        .await?;
        Ok(found.is_some())
    }
}

#[async_trait]
impl CoreWrite for Tx {
    async fn insert_test(&mut self, test: &TestRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_tests (id, case_id, person_id, method, outcome, watch, collected_at, recorded_at, \
             recorded_by, verdict, definition, note, body_hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING",
        )
        .bind(test.id.uuid())
        .bind(test.case_id.map(CaseId::uuid))
        .bind(test.person_id.uuid())
        .bind(test.method.code())
        .bind(test.outcome.code())
        .bind(test.watch.code())
        .bind(At(test.collected_at))
        .bind(At(test.recorded_at))
        .bind(test.recorded_by.map(AccountId::uuid))
        .bind(test.verdict.as_deref())
        .bind(test.definition.as_deref())
        .bind(&test.note)
        .bind(&test.body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn adopt_tests(&mut self, person: PersonId, case: CaseId) -> Result<(), StoreError> {
        sqlx::query("UPDATE f0_tests SET case_id = $2 WHERE person_id = $1 AND case_id IS NULL")
            .bind(person.uuid())
            .bind(case.uuid())
            .execute(self.conn())
            .await?;
        Ok(())
    }

    async fn insert_paper(&mut self, paper: &PaperRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_papers (id, case_id, kind, number, sealed, issued_at, issued_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(paper.id.uuid())
        .bind(paper.case_id.uuid())
        .bind(paper.kind.code())
        .bind(&paper.number)
        .bind(&paper.sealed)
        .bind(At(paper.issued_at))
        .bind(paper.issued_by.map(AccountId::uuid))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn revoke_paper(
        &mut self,
        id: PaperId,
        by: Option<AccountId>,
        at: Instant,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE f0_papers SET revoked_at = $2, revoked_by = $3, revoke_reason = $4 \
             WHERE id = $1 AND revoked_at IS NULL",
        )
        .bind(id.uuid())
        .bind(At(at))
        .bind(by.map(AccountId::uuid))
        .bind(reason)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn set_setting(
        &mut self,
        key: &str,
        value: &str,
        by: Option<AccountId>,
        at: Instant,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO f0_settings (key, value, set_at, set_by) VALUES ($1, $2, $3, $4) ON CONFLICT (key) \
             DO UPDATE SET value = excluded.value, set_at = excluded.set_at, set_by = excluded.set_by",
        )
        .bind(key)
        .bind(value)
        .bind(At(at))
        .bind(by.map(AccountId::uuid))
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
