//! The laboratory's tables on PostgreSQL.

use shared_store::postgres::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::events::Method;
    use shared::ids::{PersonId, SpecimenId, UploadId};
    use shared_store::StoreError;
    use shared_store::columns::At;

    use super::{Conn, Row};
    use crate::store::Together;
    use crate::store::model::StoredResult;

    /// Two transactions side by side keep two processors busy: while the server works for one, the program works for the other.
    /// Each row may hold two of the server's some thousand locks, see [`crate::app::App::gate`].
    pub(super) const TOGETHER: Together = Together { rows: 800, lanes: 2 };

    fn column<'r, R, T>(rows: &'r [R], value: impl FnMut(&'r R) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }

    /// Inserts by arrays: one prepared statement for every number of rows.
    pub(super) async fn insert_results(conn: &mut Conn, results: &[StoredResult]) -> Result<(), StoreError> {
        sqlx::query(concat!(
            "INSERT INTO lab_results (",
            result_columns!(),
            ") SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], \
             $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[], $12::timestamptz[], $13::timestamptz[], \
             $14::float8[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::uuid[], \
             $21::timestamptz[], $22::timestamptz[])"
        ))
        .bind(column(results, |result| result.id.uuid()))
        .bind(column(results, |result| result.lab_code.as_str()))
        .bind(column(results, |result| result.accession.as_str()))
        .bind(column(results, |result| result.content.person_id.map(PersonId::uuid)))
        .bind(column(results, |result| result.ward_code.as_deref()))
        .bind(column(results, |result| result.version))
        .bind(column(results, |result| result.content.outcome.code()))
        .bind(column(results, |result| result.content.method.map(Method::code)))
        .bind(column(results, |result| result.content.loinc.as_str()))
        .bind(column(results, |result| result.content.specimen_kind.code()))
        .bind(column(results, |result| result.specimen_id.map(SpecimenId::uuid)))
        .bind(column(results, |result| At(result.content.collected_at)))
        .bind(column(results, |result| At(result.content.resulted_at)))
        .bind(column(results, |result| result.content.ct_value))
        .bind(column(results, |result| result.content.status.code()))
        .bind(column(results, |result| result.state.code()))
        .bind(column(results, |result| result.hold_reasons.join(",")))
        .bind(column(results, |result| result.content.content_hash.to_hex()))
        .bind(column(results, |result| result.link_code.as_str()))
        .bind(column(results, |result| result.content.upload_id.map(UploadId::uuid)))
        .bind(column(results, |result| At(result.created_at)))
        .bind(column(results, |result| At(result.updated_at)))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// What stands under these accessions of a laboratory. LATERAL with OFFSET 0 holds the planner to one look into the
    /// index for each.
    pub(super) async fn of_accessions(
        conn: &mut Conn,
        lab_code: &str,
        accessions: &[&str],
    ) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query(concat!(
            "SELECT r.* FROM UNNEST($2::text[]) AS w (wanted) CROSS JOIN LATERAL (SELECT ",
            result_columns!(),
            " FROM lab_results WHERE lab_code = $1 AND accession = w.wanted OFFSET 0) r"
        ))
        .bind(lab_code)
        .bind(accessions)
        .fetch_all(conn)
        .await?)
    }
}
