//! Any text as the code of a tube: read, found near or neither; what is read is written the same again.

#![no_main]

use lab_results::domain::tube::TubeCode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let near = TubeCode::near(text);
    if let Some(code) = TubeCode::parse(text) {
        assert!(near.is_empty());
        assert_eq!(TubeCode::parse(code.as_str()), Some(code));
        assert_eq!(TubeCode::of_number(code.number()), code);
    }
    assert!(near.iter().all(|code| TubeCode::parse(code.as_str()) == Some(*code)));
});
