//! `GET cases/{id}/contacts`: the contacts with what each of them does today.

use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use serde::Serialize;
use shared::ids::{CaseId, PersonId};
use shared::person::PersonView;
use shared::time::{Date, Instant};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List};

use crate::App;
use crate::app::contacts::{self, Followed};
use crate::domain::follow_up::Plan;

#[derive(Debug, Serialize)]
struct FollowedView {
    person_id: PersonId,
    person: Option<PersonView>,
    level: &'static str,
    last_day: Option<Date>,
    first_seen: Instant,
    case_id: Option<CaseId>,
    follow_up: Option<Plan>,
}

impl From<Followed> for FollowedView {
    fn from(followed: Followed) -> Self {
        let Followed { contact, person, plan, case } = followed;
        Self {
            person_id: contact.person_id,
            person: person.as_ref().map(PersonView::from),
            level: contact.level.code(),
            last_day: contact.last_day,
            first_seen: contact.first_seen,
            case_id: case,
            follow_up: plan,
        }
    }
}

async fn list(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<List<FollowedView>>, Problem> {
    let followed = contacts::of_case(&app, &caller, id).await?;
    Ok(Json(List { items: followed.into_iter().map(FollowedView::from).collect(), next_cursor: None }))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes.add(
        Method::GET,
        "/api/v1/f0/cases/{id}/contacts",
        Who::Roles(super::READERS),
        Scope::Area,
        Doc::json("The contacts (F1) of a case with their follow-up by the rule of the day").answer("ContactList"),
        get(list),
    )
}
