//! What a result slip's QR holds: which version of which result, signed, so that a paper can be told from a painted one.
//!
//! The token is 85 bytes in Crockford's base 32, upper case, so that a QR codes it alphanumerically: a version byte, the
//! result's id, the version's number, and the Ed25519 signature (RFC 8032) over them. It says nothing of the person or of
//! what was found: whoever scans it is told by the page what holds now.

use shared::ids::ResultId;
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The form of the token.
const FORM: u8 = 1;
/// What is signed: form, id, version.
pub const SIGNED: usize = 21;
/// The signature.
const SIGNATURE: usize = 64;

/// Which version of which result a slip shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlipOf {
    /// The result.
    pub result_id: ResultId,
    /// The version.
    pub version: u32,
}

impl SlipOf {
    /// The bytes that are signed.
    #[must_use]
    pub fn bytes(&self) -> [u8; SIGNED] {
        let mut bytes = [FORM; SIGNED];
        bytes[1..17].copy_from_slice(self.result_id.uuid().as_bytes());
        bytes[17..].copy_from_slice(&self.version.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let version: [u8; 4] = bytes.get(17..SIGNED)?.try_into().ok()?;
        let id = Uuid::from_slice(bytes.get(1..17)?).ok()?;
        (bytes.first() == Some(&FORM))
            .then(|| Self { result_id: ResultId::from_uuid(id), version: u32::from_be_bytes(version) })
    }
}

/// The token of a slip.
#[must_use]
pub fn token(of: SlipOf, signature: &[u8]) -> String {
    encode(&[&of.bytes(), signature].concat())
}

/// What a token claims, and the signature that must prove it. `None` where it is no token.
#[must_use]
pub fn read(token: &str) -> Option<(SlipOf, Vec<u8>)> {
    let bytes = decode(token)?;
    (bytes.len() == SIGNED + SIGNATURE).then(|| Some((SlipOf::read(&bytes)?, bytes[SIGNED..].to_vec())))?
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[usize::try_from(held >> bits & 31).unwrap_or_default()]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[usize::try_from(held << (5 - bits) & 31).unwrap_or_default()]));
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > 200 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0);
    for c in text.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == c.to_ascii_uppercase())?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).ok()?);
        }
    }
    // What is left over of the last letter must be nothing: a token has one writing.
    (bits < 5 && held & ((1 << bits) - 1) == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_is_read_back(id in any::<u128>(), version in any::<u32>(), signature in any::<[u8; 32]>()) {
            let of = SlipOf { result_id: ResultId::from_uuid(Uuid::from_u128(id)), version };
            let signature = [signature, signature].concat();
            let token = token(of, &signature);
            prop_assert_eq!(token.len(), 136);
            prop_assert_eq!(read(&token), Some((of, signature.clone())));
            prop_assert_eq!(read(&token.to_lowercase()), Some((of, signature)));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            let _ = read(&text);
        }
    }
}
