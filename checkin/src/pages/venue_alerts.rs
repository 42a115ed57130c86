//! On the page of a cluster: an officer chooses places, sees how many people would be told, and has them told.

use std::collections::HashMap;

use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use shared::access::Role;
use shared::bilingual::Lang;
use shared::ids::{CaseId, PersonId};
use shared::person::Person;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, exact, html};
use shared_web::problem::Problem;

use super::exposures::{ClusterPage, Moment, channel, moment, year};
use super::form::{FormError, Pairs, message, summary, value, values};
use super::texts;
use crate::App;
use crate::api::exposures::unknown_case;
use crate::app::cluster::{self, Cluster};
use crate::app::venue_alerts::{AlertError, AlertView, ToldView, alert};
use crate::domain::venue_alert::AlertInput;

/// A decision to tell everybody who was at a place.
pub(super) struct Decision {
    pub(super) by: String,
    pub(super) at: Moment,
    pub(super) window: String,
    pub(super) places: String,
    pub(super) reason: String,
    pub(super) people: i64,
    /// Whom it told, by name.
    pub(super) told: Vec<AlertedPerson>,
}

/// Somebody whom a decision told.
pub(super) struct AlertedPerson {
    pub(super) name: String,
    pub(super) year: String,
    pub(super) told: Option<Moment>,
    pub(super) channel: String,
}

/// The form of such a decision, as it was typed.
#[derive(Default)]
pub(super) struct AlertForm {
    pub(super) id: String,
    pub(super) venues: Vec<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) reason: String,
    /// How many would be told; `None` until that is counted.
    pub(super) count: Option<usize>,
    pub(super) error_venues: String,
    pub(super) error_from: String,
    pub(super) error_to: String,
    pub(super) error_reason: String,
    pub(super) errors: Vec<FormError>,
}

pub(super) fn decision(
    page: &Page,
    alert: &AlertView,
    cluster: &Cluster,
    people: &HashMap<PersonId, Person>,
    now: Instant,
) -> Decision {
    let names = cluster.venues.iter().filter(|venue| alert.venue_ids.contains(&venue.place.id));
    let person = |told: &ToldView| {
        let person = people.get(&told.person_id);
        AlertedPerson {
            name: person.map(|person| person.full_name.to_string()).unwrap_or_default(),
            year: person.map(year).unwrap_or_default(),
            told: told.notified.notified_at.map(|at| moment(page, at, now)),
            channel: channel(page, &told.notified),
        }
    };
    let mut told: Vec<AlertedPerson> = alert.told.iter().map(person).collect();
    told.sort_by(|one, other| one.name.cmp(&other.name));
    Decision {
        by: alert.decided_by.clone(),
        at: moment(page, alert.decided_at, now),
        window: format!("{} – {}", exact(alert.from), exact(alert.to)),
        places: names.map(|venue| venue.place.name.as_str()).collect::<Vec<_>>().join(", "),
        reason: alert.reason.clone(),
        people: alert.people,
        told,
    }
}

impl AlertForm {
    /// The times at the places of the case, until somebody types others.
    pub(super) fn fresh(cluster: &Cluster, id: String) -> Self {
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
    Ok((status, html(&ClusterPage::new(&caller, &cluster, &people, now, false, form))).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes.add(
        Method::POST,
        "/exposures/alert",
        Who::Roles(&[Role::Officer]),
        Scope::Area,
        Doc::page("Tell everybody who was at places of a case").form(),
        post(tell),
    )
}
