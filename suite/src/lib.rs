//! The suite in one process, the operators commands and the demo province.

pub mod demo;
