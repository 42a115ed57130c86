//! The fields of a card, so that the fuzzer need not find out how they are parted: what is read is what was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::scan::{CardKind, Scanned, read_text};

fuzz_target!(|fields: Vec<String>| {
    let text = fields.join("|");
    let Ok(Scanned::Card(card)) = read_text(&text) else { return };
    if card.kind == CardKind::Cccd {
        let number = card.person.national_id.as_deref().unwrap_or_default();
        assert!(text.contains(number) && number.len() == 12);
    }
});
