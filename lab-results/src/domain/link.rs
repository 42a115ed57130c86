//! The code of a citizen's result page, `/r/CODE`.

use core::fmt;
use core::str::FromStr;

use shared::random::{self, Random};

/// The digits of Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// Twelve characters of Crockford base 32: 60 random bits, so that codes cannot be guessed by trying.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkCode([u8; LENGTH]);

/// Why a text is no link code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a link code: 12 letters and digits, such as 7ZK4-0QW9-M3XT")]
pub struct LinkCodeError;

impl LinkCode {
    /// Draws a new code.
    #[must_use]
    pub fn new(random: &mut dyn Random) -> Self {
        let drawn: [u8; LENGTH] = random::bytes(random);
        Self(drawn.map(|b| ALPHABET[usize::from(b % 32)]))
    }

    /// The code as it stands in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }

    /// The code as people read it to each other: `7ZK4-0QW9-M3XT`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let code = self.as_str();
        format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..])
    }
}

impl fmt::Display for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whoever has the code is one step from a result: it stays out of logs.
impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCode(…)")
    }
}

impl FromStr for LinkCode {
    type Err = LinkCodeError;

    /// Reads what people type: either case, spaces and hyphens anywhere, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, LinkCodeError> {
        let mut code = [0; LENGTH];
        let mut length = 0;
        for typed in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let digit = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let byte = u8::try_from(digit).ok().filter(|b| ALPHABET.contains(b)).ok_or(LinkCodeError)?;
            *code.get_mut(length).ok_or(LinkCodeError)? = byte;
            length += 1;
        }
        if length == LENGTH { Ok(Self(code)) } else { Err(LinkCodeError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed([u8; LENGTH]);
    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0);
        }
    }

    #[test]
    fn what_people_type_is_read_as_what_was_meant() {
        let code: LinkCode = "7zk4-oqw9 mlxt".parse().unwrap();
        assert_eq!(code.to_string(), "7ZK40QW9M1XT");
        assert_eq!(code.grouped(), "7ZK4-0QW9-M1XT");
        assert_eq!(format!("{code:?}"), "LinkCode(…)");
    }

    #[test]
    fn a_wrong_length_or_letter_is_refused() {
        for text in ["", "7ZK40QW9M1X", "7ZK40QW9M1XTT", "UZK40QW9M1XT", "Đ7ZK40QW9M1X"] {
            assert_eq!(text.parse::<LinkCode>(), Err(LinkCodeError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_drawn_code_reads_back(bytes: [u8; LENGTH]) {
            let code = LinkCode::new(&mut Fixed(bytes));
            prop_assert_eq!(code.to_string().parse(), Ok(code));
            prop_assert_eq!(code.grouped().parse(), Ok(code));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            let _ = text.parse::<LinkCode>();
        }
    }
}
