//! Who may be meant: people by number, phone, name and birth.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use shared::fold::{fold, nfc};
use shared::person::{Candidate, PersonDraft};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, Row as DbRow, dialect};
use super::people::{birth_columns, stored};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::people::{PeopleQuery, StoredPerson, Wanted};

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
