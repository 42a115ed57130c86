//! The pages of the staff: the doctors' live board, and a case.

mod board;
mod case;
#[cfg(test)]
mod samples;

use shared::time::Instant;
use shared_web::access::Routes;
use shared_web::page::{Page, exact};

use crate::App;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "vi",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A moment as a page shows it.
struct Moment {
    /// RFC 3339.
    at: String,
    /// As a person says it: "12 phút trước".
    text: String,
    /// `dd/MM/yyyy HH:mm`.
    exact: String,
}

impl Moment {
    fn new(page: &Page, at: Instant, now: Instant) -> Self {
        Self { at: at.to_string(), text: page.ago(at, now), exact: exact(at) }
    }
}

/// One thing to correct in a form.
struct FormError {
    /// The id of the field.
    id: String,
    /// What would be right.
    message: String,
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    case::routes(board::routes(routes))
}
