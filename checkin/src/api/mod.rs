//! The routes under `/api/v1/checkin`.

pub(crate) mod exposures;
mod posters;
mod scans;
pub mod schemas;
mod venues;
pub mod visits;

use shared_web::access::Routes;

use crate::App;

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    scans::routes(exposures::routes(visits::routes(posters::routes(venues::routes(routes)))))
}
