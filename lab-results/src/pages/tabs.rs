//! The sections of the laboratory's page, and small words that several of them need.

use shared::access::Role;
use shared::time::SignedDuration;
use shared_web::caller::Caller;
use shared_web::page::Page;

use crate::app::pools::Shown;
use crate::domain::pool::{PoolKind, PoolState};

/// A section.
pub(super) struct Tab {
    pub(super) href: &'static str,
    pub(super) label: String,
    pub(super) current: bool,
}

/// The sections, their words, and who sees them.
const TABS: [(&str, &str, &[Role]); 8] = [
    ("/lab", "lab-tab-results", &[Role::Lab, Role::Officer]),
    ("/lab/tubes", "lab-tab-tubes", &[Role::Lab, Role::Officer, Role::Sampler, Role::Nurse]),
    ("/lab/pools", "lab-tab-pools", &[Role::Lab, Role::Officer, Role::Sampler, Role::Nurse]),
    ("/lab/labels", "lab-tab-labels", &[Role::Lab, Role::Officer, Role::Sampler, Role::Nurse]),
    ("/lab/undo", "lab-tab-undo", &[Role::Lab, Role::Officer]),
    ("/lab/bench", "lab-tab-bench", &[Role::Lab, Role::Officer]),
    ("/lab/words", "lab-tab-words", &[Role::Lab, Role::Officer]),
    ("/lab/labs", "lab-tab-labs", &[Role::Officer]),
];

/// The sections that an account sees.
pub(super) fn tabs(page: &Page, caller: &Caller, current: &str) -> Vec<Tab> {
    let seen = TABS.iter().filter(|(.., roles)| caller.has_any(roles));
    seen.map(|(href, key, _)| Tab { href, label: page.t(key), current: *href == current }).collect()
}

/// The level under which a pool is shown.
pub(super) const fn pool_level(state: PoolState) -> &'static str {
    match state {
        PoolState::Positive => "urgent",
        PoolState::Unclear => "watch",
        PoolState::Negative => "well",
        PoolState::Waiting => "unknown",
    }
}

/// What a pool's state means to whoever looks at it.
pub(super) fn pool_says(page: &Page, shown: &Shown) -> String {
    let key = match (shown.pool.state, shown.pool.kind) {
        (PoolState::Waiting, _) => "pool-says-waiting",
        (PoolState::Negative, _) => "pool-says-negative",
        (PoolState::Positive | PoolState::Unclear, PoolKind::Swab) => "pool-says-call",
        (PoolState::Positive | PoolState::Unclear, PoolKind::Lab) => "pool-says-retest",
    };
    page.t(key)
}

/// A time that something took, in hours and minutes.
pub(super) fn took(page: &Page, duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    page.t_with("lab-times-took", &[("hours", (minutes / 60).into()), ("minutes", (minutes % 60).into())])
}
