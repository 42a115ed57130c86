//! The two symbols of a label: QR (ISO/IEC 18004) and Code 128 (ISO/IEC 15417).

use std::fmt::Write as _;

use barcoders::sym::code128::Code128;
use qrcode::types::{Color, QrError};
use qrcode::{EcLevel, QrCode};

/// The widest row of bars, in dots: the label without its margins.
const ROOM: usize = 380;

/// The QR symbol of a code.
///
/// # Errors
/// When the code is too long for any.
pub fn qr(text: &str) -> Result<QrCode, QrError> {
    QrCode::with_error_correction_level(text, EcLevel::Q)
}

/// The QR symbol of a long address on a clean paper: level M, so that its modules stay large.
///
/// # Errors
/// When the text is too long for any.
pub fn qr_light(text: &str) -> Result<QrCode, QrError> {
    QrCode::with_error_correction_level(text, EcLevel::M)
}

/// The dark modules of a QR symbol as the data of one SVG path, `dot` units to the module.
#[must_use]
pub fn qr_path(code: &QrCode, dot: usize) -> String {
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(PartialEq::eq) {
            if run[0] == Color::Dark {
                write!(path, "M{} {}h{n}v{dot}h-{n}z", x * dot, y * dot, n = run.len() * dot)
                    .expect("a String takes every write");
            }
            x += run.len();
        }
    }
    path
}

/// A row of bars, and how many dots each module of it is wide.
#[derive(Debug)]
pub struct Bars {
    modules: Vec<u8>,
    /// Dots to a module.
    pub dot: usize,
}

impl Bars {
    /// Code 128 of a text; `None` where the text has letters that Code 128 has not, or is too long for the label.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return None;
        }
        // Set C puts two digits into one symbol; set B has every printable letter of ASCII.
        let digits = text.len() >= 4 && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_digit());
        let set = if digits { '\u{0106}' } else { '\u{0181}' };
        let modules = Code128::new(format!("{set}{text}")).ok()?.encode();
        let dot = [2, 1].into_iter().find(|dot| modules.len() * dot <= ROOM)?;
        Some(Self { modules, dot })
    }

    /// How many dots they are wide together.
    #[must_use]
    pub fn width(&self) -> usize {
        self.modules.len() * self.dot
    }

    /// The bars as the data of one SVG path, `height` high.
    #[must_use]
    pub fn path(&self, height: usize) -> String {
        let mut path = String::new();
        let mut x = 0;
        for run in self.modules.chunk_by(PartialEq::eq) {
            if run[0] == 1 {
                write!(path, "M{} 0h{n}v{height}h-{n}z", x * self.dot, n = run.len() * self.dot)
                    .expect("a String takes every write");
            }
            x += run.len();
        }
        path
    }
}
