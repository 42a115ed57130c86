//! `/station/stock`: the medicine bags of a station, what came and went, and the telephone of the station.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::StockMoveId;
use shared::phone::Phone;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, html};

use super::case::patient::place;
use super::typed::{Pick, TypedForm};
use super::{Moment, Pages as _, TEXTS};
use crate::App;
use crate::api::body_hash;
use crate::app::station::STATIONS;
use crate::app::stock::{self, BagStock, StationStock};
use crate::domain::bag::BagCode;
use crate::domain::entry::NumberInput;
use crate::domain::stock::{Level, MoveKind, StockInput};
use crate::store::StockMove;

/// One kind of bag.
struct BagRow {
    code: &'static str,
    quantity: String,
    waiting: String,
    handed_out: String,
    /// A level for styles.
    level: &'static str,
    /// How it stands, in words.
    label: String,
    updated: Option<Moment>,
}

/// One movement.
struct MoveRow {
    at: Moment,
    what: String,
    bag: &'static str,
    change: String,
    quantity: String,
    by: String,
    note: String,
}

#[derive(Template)]
#[template(path = "stock.html")]
struct StockPage {
    page: Page,
    /// The ward with its district; empty where none is chosen.
    ward: String,
    ward_code: String,
    /// Wards to choose from; none for the station of one ward.
    wards: Vec<Pick>,
    bags: Vec<BagRow>,
    /// What is to be done about bags that run low; empty where nothing is.
    warnings: Vec<String>,
    moves: Vec<MoveRow>,
    form: TypedForm,
    kinds: Vec<Pick>,
    codes: Vec<&'static str>,
    /// The telephone as it is known, or as it was typed.
    phone: String,
}

const fn style(level: Level) -> &'static str {
    match level {
        Level::Unknown => "unknown",
        Level::BelowZero | Level::None => "urgent",
        Level::Low => "watch",
        Level::Enough => "well",
    }
}

impl BagRow {
    fn new(page: &Page, bag: &BagStock, now: Instant) -> Self {
        Self {
            code: bag.bag.code(),
            quantity: bag.quantity.map_or_else(|| "–".to_owned(), |quantity| page.figure(quantity)),
            waiting: page.figure(bag.waiting),
            handed_out: page.figure(bag.handed_out),
            level: style(bag.level),
            label: page.t(&format!("stock-level-{}", bag.level.code().replace('_', "-"))),
            updated: bag.updated_at.map(|at| Moment::new(page, at, now)),
        }
    }
}

/// What is to be done about a bag; nothing where there is enough.
fn warning(page: &Page, bag: &BagStock) -> Option<String> {
    let key = match bag.level {
        Level::Enough => return None,
        Level::Unknown if bag.waiting == 0 && bag.handed_out == 0 => return None,
        other => format!("stock-do-{}", other.code().replace('_', "-")),
    };
    let left = bag.quantity.unwrap_or(0);
    let values = [("bag", bag.bag.code().into()), ("left", left.into()), ("waiting", bag.waiting.into())];
    Some(page.t_with(&key, &values))
}

impl MoveRow {
    fn new(page: &Page, one: &StockMove, found: &StationStock, now: Instant) -> Self {
        Self {
            at: Moment::new(page, one.at, now),
            what: page.t(&format!("stock-kind-{}", one.kind.code().replace('_', "-"))),
            bag: one.bag.code(),
            change: if one.change > 0 {
                format!("+{}", one.change)
            } else {
                one.change.to_string().replace('-', "−")
            },
            quantity: one.quantity.map_or_else(|| "–".to_owned(), |quantity| page.figure(quantity)),
            by: found.names.get(&one.by).cloned().unwrap_or_default(),
            note: one.note.clone(),
        }
    }
}

fn fresh(app: &App) -> TypedForm {
    let id = StockMoveId::new(app.platform.now(), &mut app.platform.random()).to_string();
    TypedForm::of([("id", id), ("kind", MoveKind::Delivery.code().to_owned())])
}

impl StockPage {
    fn new(caller: &Caller, found: &StationStock, form: TypedForm, now: Instant) -> Self {
        let mut page = Page::new(caller, &TEXTS, "stock-title").work();
        if !form.errors.is_empty() {
            page = page.with_errors();
        }
        let codes = super::board::wards(caller, now.local_date());
        let known = found
            .phone
            .as_deref()
            .map(|text| Phone::parse(text).map_or_else(|_| text.to_owned(), |phone| phone.national()));
        Self {
            ward: found.ward.as_deref().map(place).unwrap_or_default(),
            ward_code: found.ward.clone().unwrap_or_default(),
            wards: codes.into_iter().map(|code| Pick::new(code, place(code))).collect(),
            bags: found.bags.iter().map(|bag| BagRow::new(&page, bag, now)).collect(),
            warnings: found.bags.iter().filter_map(|bag| warning(&page, bag)).collect(),
            moves: found.moves.iter().map(|one| MoveRow::new(&page, one, found, now)).collect(),
            phone: form.given("phone").or(known).unwrap_or_default(),
            kinds: MoveKind::ENTERED
                .map(|kind| Pick::new(kind.code(), page.t(&format!("stock-enter-{}", kind.code()))))
                .into(),
            codes: BagCode::ALL.map(BagCode::code).into(),
            form,
            page,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    ward: Option<String>,
}

async fn page_of(app: &App, caller: &Caller, ward: Option<&str>, form: TypedForm) -> Result<Response, Problem> {
    let found = stock::of_station(app, caller, ward).await?;
    let wrong = !form.errors.is_empty();
    let mut response = html(&StockPage::new(caller, &found, form, app.platform.now()));
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let form = fresh(&app);
    page_of(&app, &caller, wanted.ward.as_deref(), form).await
}

/// The page of a ward after something was noted.
fn back(ward: &str) -> Response {
    Redirect::to(&format!("/station/stock?ward={ward}")).into_response()
}

async fn note(
    State(app): State<App>,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = TypedForm::read(pairs);
    let input = StockInput {
        id: form.given("id"),
        ward_code: form.given("ward_code"),
        bag: form.given("bag"),
        kind: form.given("kind"),
        quantity: form.given("quantity").map(NumberInput::Text),
        note: form.given("note"),
    };
    match stock::note(&app, &caller, &input, &body_hash(&input)).await {
        Ok(noted) => Ok(back(&noted.moved.ward_code)),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let form = form.wrong(caller.lang(), &problem.errors, str::to_owned);
            page_of(&app, &caller, input.ward_code.as_deref(), form).await
        }
        Err(problem) => Err(problem),
    }
}

async fn phone(
    State(app): State<App>,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let typed = TypedForm::read(pairs);
    let ward = typed.given("ward_code");
    match stock::set_phone(&app, &caller, ward.as_deref(), typed.value("phone")).await {
        Ok(ward) => Ok(back(&ward)),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let id = StockMoveId::new(app.platform.now(), &mut app.platform.random()).to_string();
            let again = TypedForm::of([
                ("id", id),
                ("kind", MoveKind::Delivery.code().to_owned()),
                ("phone", typed.value("phone").to_owned()),
            ]);
            let again = again.wrong(caller.lang(), &problem.errors, str::to_owned);
            page_of(&app, &caller, ward.as_deref(), again).await
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/station/stock",
            Who::Roles(STATIONS),
            Scope::Area,
            Doc::page("The medicine bags of a station, and what came and went").query(&["ward"]),
            get(show),
        )
        .form("/station/stock", STATIONS, "Note a delivery or a count; shows the form with its errors", post(note))
        .form("/station/phone", STATIONS, "Note the telephone of a station", post(phone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::access::Role;
    use shared::bilingual::Lang;

    fn found() -> StationStock {
        let bag = |bag, quantity, waiting| BagStock {
            bag,
            quantity,
            waiting,
            handed_out: 12,
            level: Level::of(quantity, waiting),
            updated_at: quantity.map(|_| samples::now()),
        };
        let moved = |kind, change, quantity| StockMove {
            id: StockMoveId::from_uuid(uuid::Uuid::from_u128(7)),
            ward_code: "28252".to_owned(),
            bag: BagCode::A,
            kind,
            change,
            quantity,
            at: samples::now(),
            by: samples::doctor(),
            act: None,
            note: "thùng <3>".to_owned(),
            body_hash: String::new(),
        };
        StationStock {
            ward: Some("28252".to_owned()),
            phone: Some("+842733872000".to_owned()),
            bags: vec![bag(BagCode::A, Some(3), 4), bag(BagCode::B, Some(-1), 0), bag(BagCode::C, None, 1)],
            moves: vec![
                moved(MoveKind::HandedOut, -1, Some(3)),
                moved(MoveKind::Delivery, 20, Some(4)),
                moved(MoveKind::Count, 0, None),
            ],
            names: samples::file().names,
        }
    }

    fn rendered(lang: Lang, found: &StationStock, form: TypedForm) -> String {
        let nurse = samples::caller_with(lang, Role::Nurse);
        StockPage::new(&nurse, found, form, samples::now()).render().unwrap()
    }

    #[test]
    fn it_says_in_both_languages_what_there_is_and_what_runs_low() {
        let nowhere = StationStock { ward: None, phone: None, bags: Vec::new(), moves: Vec::new(), ..found() };
        for lang in [Lang::Vi, Lang::En] {
            samples::assert_no_key(&rendered(lang, &found(), TypedForm::default()));
            samples::assert_no_key(&rendered(lang, &nowhere, TypedForm::default()));
        }
        let html = rendered(Lang::Vi, &found(), TypedForm::default());
        for told in ["0273 387 2000", "+20", "−1", "thùng &#60;3&#62;", "BS. Lê Minh", "badge-watch", "badge-urgent"]
        {
            assert!(html.contains(told), "{told}: {html}");
        }
    }

    #[test]
    fn what_was_typed_stays_with_what_is_wrong() {
        let input = StockInput { bag: Some("A".to_owned()), kind: Some("count".to_owned()), ..StockInput::default() };
        let form = TypedForm::of([("bag", "A".to_owned()), ("kind", "count".to_owned()), ("note", "x<y".to_owned())]);
        let form = form.wrong(Lang::Vi, &input.parse().unwrap_err(), str::to_owned);
        let html = rendered(Lang::Vi, &found(), form);
        assert!(
            html.contains("href=\"#quantity\"") && html.contains("x&#60;y") && html.contains("<title>Lỗi:"),
            "{html}"
        );
    }
}
