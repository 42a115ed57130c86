//! Sample results: from a laboratory's file to the citizen and to the case.

pub mod domain;
