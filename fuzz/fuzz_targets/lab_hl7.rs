//! Any bytes as one HL7 message: read or refused, never a panic.

#![no_main]

use lab_results::app::reader::{self, Reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let now = "2022-03-10T01:00:00Z".parse().expect("an instant");
    let _ = reader::message(bytes, 1, &Reading::default(), now);
});
