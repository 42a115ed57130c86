//! `GET venues/{id}/poster.svg`, `.png`, `.pdf`.

use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde::Deserialize;
use shared::access::Role;
use shared::bilingual::{Bilingual, Lang};
use shared::ids::PlaceId;
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::problem::Problem;

use super::venues::visible;
use crate::App;
use crate::app::posters::{self, Format};
use crate::poster::PosterSize;

const READERS: &[Role] = &[Role::Venue, Role::Officer, Role::Admin, Role::Nurse];

#[derive(Deserialize)]
pub(super) struct Wanted {
    pub(super) lang: Option<String>,
    pub(super) size: Option<String>,
}

impl Wanted {
    pub(super) fn parse(&self, caller: &Caller) -> Result<(Lang, PosterSize), Problem> {
        let mut errors = Vec::new();
        let lang = match self.lang.as_deref() {
            None | Some("") => Some(caller.lang()),
            Some(tag) => Lang::from_tag(tag),
        };
        if lang.is_none() {
            errors.push(FieldError::new("/lang", "lang", Bilingual::new("Một trong: vi, en", "One of vi, en")));
        }
        let size = match self.size.as_deref() {
            None | Some("") => Some(PosterSize::default()),
            Some(code) => PosterSize::from_code(&code.to_ascii_lowercase()),
        };
        if size.is_none() {
            let detail = Bilingual::new("Một trong: a4, a5, a6, sticker", "One of a4, a5, a6, sticker");
            errors.push(FieldError::new("/size", "size", detail));
        }
        lang.zip(size).ok_or_else(|| Problem::invalid(errors))
    }
}

async fn draw(app: App, caller: Caller, id: PlaceId, wanted: Wanted, format: Format) -> Result<Response, Problem> {
    let (lang, size) = wanted.parse(&caller)?;
    let place = visible(&app, &caller, id).await?;
    let poster = posters::draw(&app, &place, lang, size, format).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a poster could not be drawn");
        Problem::internal()
    })?;
    let name = format!("inline; filename=\"antam-{}-{}.{}\"", place.code, size.code(), format.extension());
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::internal())?;
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type())), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, poster).into_response())
}

fn handler(format: Format) -> MethodRouter<App> {
    get(move |State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>, Query(wanted): Query<Wanted>| {
        draw(app, caller, id, wanted, format)
    })
}

pub(super) fn routes(mut routes: Routes<App>) -> Routes<App> {
    let posters = [
        ("/api/v1/checkin/venues/{id}/poster.svg", Format::Svg),
        ("/api/v1/checkin/venues/{id}/poster.png", Format::Png),
        ("/api/v1/checkin/venues/{id}/poster.pdf", Format::Pdf),
    ];
    for (path, format) in posters {
        let doc = Doc::json("The poster for the door").gives(format.content_type()).query(&["lang", "size"]);
        routes = routes.add(Method::GET, path, Who::Roles(READERS), Scope::Own, doc, handler(format));
    }
    routes
}
