//! Any bytes on an instrument's connection, in pieces of any length: the same frames as in one piece, never a panic.

#![no_main]

use lab_results::domain::mllp::{Frame, Frames};
use libfuzzer_sys::fuzz_target;

fn frames(bytes: &[u8], length: usize) -> Vec<Frame> {
    let mut frames = Frames::default();
    let mut found = Vec::new();
    for piece in bytes.chunks(length) {
        frames.buffer().extend_from_slice(piece);
        while let Some(frame) = frames.next_frame() {
            let ends = frame == Frame::TooLong;
            found.push(frame);
            if ends {
                return found;
            }
        }
    }
    found
}

fuzz_target!(|bytes: &[u8]| {
    let Some((length, bytes)) = bytes.split_first() else { return };
    assert_eq!(frames(bytes, usize::from(*length).max(1)), frames(bytes, bytes.len().max(1)));
});
