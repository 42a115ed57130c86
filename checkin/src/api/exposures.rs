//! `GET exposures?case_id=` and its line list.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::CaseId;
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query};
use shared_web::problem::Problem;
use shared_web::sheet::{self, Table};

use crate::App;
use crate::app::cluster::{Cluster, ExposureView, cluster};
use crate::app::line_list::{LineListError, line_list};
use crate::app::venue_alerts::{AlertError, alert};
use crate::domain::venue_alert::AlertInput;

#[derive(Deserialize)]
struct Wanted {
    case_id: Option<String>,
    told: Option<String>,
}

impl Wanted {
    /// Whether those alone are wanted whom nobody has told.
    fn untold(&self) -> Result<bool, Problem> {
        match self.told.as_deref() {
            None | Some("") => Ok(false),
            Some("no") => Ok(true),
            Some(_) => {
                let detail = Bilingual::new("Chỉ lọc được told=no", "The only filter is told=no");
                Err(Problem::field(FieldError::new("/told", "unknown", detail)))
            }
        }
    }

    fn case_id(self) -> Result<CaseId, Problem> {
        let text = self.case_id.filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Problem::field(FieldError::required("/case_id")))?;
        text.parse().map_err(|_| {
            let detail = Bilingual::new("Mã ca bệnh là một UUID", "The id of a case is a UUID");
            Problem::field(FieldError::new("/case_id", "id", detail))
        })
    }
}

async fn read(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Cluster>, Problem> {
    let untold = wanted.untold()?;
    let found = cluster(&app, &caller, wanted.case_id()?, false).await?;
    let (mut cluster, _) = found.ok_or_else(unknown_case)?;
    if untold {
        cluster.exposures.retain(ExposureView::is_untold);
    }
    Ok(Json(cluster))
}

#[derive(Deserialize)]
struct Preview {
    preview: Option<bool>,
}

async fn tell(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Preview>,
    Json(input): Json<AlertInput>,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    let alerted = alert(&app, &caller, &input, wanted.preview == Some(true)).await?;
    let status = if alerted.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(serde_json::json!({"id": alerted.id, "people": alerted.people}))))
}

impl From<AlertError> for Problem {
    fn from(error: AlertError) -> Self {
        match error {
            AlertError::Invalid(errors) => Self::invalid(errors),
            AlertError::NoCase => unknown_case(),
            AlertError::Voided => Self::conflict(
                "voided",
                "Ca này đã được xác định là không phải ca bệnh, nên không báo cho ai nữa.",
                "The case turned out to be none, so nobody is told any more.",
            ),
            AlertError::IdConflict => Self::id_conflict(),
            AlertError::Store(error) => error.into(),
        }
    }
}

/// There is no such case, or none that the caller may know of.
pub(crate) fn unknown_case() -> Problem {
    Problem::not_found("Không có ca bệnh này trong địa bàn của bạn.", "There is no such case in your area.")
}

async fn export(app: App, caller: Caller, wanted: Wanted, table: Table) -> Result<Response, Problem> {
    let untold = wanted.untold()?;
    let case_id = wanted.case_id()?;
    let file = line_list(&app, &caller, case_id, untold, table).await.map_err(|error| match error {
        LineListError::Store(error) => error.into(),
        LineListError::Sheet(error) => Problem::from(error),
    })?;
    sheet::answer(
        table,
        &format!("antam-exposures-{case_id}{}", if untold { "-untold" } else { "" }),
        file.ok_or_else(unknown_case)?,
    )
}

fn exporter(table: Table) -> MethodRouter<App> {
    get(move |State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>| export(app, caller, wanted, table))
}

pub(super) fn routes(mut routes: Routes<App>) -> Routes<App> {
    let exports =
        [("/api/v1/checkin/exposures/export.csv", Table::Csv), ("/api/v1/checkin/exposures/export.xlsx", Table::Xlsx)];
    for (path, table) in exports {
        let doc = Doc::json("The line list of a case; who took it out stands in each line and in the audit log");
        let doc = doc.gives(table.media_type()).query(&["case_id", "told"]);
        routes = routes.add(Method::GET, path, Who::Roles(&[Role::Officer]), Scope::Area, doc, exporter(table));
    }
    let doc = Doc::json("Tell everybody who was at places of a case in a time, once; ?preview=true counts them only");
    routes = routes.add(
        Method::POST,
        "/api/v1/checkin/exposures/alerts",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        doc.body("AlertInput").answer("Alerted").status(201).query(&["preview"]),
        post(tell),
    );
    routes.add(
        Method::GET,
        "/api/v1/checkin/exposures",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        Doc::json("The window of a case, its venues, who was there and who was told")
            .answer("Exposures")
            .query(&["case_id", "told"]),
        get(read),
    )
}
