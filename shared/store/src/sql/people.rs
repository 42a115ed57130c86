//! The register of people, with its sealed fields and blind indexes.

use shared::area::WardCode;
use shared::fold::fold;
use shared::identity::{HealthInsuranceNo, NationalId};
use shared::ids::PersonId;
use shared::person::{Birth, FullName, Person, Sex};
use shared::phone::Phone;
use shared::random::Random;
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, Row as DbRow, dialect};
use crate::columns::{At, Day};
use crate::error::{StoreError, inconsistent};
use crate::keys::Keys;
use crate::people::{PersonRow, StoredPerson};
use crate::runtime::system_random;

/// A person's columns, sealed and indexed.
struct Sealed {
    birth_date: Option<Day>,
    birth_year: Option<i64>,
    phone: Option<Vec<u8>>,
    phone_index: Option<Vec<u8>>,
    national_id: Option<Vec<u8>>,
    national_id_index: Option<Vec<u8>>,
    insurance: Option<Vec<u8>>,
    insurance_index: Option<Vec<u8>>,
    address: Option<Vec<u8>>,
}

impl Sealed {
    fn new(person: &Person, keys: &Keys, random: &mut dyn Random) -> Self {
        let uuid = person.id.uuid();
        let mut seal = |field, value: Option<&str>| {
            value.map(|value| keys.sealer.seal(field, uuid.as_bytes(), value.as_bytes(), random))
        };
        let blind = |field, value: Option<&str>| value.map(|value| keys.sealer.blind(field, value));
        let phone = person.phone.as_ref().map(Phone::as_str);
        let national_id = person.national_id.as_ref().map(NationalId::as_str);
        let insurance = person.health_insurance_no.as_ref();
        let (birth_date, birth_year) = birth_columns(person.birth);
        Self {
            birth_date,
            birth_year,
            phone: seal("phone", phone),
            phone_index: blind("phone", phone),
            national_id: seal("national_id", national_id),
            national_id_index: blind("national_id", national_id),
            insurance: seal("insurance", insurance.map(HealthInsuranceNo::as_str)),
            insurance_index: blind("insurance", insurance.map(HealthInsuranceNo::key)),
            address: seal("address", person.address.as_deref()),
        }
    }
}

pub(super) fn birth_columns(birth: Option<Birth>) -> (Option<Day>, Option<i64>) {
    match birth {
        Some(Birth::Date(date)) => (Some(Day(date)), Some(i64::from(date.year()))),
        Some(Birth::Year(year)) => (None, Some(i64::from(year))),
        None => (None, None),
    }
}

pub(super) async fn insert(conn: &mut Conn, keys: &Keys, person: &Person, now: Instant) -> Result<(), StoreError> {
    insert_all(conn, keys, std::slice::from_ref(person), now).await
}

pub(super) async fn insert_all(
    conn: &mut Conn,
    keys: &Keys,
    people: &[Person],
    now: Instant,
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let random = &mut system_random();
    let rows: Vec<PersonRow> = people.iter().map(|person| row_of(person, keys, now, random)).collect();
    dialect::insert_people(conn, &rows).await
}

fn row_of(person: &Person, keys: &Keys, now: Instant, random: &mut dyn Random) -> PersonRow {
    let sealed = Sealed::new(person, keys, random);
    PersonRow {
        id: person.id.uuid(),
        full_name: person.full_name.as_str().to_owned(),
        name_fold: person.full_name.folded(),
        birth_date: sealed.birth_date,
        birth_year: sealed.birth_year,
        sex: person.sex.code(),
        phone: sealed.phone,
        phone_index: sealed.phone_index,
        national_id: sealed.national_id,
        national_id_index: sealed.national_id_index,
        insurance: sealed.insurance,
        insurance_index: sealed.insurance_index,
        address: sealed.address,
        ward_code: person.ward_code.as_ref().map(|ward| ward.as_str().to_owned()),
        created_at: At(now),
    }
}

pub(super) async fn update(conn: &mut Conn, keys: &Keys, person: &Person) -> Result<(), StoreError> {
    let sealed = Sealed::new(person, keys, &mut system_random());
    sqlx::query(
        "UPDATE people SET full_name = $2, name_fold = $3, birth_date = $4, birth_year = $5, sex = $6, phone_sealed = $7, \
         phone_index = $8, national_id_sealed = $9, national_id_index = $10, insurance_sealed = $11, \
         insurance_index = $12, address_sealed = $13, ward_code = $14 WHERE id = $1",
    )
    .bind(person.id.uuid())
    .bind(person.full_name.as_str())
    .bind(fold(person.full_name.as_str()))
    .bind(sealed.birth_date)
    .bind(sealed.birth_year)
    .bind(person.sex.code())
    .bind(sealed.phone)
    .bind(sealed.phone_index)
    .bind(sealed.national_id)
    .bind(sealed.national_id_index)
    .bind(sealed.insurance)
    .bind(sealed.insurance_index)
    .bind(sealed.address)
    .bind(person.ward_code.as_ref().map(WardCode::as_str))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn person(conn: &mut Conn, keys: &Keys, id: PersonId) -> Result<Option<StoredPerson>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", person_columns!(), " FROM people WHERE id = $1"))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(|row| stored(row, keys)).transpose()
}

pub(super) async fn many(conn: &mut Conn, keys: &Keys, ids: &[PersonId]) -> Result<Vec<StoredPerson>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new(concat!("SELECT ", person_columns!(), " FROM people WHERE id IN ("));
        let mut list = query.separated(", ");
        for id in chunk {
            list.push_bind(id.uuid());
        }
        query.push(")");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(stored(&row, keys)?);
        }
    }
    Ok(found)
}

pub(super) async fn canonical(conn: &mut Conn, id: PersonId) -> Result<Option<PersonId>, StoreError> {
    let found: Option<Uuid> = sqlx::query_scalar("SELECT COALESCE(merged_into, id) FROM people WHERE id = $1")
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    Ok(found.map(PersonId::from_uuid))
}

pub(super) async fn aliases(conn: &mut Conn, id: PersonId) -> Result<Vec<PersonId>, StoreError> {
    let Some(kept) = canonical(&mut *conn, id).await? else { return Ok(vec![id]) };
    let others: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM people WHERE merged_into = $1 ORDER BY id")
        .bind(kept.uuid())
        .fetch_all(conn)
        .await?;
    Ok(std::iter::once(kept).chain(others.into_iter().map(PersonId::from_uuid)).collect())
}

/// The number that merges take, so that two of them never make a ring.
const MERGE_LOCK: i64 = 0x616e_7461_6d00_0003;

pub(super) async fn merge(conn: &mut Conn, kept: PersonId, other: PersonId) -> Result<(), StoreError> {
    dialect::lock(conn, MERGE_LOCK).await?;
    let (Some(kept), Some(other)) = (canonical(conn, kept).await?, canonical(conn, other).await?) else {
        return Ok(());
    };
    if kept == other {
        return Ok(());
    }
    sqlx::query("UPDATE people SET merged_into = $1 WHERE id = $2 OR merged_into = $2")
        .bind(kept.uuid())
        .bind(other.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) fn stored(row: &DbRow, keys: &Keys) -> Result<StoredPerson, StoreError> {
    let id: Uuid = row.try_get("id")?;
    let open = |field, column: &'static str| -> Result<Option<String>, StoreError> {
        row.try_get::<Option<Vec<u8>>, _>(column)?
            .map(|sealed| keys.sealer.open_text(field, id.as_bytes(), &sealed))
            .transpose()
    };
    let parsed = |column| move |_| inconsistent("people", column);
    let birth = match (row.try_get::<Option<Day>, _>("birth_date")?, row.try_get::<Option<i64>, _>("birth_year")?) {
        (Some(day), _) => Some(Birth::Date(day.0)),
        (None, Some(year)) => Some(Birth::Year(i16::try_from(year).map_err(|_| inconsistent("people", "birth_year"))?)),
        (None, None) => None,
    };
    let sex: String = row.try_get("sex")?;
    let name: String = row.try_get("full_name")?;
    Ok(StoredPerson {
        person: Person {
            id: PersonId::from_uuid(id),
            full_name: FullName::parse(&name).map_err(|_| inconsistent("people", "full_name"))?,
            birth,
            sex: Sex::from_code(&sex).ok_or_else(|| inconsistent("people", "sex"))?,
            phone: open("phone", "phone_sealed")?
                .map(|text| Phone::parse(&text))
                .transpose()
                .map_err(|_| inconsistent("people", "phone_sealed"))?,
            national_id: open("national_id", "national_id_sealed")?
                .map(|text| NationalId::parse(&text))
                .transpose()
                .map_err(|_| inconsistent("people", "national_id_sealed"))?,
            health_insurance_no: open("insurance", "insurance_sealed")?
                .map(|text| HealthInsuranceNo::parse(&text))
                .transpose()
                .map_err(|_| inconsistent("people", "insurance_sealed"))?,
            address: open("address", "address_sealed")?,
            ward_code: row
                .try_get::<Option<String>, _>("ward_code")?
                .map(|text| WardCode::parse(&text))
                .transpose()
                .map_err(parsed("ward_code"))?,
        },
        merged_into: row.try_get::<Option<Uuid>, _>("merged_into")?.map(PersonId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
    })
}
