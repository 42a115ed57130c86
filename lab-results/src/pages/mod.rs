//! The pages of the service: the laboratory's work list with its upload, and the citizen's result.

mod bench;
mod citizen;
mod example;
mod held;
mod kept;
mod lab;
mod labels;
mod labs;
#[cfg(test)]
mod more_tests;
mod pager;
mod pools;
mod report;
mod sampling;
mod slip;
mod tabs;
#[cfg(test)]
mod tests;
mod tubes;
mod undo;
mod words;

use std::borrow::Cow;

use askama::Template;
use axum::Extension;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Method, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use shared::bilingual::Lang;
use shared::events::Method as TestMethod;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::page::{Page, exact};

pub use self::example::example_rows as template_rows;
use self::kept::Reports;
use crate::api::labs::REGISTRARS;
use crate::api::{TAKERS, WORKERS};
use crate::app::App;
use crate::store::model::StoredResult;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "vi",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// One thing to correct in a form.
struct FormError {
    id: Cow<'static, str>,
    message: String,
}

/// The code under which the words of a result stand: its outcome, or that it was withdrawn.
fn outcome_key(result: &StoredResult) -> &'static str {
    if result.withdrawn() { "withdrawn" } else { result.content.outcome.code() }
}

/// The level under which a result is shown.
fn level(result: &StoredResult) -> &'static str {
    match outcome_key(result) {
        "detected" => "urgent",
        "not_detected" => "well",
        _ => "unknown",
    }
}

/// The word for how the virus was looked for.
fn method_word(page: &Page, method: Option<TestMethod>) -> String {
    page.t(&format!("method-{}", method.map_or("unknown", TestMethod::code)))
}

/// The size that every page of a citizen's link has, in bytes.
const EVEN: usize = 48 * 1024;

/// A page that is as long as any other of its kind and is not compressed, so that whoever watches the line cannot tell a
/// positive from a negative by its length.
fn even(template: &impl Template) -> Response {
    let mut text = match template.render() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be rendered");
            return Problem::internal().into_response();
        }
    };
    let frame = "<!---->".len();
    let size = (text.len() + frame).div_ceil(EVEN).max(1) * EVEN;
    let filling = size - text.len() - frame;
    text.push_str("<!--");
    text.extend(std::iter::repeat_n(' ', filling));
    text.push_str("-->");
    let mut response = Html(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    response
}

/// A moment as `dd/MM/yyyy HH:mm`; the day alone for midnight, which is how a day without a time is stored.
fn when(at: Instant) -> String {
    let text = exact(at);
    text.strip_suffix(" 00:00").map(str::to_owned).unwrap_or(text)
}

/// A whole number as the language writes it: `1.250` in Vietnamese, `1,250` in English.
fn figure(lang: Lang, number: u64) -> String {
    let digits = number.to_string();
    let mark = if lang == Lang::Vi { '.' } else { ',' };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>, app: &App) -> Routes<App> {
    more_routes(officer_routes(tube_routes(work_routes(result_routes(routes), app))), app)
}

fn tube_routes(routes: Routes<App>) -> Routes<App> {
    let takers = Who::Roles(TAKERS);
    let page = Doc::page;
    routes
        .add(Method::GET, "/sampling", takers, Scope::None, page("The sampling team's phone"), get(sampling::show))
        .add(
            Method::GET,
            "/lab/tubes",
            takers,
            Scope::AreaOrOwn,
            page("Where tubes are, and how long each part of the way takes").query(&["barcode", "noted", "after"]),
            get(tubes::show),
        )
        .add(
            Method::POST,
            "/lab/custody",
            takers,
            Scope::Own,
            page("Note what happened to tubes").form(),
            post(tubes::note),
        )
        .add(
            Method::GET,
            "/lab/labels",
            takers,
            Scope::None,
            page("Codes given out ahead").query(&["range", "before"]),
            get(labels::show),
        )
        .add(Method::POST, "/lab/labels", takers, Scope::None, page("Give out codes").form(), post(labels::give))
        .add(Method::GET, "/lab/pools", takers, Scope::Own, page("Pools").query(&["state", "after"]), get(pools::list))
        .add(Method::GET, "/lab/pools/{id}", takers, Scope::AreaOrOwn, page("A pool and its members"), get(pools::one))
        .add(
            Method::POST,
            "/lab/pools/{id}/members/{position}",
            takers,
            Scope::AreaOrOwn,
            page("Note that a member was called back").form(),
            post(pools::call),
        )
        .add(
            Method::GET,
            "/t/{code}",
            Who::Public,
            Scope::None,
            page("Where the tube with a code is; tells nothing of the person"),
            get(tubes::own),
        )
}

fn officer_routes(routes: Routes<App>) -> Routes<App> {
    let registrars = Who::Roles(REGISTRARS);
    let page = Doc::page;
    routes
        .add(Method::GET, "/lab/labs", registrars, Scope::None, page("Laboratories and their keys"), get(labs::show))
        .add(
            Method::POST,
            "/lab/labs",
            registrars,
            Scope::None,
            page("Register a laboratory").form(),
            post(labs::register),
        )
        .add(
            Method::POST,
            "/lab/labs/{code}/keys",
            registrars,
            Scope::None,
            page("Make a key for a laboratory's program").form(),
            post(labs::make_key),
        )
        .add(
            Method::POST,
            "/lab/labs/{code}/certificates",
            registrars,
            Scope::None,
            page("Let a laboratory's program in by its client certificate").form(),
            post(labs::add_certificate),
        )
        .add(Method::POST, "/lab/keys/{id}/revoke", registrars, Scope::None, page("Revoke a key"), post(labs::revoke))
}

fn more_routes(routes: Routes<App>, app: &App) -> Routes<App> {
    let workers = Who::Roles(WORKERS);
    let page = Doc::page;
    routes
        .add(
            Method::GET,
            "/lab/undo",
            workers,
            Scope::Own,
            page("What is still to undo").query(&["after"]),
            get(undo::show),
        )
        .add(
            Method::POST,
            "/lab/undo/{id}",
            workers,
            Scope::Own,
            page("Strike a task off the list").form(),
            post(undo::finish),
        )
        .add(Method::GET, "/lab/bench", workers, Scope::None, page("The test bench"), get(bench::show))
        .add(
            Method::POST,
            "/lab/bench",
            workers,
            Scope::Own,
            page("What would become of records; nothing is stored").form(),
            post(bench::paste),
        )
        .add(
            Method::POST,
            "/lab/bench/file",
            workers,
            Scope::Own,
            page("What would become of a file; nothing is stored").takes("multipart/form-data"),
            post(bench::file).layer(DefaultBodyLimit::max(app.platform.config.upload_limit)),
        )
        .add(
            Method::GET,
            "/lab/words",
            workers,
            Scope::Own,
            page("What the laboratory's own headers, codes and words mean").query(&["lab", "again"]),
            get(words::show),
        )
        .add(
            Method::POST,
            "/lab/words",
            workers,
            Scope::Own,
            page("Say what a word of the laboratory means").form(),
            post(words::put),
        )
        .add(
            Method::POST,
            "/lab/words/again",
            workers,
            Scope::Own,
            page("Judge the records again that wait for a word of the laboratory").form(),
            post(words::again),
        )
}

fn result_routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/r/{code}",
            Who::Public,
            Scope::Own,
            Doc::page("A citizen's result; shows nothing before a one-time code"),
            get(citizen::show),
        )
        .add(
            Method::POST,
            "/r/{code}",
            Who::Public,
            Scope::Own,
            Doc::page("Open the result with a one-time code").form(),
            post(citizen::redeem),
        )
        .add(
            Method::POST,
            "/r/{code}/code",
            Who::Public,
            Scope::Own,
            Doc::page("Send the one-time code"),
            post(citizen::ask),
        )
        .add(
            Method::POST,
            "/r/{code}/again",
            Who::Public,
            Scope::Own,
            Doc::page("Send the link once more to the person's own phone"),
            post(citizen::again),
        )
        .add(
            Method::POST,
            "/r/{code}/member",
            Who::Public,
            Scope::Own,
            Doc::page("Open the result of a member of the household by their birth date").form(),
            post(citizen::member),
        )
        .add(
            Method::GET,
            "/r/{code}/slip.pdf",
            Who::Public,
            Scope::Own,
            Doc::page("The result slip, for the citizen whose session is open").gives("application/pdf"),
            get(slip::pdf),
        )
        .add(
            Method::GET,
            "/s/{token}",
            Who::Public,
            Scope::None,
            Doc::page("Whether a result slip is ours and still holds"),
            get(slip::check),
        )
        .add(
            Method::GET,
            "/S/{token}",
            Who::Public,
            Scope::None,
            Doc::page("What the QR of a result slip opens"),
            get(slip::check),
        )
}

fn work_routes(routes: Routes<App>, app: &App) -> Routes<App> {
    let limit = DefaultBodyLimit::max(app.platform.config.upload_limit);
    let reports = Reports::default();
    routes
        .add(
            Method::GET,
            "/lab",
            Who::Roles(WORKERS),
            Scope::AreaOrOwn,
            Doc::page("The laboratory's work list").query(&["done", "after"]),
            get(lab::show),
        )
        .add(
            Method::GET,
            "/lab/template.csv",
            Who::Roles(WORKERS),
            Scope::None,
            Doc::page("An example of a file of results").gives("text/csv"),
            get(example::show),
        )
        .add(
            Method::POST,
            "/lab/upload",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("Send a file and see its report, without script").takes("multipart/form-data"),
            post(report::upload).layer((limit, Extension(reports.clone()))),
        )
        .add(
            Method::GET,
            "/lab/uploads/{id}",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("The rows of a status in a report just seen").query(&["status"]),
            get(report::show).layer(Extension(reports)),
        )
        .add(
            Method::GET,
            "/lab/held/{id}",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("A waiting record, who it may be about, and the message that it came in"),
            get(held::show),
        )
        .add(
            Method::POST,
            "/lab/held/{id}/release",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("Release a waiting record").form(),
            post(held::release),
        )
        .add(
            Method::POST,
            "/lab/held/{id}/dismiss",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("Take a waiting record from the queue"),
            post(held::dismiss),
        )
}
