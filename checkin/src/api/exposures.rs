//! `GET exposures?case_id=`.

use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use serde::Deserialize;
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::CaseId;
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query};
use shared_web::problem::Problem;

use crate::App;
use crate::app::cluster::{Cluster, cluster};

#[derive(Deserialize)]
struct Wanted {
    case_id: Option<String>,
}

async fn read(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Cluster>, Problem> {
    let text = wanted.case_id.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Problem::field(FieldError::required("/case_id")))?;
    let case_id: CaseId = text.parse().map_err(|_| {
        let detail = Bilingual::new("Mã ca bệnh là một UUID", "The id of a case is a UUID");
        Problem::field(FieldError::new("/case_id", "id", detail))
    })?;
    let found = cluster(&app, &caller, case_id, false).await?;
    found.map(|(cluster, _)| Json(cluster)).ok_or_else(unknown_case)
}

/// There is no such case, or none that the caller may know of.
pub(crate) fn unknown_case() -> Problem {
    Problem::not_found("Không có ca bệnh này trong địa bàn của bạn.", "There is no such case in your area.")
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes.add(
        Method::GET,
        "/api/v1/checkin/exposures",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        Doc::json("The window of a case, its venues, who was there and who was told")
            .answer("Exposures")
            .query(&["case_id"]),
        get(read),
    )
}
