//! The pages: the door behind the poster's QR, the scanners, the venue's own, the officer's.

mod bulk;
mod cards;
mod change;
mod declare;
mod door;
mod exposures;
mod form;
mod me;
mod pass;
mod presence;
mod questions;
mod register;
mod scan;
mod staff;
mod told;
mod venue;
mod venue_alerts;

use shared_web::access::Routes;
use shared_web::i18n::Catalog;

use crate::App;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "vi",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The texts of these pages.
fn texts() -> Catalog {
    &TEXTS
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = change::routes(presence::routes(told::routes(routes)));
    let routes = venue_alerts::routes(exposures::routes(scan::routes(venue::routes(door::routes(routes)))));
    bulk::routes(cards::routes(declare::routes(me::routes(staff::routes(register::routes(routes))))))
}
