//! The routes of the interface for programs.

pub mod acts;
pub mod alerts;
pub mod cases;
pub mod closing;
pub mod contacts;
pub mod duties;
pub mod household;
pub mod intake;
pub mod papers;
pub mod protocols;
pub mod schemas;
mod schemas_acts;
mod schemas_core;
mod schemas_intake;
mod schemas_stock;
pub mod shifts;
pub mod sick_leave;
pub mod sms;
pub mod station;
pub mod stock;
pub mod stream;
pub mod tests;
pub mod timeline;
pub mod timeline_acts;
pub mod views;

use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::access::Role;
use shared_web::access::Routes;

use crate::App;

/// Who works with cases: those who look.
pub const READERS: &[Role] = &[Role::Doctor, Role::Nurse, Role::Officer, Role::Hotline];

/// Who sees the board and its stream.
pub const BOARD: &[Role] = &[Role::Doctor, Role::Officer, Role::Nurse];

/// Who may open and close cases.
pub const KEEPERS: &[Role] = &[Role::Doctor, Role::Nurse, Role::Officer];

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = protocols::routes(shifts::routes(contacts::routes(routes)));
    let routes = stock::routes(sick_leave::routes(routes));
    let routes = sms::routes(household::routes(intake::routes(routes)));
    let routes = station::routes(duties::routes(papers::routes(closing::routes(tests::routes(routes)))));
    stream::routes(alerts::routes(acts::routes(cases::routes(routes))))
}

/// The SHA-256 of a request as it was understood, in hexadecimal: tells a repeat from a conflict.
pub(crate) fn body_hash(body: &impl Serialize) -> String {
    let text = serde_json::to_string(body).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
