//! Sample results: from a laboratory's file to the citizen and to the case.
//!
//! A result comes in at [`api`] or on a [`pages`] form, is judged by [`domain`], and is stored by [`app`] with its event
//! and its audit line in one transaction of the [`store`].

#![expect(clippy::duplicate_mod, reason = "the SQL is compiled once for each engine")]

pub mod api;
pub mod app;
pub mod consumers;
pub mod domain;
pub mod label;
pub mod pages;
pub mod seed;
pub mod store;

#[cfg(test)]
mod tests;

pub use app::App;
use std::sync::Arc;

use shared_web::Platform;
use shared_web::access::Routes;
use shared_web::config;
use shared_web::process::{Built, Service, Task};
use shared_web::server::Mounted;

/// The migrations of the laboratory's tables.
pub const MIGRATIONS: shared_store::migrate::Migrations = shared_store::migrate::migrations!("lab"; "0001_lab", "0002_formats", "0003_flow", "0004_home", "0005_labs", "0006_undo", "0007_raw", "0008_pools_by_time");

/// The laboratory service.
#[must_use]
pub fn service() -> Service {
    Service { code: config::Service::Lab, migrations: &MIGRATIONS, build }
}

fn build(platform: &Platform) -> Built {
    let app = App::new(platform);
    let tasks =
        platform.config.mllp_listen.map(|address| -> Task { Box::pin(app::mllp::listen(app.clone(), address)) });
    let forgets: Task = Box::pin(app::raw::keep_running(app.clone()));
    let routes = pages::routes(api::routes(Routes::default(), &app), &app);
    let (router, rows) = routes.with_state(app.clone());
    let mounted = Mounted { router, rows, schemas: api::schemas::all() };
    Built {
        mounted,
        handlers: vec![Arc::new(consumers::Undone(app))],
        tasks: tasks.into_iter().chain([forgets]).collect(),
    }
}
