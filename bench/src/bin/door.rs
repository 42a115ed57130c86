//! Check-in as a program of its own, with the way of storing visits chosen by `ANTAM_BENCH_WRITER`: `group` as it
//! ships, `single` with one INSERT and one commit for each request, `none` without storing anything. All else is the
//! same program: routing, limits, place lookup, token, validation.

use std::sync::Arc;

use async_trait::async_trait;
use checkin::App;
use checkin::app::record::{Recorded, record_alone};
use checkin::store::{self, CheckinStore, Visit};
use checkin::writer::{VisitWriter, WriteError};
use shared_web::Platform;
use shared_web::process::{Built, Service};

/// As the program of check-in that ships.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One statement and one commit a visit; the pool of the database is the only limit.
struct Single {
    platform: Platform,
    store: Arc<dyn CheckinStore>,
}

#[async_trait]
impl VisitWriter for Single {
    async fn store(&self, visit: Visit) -> Result<Recorded, WriteError> {
        let (visits, platform) = (std::slice::from_ref(&visit), &self.platform);
        let recorded = record_alone(self.store.as_ref(), visits, platform.now(), &mut platform.random()).await?;
        recorded.into_iter().next().ok_or(WriteError::Busy)
    }
}

/// Says that it is stored.
struct Nothing;

#[async_trait]
impl VisitWriter for Nothing {
    async fn store(&self, _visit: Visit) -> Result<Recorded, WriteError> {
        Ok(Recorded::Stored)
    }
}

fn single(platform: &Platform) -> Built {
    let store = store::open(&platform.database);
    let writer = Single { platform: platform.clone(), store: Arc::clone(&store) };
    checkin::built(App::with_writer(platform, store, Arc::new(writer)), Vec::new())
}

fn none(platform: &Platform) -> Built {
    let store = store::open(&platform.database);
    checkin::built(App::with_writer(platform, store, Arc::new(Nothing)), Vec::new())
}

fn main() -> std::process::ExitCode {
    let service = checkin::service();
    let build = match std::env::var("ANTAM_BENCH_WRITER").as_deref() {
        Ok("single") => single,
        Ok("none") => none,
        _ => service.build,
    };
    shared_web::process::main(Service { build, ..service })
}
