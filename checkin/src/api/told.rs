//! `GET exposures/untold`: whom no message reaches, also those of whom it was taken back; `POST exposures/told`: somebody told
//! them.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::Serialize;
use shared::access::Role;
use shared::ids::PersonId;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Json;
use shared_web::problem::Problem;

use crate::App;
use crate::app::told::{self, NearView, Told, ToldError, UntoldView, Why};
use crate::domain::told::ToldInput;

/// Who tells people by word of mouth: the station where they live, and officers.
pub(crate) const TELLERS: &[Role] = &[Role::Nurse, Role::Officer];

/// Somebody whom nobody has told: what a visit to them takes, and no number of theirs.
#[derive(Serialize)]
struct Line {
    person_id: PersonId,
    full_name: String,
    birth_year: Option<i16>,
    phone: Option<String>,
    address: Option<String>,
    ward_code: Option<String>,
    why: Why,
    taken_back: bool,
    since: Instant,
    near: Vec<NearView>,
}

impl From<UntoldView> for Line {
    fn from(untold: UntoldView) -> Self {
        let UntoldView { person, why, taken_back, since, near } = untold;
        Self {
            person_id: person.id,
            full_name: person.full_name.to_string(),
            birth_year: person.birth.map(|birth| birth.year()),
            phone: person.phone.map(|phone| phone.as_str().to_owned()),
            address: person.address,
            ward_code: person.ward_code.map(|code| code.as_str().to_owned()),
            why,
            taken_back,
            since,
            near,
        }
    }
}

/// The list, and how many there are beyond it.
#[derive(Serialize)]
struct Lines {
    items: Vec<Line>,
    total: usize,
}

async fn untold(State(app): State<App>, caller: Caller) -> Result<Json<Lines>, Problem> {
    let list = told::untold(&app, &caller).await?;
    Ok(Json(Lines { items: list.people.into_iter().map(Line::from).collect(), total: list.total }))
}

async fn tell(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<ToldInput>,
) -> Result<axum::Json<Told>, Problem> {
    Ok(axum::Json(told::tell(&app, &caller, &input).await?))
}

impl From<ToldError> for Problem {
    fn from(error: ToldError) -> Self {
        match error {
            ToldError::Invalid(errors) => Self::invalid(errors),
            ToldError::Nobody => Self::not_found(
                "Không có người này trong địa bàn của bạn, hoặc không phải người tiếp xúc của ca này.",
                "There is no such person in your area, or they are no contact of this case.",
            ),
            ToldError::Store(error) => error.into(),
        }
    }
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let tellers = Who::Roles(TELLERS);
    let list = Doc::json(
        "Those of the area whom no message reached and whom nobody told by word of mouth, also those whom nobody told that it \
         was taken back",
    );
    let told = Doc::json("Note that somebody was told by word of mouth, of one case or of all; the first note stays");
    routes
        .add(Method::GET, "/api/v1/checkin/exposures/untold", tellers, Scope::Area, list.answer("Untold"), get(untold))
        .add(
            Method::POST,
            "/api/v1/checkin/exposures/told",
            tellers,
            Scope::Area,
            told.body("ToldInput").answer("Told"),
            post(tell),
        )
}
