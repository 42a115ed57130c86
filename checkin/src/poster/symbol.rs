//! The QR symbol (ISO/IEC 18004) of a poster.

use std::fmt::Write as _;

use qrcode::types::{Color, QrError};
use qrcode::{EcLevel, QrCode, Version};

/// The light border that the standard asks for on every side, in modules.
pub const QUIET_ZONE: f32 = 4.0;

/// The smallest version: the links of most hosts need it, and so all posters look alike.
const SMALLEST: Version = Version::Normal(3);

/// Level Q: a quarter of the symbol may be dirty, torn or in glare.
const LEVEL: EcLevel = EcLevel::Q;

/// A QR symbol as one path.
pub struct Symbol {
    code: QrCode,
}

impl Symbol {
    /// The symbol of a text: version 3, or a larger one where the text is longer than 47 characters.
    ///
    /// # Errors
    /// When the text fits into no QR symbol.
    pub fn new(text: &str) -> Result<Self, QrError> {
        let smallest = QrCode::with_version(text, SMALLEST, LEVEL);
        let code = smallest.or_else(|_| QrCode::with_error_correction_level(text, LEVEL))?;
        Ok(Self { code })
    }

    /// How many modules it is wide and high, without its quiet zone.
    #[must_use]
    pub fn modules(&self) -> f32 {
        f32::from(u16::try_from(self.code.width()).expect("a QR symbol is at most 177 modules wide"))
    }

    /// The dark modules as the data of one SVG path, in modules: each run in a row is one rectangle.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.code.to_colors().chunks(self.code.width()).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(PartialEq::eq) {
                if run[0] == Color::Dark {
                    write!(path, "M{x} {y}h{n}v1h-{n}z", n = run.len()).expect("a String takes every write");
                }
                x += run.len();
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "HTTPS://ANTAM.EXAMPLE/C/4WT59M5Y";

    #[test]
    fn a_link_in_upper_case_is_version_3_at_level_q() {
        let symbol = Symbol::new(LINK).unwrap();
        assert_eq!(symbol.code.version(), Version::Normal(3));
        assert_eq!(symbol.code.error_correction_level(), EcLevel::Q);
        assert!((symbol.modules() - 29.0).abs() < f32::EPSILON);
    }

    #[test]
    fn only_the_alphanumeric_mode_puts_47_characters_into_version_3() {
        let longest = format!("HTTPS://{}/C/4WT59M5Y", "A".repeat(47 - 19));
        assert_eq!(longest.len(), 47);
        assert_eq!(Symbol::new(&longest).unwrap().code.version(), Version::Normal(3));
        assert_eq!(Symbol::new(&longest.to_lowercase()).unwrap().code.version(), Version::Normal(5));
    }

    #[test]
    fn a_short_link_looks_like_the_others_and_a_long_one_gets_a_larger_symbol() {
        assert_eq!(Symbol::new("HTTPS://A.VN/C/4WT59M5Y").unwrap().code.version(), Version::Normal(3));
        assert!(Symbol::new(&format!("{LINK}{LINK}")).unwrap().modules() > 29.0);
        assert!(Symbol::new(&LINK.repeat(100)).is_err());
    }

    #[test]
    fn the_path_draws_exactly_the_dark_modules() {
        let symbol = Symbol::new(LINK).unwrap();
        let drawn: usize =
            symbol.path().split('h').skip(1).filter_map(|piece| piece.split('v').next()?.parse::<usize>().ok()).sum();
        assert_eq!(drawn, symbol.code.to_colors().iter().filter(|c| **c == Color::Dark).count());
    }
}
