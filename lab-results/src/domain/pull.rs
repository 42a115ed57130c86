//! Reading on behind what waits in a buffer, whose beginning was given away.

use std::io::{self, Read};

/// Drops the first `given` bytes and reads at most `chunk` more; gives how many came, 0 at the end of the source.
///
/// # Errors
/// When the source fails; what waits stays.
pub(super) fn pull(source: &mut impl Read, buffer: &mut Vec<u8>, given: &mut usize, chunk: usize) -> io::Result<usize> {
    buffer.drain(..*given);
    *given = 0;
    let before = buffer.len();
    buffer.resize(before + chunk, 0);
    let read = loop {
        match source.read(&mut buffer[before..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    buffer.truncate(before + read.as_ref().map_or(0, |count| *count));
    read
}
