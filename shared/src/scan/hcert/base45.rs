//! Base45 (RFC 9285).

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The bytes of a text; `None` where it is no base45.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        let number = group.iter().rev().try_fold(0_u32, |number, letter| Some(number * 45 + value(*letter)?))?;
        match group.len() {
            3 => bytes.extend_from_slice(&u16::try_from(number).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(number).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u32> {
    ALPHABET.iter().position(|known| *known == letter).and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_decode() {
        assert_eq!(decode("BB8").as_deref(), Some(b"AB".as_slice()));
        assert_eq!(decode("%69 VD92EX0").as_deref(), Some(b"Hello!!".as_slice()));
        assert_eq!(decode("UJCLQE7W581").as_deref(), Some(b"base-45".as_slice()));
        assert_eq!(decode("QED8WEX0").as_deref(), Some(b"ietf!".as_slice()));
    }

    #[test]
    fn what_is_no_base45_is_refused() {
        for text in ["A", "GGW", ":::", "bb8", "BB8A", "zzzz", "Ữ"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("").as_deref(), Some([].as_slice()));
    }
}
