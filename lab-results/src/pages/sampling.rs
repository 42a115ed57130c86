//! `/sampling`: the sampling team's phone. It works without a network: what is taken is kept on the phone and sent later.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use shared::place::{Place, PlaceKind};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::TEXTS;
use crate::app::App;
use crate::domain::codes::SpecimenKind;
use crate::store::LabRead;

/// How many of the newest ranges a phone knows, to tell a misread code of ours from a kit's number.
const RANGES: i64 = 50;
/// How many places a phone chooses from.
const SITES: usize = 100;
/// How many places of all are looked through for those that take specimens.
const LOOKED: i64 = 1_000;
/// Places that take specimens.
const TAKING: [PlaceKind; 2] = [PlaceKind::HealthStation, PlaceKind::Hospital];

/// One line of a choice.
struct Choice {
    value: String,
    label: String,
}

#[derive(Template)]
#[template(path = "sampling.html")]
struct SamplingPage {
    page: Page,
    ranges: String,
    sites: Vec<Choice>,
    kinds: Vec<Choice>,
}

/// Where the team may stand: the places whose staff the account is, then the stations and hospitals in its area.
async fn sites(app: &App, tx: &mut dyn LabRead, caller: &Caller) -> Result<Vec<Place>, StoreError> {
    let today = app.platform.now().local_date();
    let own = caller.account().map(|account| account.id);
    let mut found = match own {
        Some(own) => tx.places(Some(own), LOOKED, 0).await?,
        None => Vec::new(),
    };
    let others = tx.places(None, LOOKED, 0).await?.into_iter();
    let others =
        others.filter(|place| TAKING.contains(&place.kind) && caller.covers(Some(place.ward_code.as_str()), today));
    for place in others {
        if found.iter().all(|known| known.id != place.id) {
            found.push(place);
        }
    }
    found.truncate(SITES);
    Ok(found)
}

pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.store.read().await?;
    let ranges = tx.ranges(None, RANGES).await?;
    let sites = sites(&app, tx.as_mut(), &caller).await?;
    let page = Page::new(&caller, &TEXTS, "sampling-title");
    let ranges: Vec<String> = ranges.iter().map(|range| format!("{}:{}", range.first_number, range.size)).collect();
    let kinds = SpecimenKind::ALL.iter().filter(|kind| **kind != SpecimenKind::Unknown);
    let kind = |kind: &SpecimenKind| Choice {
        value: kind.code().to_owned(),
        label: kind.name().get(page.language()).to_owned(),
    };
    Ok(html(&SamplingPage {
        ranges: ranges.join(","),
        sites: sites.into_iter().map(|place| Choice { value: place.id.to_string(), label: place.name }).collect(),
        kinds: kinds.map(kind).collect(),
        page,
    }))
}
