//! The pages: the doctors' live board, a case, and the care page of patients and families.

mod acts;
mod board;
mod care;
mod case;
mod dashboard;
mod duties;
mod hotline;
mod household;
mod papers;
mod protocols;
mod rank;
#[cfg(test)]
pub(crate) mod samples;
mod shifts;
mod sick_leave;
mod station;
mod stock;
mod tested;
mod typed;

use axum::http::Method;
use axum::routing::MethodRouter;
use shared::access::Role;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
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

/// A moment that may lie ahead: then its exact time, since "sau 2 giờ" is no appointment.
fn due(page: &Page, at: Instant, now: Instant) -> Moment {
    let text = if at > now { exact(at) } else { page.ago(at, now) };
    Moment { at: at.to_string(), text, exact: exact(at) }
}

/// One thing to correct in a form.
struct FormError {
    /// The id of the field.
    id: String,
    /// What would be right.
    message: String,
}

/// The pages of staff, as lines of the table of routes: about people in the area of their duty.
trait Pages: Sized {
    /// A page.
    fn page(self, path: &'static str, roles: &'static [Role], what: &'static str, handler: MethodRouter<App>) -> Self;
    /// What a form of such a page sends.
    fn form(self, path: &'static str, roles: &'static [Role], what: &'static str, handler: MethodRouter<App>) -> Self;
}

impl Pages for Routes<App> {
    fn page(self, path: &'static str, roles: &'static [Role], what: &'static str, handler: MethodRouter<App>) -> Self {
        self.add(Method::GET, path, Who::Roles(roles), Scope::Area, Doc::page(what), handler)
    }

    fn form(self, path: &'static str, roles: &'static [Role], what: &'static str, handler: MethodRouter<App>) -> Self {
        self.add(Method::POST, path, Who::Roles(roles), Scope::Area, Doc::page(what).form(), handler)
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = duties::routes(tested::routes(protocols::routes(shifts::routes(routes))));
    let routes = stock::routes(sick_leave::routes(routes));
    dashboard::routes(hotline::routes(station::routes(papers::routes(care::routes(case::routes(board::routes(
        routes,
    )))))))
}

#[cfg(test)]
mod tests {
    /// The keys of a Fluent file.
    fn keys(text: &str) -> Vec<&str> {
        let starts = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        starts.filter_map(|line| Some(line.split_once('=')?.0.trim())).collect()
    }

    #[test]
    fn every_text_stands_in_both_languages() {
        for (vi, en) in [
            (include_str!("../../i18n/vi/board.ftl"), include_str!("../../i18n/en/board.ftl")),
            (include_str!("../../i18n/vi/case.ftl"), include_str!("../../i18n/en/case.ftl")),
            (include_str!("../../i18n/vi/care.ftl"), include_str!("../../i18n/en/care.ftl")),
            (include_str!("../../i18n/vi/paper.ftl"), include_str!("../../i18n/en/paper.ftl")),
            (include_str!("../../i18n/vi/station.ftl"), include_str!("../../i18n/en/station.ftl")),
            (include_str!("../../i18n/vi/acts.ftl"), include_str!("../../i18n/en/acts.ftl")),
            (include_str!("../../i18n/vi/dashboard.ftl"), include_str!("../../i18n/en/dashboard.ftl")),
            (include_str!("../../i18n/vi/protocols.ftl"), include_str!("../../i18n/en/protocols.ftl")),
            (include_str!("../../i18n/vi/intake.ftl"), include_str!("../../i18n/en/intake.ftl")),
            (include_str!("../../i18n/vi/shifts.ftl"), include_str!("../../i18n/en/shifts.ftl")),
            (include_str!("../../i18n/vi/hotline.ftl"), include_str!("../../i18n/en/hotline.ftl")),
        ] {
            assert!(!keys(vi).is_empty());
            assert_eq!(keys(vi), keys(en));
        }
    }
}
