//! Any text as what a result slip's QR holds: a token or none; what is read says the same when it is written again.

#![no_main]

use lab_results::domain::seal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some((of, signature)) = seal::read(text) {
        assert_eq!(seal::read(&seal::token(of, &signature)), Some((of, signature)));
    }
});
