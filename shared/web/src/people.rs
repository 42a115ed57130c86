//! The register of people for programs and staff: search, merge, open questions; and how a service finds or makes a person.

pub mod api;
pub mod pages;
pub mod register;
