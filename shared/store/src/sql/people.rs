//! The register of people, with its sealed fields and blind indexes.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use shared::area::WardCode;
use shared::fold::{fold, nfc};
use shared::identity::{HealthInsuranceNo, NationalId};
use shared::ids::{PersonId, ReviewId};
use shared::person::{Birth, Candidate, FullName, Person, PersonDraft, Sex};
use shared::phone::Phone;
use shared::random::Random;
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, Row as DbRow, dialect};
use crate::columns::{At, Day};
use crate::error::{StoreError, inconsistent};
use crate::keys::Keys;
use crate::people::{PeopleQuery, PersonRow, Review, StoredPerson, Wanted};
use crate::pieces::pieces;
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

fn birth_columns(birth: Option<Birth>) -> (Option<Day>, Option<i64>) {
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

pub(super) async fn lock_matching(conn: &mut Conn, keys: &Keys, drafts: &[&PersonDraft]) -> Result<(), StoreError> {
    let values = drafts.iter().flat_map(|draft| {
        let name = format!("name:{}", draft.full_name.folded());
        std::iter::once(name).chain(draft.national_id.as_ref().map(|id| format!("id:{}", id.as_str())))
    });
    let numbers: BTreeSet<i64> = values.map(|value| keys.lock_number(&value)).collect();
    // All in the same order, so that no two wait for each other in a ring.
    dialect::lock_all(conn, &numbers.into_iter().collect::<Vec<_>>()).await
}

pub(super) async fn candidates(
    conn: &mut Conn,
    keys: &Keys,
    draft: &PersonDraft,
) -> Result<Vec<Candidate>, StoreError> {
    let number = draft.national_id.as_ref().map(|id| keys.sealer.blind("national_id", id.as_str()));
    let phone = draft.phone.as_ref().map(|phone| keys.sealer.blind("phone", phone.as_str()));
    let (_, year) = birth_columns(draft.birth);
    let rows = sqlx::query(concat!(
        "SELECT ",
        person_columns!(),
        " FROM people WHERE national_id_index = $1 OR (name_fold = $2 AND phone_index = $3) \
         OR (name_fold = $2 AND birth_year = $4) ORDER BY created_at LIMIT 500"
    ))
    .bind(number)
    .bind(fold(draft.full_name.as_str()))
    .bind(phone)
    .bind(year)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| candidate(row, keys)).collect()
}

fn candidate(row: &DbRow, keys: &Keys) -> Result<Candidate, StoreError> {
    let stored = stored(row, keys)?;
    Ok(Candidate {
        id: stored.merged_into.unwrap_or(stored.person.id),
        full_name_fold: fold(stored.person.full_name.as_str()),
        birth: stored.person.birth,
        phone: stored.person.phone,
        national_id: stored.person.national_id,
    })
}

pub(super) async fn like(
    conn: &mut Conn,
    keys: &Keys,
    drafts: &[&PersonDraft],
) -> Result<Vec<StoredPerson>, StoreError> {
    let mut wanted = Wanted::default();
    for draft in drafts {
        let name = draft.full_name.folded();
        wanted.numbers.extend(draft.national_id.as_ref().map(|id| keys.sealer.blind("national_id", id.as_str())));
        let phone = draft.phone.as_ref().map(|phone| keys.sealer.blind("phone", phone.as_str()));
        wanted.phones.extend(phone.map(|phone| (name.clone(), phone)));
        wanted.births.extend(birth_columns(draft.birth).1.map(|year| (name, year)));
    }
    let mut found = HashMap::new();
    for row in dialect::people_like(conn, &wanted).await? {
        let id: Uuid = row.try_get("id")?;
        if let Entry::Vacant(vacant) = found.entry(id) {
            vacant.insert(stored(&row, keys)?);
        }
    }
    Ok(found.into_values().collect())
}

/// How many drafts are looked for in one statement.
const TOGETHER: usize = 500;

pub(super) async fn candidates_of(
    conn: &mut Conn,
    keys: &Keys,
    drafts: &[&PersonDraft],
) -> Result<Vec<Candidate>, StoreError> {
    let mut found = Vec::new();
    for part in drafts.chunks(TOGETHER) {
        let names: Vec<String> = part.iter().map(|draft| fold(draft.full_name.as_str())).collect();
        let numbers: Vec<Vec<u8>> = part
            .iter()
            .filter_map(|draft| Some(keys.sealer.blind("national_id", draft.national_id.as_ref()?.as_str())))
            .collect();
        let phones: Vec<(String, Vec<u8>)> = part
            .iter()
            .zip(&names)
            .filter_map(|(draft, name)| {
                Some((name.clone(), keys.sealer.blind("phone", draft.phone.as_ref()?.as_str())))
            })
            .collect();
        let births: Vec<(String, i64)> = part
            .iter()
            .zip(&names)
            .filter_map(|(draft, name)| Some((name.clone(), birth_columns(draft.birth).1?)))
            .collect();
        let nothing_else =
            |draft: &PersonDraft| draft.birth.is_none() && draft.phone.is_none() && draft.national_id.is_none();
        let alone: Vec<String> =
            part.iter().zip(&names).filter(|(draft, _)| nothing_else(draft)).map(|(_, name)| name.clone()).collect();
        let select = || QueryBuilder::<Db>::new(concat!("SELECT ", person_columns!(), " FROM people WHERE "));
        let mut queries = Vec::new();
        if !numbers.is_empty() {
            let mut query = select();
            query.push("national_id_index IN (");
            let mut list = query.separated(", ");
            for number in numbers {
                list.push_bind(number);
            }
            query.push(")");
            queries.push(query);
        }
        if !phones.is_empty() {
            let mut query = select();
            query.push("(name_fold, phone_index) IN (");
            query.push_values(phones, |mut row, (name, phone)| {
                row.push_bind(name).push_bind(phone);
            });
            query.push(")");
            queries.push(query);
        }
        if !births.is_empty() {
            let mut query = select();
            query.push("(name_fold, birth_year) IN (");
            query.push_values(births, |mut row, (name, year)| {
                row.push_bind(name).push_bind(year);
            });
            query.push(")");
            queries.push(query);
        }
        if !alone.is_empty() {
            let mut query = select();
            query.push("name_fold IN (");
            let mut list = query.separated(", ");
            for name in alone {
                list.push_bind(name);
            }
            query.push(") LIMIT 500");
            queries.push(query);
        }
        for mut query in queries {
            for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
                found.push(candidate(&row, keys)?);
            }
        }
    }
    Ok(found)
}

pub(super) async fn search(
    conn: &mut Conn,
    keys: &Keys,
    wanted: &PeopleQuery,
) -> Result<Vec<StoredPerson>, StoreError> {
    if wanted.wards.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let mut query =
        QueryBuilder::<Db>::new(concat!("SELECT ", person_columns!(), " FROM people WHERE merged_into IS NULL AND ("));
    let mut any = query.separated(" OR ");
    if let Some(phone) = &wanted.phone {
        any.push("phone_index = ").push_bind_unseparated(keys.sealer.blind("phone", phone));
    }
    if let Some(number) = &wanted.number {
        any.push("national_id_index = ").push_bind_unseparated(keys.sealer.blind("national_id", number));
        let insurance = number.get(number.len().saturating_sub(10)..).unwrap_or(number);
        any.push("insurance_index = ").push_bind_unseparated(keys.sealer.blind("insurance", insurance));
    }
    if wanted.name_fold.is_empty() {
        any.push("1 = 0");
    } else {
        any.push("(1 = 1");
        for word in wanted.name_fold.split(' ') {
            query.push(" AND name_fold LIKE ").push_bind(format!("%{word}%"));
        }
        query.push(")");
    }
    query.push(")");
    if let Some(wards) = &wanted.wards {
        query.push(" AND ward_code IN (");
        let mut list = query.separated(", ");
        for ward in wards {
            list.push_bind(ward.clone());
        }
        query.push(")");
    }
    query.push(" ORDER BY CASE WHEN 1 = 1");
    for word in nfc(&wanted.typed).split_whitespace() {
        query.push(" AND (1 = 0");
        for written in ways_to_write(word) {
            query.push(" OR full_name LIKE ").push_bind(format!("%{written}%"));
        }
        query.push(")");
    }
    query.push(" THEN 0 ELSE 1 END, name_fold, id LIMIT ").push_bind(wanted.limit);
    query.push(" OFFSET ").push_bind(wanted.offset);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, keys)).collect()
}

/// A typed word in the ways that names are written: Đặng, đặng, ĐẶNG. SQLite lowers only ASCII letters and PostgreSQL what
/// its locale knows, so that neither is asked to. What LIKE takes for a pattern is left out.
fn ways_to_write(word: &str) -> [String; 3] {
    let lower: String = word.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).flat_map(char::to_lowercase).collect();
    let mut letters = lower.chars();
    let title = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let upper = lower.to_uppercase();
    [title, lower, upper]
}

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

fn stored(row: &DbRow, keys: &Keys) -> Result<StoredPerson, StoreError> {
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
