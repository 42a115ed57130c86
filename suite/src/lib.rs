//! The suite in one process: mounts the three services on one platform, and holds the operator's commands and the demo province.

pub mod commands;
pub mod demo;
pub mod load;

use shared_web::process::Service;

/// The three services.
#[must_use]
pub fn services() -> [Service; 3] {
    [checkin::service(), lab_results::service(), f0_tracker::service()]
}
