//! The front page: what this is, for whom, and where each goes.

use askama::Template;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;

use crate::access::{Doc, Routes, Scope, Who};
use crate::caller::Caller;
use crate::i18n;
use crate::page::{Page, html};
use crate::platform::Platform;

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    page: Page,
}

async fn show(caller: Caller) -> Response {
    html(&FrontPage { page: Page::new(&caller, i18n::shell(), "front-title") })
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes.add(Method::GET, "/", Who::Public, Scope::None, Doc::page("Front page"), get(show))
}
