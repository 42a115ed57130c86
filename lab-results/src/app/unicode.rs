//! Files in UTF-16, which spreadsheets call "Unicode text" and some laboratories' programs write their messages in.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use crate::domain::utf16::{HEAD, utf16};

/// How much is decoded at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// A body, or the beginning of one, in UTF-8.
pub(crate) fn head_in_utf8(head: &[u8]) -> Cow<'_, [u8]> {
    match utf16(head) {
        Some(encoding) => encoding.decode_with_bom_removal(head).0.into_owned().into_bytes().into(),
        None => head.into(),
    }
}

/// The file from its beginning, in UTF-8, in bounded memory.
///
/// # Errors
/// When the file cannot be read, or there is no room for another.
pub(super) fn in_utf8(mut file: File) -> io::Result<File> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    (&file).take(HEAD as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let Some(encoding) = utf16(&head) else { return Ok(file) };
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut plain = tempfile::tempfile()?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
        let bytes = piece.get(..read).unwrap_or_default();
        let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(PIECE * 3));
        let _ = decoder.decode_to_string(bytes, &mut text, read == 0);
        plain.write_all(text.as_bytes())?;
        if read == 0 {
            plain.rewind()?;
            return Ok(plain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(bytes: &[u8]) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let mut plain = Vec::new();
        in_utf8(file).unwrap().read_to_end(&mut plain).unwrap();
        plain
    }

    #[test]
    fn utf_16_becomes_utf_8_and_everything_else_stays_as_it_is() {
        // Longer than a piece, and with letters that two units write.
        let text = format!("MSH|^~\\&|Lê Thị Tám 𠀋|{}", "ường ".repeat(20_000));
        let little: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [&little[..], &big, &little[2..], &big[2..]] {
            assert_eq!(through(bytes), text.as_bytes());
            assert!(head_in_utf8(&bytes[..101]).starts_with(b"MSH|^~"));
        }
        for bytes in [text.as_bytes(), b"", b"\xff", b"\xff\xfe", b"PK\x03\x04"] {
            assert_eq!(through(bytes), if bytes == b"\xff\xfe" { b"" } else { bytes });
        }
    }
}
