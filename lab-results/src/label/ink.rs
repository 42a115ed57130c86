//! Letters: the font, how wide a text is, and how it is made to fit.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use usvg::fontdb::{Database, Source};
use usvg::{Group, Node, Options, Tree};

/// Noto Sans, regular and bold, and no font of the machine.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for bytes in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    Arc::new(fonts)
});

/// Reads an SVG picture with the fonts of the labels.
///
/// # Errors
/// When the text is no SVG.
pub fn tree(svg: &str) -> Result<Tree, usvg::Error> {
    Tree::from_str(svg, &Options { fontdb: Arc::clone(&FONTS), ..Options::default() })
}

/// A text as it may stand in XML. What XML cannot hold is left out.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// How wide a bold text is per unit of font size.
#[must_use]
pub fn width(text: &str) -> f32 {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\"><text y=\"100\" font-size=\"100\" \
         font-family=\"Noto Sans\" font-weight=\"700\">{}</text></svg>",
        escaped(text)
    );
    tree(&svg).map_or(0.0, |tree| width_of(tree.root()) / 100.0)
}

fn width_of(group: &Group) -> f32 {
    let widths = group.children().iter().map(|node| match node {
        Node::Text(text) => text.bounding_box().width(),
        Node::Group(group) => width_of(group),
        Node::Path(_) | Node::Image(_) => 0.0,
    });
    widths.sum()
}

/// Breaks a text into one or two lines, whichever can be larger, no line wider than `room`. Gives the lines with their
/// font size, at most `largest`.
#[must_use]
pub fn fitted(text: &str, room: f32, largest: f32) -> (Vec<String>, f32) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let size = |lines: &[String]| {
        let widest = lines.iter().map(|line| width(line)).fold(0.01, f32::max);
        largest.min(room / widest)
    };
    let whole = vec![words.join(" ")];
    let mut best = (size(&whole), whole);
    // Two lines take the height of one and a half.
    for cut in 1..words.len() {
        let lines = vec![words[..cut].join(" "), words[cut..].join(" ")];
        let two = size(&lines).min(largest * 0.8);
        if two > best.0 * 1.15 {
            best = (two, lines);
        }
    }
    (best.1, best.0)
}

/// Adds a line of text whose baseline is at `y`.
pub fn line(svg: &mut String, (x, y): (f32, f32), size: f32, bold: bool, anchor: &str, text: &str) {
    let weight = if bold { 700 } else { 400 };
    writeln!(
        svg,
        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\" font-weight=\"{weight}\" \
         text-anchor=\"{anchor}\">{}</text>",
        escaped(text)
    )
    .expect("a String takes every write");
}
