//! The routes under `/api/v1/checkin`.

pub(crate) mod bulk_posters;
pub(crate) mod cards;
mod declarations;
pub(crate) mod exposures;
pub(crate) mod imports;
mod posters;
pub(crate) mod presence;
mod scans;
pub mod schemas;
pub(crate) mod told;
pub(crate) mod venues;
pub mod visits;

use shared_web::access::Routes;

use crate::App;

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = presence::routes(cards::routes(posters::routes(venues::routes(routes))));
    let routes = bulk_posters::routes(imports::routes(told::routes(routes)));
    declarations::routes(scans::routes(exposures::routes(visits::routes(routes))))
}
