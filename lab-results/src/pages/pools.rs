//! `/lab/pools`: pools, and the call-back list of a positive one.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use shared::ids::SpecimenId;
use shared::phone::Phone;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, exact, html};

use super::TEXTS;
use super::tabs::{Tab, pool_level, pool_says, tabs};
use crate::app::App;
use crate::app::pools::{self, CallInput, ShownMember};
use crate::app::sender::Sender;
use crate::domain::pool::MemberState;

/// How many pools the page shows.
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
    rows: Vec<PoolRow>,
}

pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let page = Page::new(&caller, &TEXTS, "lab-pools-title").work();
    let mut tx = app.store.read().await?;
    let mut rows = Vec::new();
    for pool in tx.pools(sender.lab_code(), None, (SHOWN, 0)).await? {
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
    Ok(html(&PoolsPage { tabs: tabs(&page, &caller, "/lab/pools"), rows, page }))
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
