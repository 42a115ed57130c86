//! Confirmed cases (F0) cared for at home: reports, protocols, alerts and the doctors' live board.
//!
//! A detected result opens exactly one case for a person, whatever is delivered twice or out of order. Daily reports
//! are judged by the protocol in force; what is dangerous becomes an alert, which the first doctor takes and which
//! climbs to the next owner where nobody does. Everything that happens is a line of the live feed, told in the
//! transaction of the record itself.

#![expect(clippy::duplicate_mod, reason = "the SQL is compiled once for each engine")]

pub mod api;
pub mod app;
pub mod completion;
pub mod consumers;
pub mod domain;
pub mod hub;
pub mod pages;
pub mod papers;
pub mod seed;
pub mod seed_life;
pub mod seed_stock;
pub mod store;

use std::sync::Arc;

use shared_store::migrate::{Migrations, migrations};
use shared_web::access::Routes;
use shared_web::config;
use shared_web::platform::Platform;
use shared_web::process::{Built, Service};
use shared_web::server::Mounted;

use crate::hub::Hub;
use crate::store::F0Store;

/// The tables of this service.
pub const MIGRATIONS: Migrations = migrations!(
    "f0";
    "0001_f0", "0002_f0_papers", "0003_acts", "0004_specimen", "0005_duties", "0006_ranks", "0007_intake", "0008_sms",
    "0009_shifts",
    "0010_counts", "0011_stock"
);

/// What every use-case and handler of this service is given.
#[derive(Clone)]
pub struct App {
    /// The ground.
    pub platform: Platform,
    /// The tables.
    pub store: Arc<dyn F0Store>,
    /// The live feed of this process.
    pub hub: Hub,
}

impl App {
    /// The service on a platform.
    #[must_use]
    pub fn new(platform: &Platform) -> Self {
        Self { platform: platform.clone(), store: store::open(&platform.database), hub: Hub::default() }
    }
}

/// The service, as a process mounts it.
#[must_use]
pub fn service() -> Service {
    Service { code: config::Service::F0, migrations: &MIGRATIONS, build }
}

fn build(platform: &Platform) -> Built {
    let app = App::new(platform);
    let (router, rows) = pages::routes(api::routes(Routes::default())).with_state(app.clone());
    Built {
        mounted: Mounted { router, rows, schemas: api::schemas::all() },
        handlers: vec![Arc::new(consumers::F0Handler::new(app.clone()))],
        tasks: vec![Box::pin(hub::run(app.clone())), Box::pin(app::timers::run(app))],
    }
}

#[cfg(test)]
mod tests;
