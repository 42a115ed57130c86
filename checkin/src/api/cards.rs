//! `POST cards`: personal QR cards on paper.

use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use shared::access::Role;
use shared::bilingual::{Bilingual, Lang};
use shared::person::PersonInput;
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Json;
use shared_web::problem::Problem;

use crate::App;
use crate::app::card_sheet::{SheetError, issue};

/// Who issues cards: the staff of a venue, a health station, an officer.
pub(crate) const ISSUERS: &[Role] = &[Role::Venue, Role::Nurse, Role::Officer];

#[derive(Deserialize)]
struct Sheet {
    #[serde(default)]
    people: Vec<PersonInput>,
    lang: Option<String>,
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Invalid(errors) => Self::invalid(errors),
            SheetError::Store(error) => error.into(),
            SheetError::Drawing(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "cards could not be drawn");
                Self::internal()
            }
        }
    }
}

/// A PDF for the printer. It holds secrets of people, so nothing on its way may keep it.
pub(crate) fn sheet(pdf: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"antam-cards.pdf\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, pdf).into_response()
}

async fn create(State(app): State<App>, caller: Caller, Json(wanted): Json<Sheet>) -> Result<Response, Problem> {
    let lang = match wanted.lang.as_deref() {
        None | Some("") => caller.lang(),
        Some(tag) => Lang::from_tag(tag).ok_or_else(|| {
            Problem::field(FieldError::new("/lang", "lang", Bilingual::new("Một trong: vi, en", "One of vi, en")))
        })?,
    };
    Ok(sheet(issue(&app, &caller, &wanted.people, lang).await?))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let doc = Doc::json("Issue personal QR cards to people without a phone: a PDF of A4 sheets with ten cards each");
    routes.add(
        Method::POST,
        "/api/v1/checkin/cards",
        Who::Roles(ISSUERS),
        Scope::Own,
        doc.body("CardSheetInput").gives("application/pdf"),
        post(create),
    )
}
