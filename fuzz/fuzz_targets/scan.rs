//! Whatever bytes a scanner gives: an answer, and never half a person.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::scan::{Scanned, read};

fuzz_target!(|bytes: &[u8]| {
    match read(bytes) {
        Ok(Scanned::Card(card)) => {
            if let Ok(person) = card.draft(jiff::civil::date(2022, 3, 10)) {
                assert!(person.birth.is_some() || person.national_id.is_some());
            }
        }
        Ok(Scanned::Personal(code)) => assert_eq!(code.digits().len(), 64),
        Ok(_) => {}
        Err(error) => assert!(!error.detail().vi.contains('\n')),
    }
});
