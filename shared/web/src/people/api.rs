//! `GET /api/v1/people`, `GET /api/v1/people/{id}`, `POST /api/v1/people/{id}/merge`, `GET /api/v1/people/reviews`.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::event::CloudEvent;
use shared::events::PersonMerged;
use shared::fold::fold;
use shared::ids::{PersonId, ReviewId};
use shared::person::PersonView;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::AuditEntry;
use shared_store::people::{PeopleQuery, Review, StoredPerson};

use super::typed_phone;
use crate::access::{Doc, Routes, Scope, Who};
use crate::caller::Caller;
use crate::extract::{Id, Json, List, Paging, Query};
use crate::platform::Platform;
use crate::problem::Problem;

/// Who may look people up.
pub(super) const READERS: &[Role] = &[Role::Officer, Role::Doctor, Role::Nurse, Role::Hotline, Role::Sampler];
const MERGERS: &[Role] = &[Role::Officer, Role::Nurse];

#[derive(Deserialize)]
struct Search {
    q: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// What a search box's text may be: words of a name, a phone, a number.
fn query(text: &str, caller: &Caller, limit: i64, offset: i64, now: Instant) -> PeopleQuery {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let letters = text.chars().any(char::is_alphabetic);
    let wards = caller.account().and_then(|account| match &account.area {
        AreaScope::Province(_) => None,
        AreaScope::District(code) => Some(
            shared::area::wards_of_district(code, shared::area::FIRST_DAY.max(now.local_date()))
                .iter()
                .chain(shared::area::wards_of_district(code, shared::area::FIRST_DAY).iter())
                .map(|unit| unit.code.to_owned())
                .collect(),
        ),
        AreaScope::Ward(code) => Some(vec![code.clone()]),
    });
    PeopleQuery {
        name_fold: if letters { fold(text) } else { String::new() },
        typed: shared::fold::nfc(text),
        phone: typed_phone(text).map(|phone| phone.as_str().to_owned()),
        number: (digits.len() >= 9).then_some(digits),
        wards,
        limit,
        offset,
    }
}

/// Why a text cannot be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotSearched {
    /// It would find nearly everybody.
    TooShort,
    /// No name is so long.
    TooLong,
}

/// The longest text that is searched for, in letters and in words: each word is a condition of the statement.
const LONGEST: (usize, usize) = (100, 12);

/// Looks people up and puts on record who was found. The search reads beside the writers; only the record waits for them.
pub(super) async fn find(
    platform: &Platform,
    caller: &Caller,
    text: &str,
    limit: i64,
    offset: i64,
) -> Result<Result<List<StoredPerson>, NotSearched>, Problem> {
    let folded = fold(text);
    if folded.chars().count() < 2 {
        return Ok(Err(NotSearched::TooShort));
    }
    if text.chars().count() > LONGEST.0 || folded.split(' ').count() > LONGEST.1 {
        return Ok(Err(NotSearched::TooLong));
    }
    let now = platform.now();
    let wanted = query(text, caller, limit + 1, offset, now);
    let found = platform.shared.read().await?.search_people(&wanted).await?;
    let found = List::from_one_more(found, limit, offset);
    let ids: Vec<PersonId> = found.items.iter().map(|stored| stored.person.id).collect();
    record(platform, caller.audit("people", "people.search", None, json!({"found": ids})), now).await?;
    Ok(Ok(found))
}

/// Puts a read on record. Whoever cannot be put on record reads nothing.
async fn record(platform: &Platform, entry: AuditEntry, now: Instant) -> Result<(), StoreError> {
    let mut tx = platform.shared.write().await?;
    tx.audit(&entry, now, &mut platform.random()).await?;
    tx.commit().await
}

async fn search(
    State(platform): State<Platform>,
    caller: Caller,
    Query(search): Query<Search>,
) -> Result<Json<List<PersonView>>, Problem> {
    let text = search.q.unwrap_or_default();
    let (limit, offset) = (search.paging.limit(), search.paging.offset()?);
    let List { items, next_cursor } = find(&platform, &caller, &text, limit, offset).await?.map_err(not_searched)?;
    Ok(Json(List { items: items.iter().map(|stored| PersonView::from(&stored.person)).collect(), next_cursor }))
}

fn not_searched(why: NotSearched) -> Problem {
    let (code, vi, en) = match why {
        NotSearched::TooShort => ("too_short", "Gõ ít nhất 2 chữ hoặc số", "Type at least 2 letters or digits"),
        NotSearched::TooLong => ("too_long", "Gõ nhiều nhất 100 chữ, 12 từ", "Type at most 100 letters, 12 words"),
    };
    Problem::field(FieldError::new("/q", code, Bilingual::new(vi, en)))
}

/// A person whom the caller may see.
async fn visible(platform: &Platform, caller: &Caller, id: PersonId) -> Result<StoredPerson, Problem> {
    let now = platform.now();
    let mut tx = platform.shared.read().await?;
    let not_found = || Problem::not_found("Không có người này trong sổ.", "There is no such person in the register.");
    let kept = tx.canonical(id).await?.ok_or_else(not_found)?;
    let stored = tx.person(kept).await?.ok_or_else(not_found)?;
    drop(tx);
    if !covers(caller, &stored, now) {
        return Err(not_found());
    }
    let entry = caller.audit("people", "person.read", Some(format!("person:{kept}")), json!({}));
    record(platform, entry, now).await?;
    Ok(stored)
}

fn covers(caller: &Caller, stored: &StoredPerson, now: Instant) -> bool {
    caller.covers(stored.person.ward_code.as_ref().map(AsRef::as_ref), now.local_date())
}

async fn read(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<PersonId>,
) -> Result<Json<PersonView>, Problem> {
    Ok(Json(PersonView::from(&visible(&platform, &caller, id).await?.person)))
}

#[derive(Deserialize)]
struct Merge {
    other_id: PersonId,
}

async fn merge(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<PersonId>,
    Json(body): Json<Merge>,
) -> Result<Json<PersonView>, Problem> {
    let stored = visible(&platform, &caller, id).await?;
    let other = visible(&platform, &caller, body.other_id).await?;
    let (kept, gone) = (stored.person.id, other.person.id);
    let now = platform.now();
    let mut random = platform.random();
    if kept != gone {
        let mut tx = platform.shared.write().await?;
        // A question may stand between any two of their names, and is answered with this one.
        let (names, other_names) = (tx.aliases(kept).await?, tx.aliases(gone).await?);
        tx.merge_person(kept, gone).await?;
        for one in &names {
            for other in &other_names {
                tx.resolve_reviews(*one, *other, "merged", now).await?;
            }
        }
        let event = CloudEvent::new(&PersonMerged { person_id: kept, other_id: gone }, now, &mut random);
        tx.append_event(&event).await?;
        let detail = json!({"other_id": gone});
        let entry = caller.audit("people", "person.merge", Some(format!("person:{kept}")), detail);
        tx.audit(&entry, now, &mut random).await?;
        tx.commit().await?;
    }
    Ok(Json(PersonView::from(&stored.person)))
}

#[derive(Serialize)]
struct ReviewView {
    id: ReviewId,
    reason: String,
    detail: String,
    created_at: Instant,
    person: PersonView,
    other: PersonView,
}

/// How many open questions are looked through for those that the caller may answer.
const LOOKED_THROUGH: i64 = 2_000;
/// How many are shown.
const SHOWN: usize = 200;

/// Open questions between two people who both live in the caller's area: nobody else could answer them by a merge.
async fn reviews(State(platform): State<Platform>, caller: Caller) -> Result<Json<List<ReviewView>>, Problem> {
    let now = platform.now();
    let mut tx = platform.shared.read().await?;
    let open = tx.open_reviews(LOOKED_THROUGH).await?;
    let mut ids: Vec<PersonId> = open.iter().flat_map(|review| [review.person_id, review.other_id]).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: HashMap<PersonId, StoredPerson> =
        tx.people(&ids).await?.into_iter().map(|stored| (stored.person.id, stored)).collect();
    drop(tx);
    let visible = |id: &PersonId| people.get(id).filter(|stored| covers(&caller, stored, now));
    let view = |review: Review| {
        let (person, other) = (visible(&review.person_id)?, visible(&review.other_id)?);
        Some(ReviewView {
            id: review.id,
            detail: shared::person::review_reason(&review.reason).get(caller.lang()).to_owned(),
            reason: review.reason,
            created_at: review.created_at,
            person: PersonView::from(&person.person),
            other: PersonView::from(&other.person),
        })
    };
    let items: Vec<ReviewView> = open.into_iter().filter_map(view).take(SHOWN).collect();
    let found: Vec<PersonId> = items.iter().flat_map(|item| [item.person.id, item.other.id]).collect();
    record(&platform, caller.audit("people", "reviews.list", None, json!({"found": found})), now).await?;
    Ok(Json(List { items, next_cursor: None }))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes
        .add(
            Method::GET,
            "/api/v1/people",
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("Find people by name without diacritics, phone or ID number")
                .answer("PersonList")
                .query(&["q", "limit", "cursor"]),
            get(search),
        )
        .add(
            Method::GET,
            "/api/v1/people/reviews",
            Who::Roles(MERGERS),
            Scope::Area,
            Doc::json("Open questions whether two records are one person").answer("ReviewList"),
            get(reviews),
        )
        .add(
            Method::GET,
            "/api/v1/people/{id}",
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("One person").answer("Person"),
            get(read),
        )
        .add(
            Method::POST,
            "/api/v1/people/{id}/merge",
            Who::Roles(MERGERS),
            Scope::Area,
            Doc::json("Join two records of one person; exposures are matched again").body("Merge").answer("Person"),
            post(merge),
        )
}
