//! What the laboratory service decides, without I/O, clock or randomness: reading a result, its codes, its versions,
//! the row report, files of rows, HL7 v2, FHIR and the export of an analyser.

pub(crate) mod brackets;
pub mod codes;
pub mod custody;
pub mod detect;
pub mod disposition;
pub mod fhir;
pub mod genexpert;
pub mod hl7;
pub mod label;
pub mod link;
pub mod message;
pub mod mllp;
pub mod names;
pub mod pool;
mod pull;
pub mod report;
pub mod result;
pub mod run_time;
pub mod seal;
pub mod tabular;
pub mod tube;
pub mod undo;
pub(crate) mod utf16;
pub mod version;
