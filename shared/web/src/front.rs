//! The front page: what this is, for whom, and where each goes. And the page of a device that has no network.

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

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    page: Page,
}

async fn offline(caller: Caller) -> Response {
    html(&OfflinePage { page: Page::new(&caller, i18n::shell(), "offline-title") })
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes.add(Method::GET, "/", Who::Public, Scope::None, Doc::page("Front page"), get(show)).add(
        Method::GET,
        "/offline",
        Who::Public,
        Scope::None,
        Doc::page("What a device shows where there is no network"),
        get(offline),
    )
}
