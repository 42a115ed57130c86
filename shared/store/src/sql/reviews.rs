//! Pairs of records that may be one person and wait for somebody to say.

use shared::ids::{PersonId, ReviewId};
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};

use super::super::{Conn, Db, Row as DbRow};
use crate::columns::At;
use crate::error::StoreError;
use crate::people::Review;
use crate::pieces::pieces;

pub(super) async fn insert_reviews(conn: &mut Conn, reviews: &[Review]) -> Result<(), StoreError> {
    for piece in pieces(reviews, 256) {
        let mut query =
            QueryBuilder::<Db>::new("INSERT INTO person_reviews (id, person_id, other_id, reason, created_at) ");
        query.push_values(piece, |mut row, review| {
            row.push_bind(review.id.uuid())
                .push_bind(review.person_id.uuid())
                .push_bind(review.other_id.uuid())
                .push_bind(review.reason.as_str())
                .push_bind(At(review.created_at));
        });
        query.push(" ON CONFLICT (person_id, other_id) DO NOTHING");
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn insert_review(conn: &mut Conn, review: &Review) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO person_reviews (id, person_id, other_id, reason, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (person_id, other_id) DO NOTHING",
    )
    .bind(review.id.uuid())
    .bind(review.person_id.uuid())
    .bind(review.other_id.uuid())
    .bind(&review.reason)
    .bind(At(review.created_at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn resolve_reviews(
    conn: &mut Conn,
    one: PersonId,
    other: PersonId,
    resolution: &str,
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE person_reviews SET resolved_at = $1, resolution = $2 WHERE resolved_at IS NULL \
         AND ((person_id = $3 AND other_id = $4) OR (person_id = $4 AND other_id = $3))",
    )
    .bind(At(now))
    .bind(resolution)
    .bind(one.uuid())
    .bind(other.uuid())
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn resolve_review(
    conn: &mut Conn,
    id: ReviewId,
    resolution: &str,
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE person_reviews SET resolved_at = $1, resolution = $2 WHERE id = $3 AND resolved_at IS NULL")
        .bind(At(now))
        .bind(resolution)
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn open_reviews(conn: &mut Conn, limit: i64) -> Result<Vec<Review>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, person_id, other_id, reason, created_at FROM person_reviews WHERE resolved_at IS NULL \
         ORDER BY created_at LIMIT $1",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(review).collect()
}

pub(super) async fn reviews_of(conn: &mut Conn, id: PersonId) -> Result<Vec<Review>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, person_id, other_id, reason, created_at FROM person_reviews \
         WHERE resolved_at IS NULL AND (person_id = $1 OR other_id = $1) ORDER BY created_at",
    )
    .bind(id.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter().map(review).collect()
}

fn review(row: &DbRow) -> Result<Review, StoreError> {
    Ok(Review {
        id: ReviewId::from_uuid(row.try_get("id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        other_id: PersonId::from_uuid(row.try_get("other_id")?),
        reason: row.try_get("reason")?,
        created_at: row.try_get::<At, _>("created_at")?.0,
    })
}
