//! Text and lines on a page, as SVG in millimetres.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use usvg::fontdb::{Database, Source};
use usvg::{Options, Tree};

/// Noto Sans, regular and bold, and no font of the machine.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for bytes in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    Arc::new(fonts)
});

/// Reads an SVG picture with the fonts of the papers.
///
/// # Errors
/// When the text is no SVG.
pub fn tree(svg: &str) -> Result<Tree, usvg::Error> {
    Tree::from_str(svg, &Options { fontdb: Arc::clone(&FONTS), ..Options::default() })
}

/// Where a text stands on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
}

/// A page that is being drawn.
pub struct Sheet(String);

/// Writes a text so that it is no markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Sheet {
    /// An empty A4 page.
    #[must_use]
    pub fn new() -> Self {
        Self(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"210mm\" height=\"297mm\" viewBox=\"0 0 210 297\" \
             font-family=\"Noto Sans, sans-serif\" fill=\"#111\"><rect width=\"210\" height=\"297\" fill=\"#fff\"/>"
                .to_owned(),
        )
    }

    /// A line of text; `size` in millimetres.
    pub fn text(&mut self, x: f32, y: f32, size: f32, bold: bool, anchor: Anchor, text: &str) {
        let weight = if bold { " font-weight=\"700\"" } else { "" };
        let anchor = if anchor == Anchor::Middle { " text-anchor=\"middle\"" } else { "" };
        let text = escaped(text);
        let _ = write!(self.0, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight}{anchor}>{text}</text>");
    }

    /// A thin line across.
    pub fn rule(&mut self, x: f32, y: f32, width: f32) {
        let _ = write!(self.0, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"0.3\"/>");
    }

    /// A shape whose data are in units of `scale` millimetres.
    pub fn shape(&mut self, x: f32, y: f32, scale: f32, path: &str) {
        let _ = write!(self.0, "<path transform=\"translate({x} {y}) scale({scale})\" d=\"{path}\"/>");
    }

    /// A long text, broken at spaces into lines of at most `most` characters; gives the y below its last line.
    pub fn paragraph(&mut self, x: f32, y: f32, size: f32, most: usize, text: &str) -> f32 {
        let mut y = y;
        for line in broken(text, most) {
            self.text(x, y, size, false, Anchor::Start, &line);
            y += size * 1.55;
        }
        y
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> String {
        self.0 + "</svg>"
    }
}

/// Lines of at most `most` characters; a word that is longer is cut.
#[must_use]
pub fn broken(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(most.max(1)) {
            let piece: String = piece.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + piece.chars().count() <= most => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    lines
}
