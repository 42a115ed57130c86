//! Any bytes as a file of results, whichever format they look like (CSV, XLSX, HL7, FHIR, JSON, an analyser's export): a
//! row for everything in it or one refusal, never a panic.

#![no_main]

use lab_results::app::reader::Reading;
use lab_results::app::upload;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let now = "2022-03-10T01:00:00Z".parse().expect("an instant");
    let reading = Reading { lab_code: Some("TG-CDC".to_owned()), ..Reading::default() };
    let _ = upload::read_bytes(bytes, &reading, now);
});
