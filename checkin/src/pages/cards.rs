//! `/venue/cards`: a sheet of personal QR cards for people without a phone.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use shared::person::PersonInput;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, message, values};
use super::texts;
use crate::App;
use crate::api::cards::{ISSUERS, sheet};
use crate::api::venues::KEEPERS;
use crate::app::card_sheet::{SheetError, issue};
use crate::poster::cards::PER_SHEET;

/// One line of the form.
#[derive(Default)]
struct Row {
    name: String,
    birth: String,
    phone: String,
    error_name: String,
    error_birth: String,
    error_phone: String,
}

#[derive(Template)]
#[template(path = "cards.html")]
struct CardsPage {
    page: Page,
    /// Where the caller came from, and what that is called.
    home: (&'static str, String),
    rows: Vec<Row>,
    errors: Vec<FormError>,
}

impl CardsPage {
    fn new(caller: &Caller, pairs: &Pairs, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-cards-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let typed = typed(pairs);
        let row = |n: usize| {
            let [name, birth, phone] = typed.get(n).cloned().unwrap_or_default();
            let error = |field: &str| message(&errors, &format!("{field}-{}", n + 1));
            let (error_name, error_birth, error_phone) = (error("full_name"), error("birth"), error("phone"));
            Row { name, birth, phone, error_name, error_birth, error_phone }
        };
        let home = match caller.has_any(KEEPERS) {
            true => ("/venue", page.t("checkin-venue-title")),
            false => ("/venue/waiting", page.t("checkin-waiting-title")),
        };
        Self { home, rows: (0..PER_SHEET).map(row).collect(), errors, page }
    }
}

/// The lines as they were typed.
fn typed(pairs: &Pairs) -> Vec<[String; 3]> {
    let [names, births, phones] = ["full_name", "birth", "phone"].map(|name| values(pairs, name));
    let at = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
    (0..names.len().min(PER_SHEET)).map(|n| [at(&names, n), at(&births, n), at(&phones, n)]).collect()
}

async fn show(caller: Caller) -> Response {
    html(&CardsPage::new(&caller, &Pairs::new(), Vec::new()))
}

async fn submit(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let page = Page::new(&caller, texts(), "checkin-cards-title");
    // Lines that were left empty are no cards; each of the others keeps its number for its errors.
    let lines = typed(&pairs).into_iter().enumerate();
    let (numbers, people): (Vec<usize>, Vec<PersonInput>) = lines
        .filter(|(_, line)| line.iter().any(|text| !text.is_empty()))
        .map(|(n, line)| (n + 1, person(line)))
        .unzip();
    let errors = match issue(&app, &caller, &people, caller.lang()).await {
        Ok(pdf) => return Ok(sheet(pdf)),
        Err(SheetError::Invalid(errors)) => errors,
        Err(error) => return Err(error.into()),
    };
    let shown = errors.iter().map(|error| {
        let mut parts = error.pointer.trim_start_matches("/people/").split('/');
        let number = parts.next().and_then(|n| n.parse::<usize>().ok()).and_then(|n| numbers.get(n));
        let Some(number) = number else {
            return FormError { id: "full_name-1".to_owned(), message: page.t("checkin-cards-nobody") };
        };
        let (field, missing) = (parts.next().unwrap_or_default(), error.code == "required");
        let field = if field == "birth_date" { "birth" } else { field };
        let message = match field {
            "full_name" if missing => page.t("checkin-door-no-name"),
            "birth" if missing => page.t("checkin-cards-no-birth"),
            _ => error.detail.get(caller.lang()).to_owned(),
        };
        FormError { id: format!("{field}-{number}"), message }
    });
    let page = CardsPage::new(&caller, &pairs, shown.collect());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
}

fn person([name, birth, phone]: [String; 3]) -> PersonInput {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    PersonInput { full_name: given(name), birth_date: given(birth), phone: given(phone), ..PersonInput::default() }
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let who = Who::Roles(ISSUERS);
    let print = Doc::page("Print a sheet of personal QR cards").form();
    routes
        .add(
            Method::GET,
            "/venue/cards",
            who,
            Scope::Own,
            Doc::page("Personal QR cards for people without a phone"),
            get(show),
        )
        .add(Method::POST, "/venue/cards", who, Scope::Own, print.gives("application/pdf"), post(submit))
}
