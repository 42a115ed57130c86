//! Any JSON as a FHIR document: read or refused, never a panic.

#![no_main]

use lab_results::app::reader::{self, Reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = serde_json::from_slice(bytes) else { return };
    let now = "2022-03-10T01:00:00Z".parse().expect("an instant");
    let _ = reader::document(&document, 1, &Reading::default(), now);
});
