//! The bars of a label: Code 128 (ISO/IEC 15417).

use std::fmt::Write as _;

use barcoders::sym::code128::Code128;

/// The widest row of bars, in dots: the label without its margins.
const ROOM: usize = 380;

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
