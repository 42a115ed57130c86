//! Results and their versions.

use shared::events::{Method, Outcome};
use shared::ids::{PersonId, ResultId, SpecimenId, UploadId};
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, dialect};
use crate::domain::codes::SpecimenKind;
use crate::domain::result::Status;
use crate::domain::version::ContentHash;
use crate::store::model::{Content, Release, ResultsQuery, State, StoredResult, StoredVersion};

/// The status that a code names.
pub(super) fn status_from(code: &str) -> Option<Status> {
    [Status::Final, Status::Corrected, Status::Withdrawn].into_iter().find(|s| s.code() == code)
}

pub(super) async fn insert(conn: &mut Conn, results: &[StoredResult]) -> Result<(), StoreError> {
    if results.is_empty() {
        return Ok(());
    }
    dialect::insert_results(conn, results).await
}

/// Keeps what a result says now beside it, before it says something else. What holds now stands in the result alone.
async fn keep_version(conn: &mut Conn, id: ResultId) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lab_result_versions (result_id, version, person_id, outcome, method, loinc, specimen_kind, \
         collected_at, resulted_at, ct_value, status, content_hash, upload_id, created_at) \
         SELECT id, version, person_id, outcome, method, loinc, specimen_kind, collected_at, resulted_at, ct_value, \
         status, content_hash, upload_id, updated_at FROM lab_results WHERE id = $1 ON CONFLICT DO NOTHING",
    )
    .bind(id.uuid())
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn amend(conn: &mut Conn, result: &StoredResult) -> Result<bool, StoreError> {
    keep_version(&mut *conn, result.id).await?;
    replace(conn, result, result.version - 1).await
}

pub(super) async fn release(conn: &mut Conn, release: &Release) -> Result<bool, StoreError> {
    keep_version(&mut *conn, release.id).await?;
    let done = sqlx::query(
        "UPDATE lab_results SET state = $2, hold_reasons = '', person_id = $3, ward_code = $4, updated_at = $5 \
         WHERE id = $1 AND state = $6",
    )
    .bind(release.id.uuid())
    .bind(State::Released.code())
    .bind(release.person_id.uuid())
    .bind(&release.ward_code)
    .bind(At(release.at))
    .bind(State::Held.code())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what holds now over the row whose version is `version`.
async fn replace(conn: &mut Conn, result: &StoredResult, version: i64) -> Result<bool, StoreError> {
    let content = &result.content;
    let done = sqlx::query(
        "UPDATE lab_results SET person_id = $3, ward_code = $4, version = $5, outcome = $6, method = $7, loinc = $8, \
         specimen_kind = $9, specimen_id = $10, collected_at = $11, resulted_at = $12, ct_value = $13, status = $14, \
         state = $15, hold_reasons = $16, content_hash = $17, upload_id = $18, updated_at = $19 \
         WHERE id = $1 AND version = $2",
    )
    .bind(result.id.uuid())
    .bind(version)
    .bind(content.person_id.map(PersonId::uuid))
    .bind(&result.ward_code)
    .bind(result.version)
    .bind(content.outcome.code())
    .bind(content.method.map(Method::code))
    .bind(&content.loinc)
    .bind(content.specimen_kind.code())
    .bind(result.specimen_id.map(SpecimenId::uuid))
    .bind(At(content.collected_at))
    .bind(At(content.resulted_at))
    .bind(content.ct_value)
    .bind(content.status.code())
    .bind(result.state.code())
    .bind(result.hold_reasons.join(","))
    .bind(content.content_hash.to_hex())
    .bind(content.upload_id.map(UploadId::uuid))
    .bind(At(result.updated_at))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn of_accessions(
    conn: &mut Conn,
    lab_code: &str,
    accessions: &[&str],
) -> Result<Vec<StoredResult>, StoreError> {
    dialect::of_accessions(conn, lab_code, accessions).await?.iter().map(stored).collect()
}

pub(super) async fn by_id(conn: &mut Conn, id: ResultId) -> Result<Option<StoredResult>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", result_columns!(), " FROM lab_results WHERE id = $1"))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn by_link(conn: &mut Conn, link_code: &str) -> Result<Option<StoredResult>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", result_columns!(), " FROM lab_results WHERE link_code = $1"))
        .bind(link_code)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn list(conn: &mut Conn, wanted: &ResultsQuery) -> Result<Vec<StoredResult>, StoreError> {
    let mut query =
        QueryBuilder::<Db>::new(concat!("SELECT ", result_columns!(), " FROM lab_results WHERE state <> 'test'"));
    if let Some(lab_code) = &wanted.lab_code {
        query.push(" AND lab_code = ").push_bind(lab_code);
    }
    if let Some(people) = &wanted.people {
        query.push(" AND person_id IN (");
        let mut list = query.separated(", ");
        for person in people {
            list.push_bind(person.uuid());
        }
        query.push(")");
    }
    if let Some(wards) = &wanted.wards {
        query.push(" AND ward_code IN (");
        let mut list = query.separated(", ");
        for ward in wards {
            list.push_bind(ward);
        }
        query.push(")");
    }
    if let Some(from) = wanted.from {
        query.push(" AND resulted_at >= ").push_bind(At(from));
    }
    if let Some(to) = wanted.to {
        query.push(" AND resulted_at < ").push_bind(At(to));
    }
    if let Some(outcome) = wanted.outcome {
        query.push(" AND outcome = ").push_bind(outcome.code());
    }
    if wanted.released_only {
        query.push(" AND state = ").push_bind(State::Released.code());
    }
    query.push(" ORDER BY resulted_at DESC, id DESC LIMIT ").push_bind(wanted.limit);
    query.push(" OFFSET ").push_bind(wanted.offset);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn versions(conn: &mut Conn, id: ResultId) -> Result<Vec<StoredVersion>, StoreError> {
    let rows = sqlx::query(
        "SELECT version, person_id, outcome, method, loinc, specimen_kind, collected_at, resulted_at, ct_value, \
         status, content_hash, upload_id, created_at FROM lab_result_versions WHERE result_id = $1 \
         UNION ALL SELECT r.version, r.person_id, r.outcome, r.method, r.loinc, r.specimen_kind, r.collected_at, \
         r.resulted_at, r.ct_value, r.status, r.content_hash, r.upload_id, r.updated_at FROM lab_results r \
         WHERE r.id = $1 AND NOT EXISTS (SELECT 1 FROM lab_result_versions v WHERE v.result_id = r.id \
         AND v.version = r.version) ORDER BY version",
    )
    .bind(id.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredVersion {
                version: row.try_get("version")?,
                content: content(row)?,
                created_at: row.try_get::<At, _>("created_at")?.0,
            })
        })
        .collect()
}

fn content(row: &Row) -> Result<Content, StoreError> {
    let broken = |column| inconsistent("lab_results", column);
    let method: Option<String> = row.try_get("method")?;
    let hash: String = row.try_get("content_hash")?;
    Ok(Content {
        person_id: row.try_get::<Option<Uuid>, _>("person_id")?.map(PersonId::from_uuid),
        outcome: Outcome::from_code(row.try_get("outcome")?).ok_or_else(|| broken("outcome"))?,
        method: method.map(|code| method_from(&code).ok_or_else(|| broken("method"))).transpose()?,
        loinc: row.try_get("loinc")?,
        specimen_kind: SpecimenKind::from_code(row.try_get("specimen_kind")?).ok_or_else(|| broken("specimen_kind"))?,
        collected_at: row.try_get::<At, _>("collected_at")?.0,
        resulted_at: row.try_get::<At, _>("resulted_at")?.0,
        ct_value: row.try_get("ct_value")?,
        status: status_from(row.try_get("status")?).ok_or_else(|| broken("status"))?,
        content_hash: ContentHash::from_hex(&hash).ok_or_else(|| broken("content_hash"))?,
        upload_id: row.try_get::<Option<Uuid>, _>("upload_id")?.map(UploadId::from_uuid),
    })
}

fn method_from(code: &str) -> Option<Method> {
    [Method::Pcr, Method::Antigen].into_iter().find(|method| method.code() == code)
}

fn stored(row: &Row) -> Result<StoredResult, StoreError> {
    let broken = |column| inconsistent("lab_results", column);
    let reasons: String = row.try_get("hold_reasons")?;
    let link: String = row.try_get("link_code")?;
    Ok(StoredResult {
        id: ResultId::from_uuid(row.try_get("id")?),
        lab_code: row.try_get("lab_code")?,
        accession: row.try_get("accession")?,
        version: row.try_get("version")?,
        content: content(row)?,
        specimen_id: row.try_get::<Option<Uuid>, _>("specimen_id")?.map(SpecimenId::from_uuid),
        ward_code: row.try_get("ward_code")?,
        state: State::from_code(row.try_get("state")?).ok_or_else(|| broken("state"))?,
        hold_reasons: reasons.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        link_code: link.parse().map_err(|_| broken("link_code"))?,
        created_at: row.try_get::<At, _>("created_at")?.0,
        updated_at: row.try_get::<At, _>("updated_at")?.0,
    })
}
