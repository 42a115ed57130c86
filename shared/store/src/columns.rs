//! How instants and days stand in both databases.
//!
//! An instant is TEXT of fixed width on SQLite (its order is the order of time) and TIMESTAMPTZ on PostgreSQL. A day is TEXT
//! `YYYY-MM-DD` and DATE. Ids are bound as `Uuid`: BLOB 16 and UUID.

use shared::time::{Date, Instant};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::sqlite::{SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};

/// OIDs of PostgreSQL's built-in types (pg_type.dat): fixed since 1996.
mod oid {
    pub(super) const TIMESTAMPTZ: u32 = 1184;
    pub(super) const TIMESTAMPTZ_ARRAY: u32 = 1185;
    pub(super) const DATE: u32 = 1082;
    pub(super) const DATE_ARRAY: u32 = 1182;
}

fn pg(oid: u32) -> PgTypeInfo {
    PgTypeInfo::with_oid(sqlx::postgres::types::Oid(oid))
}

/// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's TIMESTAMPTZ begins to count.
const PG_EPOCH_MICROS: i64 = 946_684_800_000_000;
/// The day from which PostgreSQL's DATE counts.
const PG_EPOCH_DAY: Date = Date::constant(2000, 1, 1);

/// An instant as a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Instant);

/// A calendar day as a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Type<Sqlite> for At {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for At {
    fn encode_by_ref(&self, buf: &mut <Sqlite as sqlx::Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<'_, Sqlite>>::encode(self.0.to_fixed_text(), buf)
    }
}

impl Decode<'_, Sqlite> for At {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<'_, Sqlite>>::decode(value)?;
        Ok(Self(Instant::from_fixed_text(text.as_bytes()).map_or_else(|| text.parse(), Ok)?))
    }
}

impl Type<Postgres> for At {
    fn type_info() -> PgTypeInfo {
        pg(oid::TIMESTAMPTZ)
    }
}

impl PgHasArrayType for At {
    fn array_type_info() -> PgTypeInfo {
        pg(oid::TIMESTAMPTZ_ARRAY)
    }
}

impl Encode<'_, Postgres> for At {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'_, Postgres>>::encode(self.0.as_micros() - PG_EPOCH_MICROS, buf)
    }

    fn size_hint(&self) -> usize {
        8
    }
}

impl Decode<'_, Postgres> for At {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.format() == PgValueFormat::Text {
            return Err("an instant comes in PostgreSQL's binary format".into());
        }
        let micros = <i64 as Decode<'_, Postgres>>::decode(value)?;
        let instant = micros.checked_add(PG_EPOCH_MICROS).and_then(Instant::from_micros);
        Ok(Self(instant.ok_or("an instant outside the years that can be said")?))
    }
}

impl Type<Sqlite> for Day {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Day {
    fn encode_by_ref(&self, buf: &mut <Sqlite as sqlx::Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<'_, Sqlite>>::encode(self.0.to_string(), buf)
    }
}

impl Decode<'_, Sqlite> for Day {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(<String as Decode<'_, Sqlite>>::decode(value)?.parse()?))
    }
}

impl Type<Postgres> for Day {
    fn type_info() -> PgTypeInfo {
        pg(oid::DATE)
    }
}

impl PgHasArrayType for Day {
    fn array_type_info() -> PgTypeInfo {
        pg(oid::DATE_ARRAY)
    }
}

impl Encode<'_, Postgres> for Day {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let days = PG_EPOCH_DAY.until(self.0)?.get_days();
        <i32 as Encode<'_, Postgres>>::encode(days, buf)
    }

    fn size_hint(&self) -> usize {
        4
    }
}

impl Decode<'_, Postgres> for Day {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.format() == PgValueFormat::Text {
            return Err("a day comes in PostgreSQL's binary format".into());
        }
        let days = <i32 as Decode<'_, Postgres>>::decode(value)?;
        Ok(Self(PG_EPOCH_DAY.checked_add(jiff::Span::new().days(days))?))
    }
}
