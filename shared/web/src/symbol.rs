//! A QR symbol (ISO/IEC 18004) as one path of SVG.

use std::fmt::Write as _;

use fast_qr::QRBuilder;
pub use fast_qr::qr::QRCodeError as QrError;
pub use fast_qr::{ECL as Level, Version};

/// The light border that the standard asks for on every side, in modules.
pub const QUIET_ZONE: f32 = 4.0;

/// A QR symbol.
pub struct Symbol {
    /// Row by row: whether the module is dark.
    modules: Vec<bool>,
    width: usize,
}

impl Symbol {
    /// The smallest symbol of a text, or of bytes.
    ///
    /// # Errors
    /// When the text fits into no QR symbol.
    pub fn new(text: impl AsRef<[u8]>, level: Level) -> Result<Self, QrError> {
        Self::built(QRBuilder::new(text.as_ref()).ecl(level))
    }

    /// The symbol of a text in a version, or in a larger one where the text is longer.
    ///
    /// # Errors
    /// When the text fits into no QR symbol.
    pub fn at_least(smallest: Version, text: &str, level: Level) -> Result<Self, QrError> {
        Self::built(QRBuilder::new(text).ecl(level).version(smallest)).or_else(|_| Self::new(text, level))
    }

    fn built(builder: &QRBuilder) -> Result<Self, QrError> {
        // The crate's own type has room for the largest symbol: 31 KB, of which a poster's needs one.
        let code = builder.build()?;
        let width = code.size;
        Ok(Self { modules: code.data.iter().take(width * width).map(|module| module.value()).collect(), width })
    }

    /// How many modules it is wide and high, without its quiet zone.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The same, for drawing.
    #[must_use]
    pub fn modules(&self) -> f32 {
        u16::try_from(self.width()).map_or(177.0, f32::from)
    }

    /// From top to bottom the rows of modules: whether each is dark.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.modules.chunks(self.width)
    }

    /// The dark modules as the data of one SVG path, in modules: each run in a row is one rectangle.
    #[must_use]
    pub fn path(&self) -> String {
        self.path_of(1)
    }

    /// The same, `dot` units to a module.
    #[must_use]
    pub fn path_of(&self, dot: usize) -> String {
        // A run is two modules long on average, half of them dark, and takes some 14 letters.
        let mut path = String::with_capacity(self.modules.len() * 4);
        for (y, row) in self.rows().enumerate() {
            let mut x = 0;
            for run in row.chunk_by(PartialEq::eq) {
                if run[0] {
                    // Writing to a String never fails.
                    let _ = write!(path, "M{} {}h{n}v{dot}h-{n}z", x * dot, y * dot, n = run.len() * dot);
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
        let dark = symbol.rows().flatten().filter(|dark| **dark).count();
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
        let symbol = |text: &str| Symbol::at_least(Version::V03, text, Level::Q).unwrap().width();
        assert_eq!((symbol("A"), symbol(&"A".repeat(47)), symbol(&"A".repeat(48))), (29, 29, 33));
    }
}
