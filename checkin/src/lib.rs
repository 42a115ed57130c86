//! Venues, posters, check-ins and exposure matching.

pub mod domain;
pub mod poster;
