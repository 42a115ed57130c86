//! `/sampling`: the sampling team's phone. It works without a network: what is taken is kept on the phone and sent later.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::TEXTS;
use crate::app::App;

/// How many of the newest ranges a phone knows, to tell a misread code of ours from a kit's number.
const RANGES: i64 = 50;

#[derive(Template)]
#[template(path = "sampling.html")]
struct SamplingPage {
    page: Page,
    ranges: String,
}

pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let ranges = app.store.read().await?.ranges(RANGES).await?;
    let ranges: Vec<String> = ranges.iter().map(|range| format!("{}:{}", range.first_number, range.size)).collect();
    Ok(html(&SamplingPage { page: Page::new(&caller, &TEXTS, "sampling-title"), ranges: ranges.join(",") }))
}
