//! The QR symbol (ISO/IEC 18004) of a paper.

use std::fmt::Write as _;

use qrcode::types::{Color, QrError};
use qrcode::{EcLevel, QrCode};

/// Level M: a paper is folded and copied, and its link is long.
const LEVEL: EcLevel = EcLevel::M;

/// A QR symbol as one path.
pub struct Symbol {
    code: QrCode,
}

impl Symbol {
    /// The symbol of a text.
    ///
    /// # Errors
    /// When the text fits into no QR symbol.
    pub fn new(text: &str) -> Result<Self, QrError> {
        QrCode::with_error_correction_level(text, LEVEL).map(|code| Self { code })
    }

    /// How many modules it is wide and high, without its quiet zone.
    #[must_use]
    pub fn modules(&self) -> f32 {
        u16::try_from(self.code.width()).map_or(177.0, f32::from)
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
