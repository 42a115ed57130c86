//! `GET /api/v1/people`, `GET /api/v1/people/{id}`, `POST /api/v1/people/{id}/merge`, `GET /api/v1/people/reviews`.

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
use shared::phone::Phone;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::people::{PeopleQuery, StoredPerson};

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
pub(super) fn query(text: &str, caller: &Caller, limit: i64, offset: i64, now: Instant) -> PeopleQuery {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let letters = text.chars().any(char::is_alphabetic);
    let wards = caller.account().and_then(|account| match &account.area {
        AreaScope::Province(_) => None,
        AreaScope::District(code) => Some(
            shared::area::wards_of_district(code, shared::area::FIRST_DAY.max(now.local_date()))
                .iter()
                .chain(shared::area::wards_of_district(code, shared::area::FIRST_DAY).iter())
                .map(|unit| unit.code.to_string())
                .collect(),
        ),
        AreaScope::Ward(code) => Some(vec![code.clone()]),
    });
    PeopleQuery {
        name_fold: if letters { fold(text) } else { String::new() },
        typed: shared::fold::nfc(text),
        phone: Phone::parse(text).ok().map(|phone| phone.as_str().to_owned()),
        number: (digits.len() >= 9).then_some(digits),
        wards,
        limit,
        offset,
    }
}

async fn search(
    State(platform): State<Platform>,
    caller: Caller,
    Query(search): Query<Search>,
) -> Result<Json<List<PersonView>>, Problem> {
    let text = search.q.unwrap_or_default();
    if fold(&text).chars().count() < 2 {
        return Err(Problem::field(FieldError::new(
            "/q",
            "too_short",
            Bilingual::new("Gõ ít nhất 2 chữ hoặc số", "Type at least 2 letters or digits"),
        )));
    }
    let (limit, offset, now) = (search.paging.limit(), search.paging.offset()?, platform.now());
    let mut tx = platform.shared.write().await?;
    let found = tx.search_people(&query(&text, &caller, limit + 1, offset, now)).await?;
    let ids: Vec<PersonId> = found.iter().map(|stored| stored.person.id).collect();
    tx.audit(&caller.audit("people", "people.search", None, json!({"found": ids})), now, &mut platform.random()).await?;
    tx.commit().await?;
    let views = found.iter().map(|stored| PersonView::from(&stored.person)).collect();
    Ok(Json(List::from_one_more(views, limit, offset)))
}

/// A person whom the caller may see.
async fn visible(platform: &Platform, caller: &Caller, id: PersonId) -> Result<StoredPerson, Problem> {
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    let not_found = || Problem::not_found("Không có người này trong sổ.", "There is no such person in the register.");
    let kept = tx.canonical(id).await?.ok_or_else(not_found)?;
    let stored = tx.person(kept).await?.ok_or_else(not_found)?;
    let ward = stored.person.ward_code.as_ref().map(AsRef::as_ref);
    if !caller.covers(ward, now.local_date()) {
        return Err(not_found());
    }
    let entry = caller.audit("people", "person.read", Some(format!("person:{kept}")), json!({}));
    tx.audit(&entry, now, &mut platform.random()).await?;
    tx.commit().await?;
    Ok(stored)
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
        tx.merge_person(kept, gone).await?;
        tx.resolve_reviews(kept, gone, "merged", now).await?;
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

async fn reviews(State(platform): State<Platform>, caller: Caller) -> Result<Json<List<ReviewView>>, Problem> {
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    let mut items = Vec::new();
    for review in tx.open_reviews(200).await? {
        let pair = (tx.person(review.person_id).await?, tx.person(review.other_id).await?);
        let (Some(person), Some(other)) = pair else { continue };
        let covered = |p: &StoredPerson| caller.covers(p.person.ward_code.as_ref().map(AsRef::as_ref), now.local_date());
        if !covered(&person) && !covered(&other) {
            continue;
        }
        items.push(ReviewView {
            id: review.id,
            detail: shared::person::review_reason(&review.reason).get(caller.lang()).to_owned(),
            reason: review.reason,
            created_at: review.created_at,
            person: PersonView::from(&person.person),
            other: PersonView::from(&other.person),
        });
    }
    let detail = json!({"count": items.len()});
    tx.audit(&caller.audit("people", "reviews.list", None, detail), now, &mut platform.random()).await?;
    tx.commit().await?;
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
            Doc::json("Find people by name without diacritics, phone or ID number").query(&["q", "limit", "cursor"]),
            get(search),
        )
        .add(
            Method::GET,
            "/api/v1/people/reviews",
            Who::Roles(MERGERS),
            Scope::Area,
            Doc::json("Open questions whether two records are one person"),
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
