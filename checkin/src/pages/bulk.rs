//! Venues in bulk: a file of them, and the posters of all.

use askama::Template;
use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::uuid_v7;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{Pairs, given};
use super::texts;
use crate::App;
use crate::api::bulk_posters::{self, Batch};
use crate::api::imports::{MOST_BYTES, file_of};
use crate::api::venues::KEEPERS;
use crate::app::import::{self, Fate, Row};
use crate::jobs::State as JobState;

/// How many bad lines the page shows; the API tells all.
const SHOWN: usize = 200;
/// How often the page of a work is drawn anew, in seconds.
const EVERY: &str = "2";

/// A line that was not taken.
struct Bad {
    row: u32,
    name: String,
    reasons: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    page: Page,
    counts: Vec<(String, usize)>,
    bad: Vec<Bad>,
    done: bool,
    dry: bool,
    error: String,
}

impl ImportPage {
    fn new(caller: &Caller) -> Self {
        let page = Page::new(caller, texts(), "checkin-import-title");
        Self { page, counts: Vec::new(), bad: Vec::new(), done: false, dry: false, error: String::new() }
    }

    fn refused(caller: &Caller, error: String) -> Self {
        let fresh = Self::new(caller);
        Self { page: fresh.page.with_errors(), error, ..Self::new(caller) }
    }

    fn of(caller: &Caller, rows: &[Row], dry: bool) -> Self {
        let fresh = Self::new(caller);
        let count = |fate: Fate| {
            let label = fresh.page.t(&format!("checkin-import-{}", fate.code()));
            (label, rows.iter().filter(|row| row.fate == fate).count())
        };
        let bad = |row: &Row| Bad {
            row: row.row,
            name: row.accession.clone().unwrap_or_default(),
            reasons: row.errors.iter().map(|e| (e.pointer.clone(), e.detail.get(caller.lang()).to_owned())).collect(),
        };
        Self {
            counts: [Fate::Accepted, Fate::Duplicate, Fate::Amended, Fate::Rejected].map(count).into(),
            bad: rows.iter().filter(|row| row.fate == Fate::Rejected).take(SHOWN).map(bad).collect(),
            done: true,
            dry,
            ..fresh
        }
    }
}

#[derive(Template)]
#[template(path = "posters.html")]
struct PostersPage {
    page: Page,
    done: usize,
    total: usize,
    failed: bool,
    href: String,
}

async fn show(caller: Caller) -> Response {
    html(&ImportPage::new(&caller))
}

#[derive(Deserialize)]
struct Options {
    dry_run: Option<bool>,
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    request: Request,
) -> Result<Response, Problem> {
    let account = caller.require_account()?.clone();
    let dry = options.dry_run == Some(true);
    let id = uuid_v7(app.platform.now(), &mut app.platform.random());
    let taken = match file_of(&app, request).await {
        Ok(bytes) => import::import(&app, &caller, &account, id, bytes, dry).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match taken {
        Ok(rows) => Ok(html(&ImportPage::of(&caller, &rows, dry))),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let said =
                problem.errors.first().map_or(&*problem.detail, |error| &error.detail).get(caller.lang()).to_owned();
            Ok((problem.status, html(&ImportPage::refused(&caller, said))).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn draw(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let batch = Batch::of_all(given(&pairs, "lang"), given(&pairs, "size"));
    let id = bulk_posters::begin(&app, &caller, batch).await?;
    Ok(Redirect::to(&format!("/venue/posters/{id}")).into_response())
}

async fn progress(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let work = bulk_posters::progress(&app, &caller, &id)?;
    let (page, running) = (Page::new(&caller, texts(), "checkin-bulk-title"), work.state == JobState::Running);
    let failed = work.state == JobState::Failed;
    let href = work.href.filter(|_| work.state == JobState::Done).unwrap_or_default();
    let mut response = html(&PostersPage { page, done: work.done, total: work.total, failed, href });
    if running {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(EVERY));
    }
    Ok(response)
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let keepers = Who::Roles(KEEPERS);
    let import = Doc::page("Register the venues of a file").takes("multipart/form-data").query(&["dry_run"]);
    let posters = Doc::page("Draw the posters of all own venues").form();
    let limited = post(take).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    routes
        .add(Method::GET, "/venue/import", keepers, Scope::None, Doc::page("Venues from a file"), get(show))
        .add(Method::POST, "/venue/import", keepers, Scope::None, import, limited)
        .add(Method::POST, "/venue/posters", keepers, Scope::Own, posters, post(draw))
        .add(
            Method::GET,
            "/venue/posters/{id}",
            keepers,
            Scope::Own,
            Doc::page("How far the posters are"),
            get(progress),
        )
}
