//! The pages of the service: the laboratory's work list with its upload, and the citizen's result.

mod cells;
mod citizen;
mod example;
mod kept;
mod lab;
mod report;
#[cfg(test)]
mod tests;

use axum::Extension;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::{get, post};
use shared::bilingual::Lang;
use shared::events::Method as TestMethod;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::page::{Page, exact};

use self::kept::Reports;
use crate::api::WORKERS;
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
    id: &'static str,
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
    work_routes(result_routes(routes), app)
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
            Doc::page("Open the result with a one-time code").takes("application/x-www-form-urlencoded"),
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
            Doc::page("The laboratory's work list").query(&["done"]),
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
            Method::POST,
            "/lab/held/{id}/release",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("Release a waiting record"),
            post(lab::release),
        )
        .add(
            Method::POST,
            "/lab/held/{id}/dismiss",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::page("Take a waiting record from the queue"),
            post(lab::dismiss),
        )
}
