//! `GET` and `POST shifts`, `GET shifts/{id}`, `POST shifts/{id}/lines/{n}/accept`.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::ids::{AccountId, ShiftId};
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List};

use super::body_hash;
use crate::App;
use crate::app::shifts::{self, SHIFTS, Shift, ShiftInput};

/// A shift that is handed over.
#[derive(Debug, Serialize)]
struct ShiftView {
    id: ShiftId,
    from: Value,
    to: Option<Value>,
    at: Instant,
    note: String,
    open: usize,
    lines: Vec<Value>,
}

impl ShiftView {
    fn new(shift: &Shift, lang: Lang) -> Self {
        let record = &shift.record;
        let account = |id: AccountId| json!({"id": id, "display_name": shift.names.get(&id)});
        let line = |(n, line): (usize, &crate::domain::shift::Line)| {
            let mut view = json!(line.kind);
            view["line"] = json!(n);
            view["case_id"] = json!(line.case_id);
            view["level"] = json!(line.level);
            view["text"] = json!(line.text.get(lang));
            view["accepted_by"] = json!(line.accepted_by.map(account));
            view["accepted_at"] = json!(line.accepted_at);
            view
        };
        Self {
            id: record.id,
            from: account(record.from),
            to: record.to.map(account),
            at: record.at,
            note: record.note.clone(),
            open: record.lines.iter().filter(|line| line.accepted_by.is_none()).count(),
            lines: record.lines.iter().enumerate().map(line).collect(),
        }
    }
}

async fn begin(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<ShiftInput>,
) -> Result<(StatusCode, Json<ShiftView>), Problem> {
    let shift = shifts::begin(&app, &caller, &input, &body_hash(&input)).await?;
    let status = if shift.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ShiftView::new(&shift, caller.lang()))))
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<List<ShiftView>>, Problem> {
    let shifts = shifts::list(&app, &caller).await?;
    let items = shifts.iter().map(|shift| ShiftView::new(shift, caller.lang())).collect();
    Ok(Json(List { items, next_cursor: None }))
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<ShiftId>) -> Result<Json<ShiftView>, Problem> {
    Ok(Json(ShiftView::new(&shifts::read(&app, &caller, id).await?, caller.lang())))
}

async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path((id, line)): Path<(String, String)>,
) -> Result<Json<ShiftView>, Problem> {
    let nobody = || Problem::not_found("Không có dòng bàn giao này.", "There is no such line.");
    let (id, line) = (id.parse().map_err(|_| nobody())?, line.parse().map_err(|_| nobody())?);
    Ok(Json(ShiftView::new(&shifts::accept(&app, &caller, id, line).await?, caller.lang())))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/api/v1/f0/shifts";
    let who = Who::Roles(SHIFTS);
    let give = Doc::json("Hand a shift over: the list of alerts, promised calls and worrying trends in hand");
    let take = Doc::json("Accept one line; what it is about is the caller's from now on").answer("Shift");
    routes
        .add(Method::POST, PATH, who, Scope::Area, give.body("ShiftInput").answer("Shift").status(201), post(begin))
        .add(
            Method::GET,
            PATH,
            who,
            Scope::Area,
            Doc::json("Shifts of the last days that the caller gave or may accept").answer("ShiftList"),
            get(list),
        )
        .add(Method::GET, "/api/v1/f0/shifts/{id}", who, Scope::Area, Doc::json("One shift").answer("Shift"), get(read))
        .add(Method::POST, "/api/v1/f0/shifts/{id}/lines/{line}/accept", who, Scope::Area, take, post(accept))
}
