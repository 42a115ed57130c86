//! Venues, posters, check-ins and exposure matching.
//!
//! A visit is one row: the place, the minute, and the visitor's id under the key of the day ([`domain::visitor_key`]).
//! Visits of known visitors are stored by group commit ([`writer`]). When a case opens, [`app::matching`] finds who
//! shared its air; when the retention of a day ends, [`app::retention`] destroys its key.

#![expect(clippy::duplicate_mod, reason = "the SQL is compiled once for each engine")]

pub mod api;
pub mod app;
pub mod consumers;
pub mod domain;
pub mod jobs;
pub mod limits;
pub mod occupancy;
pub mod pages;
pub mod poster;
pub mod seed;
pub mod store;
pub mod tries;
pub mod venues;
pub mod writer;

#[cfg(test)]
mod tests;

use std::ops::Deref;
use std::sync::Arc;

use shared_web::Platform;
use shared_web::access::Routes;
use shared_web::process::{Built, Service, Task};
use shared_web::server::Mounted;

use crate::consumers::Cases;
use crate::domain::door::DoorRules;
use crate::jobs::Jobs;
use crate::occupancy::Occupancy;
use crate::store::CheckinStore;
use crate::venues::Venues;
use crate::writer::{GroupCommit, VisitWriter};

/// The tables of check-in.
pub const MIGRATIONS: shared_store::migrate::Migrations = shared_store::migrate::migrations!(
    "checkin"; "0001_checkin", "0002_venues", "0003_registrations", "0004_checkin_codes", "0005_checkin_declarations",
    "0006_door_proofs", "0007_code_tries",
    "0008_venue_alerts",
    "0009_cards_shared",
    "0010_exposure_policy", "0011_told", "0012_taken_back", "0013_visits_covered",
    "0014_failed_messages"
);

/// The service's name in the audit log.
pub(crate) const SERVICE: &str = "checkin";

/// What every use-case and handler of check-in is given. Clones are the same app.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// The ground that all services stand on.
    pub platform: Platform,
    /// The tables of check-in, and the shared ones.
    pub store: Arc<dyn CheckinStore>,
    /// What stores the visits of known visitors: the group commit.
    pub writer: Arc<dyn VisitWriter>,
    /// Places by code.
    pub venues: Venues,
    /// How full places are that have a capacity.
    pub occupancy: Occupancy,
    /// Imports and posters in bulk.
    pub jobs: Jobs,
    /// What doors ask for.
    pub door: Arc<DoorRules>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// The service on a platform, and the tasks that write its visits; without them a visit of a known visitor waits
    /// for ever.
    #[must_use]
    pub fn new(platform: &Platform) -> (Self, Vec<Task>) {
        let store = store::open(&platform.database);
        let (writer, tasks) = GroupCommit::new(platform, &store);
        (Self::with_writer(platform, store, Arc::new(writer)), tasks)
    }

    /// The service with another way of storing the visits of known visitors: what the group commit is compared with.
    #[must_use]
    pub fn with_writer(platform: &Platform, store: Arc<dyn CheckinStore>, writer: Arc<dyn VisitWriter>) -> Self {
        let limited = platform.config.rate_limits == shared_web::config::Switch::On;
        let venues = Venues::new(Arc::clone(&store), limited);
        let door = app::door::load(&platform.config.data_dir).unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the province's door rules are not in force");
            DoorRules::ours()
        });
        let door = Arc::new(door);
        let (platform, occupancy, jobs) = (platform.clone(), Occupancy::default(), Jobs::default());
        Self(Arc::new(Parts { platform, store, writer, venues, occupancy, jobs, door }))
    }
}

/// Check-in as a process mounts it.
#[must_use]
pub fn service() -> Service {
    Service { code: shared_web::config::Service::Checkin, migrations: &MIGRATIONS, build }
}

fn build(platform: &Platform) -> Built {
    let (app, tasks) = App::new(platform);
    built(app, tasks)
}

/// What a process mounts of an app, and the tasks that it needs beside the given ones.
#[must_use]
pub fn built(app: App, mut tasks: Vec<Task>) -> Built {
    tasks.push(Box::pin(app::timers::keep_running(app.clone())));
    tasks.push(Box::pin(app::retention::keep_running(app.clone())));
    let (router, rows) = pages::routes(api::routes(Routes::default())).with_state(app.clone());
    Built {
        mounted: Mounted { router, rows, schemas: api::schemas::all() },
        handlers: vec![Arc::new(Cases(app))],
        tasks,
    }
}
