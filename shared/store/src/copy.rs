//! PostgreSQL's COPY in its binary format: how many rows go into a table at once. A statement with arrays takes every value
//! apart again and puts every row into the table by itself; COPY reads rows as they stand in the message and fills pages.

use sqlx::encode::{Encode, IsNull};
use sqlx::postgres::{PgArgumentBuffer, PgConnection};

use crate::error::StoreError;

/// From how many rows on COPY is quicker than one prepared statement: it asks the server twice.
pub const MANY: usize = 16;

/// What every such message begins with: its signature, no flags, no extension of the header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with, in the place of a row's number of columns.
const END: [u8; 2] = (-1_i16).to_be_bytes();
/// What a value has in the place of its length where there is none.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// Rows on their way into a table.
pub struct Rows {
    message: PgArgumentBuffer,
    columns: i16,
}

impl Rows {
    /// No rows yet, of so many columns each.
    #[must_use]
    pub fn of(columns: i16) -> Self {
        let mut message = PgArgumentBuffer::default();
        message.extend_from_slice(HEADER);
        Self { message, columns }
    }

    /// Begins a row.
    pub fn row(&mut self) -> &mut Self {
        self.message.extend_from_slice(&self.columns.to_be_bytes());
        self
    }

    /// The next value of the row. Its type must be that of the column: COPY casts nothing.
    ///
    /// # Errors
    /// When the value cannot be said in the column's type.
    pub fn put<'q>(&mut self, value: impl Encode<'q, sqlx::Postgres>) -> Result<&mut Self, StoreError> {
        let at = self.message.len();
        self.message.extend_from_slice(&NULL);
        let is_null = value.encode(&mut self.message).map_err(sqlx::Error::Encode)?;
        if matches!(is_null, IsNull::No) {
            let length =
                i32::try_from(self.message.len() - at - NULL.len()).map_err(|e| sqlx::Error::Encode(e.into()))?;
            self.message[at..at + NULL.len()].copy_from_slice(&length.to_be_bytes());
        }
        Ok(self)
    }

    /// Brings the rows into a table by a statement such as `COPY people (id, …) FROM STDIN (FORMAT binary)`.
    ///
    /// # Errors
    /// When the database fails, or refuses one of the rows: none is stored then.
    pub async fn into(mut self, conn: &mut PgConnection, statement: &'static str) -> Result<(), StoreError> {
        self.message.extend_from_slice(&END);
        let mut copying = conn.copy_in_raw(statement).await?;
        copying.send(self.message.as_slice()).await?;
        copying.finish().await?;
        Ok(())
    }
}
