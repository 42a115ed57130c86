//! Text in UTF-16, told by its first bytes.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How much of a text tells, in bytes.
pub(crate) const HEAD: usize = 16 * 1024;

/// The kind of UTF-16 that a text begins in: by its byte order mark or, without one, by the zero bytes that the ASCII letters
/// in it have at every second place; no text in UTF-8 or in an older code has any.
pub(crate) fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(HEAD)];
    match head {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let pairs = head.len() / 2;
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (high, low) = (zeros(0), zeros(1));
    let mostly = |zeros: usize, others: usize| zeros * 5 >= pairs * 2 && others * 20 <= pairs;
    match pairs {
        0 => None,
        _ if mostly(low, high) => Some(UTF_16LE),
        _ if mostly(high, low) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_zero_bytes_tell() {
        let text = "MSH|^~\\&|Lê Thị Tám";
        let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        assert_eq!(utf16(&wide(u16::to_le_bytes)), Some(UTF_16LE));
        assert_eq!(utf16(&wide(u16::to_be_bytes)), Some(UTF_16BE));
        assert_eq!(utf16(b"\xff\xfe"), Some(UTF_16LE));
        for other in [text.as_bytes(), b"", b"\0", b"x", b"PK\x03\x04\x14\0\0\0\x08\0", b"\0\0\0\0", b"D\xFD\xF5ng"] {
            assert_eq!(utf16(other), None, "{other:?}");
        }
    }
}
