//! `GET` and `POST station/stock`: the medicine bags of a station; `POST station/phone`: its telephone.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query};

use super::body_hash;
use super::views::AccountView;
use crate::App;
use crate::app::look::Names;
use crate::app::station::STATIONS;
use crate::app::stock::{self, BagStock};
use crate::domain::stock::StockInput;
use crate::store::StockMove;

#[derive(Debug, Deserialize)]
struct Wanted {
    ward_code: Option<String>,
}

fn bag_view(bag: &BagStock) -> Value {
    json!({
        "bag": bag.bag,
        "quantity": bag.quantity,
        "waiting": bag.waiting,
        "handed_out": bag.handed_out,
        "level": bag.level,
        "updated_at": bag.updated_at,
    })
}

fn move_view(one: &StockMove, names: &Names) -> Value {
    json!({
        "id": one.id,
        "ward_code": one.ward_code,
        "bag": one.bag,
        "kind": one.kind,
        "change": one.change,
        "quantity": one.quantity,
        "at": one.at,
        "by": AccountView { id: one.by, display_name: names.get(&one.by).cloned().unwrap_or_default() },
        "act_id": one.act,
        "note": one.note,
    })
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Value>, Problem> {
    let found = stock::of_station(&app, &caller, wanted.ward_code.as_deref()).await?;
    Ok(Json(json!({
        "ward_code": found.ward,
        "phone": found.phone,
        "bags": found.bags.iter().map(bag_view).collect::<Vec<_>>(),
        "moves": found.moves.iter().map(|one| move_view(one, &found.names)).collect::<Vec<_>>(),
    })))
}

async fn note(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<StockInput>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let noted = stock::note(&app, &caller, &input, &body_hash(&input)).await?;
    let me = caller.require_account()?;
    let names = Names::from([(me.id, me.display_name.clone())]);
    let status = if noted.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(move_view(&noted.moved, &names))))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PhoneInput {
    ward_code: Option<String>,
    phone: String,
}

async fn phone(State(app): State<App>, caller: Caller, Json(input): Json<PhoneInput>) -> Result<StatusCode, Problem> {
    stock::set_phone(&app, &caller, input.ward_code.as_deref(), &input.phone).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/api/v1/f0/station/stock";
    let who = Who::Roles(STATIONS);
    let read = Doc::json("What a station has of each medicine bag, what waits, and the movements")
        .query(&["ward_code"])
        .answer("StationStock");
    let write = Doc::json("Note a delivery or a count; a movement is never changed").body("StockInput");
    let write = write.answer("StockMove").status(201);
    let told = Doc::json("Note the telephone of a station, to which messages about its patients go");
    routes
        .add(Method::GET, PATH, who, Scope::Area, read, get(show))
        .add(Method::POST, PATH, who, Scope::Area, write, post(note))
        .add(
            Method::POST,
            "/api/v1/f0/station/phone",
            who,
            Scope::Area,
            told.body("StationPhone").status(204),
            post(phone),
        )
}
