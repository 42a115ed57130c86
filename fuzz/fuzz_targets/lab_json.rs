//! Any JSON as one result: read or refused, never a panic.

#![no_main]

use lab_results::app::naming::Naming;
use lab_results::app::reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice(bytes) else { return };
    let now = "2022-03-10T01:00:00Z".parse().expect("an instant");
    let _ = reader::result(&Naming::Object, 1, value, now, Some("TG-CDC"));
});
