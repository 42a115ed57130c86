//! The text of a code before it is told apart.

use super::ScanError;
use crate::fold::nfc;

/// What scanner programs write before what they read, and how a scanner names the symbology (ISO/IEC 15424: `]Q1`).
const LABELS: [&str; 7] = ["cccd:", "căn cước:", "bhyt:", "qr:", "]q1", "]q3", "]q0"];

/// The text without what scanners put around it: byte order mark, NUL, line ends, labels.
///
/// # Errors
/// When nothing is left, or the bytes were read in another encoding than UTF-8.
pub(super) fn clean(text: &str) -> Result<String, ScanError> {
    if text.contains('\u{FFFD}') || is_misread(text) {
        return Err(ScanError::NotUtf8);
    }
    // Tabs part fields with some scanners; every other control character says nothing.
    let text: String = text.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
    let mut text = trim(&text);
    while let Some(rest) = LABELS.iter().find_map(|label| strip_prefix(text, label)) {
        text = trim(rest);
    }
    if text.is_empty() { Err(ScanError::Empty) } else { Ok(text.to_owned()) }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}

/// `text` without a prefix, whatever its case.
fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    (head.to_lowercase() == prefix).then(|| &text[prefix.len()..])
}

/// Whether UTF-8 was read as Windows-1252 or Latin-1 (`Nguyá»…n`): where every letter beyond ASCII is one byte there, the
/// bytes make UTF-8 again, which no text does by chance.
fn is_misread(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
    bytes.is_some_and(|bytes| core::str::from_utf8(&bytes).is_ok())
}

/// The letters of Windows-1252 from 0x80 to 0x9F.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ";

/// The byte of a character in Windows-1252, or else in Latin-1.
fn byte(c: char) -> Option<u8> {
    if let Some(at) = WINDOWS_1252.chars().position(|letter| letter == c) {
        return u8::try_from(0x80 + at).ok();
    }
    u8::try_from(u32::from(c)).ok()
}

/// The text as an address, where it has the form of one.
pub(super) fn address(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    let is_address = !text.contains(['|', ' ', '\t'])
        && (lower.contains("://")
            || lower.starts_with("www.")
            || lower.split_once('/').is_some_and(|(host, _)| is_host(host)));
    is_address.then_some(text)
}

/// Whether a text may be the name of a host with its port: letters, digits, dots and a colon, beginning with a letter.
fn is_host(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    plain && text.contains('.') && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The fields of a card. They are parted by `|`; some scanners write a tab or a semicolon instead.
pub(super) fn fields(text: &str) -> Vec<&str> {
    let mark = ['|', '\t', ';'].into_iter().find(|mark| text.contains(*mark)).unwrap_or('|');
    text.split(mark).map(str::trim).collect()
}

/// A field as text, where there is something in it: `-` stands for nothing on a BHYT card.
pub(super) fn given(field: Option<&&str>) -> Option<String> {
    let text = nfc(field?);
    (!text.is_empty() && text != "-").then_some(text)
}

/// Whether a field has so many ASCII digits and nothing else.
pub(super) fn is_digits(field: &str, count: usize) -> bool {
    field.len() == count && field.bytes().all(|b| b.is_ascii_digit())
}
