//! The officer's pages: recent cases, and one cluster. Names are shown, so every look is on record.

use std::collections::HashMap;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::access::Role;
use shared::bilingual::Lang;
use shared::events::ExposureLevel;
use shared::ids::{CaseId, PersonId, PlaceId, uuid_v7};
use shared::person::Person;
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, exact, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, message, summary, value, values};
use super::texts;
use crate::App;
use crate::api::exposures::unknown_case;
use crate::app::cluster::{self, CaseLine, CaseVisitView, Cluster, ExposureView, VenueView};
use crate::app::venue_alerts::{AlertError, AlertInput, AlertView, alert};

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
    /// Times, and the unit as it was on that day.
    visits: Vec<(String, String)>,
    chosen: bool,
}

/// A decision to tell everybody who was at a place.
struct Decision {
    by: String,
    at: Moment,
    window: String,
    places: String,
    reason: String,
    people: i64,
}

/// The form of such a decision, as it was typed.
#[derive(Default)]
struct AlertForm {
    id: String,
    venues: Vec<String>,
    from: String,
    to: String,
    reason: String,
    /// How many would be told; `None` until that is counted.
    count: Option<usize>,
    error_venues: String,
    error_from: String,
    error_to: String,
    error_reason: String,
    errors: Vec<FormError>,
}

struct Moment {
    at: String,
    text: String,
    exact: String,
}

struct Contact {
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
}

#[derive(Template)]
#[template(path = "cluster.html")]
struct ClusterPage {
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
    decisions: Vec<Decision>,
    form: AlertForm,
}

impl ClusterPage {
    fn new(
        caller: &Caller,
        cluster: &Cluster,
        people: &HashMap<PersonId, Person>,
        now: Instant,
        form: AlertForm,
    ) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-exposures-title").work();
        if !form.errors.is_empty() {
            page = page.with_errors();
        }
        let decisions = cluster.alerts.iter().map(|alert| decision(&page, alert, cluster, now)).collect();
        let places: HashMap<PlaceId, &str> =
            cluster.venues.iter().map(|venue| (venue.place.id, venue.place.name.as_str())).collect();
        let who: HashMap<PersonId, bool> =
            cluster.exposures.iter().map(|e| (e.person_id, e.notified_at.is_some())).collect();
        let case = people.get(&cluster.person_id);
        let contacts =
            cluster.exposures.iter().map(|exposure| contact(&page, exposure, people, &places, now)).collect();
        Self {
            case_id: cluster.case_id,
            name: case.map(|person| person.full_name.to_string()).unwrap_or_default(),
            year: case.map(year).unwrap_or_default(),
            voided: cluster.voided,
            window_from: exact(cluster.window.from),
            window_to: exact(cluster.window.to),
            people: who.len(),
            told: who.values().filter(|told| **told).count(),
            venues: cluster.venues.iter().map(|venue| venue_of(venue, &form)).collect(),
            contacts,
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
    places: &HashMap<PlaceId, &str>,
    now: Instant,
) -> Contact {
    let person = people.get(&exposure.person_id);
    let phone = person.and_then(|person| person.phone.as_ref());
    let moment = |at: Instant| Moment { at: at.to_string(), text: page.ago(at, now), exact: exact(at) };
    Contact {
        name: person.map(|person| person.full_name.to_string()).unwrap_or_default(),
        year: person.map(year).unwrap_or_default(),
        phone: phone.map(|phone| phone.national()).unwrap_or_default(),
        tel: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        place: places.get(&exposure.venue_id).copied().unwrap_or_default().to_owned(),
        day: written(exposure.day),
        minutes: exposure.overlap_minutes,
        level: match exposure.level {
            ExposureLevel::Close => "urgent",
            ExposureLevel::Brief => "watch",
            ExposureLevel::SamePlace => "unknown",
        },
        level_label: page.t(&format!("checkin-level-{}", exposure.level.code())),
        assumed: exposure.assumed,
        household: exposure.household,
        told: exposure.notified_at.map(moment),
        channel: exposure.notified_by.as_deref().map(|by| page.t(&format!("checkin-channel-{by}"))).unwrap_or_default(),
        marks: exposure.marks.iter().map(|mark| page.t(&format!("checkin-mark-{mark}"))).collect(),
    }
}

fn venue_of(venue: &VenueView, form: &AlertForm) -> Venue {
    let visit = |visit: &CaseVisitView| {
        let times = format!("{} – {}", exact(visit.checked_in_at), exact(visit.left_at));
        (times, visit.ward_name.clone().unwrap_or_default())
    };
    Venue {
        id: venue.place.id,
        name: venue.place.name.clone(),
        address: venue.place.address.clone(),
        visits: venue.visits.iter().map(visit).collect(),
        chosen: form.venues.contains(&venue.place.id.to_string()),
    }
}

fn decision(page: &Page, alert: &AlertView, cluster: &Cluster, now: Instant) -> Decision {
    let names = cluster.venues.iter().filter(|venue| alert.venue_ids.contains(&venue.place.id));
    Decision {
        by: alert.decided_by.clone(),
        at: Moment {
            at: alert.decided_at.to_string(),
            text: page.ago(alert.decided_at, now),
            exact: exact(alert.decided_at),
        },
        window: format!("{} – {}", exact(alert.from), exact(alert.to)),
        places: names.map(|venue| venue.place.name.as_str()).collect::<Vec<_>>().join(", "),
        reason: alert.reason.clone(),
        people: alert.people,
    }
}

impl AlertForm {
    /// The times at the places of the case, until somebody types others.
    fn fresh(cluster: &Cluster, id: String) -> Self {
        let visits = || cluster.venues.iter().flat_map(|venue| &venue.visits);
        let from = visits().map(|visit| visit.checked_in_at).max();
        let to = from.and_then(|from| visits().filter(|v| v.checked_in_at >= from).map(|visit| visit.left_at).max());
        Self {
            id,
            from: from.map(typed_time).unwrap_or_default(),
            to: to.map(typed_time).unwrap_or_default(),
            ..Self::default()
        }
    }

    fn typed(pairs: &Pairs) -> Self {
        Self {
            id: value(pairs, "id"),
            venues: values(pairs, "venue"),
            from: value(pairs, "from"),
            to: value(pairs, "to"),
            reason: value(pairs, "reason"),
            ..Self::default()
        }
    }

    /// What the officer sends: the times of a form are local ones.
    fn input(&self, case_id: CaseId) -> AlertInput {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        AlertInput {
            id: text(&self.id),
            case_id: Some(case_id.to_string()),
            venue_ids: self.venues.clone(),
            from: rfc3339(&self.from),
            to: rfc3339(&self.to),
            reason: text(&self.reason),
        }
    }

    fn with_errors(self, page: &Page, lang: Lang, errors: &[FieldError]) -> Self {
        let mut shown = summary(errors, lang);
        for (shown, error) in shown.iter_mut().zip(errors) {
            if error.pointer.starts_with("/venue_ids") {
                "venue".clone_into(&mut shown.id);
            }
            if error.pointer == "/venue_ids" && error.code == "required" {
                shown.message = page.t("checkin-alert-no-venue");
            }
        }
        let error = |id: &str| message(&shown, id);
        Self {
            error_venues: error("venue"),
            error_from: error("from"),
            error_to: error("to"),
            error_reason: error("reason"),
            errors: shown,
            ..self
        }
    }
}

/// A time as `<input type="datetime-local">` takes it.
fn typed_time(at: Instant) -> String {
    let local = at.local();
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", local.year(), local.month(), local.day(), local.hour(), local.minute())
}

/// What was typed as RFC 3339; what is no time stays as it is, and is told to be none.
fn rfc3339(text: &str) -> Option<String> {
    let text = text.trim();
    let seconds = if text.len() == 16 { ":00" } else { "" };
    (!text.is_empty()).then(|| format!("{text}{seconds}+07:00"))
}

/// The year of birth, empty where it is not known.
fn year(person: &Person) -> String {
    person.birth.map(|birth| birth.year().to_string()).unwrap_or_default()
}

fn written(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

#[derive(Deserialize)]
struct Wanted {
    case_id: Option<String>,
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let now = app.platform.now();
    let Some(text) = wanted.case_id.filter(|text| !text.is_empty()) else {
        let lines = cluster::recent(&app, &caller, SHOWN).await?;
        return Ok(html(&ListPage::new(&caller, &lines, now)));
    };
    let case_id = text.parse().map_err(|_| unknown_case())?;
    let (cluster, people) = cluster::cluster(&app, &caller, case_id, true).await?.ok_or_else(unknown_case)?;
    let form = AlertForm::fresh(&cluster, uuid_v7(now, &mut app.platform.random()).to_string());
    Ok(html(&ClusterPage::new(&caller, &cluster, &people, now, form)))
}

/// Counts whom a decision would tell, and tells them when the officer has seen the number.
async fn tell(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let now = app.platform.now();
    let case_id: CaseId = value(&pairs, "case_id").parse().map_err(|_| unknown_case())?;
    let mut form = AlertForm::typed(&pairs);
    let decided = value(&pairs, "count").parse::<usize>().ok();
    let input = form.input(case_id);
    let status = match alert(&app, &caller, &input, true).await {
        Ok(counted) if decided == Some(counted.people) => {
            alert(&app, &caller, &input, false).await?;
            return Ok(Redirect::to(&format!("/exposures?case_id={case_id}#alerts")).into_response());
        }
        Ok(counted) => {
            form.count = Some(counted.people);
            StatusCode::OK
        }
        Err(AlertError::Invalid(errors)) => {
            let page = Page::new(&caller, texts(), "checkin-exposures-title");
            form = form.with_errors(&page, caller.lang(), &errors);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(error) => return Err(error.into()),
    };
    let (cluster, people) = cluster::cluster(&app, &caller, case_id, true).await?.ok_or_else(unknown_case)?;
    Ok((status, html(&ClusterPage::new(&caller, &cluster, &people, now, form))).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = routes.add(
        Method::GET,
        "/exposures",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        Doc::page("Recent cases with their contacts; with ?case_id= one cluster").query(&["case_id"]),
        get(show),
    );
    routes.add(
        Method::POST,
        "/exposures/alert",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        Doc::page("Tell everybody who was at places of a case").takes("application/x-www-form-urlencoded"),
        post(tell),
    )
}
