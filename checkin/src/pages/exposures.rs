//! The officer's pages: recent cases, and one cluster. Names are shown, so every look is on record.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use shared::access::Role;
use shared::events::ExposureLevel;
use shared::ids::{CaseId, PersonId, PlaceId, uuid_v7};
use shared::person::Person;
use shared::time::{Date, Instant};
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, exact, html};
use shared_web::problem::Problem;

use super::texts;
use super::venue_alerts::{AlertForm, Decision, decision};
use crate::App;
use crate::api::exposures::unknown_case;
use crate::app::cluster::{self, CaseLine, CaseVisitView, Cluster, ExposureView, VenueView};
use crate::app::notified::Notified;
use crate::app::odd_visits::ClockView;

/// How many cases the list shows.
const SHOWN: usize = 100;

struct Case {
    href: String,
    name: String,
    year: String,
    opened: String,
    opened_text: String,
    opened_exact: String,
    people: i64,
    close: i64,
    places: i64,
}

#[derive(Template)]
#[template(path = "exposures.html")]
struct ListPage {
    page: Page,
    cases: Vec<Case>,
}

impl ListPage {
    fn new(caller: &Caller, lines: &[CaseLine], now: Instant) -> Self {
        let page = Page::new(caller, texts(), "checkin-exposures-title").work();
        let case = |line: &CaseLine| Case {
            href: format!("/exposures?case_id={}", line.case.case_id),
            name: line.person.full_name.to_string(),
            year: year(&line.person),
            opened: line.case.opened_at.to_string(),
            opened_text: page.ago(line.case.opened_at, now),
            opened_exact: exact(line.case.opened_at),
            people: line.counts.people,
            close: line.counts.close,
            places: line.counts.places,
        };
        Self { cases: lines.iter().map(case).collect(), page }
    }
}

struct Venue {
    id: PlaceId,
    name: String,
    address: String,
    visits: Vec<Visit>,
    chosen: bool,
}

/// A visit of the case.
struct Visit {
    times: String,
    /// Nobody said when the case left.
    assumed: bool,
    /// The unit as it was on that day.
    ward: String,
}

pub(super) struct Moment {
    pub(super) at: String,
    pub(super) text: String,
    pub(super) exact: String,
}

struct Contact {
    person: PersonId,
    name: String,
    year: String,
    phone: String,
    tel: String,
    place: String,
    day: String,
    minutes: i64,
    level: &'static str,
    level_label: String,
    assumed: bool,
    household: bool,
    told: Option<Moment>,
    channel: String,
    marks: Vec<String>,
    /// What phones with a wrong clock said, and what is right.
    clocks: Vec<String>,
}

#[derive(Template)]
#[template(path = "cluster.html")]
pub(super) struct ClusterPage {
    page: Page,
    case_id: CaseId,
    name: String,
    year: String,
    voided: bool,
    window_from: String,
    window_to: String,
    people: usize,
    told: usize,
    venues: Vec<Venue>,
    contacts: Vec<Contact>,
    /// Those alone are shown whom nobody has told.
    only_untold: bool,
    decisions: Vec<Decision>,
    form: AlertForm,
}

impl ClusterPage {
    pub(super) fn new(
        caller: &Caller,
        cluster: &Cluster,
        people: &HashMap<PersonId, Person>,
        now: Instant,
        only_untold: bool,
        form: AlertForm,
    ) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-exposures-title").work();
        if !form.errors.is_empty() {
            page = page.with_errors();
        }
        let decisions = cluster.alerts.iter().map(|alert| decision(&page, alert, cluster, people, now)).collect();
        let places = labels(&cluster.venues);
        let who: HashMap<PersonId, bool> = cluster.exposures.iter().map(|e| (e.person_id, !e.is_untold())).collect();
        let case = people.get(&cluster.person_id);
        let shown = cluster.exposures.iter().filter(|exposure| !only_untold || exposure.is_untold());
        let contacts = shown.map(|exposure| contact(&page, exposure, people, &places, now)).collect();
        Self {
            case_id: cluster.case_id,
            name: case.map(|person| person.full_name.to_string()).unwrap_or_default(),
            year: case.map(year).unwrap_or_default(),
            voided: cluster.voided,
            window_from: exact(cluster.window.from),
            window_to: exact(cluster.window.to),
            people: who.len(),
            told: who.values().filter(|told| **told).count(),
            venues: cluster.venues.iter().map(|venue| venue_of(venue, &places, &form)).collect(),
            contacts,
            only_untold,
            decisions,
            form,
            page,
        }
    }
}

fn contact(
    page: &Page,
    exposure: &ExposureView,
    people: &HashMap<PersonId, Person>,
    places: &HashMap<PlaceId, String>,
    now: Instant,
) -> Contact {
    let person = people.get(&exposure.person_id);
    let phone = person.and_then(|person| person.phone.as_ref());
    Contact {
        person: exposure.person_id,
        name: person.map(|person| person.full_name.to_string()).unwrap_or_default(),
        year: person.map(year).unwrap_or_default(),
        phone: phone.map(|phone| phone.national()).unwrap_or_default(),
        tel: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        place: places.get(&exposure.venue_id).cloned().unwrap_or_default(),
        day: written(exposure.day),
        minutes: exposure.overlap_minutes,
        level: badge(exposure.level),
        level_label: page.t(&format!("checkin-level-{}", exposure.level.code())),
        assumed: exposure.assumed,
        household: exposure.household,
        told: exposure.notified.notified_at.map(|at| moment(page, at, now)),
        channel: channel(page, &exposure.notified),
        marks: exposure.odd.marks.iter().map(|mark| page.t(&format!("checkin-mark-{mark}"))).collect(),
        clocks: exposure.odd.clocks.iter().map(|clock| both_times(page, clock)).collect(),
    }
}

/// The colour of a level.
pub(super) const fn badge(level: ExposureLevel) -> &'static str {
    match level {
        ExposureLevel::Close => "urgent",
        ExposureLevel::Brief => "watch",
        ExposureLevel::SamePlace => "unknown",
    }
}

/// Both times of a visit whose phone had a wrong clock.
fn both_times(page: &Page, clock: &ClockView) -> String {
    let times = [
        ("device", exact(clock.device_at).into()),
        ("right", exact(clock.checked_in_at).into()),
        ("received", exact(clock.received_at).into()),
    ];
    page.t_with("checkin-clock-both", &times)
}

pub(super) fn moment(page: &Page, at: Instant, now: Instant) -> Moment {
    Moment { at: at.to_string(), text: page.ago(at, now), exact: exact(at) }
}

/// How somebody was told, in words, and by whom where it was by word of mouth; empty where nobody told them.
pub(super) fn channel(page: &Page, notified: &Notified) -> String {
    let how = notified.notified_by.as_deref().map(|by| page.t(&format!("checkin-channel-{by}")));
    let parts: Vec<String> = how.into_iter().chain(notified.told_by.clone()).collect();
    parts.join(", ")
}

/// The names of places; a part says of what, where that is among them.
fn labels(venues: &[VenueView]) -> HashMap<PlaceId, String> {
    let names: HashMap<PlaceId, &str> =
        venues.iter().map(|venue| (venue.place.id, venue.place.name.as_str())).collect();
    let label = |venue: &VenueView| match venue.place.parent_id.and_then(|whole| names.get(&whole)) {
        Some(whole) => format!("{} ({whole})", venue.place.name),
        None => venue.place.name.clone(),
    };
    venues.iter().map(|venue| (venue.place.id, label(venue))).collect()
}

fn venue_of(venue: &VenueView, labels: &HashMap<PlaceId, String>, form: &AlertForm) -> Venue {
    let visit = |visit: &CaseVisitView| Visit {
        times: format!("{} – {}", exact(visit.checked_in_at), exact(visit.left_at)),
        assumed: visit.assumed,
        ward: visit.ward_name.clone().unwrap_or_default(),
    };
    Venue {
        id: venue.place.id,
        name: labels.get(&venue.place.id).cloned().unwrap_or_default(),
        address: venue.place.address.clone(),
        visits: venue.visits.iter().map(visit).collect(),
        chosen: form.venues.contains(&venue.place.id.to_string()),
    }
}

/// The year of birth, empty where it is not known.
pub(super) fn year(person: &Person) -> String {
    person.birth.map(|birth| birth.year().to_string()).unwrap_or_default()
}

pub(super) fn written(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

#[derive(Deserialize)]
struct Wanted {
    case_id: Option<String>,
    told: Option<String>,
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let now = app.platform.now();
    let Some(text) = wanted.case_id.as_deref().filter(|text| !text.is_empty()) else {
        let lines = cluster::recent(&app, &caller, SHOWN).await?;
        return Ok(html(&ListPage::new(&caller, &lines, now)));
    };
    let case_id = text.parse().map_err(|_| unknown_case())?;
    let (cluster, people) = cluster::cluster(&app, &caller, case_id, true).await?.ok_or_else(unknown_case)?;
    let form = AlertForm::fresh(&cluster, uuid_v7(now, &mut app.platform.random()).to_string());
    let only_untold = wanted.told.as_deref() == Some("no");
    Ok(html(&ClusterPage::new(&caller, &cluster, &people, now, only_untold, form)))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes.add(
        Method::GET,
        "/exposures",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        Doc::page("Recent cases with their contacts; with ?case_id= one cluster").query(&["case_id", "told"]),
        get(show),
    )
}
