//! `/lab/labels`: codes given out ahead, their sheets of labels, and which of them no tube has.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, html};

use super::pager::Pager;
use super::tabs::{Tab, tabs};
use super::{TEXTS, figure};
use crate::app::App;
use crate::app::paging;
use crate::app::sender::Sender;
use crate::app::tubes::{self, RangeInput, Usage};
use crate::domain::tube::Gap;

/// How many ranges the list shows at once.
const SHOWN: i64 = 50;

struct RangeRow {
    first: String,
    last: String,
    size: i64,
    note: String,
    sheet: String,
    /// Where its unused codes stand.
    href: String,
}

/// A range that is looked at: what of it has no tube, and why.
struct UsageShown {
    first: String,
    last: String,
    used: String,
    gaps: Vec<GapRow>,
}

struct GapRow {
    codes: String,
    size: String,
    why: String,
}

impl UsageShown {
    fn new(page: &Page, usage: &Usage) -> Self {
        let lang = page.language();
        let number = |count: i64| figure(lang, u64::try_from(count).unwrap_or_default());
        let last = |first: i64, size: i64| tubes::code(first + size - 1).to_string();
        let row = |gap: &Gap| GapRow {
            codes: if gap.size == 1 {
                tubes::code(gap.first).to_string()
            } else {
                format!("{} – {}", tubes::code(gap.first), last(gap.first, gap.size))
            },
            size: number(gap.size),
            why: page.t(if gap.skipped { "lab-labels-skipped" } else { "lab-labels-not-reached" }),
        };
        let (used, size) = (number(usage.used), number(usage.range.size));
        Self {
            first: tubes::code(usage.range.first_number).to_string(),
            last: last(usage.range.first_number, usage.range.size),
            used: page.t_with("lab-labels-used", &[("used", used.into()), ("size", size.into())]),
            gaps: usage.gaps.iter().map(row).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "lab_labels.html")]
struct LabelsPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<RangeRow>,
    pager: Pager,
    shown: Option<UsageShown>,
}

#[derive(Deserialize)]
pub(super) struct LookedAt {
    /// The range whose unused codes are asked for.
    #[serde(default)]
    range: String,
    /// Below which number the ranges of the page are.
    #[serde(default)]
    before: String,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(looked_at): Query<LookedAt>,
) -> Result<Response, Problem> {
    let page = Page::new(&caller, &TEXTS, "lab-labels-title").work();
    let mut tx = app.store.read().await?;
    // A place that nobody has is that of the first page.
    let before: Option<i64> = looked_at.before.parse().ok();
    let found = paging::after_last(tx.ranges(before, SHOWN + 1).await?, SHOWN, |range| range.first_number.to_string());
    let usage = match looked_at.range.parse() {
        Ok(id) => tubes::usage(tx.as_mut(), id).await?,
        Err(_) => None,
    };
    let shown = usage.map(|usage| UsageShown::new(&page, &usage));
    let here = before.map(|before| before.to_string());
    let begins = ("before", here.as_deref());
    let pager = Pager::new(("/lab/labels", "list"), &[], begins, found.next_cursor.as_deref());
    let page_of = here.as_deref().map(|before| format!("&before={before}")).unwrap_or_default();
    let rows = found.items.into_iter().map(|range| RangeRow {
        first: tubes::code(range.first_number).to_string(),
        last: tubes::code(range.first_number + range.size - 1).to_string(),
        size: range.size,
        note: range.note,
        sheet: format!("/api/v1/lab/tube-ranges/{}/labels.pdf", range.id),
        href: format!("/lab/labels?range={}{page_of}#unused-title", range.id),
    });
    Ok(html(&LabelsPage { tabs: tabs(&page, &caller, "/lab/labels"), rows: rows.collect(), pager, shown, page }))
}

#[derive(Deserialize)]
pub(super) struct RangeForm {
    #[serde(default)]
    size: String,
    #[serde(default)]
    note: String,
}

pub(super) async fn give(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<RangeForm>,
) -> Result<Response, Problem> {
    let input = RangeInput {
        id: None,
        site_id: None,
        size: Some(form.size.trim().parse().unwrap_or(0)),
        note: Some(form.note),
    };
    tubes::give(&app, &Sender::of(&caller)?, &input).await?;
    Ok(Redirect::to("/lab/labels").into_response())
}
