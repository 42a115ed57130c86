//! What every service serves: configuration, sign-in, the access table, extractors, problem+json, page shell, limits, telemetry.

pub mod access;
pub mod account;
mod again;
pub mod assets;
pub mod auth;
pub mod caller;
pub mod certificate;
pub mod config;
pub mod context;
pub mod dev;
pub mod drain;
pub mod extract;
pub mod front;
pub mod health;
pub mod housekeeping;
pub mod i18n;
pub mod limits;
pub mod openapi;
pub mod operations;
pub mod page;
mod panics;
pub mod people;
pub mod platform;
pub mod problem;
pub mod process;
mod schemas;
pub mod security;
pub mod server;
mod shape;
pub mod sheet;
pub mod symbol;
pub mod telemetry;

pub use platform::Platform;
pub use problem::Problem;
