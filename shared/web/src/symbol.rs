//! A QR symbol (ISO/IEC 18004) as one path of SVG.

use std::fmt::Write as _;

use qrcode::QrCode;
pub use qrcode::Version;
use qrcode::types::Color;
pub use qrcode::types::{EcLevel as Level, QrError};

/// The light border that the standard asks for on every side, in modules.
pub const QUIET_ZONE: f32 = 4.0;

/// A QR symbol as one path.
pub struct Symbol {
    code: QrCode,
}

impl Symbol {
    /// The smallest symbol of a text.
    ///
    /// # Errors
    /// When the text fits into no QR symbol.
    pub fn new(text: &str, level: Level) -> Result<Self, QrError> {
        QrCode::with_error_correction_level(text, level).map(|code| Self { code })
    }

    /// The symbol of a text in a version, or in a larger one where the text is longer.
    ///
    /// # Errors
    /// When the text fits into no QR symbol.
    pub fn at_least(smallest: Version, text: &str, level: Level) -> Result<Self, QrError> {
        QrCode::with_version(text, smallest, level).map_or_else(|_| Self::new(text, level), |code| Ok(Self { code }))
    }

    /// How many modules it is wide and high, without its quiet zone.
    #[must_use]
    pub fn width(&self) -> usize {
        self.code.width()
    }

    /// The same, for drawing.
    #[must_use]
    pub fn modules(&self) -> f32 {
        u16::try_from(self.width()).map_or(177.0, f32::from)
    }

    /// The dark modules as the data of one SVG path, in modules: each run in a row is one rectangle.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.code.to_colors().chunks(self.code.width()).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(PartialEq::eq) {
                if run[0] == Color::Dark {
                    let n = run.len();
                    // Writing to a String never fails.
                    let _ = write!(path, "M{x} {y}h{n}v1h-{n}z");
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

    #[test]
    fn the_path_draws_each_dark_module_once() {
        let symbol = Symbol::new("https://antam.example/papers/x", Level::M).unwrap();
        let dark = symbol.code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let drawn: usize = symbol
            .path()
            .split('M')
            .skip(1)
            .map(|run| run.split(['h', 'v']).nth(1).unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(drawn, dark);
        assert_eq!(symbol.modules(), 29.0);
    }

    #[test]
    fn a_short_text_has_the_smallest_version_that_was_asked_for() {
        let symbol = |text: &str| Symbol::at_least(Version::Normal(3), text, Level::Q).unwrap().width();
        assert_eq!((symbol("A"), symbol(&"A".repeat(47)), symbol(&"A".repeat(48))), (29, 29, 33));
    }
}
