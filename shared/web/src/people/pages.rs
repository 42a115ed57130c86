//! The page that finds people.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use shared::bilingual::Lang;
use shared::person::{Birth, Person};

use super::api::{NotSearched, READERS, find};
use crate::access::{Doc, Routes, Scope, Who};
use crate::caller::Caller;
use crate::extract::Query;
use crate::i18n;
use crate::page::{Page, html};
use crate::platform::Platform;
use crate::problem::Problem;

/// How many hits the page shows.
const SHOWN: i64 = 50;

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

struct PersonRow {
    name: String,
    born: String,
    sex: String,
    phone: String,
    tel: String,
    ward: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    q: String,
    searched: bool,
    error: String,
    found: Vec<PersonRow>,
}

fn row(person: &Person, lang: Lang) -> PersonRow {
    let ward = person.ward_code.as_ref();
    PersonRow {
        name: person.full_name.as_str().to_owned(),
        born: person.birth.map(birth).unwrap_or_default(),
        sex: person.sex.name().get(lang).to_owned(),
        phone: person.phone.as_ref().map(|phone| phone.national()).unwrap_or_default(),
        tel: person.phone.as_ref().map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        ward: ward.and_then(|code| shared::area::ward_any(code.as_str())).map(|unit| unit.label()).unwrap_or_default(),
    }
}

fn birth(birth: Birth) -> String {
    match birth {
        Birth::Date(date) => format!("{:02}/{:02}/{}", date.day(), date.month(), date.year()),
        Birth::Year(year) => year.to_string(),
    }
}

async fn show(
    State(platform): State<Platform>,
    caller: Caller,
    Query(search): Query<Search>,
) -> Result<Response, Problem> {
    let page = Page::new(&caller, i18n::shell(), "people-title").work();
    let text = search.q.trim().to_owned();
    let (found, error) = if text.is_empty() {
        (Vec::new(), String::new())
    } else {
        match find(&platform, &caller, &text, SHOWN, 0).await? {
            Ok(found) => (found.items, String::new()),
            Err(NotSearched::TooShort) => (Vec::new(), page.t("people-short")),
            Err(NotSearched::TooLong) => (Vec::new(), page.t("people-long")),
        }
    };
    Ok(html(&PeoplePage {
        searched: !text.is_empty(),
        found: found.iter().map(|stored| row(&stored.person, page.language())).collect(),
        error,
        q: text,
        page,
    }))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes.add(Method::GET, "/people", Who::Roles(READERS), Scope::Area, Doc::page("Find people"), get(show))
}
