//! The pages.

use shared_web::access::Routes;

use crate::App;

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
}
