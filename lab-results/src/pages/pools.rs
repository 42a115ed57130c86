//! `/lab/pools`: pools, and the call-back list of a positive one.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::ids::SpecimenId;
use shared::phone::Phone;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, exact, html};

use super::TEXTS;
use super::pager::Pager;
use super::tabs::{Tab, pool_level, pool_says, tabs};
use crate::app::App;
use crate::app::paging;
use crate::app::pools::{self, CallInput, ShownMember};
use crate::app::sender::Sender;
use crate::domain::pool::{MemberState, PoolState};

/// How many pools the page shows at once.
const SHOWN: i64 = 50;

struct PoolRow {
    href: String,
    barcode: String,
    kind: String,
    level: &'static str,
    state: String,
    deadline: String,
    created_at: String,
}

#[derive(Template)]
#[template(path = "lab_pools.html")]
struct PoolsPage {
    page: Page,
    tabs: Vec<Tab>,
    filters: Vec<Filter>,
    rows: Vec<PoolRow>,
    pager: Pager,
}

/// A state that the list may be narrowed to.
struct Filter {
    word: String,
    href: String,
    current: bool,
}

impl Filter {
    /// All states, and each of them: those first about which there is something to do.
    fn all(page: &Page, wanted: Option<PoolState>) -> Vec<Self> {
        let states = [PoolState::Positive, PoolState::Unclear, PoolState::Waiting, PoolState::Negative];
        let one = |state: Option<PoolState>| Self {
            word: page.t(&state.map_or_else(|| "lab-pools-all".to_owned(), |state| format!("pool-{}", state.code()))),
            href: state.map_or_else(|| "/lab/pools".to_owned(), |state| format!("/lab/pools?state={}", state.code())),
            current: state == wanted,
        };
        std::iter::once(None).chain(states.map(Some)).map(one).collect()
    }
}

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    state: String,
    /// After which pool the page begins.
    #[serde(default)]
    after: String,
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let page = Page::new(&caller, &TEXTS, "lab-pools-title").work();
    let mut tx = app.store.read().await?;
    let mut rows = Vec::new();
    let state = PoolState::from_code(&wanted.state);
    // A place that nobody has is that of the first page.
    let after: Option<SpecimenId> = wanted.after.parse().ok();
    let found = tx.pools(sender.lab_code(), state, after, SHOWN + 1).await?;
    let found = paging::after_last(found, SHOWN, |pool| pool.id.to_string());
    for pool in found.items {
        let specimen = tx.specimen(pool.id).await?;
        rows.push(PoolRow {
            href: format!("/lab/pools/{}", pool.id),
            barcode: specimen.map(|specimen| specimen.barcode).unwrap_or_default(),
            kind: page.t(&format!("pool-{}", pool.kind.code())),
            level: pool_level(pool.state),
            state: page.t(&format!("pool-{}", pool.state.code())),
            deadline: pool.deadline.map(exact).unwrap_or_default(),
            created_at: exact(pool.created_at),
        });
    }
    let (here, kept) = (after.map(|after| after.to_string()), state.map(PoolState::code).unwrap_or_default());
    let begins = ("after", here.as_deref());
    let pager = Pager::new(("/lab/pools", "list"), &[("state", kept)], begins, found.next_cursor.as_deref());
    let filters = Filter::all(&page, state);
    Ok(html(&PoolsPage { tabs: tabs(&page, &caller, "/lab/pools"), filters, rows, pager, page }))
}

struct MemberRow {
    position: i64,
    name: String,
    birth: String,
    phone: String,
    dial: String,
    state: String,
    barcode: String,
    note: String,
    callable: bool,
    action: String,
}

#[derive(Template)]
#[template(path = "lab_pool.html")]
struct PoolPage {
    page: Page,
    barcode: String,
    kind: String,
    level: &'static str,
    state: String,
    says: String,
    deadline: String,
    members: Vec<MemberRow>,
}

fn member_row(page: &Page, shown: ShownMember) -> MemberRow {
    let ShownMember { member, person, barcode } = shown;
    let phone = person.as_ref().and_then(|person| person.phone.as_ref());
    MemberRow {
        position: member.position + 1,
        name: person.as_ref().map(|person| person.full_name.as_str().to_owned()).unwrap_or_default(),
        birth: person.as_ref().and_then(|p| p.birth).map(|birth| birth.year().to_string()).unwrap_or_default(),
        phone: phone.map(Phone::national).unwrap_or_default(),
        dial: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        state: page.t(&format!("member-{}", member.state.code())),
        barcode: barcode.unwrap_or_default(),
        callable: matches!(member.state, MemberState::ToCall | MemberState::Called | MemberState::Unreachable),
        action: format!("/lab/pools/{}/members/{}", member.pool_id, member.position + 1),
        note: member.note,
    }
}

pub(super) async fn one(State(app): State<App>, caller: Caller, Id(id): Id<SpecimenId>) -> Result<Response, Problem> {
    let shown = pools::show(&app, &Sender::of(&caller)?, id).await?;
    let page = Page::new(&caller, &TEXTS, "lab-pools-title").work();
    let says = pool_says(&page, &shown);
    let members = shown.members.into_iter().map(|member| member_row(&page, member)).collect();
    Ok(html(&PoolPage {
        barcode: shown.barcode,
        kind: page.t(&format!("pool-{}", shown.pool.kind.code())),
        level: pool_level(shown.pool.state),
        state: page.t(&format!("pool-{}", shown.pool.state.code())),
        says,
        deadline: shown.pool.deadline.map(exact).unwrap_or_default(),
        members,
        page,
    }))
}

pub(super) async fn call(
    State(app): State<App>,
    caller: Caller,
    Path((id, position)): Path<(SpecimenId, i64)>,
    Form(input): Form<CallInput>,
) -> Result<Response, Problem> {
    pools::call(&app, &Sender::of(&caller)?, id, position - 1, &input).await?;
    Ok(Redirect::to(&format!("/lab/pools/{id}")).into_response())
}
