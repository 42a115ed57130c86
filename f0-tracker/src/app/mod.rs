//! The use-cases: each takes a typed command inside one transaction and appends its event, its line of the feed and its
//! audit line there.

mod act_news;
pub mod act_steps;
pub mod acts;
pub mod alerts;
pub mod area;
pub mod bags;
pub mod close_case;
pub mod dashboard;
pub(crate) mod desk_timers;
pub mod duties;
pub mod edit_case;
pub mod escalate;
pub mod exposures;
pub mod hotline;
pub mod look;
pub mod merge;
pub mod open_by_hand;
pub mod open_case;
pub(crate) mod owners;
pub mod papers;
pub mod report;
pub mod results;
pub mod settings;
pub(crate) mod silence;
pub mod station;
pub mod take_test;
pub mod timers;
pub mod void_case;
pub mod window;
pub mod work;
