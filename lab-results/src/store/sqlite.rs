//! The laboratory's tables on SQLite.

use shared_store::sqlite::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::events::Method;
    use shared::ids::{PersonId, SpecimenId, UploadId};
    use shared_store::columns::At;
    use shared_store::{StoreError, pieces};
    use sqlx::QueryBuilder;

    use super::{Conn, Db, Row};
    use crate::store::Together;
    use crate::store::model::StoredResult;

    /// There is one writer, and everybody waits for it.
    pub(super) const TOGETHER: Together = Together { rows: 256, lanes: 1 };
    /// Rows of the largest statement: 22 columns each stay far below SQLite's 32,766 parameters.
    const MOST_ROWS: usize = 256;

    /// Inserts by row values.
    pub(super) async fn insert_results(conn: &mut Conn, results: &[StoredResult]) -> Result<(), StoreError> {
        for piece in pieces(results, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new(concat!("INSERT INTO lab_results (", result_columns!(), ") "));
            query.push_values(piece, |mut row, result| {
                let content = &result.content;
                row.push_bind(result.id.uuid())
                    .push_bind(result.lab_code.as_str())
                    .push_bind(result.accession.as_str())
                    .push_bind(content.person_id.map(PersonId::uuid))
                    .push_bind(result.ward_code.as_deref())
                    .push_bind(result.version)
                    .push_bind(content.outcome.code())
                    .push_bind(content.method.map(Method::code))
                    .push_bind(content.loinc.as_str())
                    .push_bind(content.specimen_kind.code())
                    .push_bind(result.specimen_id.map(SpecimenId::uuid))
                    .push_bind(At(content.collected_at))
                    .push_bind(At(content.resulted_at))
                    .push_bind(content.ct_value)
                    .push_bind(content.status.code())
                    .push_bind(result.state.code())
                    .push_bind(result.hold_reasons.join(","))
                    .push_bind(content.content_hash.to_hex())
                    .push_bind(result.link_code.to_string())
                    .push_bind(content.upload_id.map(UploadId::uuid))
                    .push_bind(At(result.created_at))
                    .push_bind(At(result.updated_at));
            });
            query.build().execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// What stands under these accessions of a laboratory.
    pub(super) async fn of_accessions(
        conn: &mut Conn,
        lab_code: &str,
        accessions: &[&str],
    ) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        for piece in pieces(accessions, MOST_ROWS) {
            let mut query =
                QueryBuilder::<Db>::new(concat!("SELECT ", result_columns!(), " FROM lab_results WHERE lab_code = "));
            query.push_bind(lab_code).push(" AND accession IN (");
            let mut list = query.separated(", ");
            for accession in piece {
                list.push_bind(*accession);
            }
            query.push(")");
            found.append(&mut query.build().fetch_all(&mut *conn).await?);
        }
        Ok(found)
    }
}
