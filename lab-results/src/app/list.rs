//! Lists of results: a laboratory sees its own, others those of the people in the area of their duty.

use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::events::Outcome;
use shared::ids::{PersonId, ResultId};
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::List;

use crate::app::{App, SERVICE};
use crate::store::LabWrite;
use crate::store::model::{ResultsQuery, StoredResult, StoredVersion};

/// What a list is asked for, as it stands in the query.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A person's id.
    pub person_id: Option<String>,
    /// A laboratory's code.
    pub lab_code: Option<String>,
    /// From this time or day on.
    pub from: Option<String>,
    /// Before this time, or until the end of this day.
    pub to: Option<String>,
    /// An outcome.
    pub outcome: Option<String>,
    /// At most so many.
    pub limit: i64,
    /// Skip so many.
    pub offset: i64,
}

/// Which results an account sees.
enum Sight {
    /// Those of its laboratory.
    OfLab(String),
    /// Those of the people in its area.
    OfArea,
}

fn sight(caller: &Caller) -> Result<Sight, Problem> {
    let account = caller.require_account()?;
    let in_area = account.has_any(&[Role::Officer, Role::Doctor, Role::Nurse]);
    match &account.lab_code {
        Some(lab_code) if !in_area => Ok(Sight::OfLab(lab_code.to_uppercase())),
        None if !in_area => Err(Problem::forbidden()),
        _ => Ok(Sight::OfArea),
    }
}

/// Results, newest first.
///
/// # Errors
/// 422 where the query cannot be read, 503 where the database fails.
pub async fn results(app: &App, caller: &Caller, wanted: &Wanted) -> Result<List<StoredResult>, Problem> {
    let now = app.platform.now();
    let mut query = read(wanted)?;
    let mut tx = app.store.write().await?;
    if let Some(people) = &query.people {
        query.people = Some(aliases(tx.as_mut(), people[0]).await?);
    }
    match sight(caller)? {
        Sight::OfLab(own) if wanted.lab_code.as_deref().is_none_or(|code| code.eq_ignore_ascii_case(&own)) => {
            query.lab_code = Some(own);
        }
        Sight::OfLab(_) => return Ok(empty()),
        Sight::OfArea => {
            query.released_only = !caller.has_any(&[Role::Officer]);
            match &query.people {
                // A person is where the register says; a list goes by where people lived when the result came.
                Some(people) if !covered(tx.as_mut(), caller, people[0], now).await? => return Ok(empty()),
                Some(_) => {}
                None => query.wards = wards(caller, now.local_date()),
            }
        }
    }
    let (limit, offset) = (query.limit, query.offset);
    query.limit += 1;
    let found = List::from_one_more(tx.results(&query).await?, limit, offset);
    let subject = query.people.as_ref().map(|people| format!("person:{}", people[0]));
    let detail = json!({"count": found.items.len(), "lab_code": query.lab_code});
    tx.audit(&caller.audit(SERVICE, "results.list", subject, detail), now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(found)
}

/// One result with all its versions.
///
/// # Errors
/// 404 where there is none that the caller may see.
pub async fn one(app: &App, caller: &Caller, id: ResultId) -> Result<(StoredResult, Vec<StoredVersion>), Problem> {
    let now = app.platform.now();
    let not_found = || Problem::not_found("Không có kết quả này.", "There is no such result.");
    let mut tx = app.store.write().await?;
    let result = tx.result(id).await?.ok_or_else(not_found)?;
    let visible = match (sight(caller)?, result.content.person_id) {
        (Sight::OfLab(own), _) => own == result.lab_code,
        (Sight::OfArea, Some(person)) => covered(tx.as_mut(), caller, person, now).await?,
        (Sight::OfArea, None) => caller.covers(None, now.local_date()),
    };
    if !visible {
        return Err(not_found());
    }
    let versions = tx.versions(id).await?;
    let subject = result.content.person_id.map(|person| format!("person:{person}"));
    let entry = caller.audit(SERVICE, "result.read", subject, json!({"result_id": id}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok((result, versions))
}

fn empty() -> List<StoredResult> {
    List { items: Vec::new(), next_cursor: None }
}

/// All names of a person, the one that they live on as first.
async fn aliases(tx: &mut dyn LabWrite, person: PersonId) -> Result<Vec<PersonId>, Problem> {
    Ok(tx.aliases(person).await?)
}

async fn covered(tx: &mut dyn LabWrite, caller: &Caller, person: PersonId, now: Instant) -> Result<bool, Problem> {
    let Some(kept) = tx.canonical(person).await? else { return Ok(false) };
    let ward = tx.person(kept).await?.and_then(|stored| stored.person.ward_code);
    Ok(caller.covers(ward.as_ref().map(AsRef::as_ref), now.local_date()))
}

/// The wards of an account's duty; `None` for the whole province.
fn wards(caller: &Caller, today: Date) -> Option<Vec<String>> {
    match &caller.account()?.area {
        AreaScope::Province(_) => None,
        AreaScope::Ward(code) => Some(vec![code.clone()]),
        AreaScope::District(code) => {
            let first = shared::area::FIRST_DAY;
            let mut codes: Vec<String> = [first, first.max(today)]
                .into_iter()
                .flat_map(|day| shared::area::wards_of_district(code, day))
                .map(|unit| unit.code.to_owned())
                .collect();
            codes.sort_unstable();
            codes.dedup();
            Some(codes)
        }
    }
}

fn read(wanted: &Wanted) -> Result<ResultsQuery, Problem> {
    let mut errors = Vec::new();
    let mut keep = |error: FieldError| errors.push(error);
    let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let person = given(&wanted.person_id).and_then(|text| {
        text.parse::<PersonId>().map_err(|_| keep(wrong("/person_id", "uuid", "một UUID", "a UUID"))).ok()
    });
    let outcome = given(&wanted.outcome).and_then(|text| {
        let codes = "detected, not_detected, inconclusive, invalid";
        Outcome::from_code(&text).or_else(|| {
            keep(wrong("/outcome", "outcome", codes, codes));
            None
        })
    });
    let mut time = |text: &Option<String>, pointer: &str, end: bool| {
        given(text).and_then(|text| {
            moment(&text, end).or_else(|| {
                keep(wrong(pointer, "time", "ngày 2022-03-10 hoặc thời gian RFC 3339", "a day or an RFC 3339 time"));
                None
            })
        })
    };
    let (from, to) = (time(&wanted.from, "/from", false), time(&wanted.to, "/to", true));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    Ok(ResultsQuery {
        lab_code: given(&wanted.lab_code).map(|code| code.to_uppercase()),
        people: person.map(|person| vec![person]),
        wards: None,
        from,
        to,
        outcome,
        released_only: false,
        limit: wanted.limit,
        offset: wanted.offset,
    })
}

/// A time, or a day as its begin or its end. In a query a plus sign that was not escaped arrives as a space.
fn moment(text: &str, end: bool) -> Option<Instant> {
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        return Some(Instant::start_of(if end { day.tomorrow().ok()? } else { day }));
    }
    text.replace(' ', "+").parse().ok()
}

fn wrong(pointer: &str, code: &str, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, code, Bilingual::new(format!("Cần: {vi}"), format!("Give: {en}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_means_the_whole_local_day() {
        let at = |text: &str| Some(text.parse::<Instant>().unwrap());
        assert_eq!(moment("2022-03-10", false), at("2022-03-09T17:00:00Z"));
        assert_eq!(moment("2022-03-10", true), at("2022-03-10T17:00:00Z"));
        assert_eq!(moment("2022-03-10T08:00:00 07:00", false), at("2022-03-10T01:00:00Z"));
        assert_eq!(moment("10/03/2022", false), None);
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let text = |t: &str| Some(t.to_owned());
        let wanted = Wanted {
            person_id: text("7"),
            from: text("x"),
            to: text("y"),
            outcome: text("maybe"),
            ..Wanted::default()
        };
        let pointers: Vec<_> = read(&wanted).unwrap_err().errors.into_iter().map(|e| e.pointer).collect();
        assert_eq!(pointers, ["/person_id", "/outcome", "/from", "/to"]);
    }
}
