//! A certificate's inside (zlib, COSE, CBOR) behind its prefix and base45, which the fuzzer would hardly get past.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::scan::read_text;

const BASE45: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fuzz_target!(|bytes: &[u8]| {
    let mut text = String::from("HC1:");
    for pair in bytes.chunks(2) {
        let (mut number, letters) = match pair {
            [high, low] => (usize::from(*high) * 256 + usize::from(*low), 3),
            _ => (usize::from(pair[0]), 2),
        };
        for _ in 0..letters {
            text.push(char::from(BASE45[number % 45]));
            number /= 45;
        }
    }
    let _ = read_text(&text);
});
