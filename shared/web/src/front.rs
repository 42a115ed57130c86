//! The front page: what this is, for whom, and where each goes. And the page of a device that has no network.

use askama::Template;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;

use crate::access::{Doc, Routes, Scope, Who};
use crate::caller::Caller;
use crate::i18n;
use crate::page::{NavItem, Page, html};
use crate::platform::Platform;

/// Where somebody works, with a word on what is to be found there.
struct Way {
    href: &'static str,
    icon: &'static str,
    label: String,
    note: String,
}

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    page: Page,
    /// Where whoever is signed in works, in the order of the navigation.
    work: Vec<Way>,
}

/// The key of what is to be found at a place; places without one say nothing.
fn note(href: &str) -> Option<&'static str> {
    Some(match href {
        "/board" => "front-board-note",
        "/station" => "front-station-note",
        "/hotline" => "front-hotline-note",
        "/shifts" => "front-shifts-note",
        "/protocols" => "front-protocols-note",
        "/dashboard" => "front-dashboard-note",
        "/lab" => "front-lab-note",
        "/exposures" => "front-exposures-note",
        "/people" => "front-people-note",
        "/venue" => "front-venue-note",
        _ => return None,
    })
}

async fn show(caller: Caller) -> Response {
    let page = Page::new(&caller, i18n::shell(), "front-title");
    let way = |item: &NavItem| Way {
        href: item.href,
        icon: item.icon,
        label: item.label.clone(),
        note: note(item.href).map(|key| page.t(key)).unwrap_or_default(),
    };
    let work = page.nav.iter().map(way).collect();
    html(&FrontPage { work, page })
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
