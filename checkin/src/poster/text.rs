//! The letters of a poster: the font, how wide a text is, and how a text is fitted into a space.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use rustybuzz::{Direction, Face, ShapePlan, UnicodeBuffer, script, shape_with_plan};
use usvg::fontdb::{Database, Source};
use usvg::{Options, Tree};

use super::drawing::Weight;

/// The height of a line in its font size: room for Ẩ above and ự below.
pub const LEADING: f32 = 1.3;

/// Where the baseline lies below the top of a line, in font size.
pub const BASELINE: f32 = 1.0;

/// A word of more characters is broken: it would shrink the whole text.
const LONGEST_WORD: usize = 24;

/// Noto Sans, regular and bold, and no font of the machine.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for bytes in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    Arc::new(fonts)
});

/// A font to measure with, and how it sets Latin letters: nearly every text, so that this is worked out once.
struct Measure {
    face: Face<'static>,
    latin: ShapePlan,
}

static REGULAR: LazyLock<Measure> = LazyLock::new(|| Measure::new(notosans::REGULAR_TTF));
static BOLD: LazyLock<Measure> = LazyLock::new(|| Measure::new(notosans::BOLD_TTF));

impl Measure {
    fn new(bytes: &'static [u8]) -> Self {
        let face = Face::from_slice(bytes, 0).expect("the embedded font is a font");
        let latin = ShapePlan::new(&face, Direction::LeftToRight, Some(script::LATIN), None, &[]);
        Self { face, latin }
    }
}

/// Reads an SVG picture with the fonts of the poster.
///
/// # Errors
/// When the text is no SVG.
pub fn tree(svg: &str) -> Result<Tree, usvg::Error> {
    Tree::from_str(svg, &Options { fontdb: Arc::clone(&FONTS), ..Options::default() })
}

/// A text broken into lines of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The lines, from the top.
    pub lines: Vec<String>,
    /// The font size.
    pub size: f32,
}

impl Block {
    /// How high its lines are together.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.lines.iter().map(|_| self.size * LEADING).sum()
    }
}

/// The space that a text may take.
#[derive(Debug, Clone, Copy)]
pub struct Space {
    /// How wide a line may be.
    pub width: f32,
    /// How high all lines may be together.
    pub height: f32,
    /// The largest font size.
    pub largest: f32,
    /// The most lines.
    pub lines: u16,
}

/// Breaks a text into the lines that allow the largest size, and never beyond the space.
#[must_use]
pub fn fit(text: &str, weight: Weight, space: Space) -> Block {
    let words = measured_words(text, weight);
    let mut best = Block { lines: Vec::new(), size: 0.0 };
    for lines in 1..=space.lines {
        let broken = break_evenly(&words, usize::from(lines));
        // A line as a whole may be wider than its words: where scripts mix, letters join or change their order.
        let widest = widths(&broken, weight).into_iter().fold(0.0, f32::max);
        let by_width = if widest > 0.0 { space.width / widest } else { space.largest };
        let by_height = space.height / (f32::from(lines) * LEADING);
        let size = space.largest.min(by_width).min(by_height);
        if size > best.size {
            best = Block { lines: broken, size };
        }
    }
    best
}

/// What a text is fitted by.
type Known = (&'static str, Weight, [u32; 3], u16);

/// [`fit`] of a text of the program's own, worked out once: half of what a poster says is the same on all.
#[must_use]
pub fn fit_known(text: &'static str, weight: Weight, space: Space) -> Block {
    static KNOWN: LazyLock<RwLock<HashMap<Known, Block>>> = LazyLock::new(RwLock::default);
    let key = (text, weight, [space.width, space.height, space.largest].map(f32::to_bits), space.lines);
    if let Some(block) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return block.clone();
    }
    let block = fit(text, weight, space);
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, block.clone());
    block
}

/// A word, or a piece of a long one.
#[derive(Debug)]
struct Word {
    text: String,
    /// Its width per unit of font size.
    width: f32,
    /// The width of the space before it; none before a further piece of a word.
    gap: f32,
}

fn measured_words(text: &str, weight: Weight) -> Vec<Word> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for (n, piece) in letters.chunks(LONGEST_WORD).enumerate() {
            pieces.push((piece.iter().collect::<String>(), n > 0));
        }
    }
    // The width of a space is what it adds between two letters.
    let mut texts: Vec<&str> = vec!["n n", "nn"];
    texts.extend(pieces.iter().map(|(text, _)| text.as_str()));
    let widths = widths(&texts, weight);
    let space = widths[0] - widths[1];
    let words = pieces.iter().zip(&widths[2..]);
    words
        .map(|((text, goes_on), width)| Word {
            text: text.clone(),
            width: *width,
            gap: if *goes_on { 0.0 } else { space },
        })
        .collect()
}

/// How wide texts are per unit of font size.
fn widths(texts: &[impl AsRef<str>], weight: Weight) -> Vec<f32> {
    texts.iter().map(|text| width(text.as_ref(), weight)).collect()
}

/// The advances of a text's glyphs, set by the same engine as the one that draws them.
fn width(text: &str, weight: Weight) -> f32 {
    let Measure { face, latin } = match weight {
        Weight::Regular => &*REGULAR,
        Weight::Bold => &*BOLD,
    };
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let is_latin = buffer.script() == script::LATIN && buffer.direction() == Direction::LeftToRight;
    let set = if is_latin { shape_with_plan(face, latin, buffer) } else { rustybuzz::shape(face, &[], buffer) };
    let advance: i64 = set.glyph_positions().iter().map(|glyph| i64::from(glyph.x_advance)).sum();
    advance as f32 / face.units_per_em() as f32
}

/// Breaks words into at most `lines` lines so that the widest line is as narrow as can be.
fn break_evenly(words: &[Word], lines: usize) -> Vec<String> {
    let total: f32 = words.iter().map(|word| word.gap + word.width).sum();
    let (mut too_narrow, mut wide_enough) = (0.0, total);
    let (mut best, _) = break_at(words, total);
    for _ in 0..24 {
        let width = f32::midpoint(too_narrow, wide_enough);
        let (broken, widest) = break_at(words, width);
        if broken.len() <= lines && widest <= width {
            wide_enough = width;
            best = broken;
        } else {
            too_narrow = width;
        }
    }
    best
}

/// Fills lines up to a width, and gives them with the width of the widest, which is larger where one word is.
fn break_at(words: &[Word], width: f32) -> (Vec<String>, f32) {
    let mut lines: Vec<(String, f32)> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some((line, taken)) if *taken + word.gap + word.width <= width => {
                if word.gap > 0.0 {
                    line.push(' ');
                }
                line.push_str(&word.text);
                *taken += word.gap + word.width;
            }
            _ => lines.push((word.text.clone(), word.width)),
        }
    }
    let widest = lines.iter().map(|(_, taken)| *taken).fold(0.0, f32::max);
    (lines.into_iter().map(|(line, _)| line).collect(), widest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use usvg::{Group, Node};

    use super::super::drawing::{Anchor, Drawing, Style};
    use super::*;

    const SPACE: Space = Space { width: 190.0, height: 24.0, largest: 16.0, lines: 3 };

    /// How wide the widest line of a block is when it is drawn: by the picture, not by our measure.
    fn drawn_width(block: &Block) -> f32 {
        block.lines.iter().map(|line| drawn(line) * block.size).fold(0.0, f32::max)
    }

    fn drawn(text: &str) -> f32 {
        let mut drawing = Drawing::new(100.0, 100.0, "");
        drawing.text(0.0, 100.0, Style { size: 100.0, weight: Weight::Bold, ..Style::default() }, Anchor::Start, text);
        width_of(tree(&drawing.finish()).unwrap().root()) / 100.0
    }

    fn width_of(group: &Group) -> f32 {
        let widths = group.children().iter().map(|node| match node {
            Node::Text(text) => text.bounding_box().width(),
            Node::Group(group) => width_of(group),
            Node::Path(_) | Node::Image(_) => 0.0,
        });
        widths.sum()
    }

    #[test]
    fn a_text_is_as_wide_as_it_is_drawn() {
        for text in ["Phở Ẩm", "AVATAR To.", "Nguyễn Thị Hường", "12 Lê Lợi – phường 4", "Café, số 3/2"]
        {
            let (measured, drawn) = (width(text, Weight::Bold), drawn(text));
            assert!((measured / drawn - 1.0).abs() < 0.005, "{text}: {measured} {drawn}");
        }
    }

    #[test]
    fn a_short_text_stays_on_one_line_at_the_largest_size() {
        let block = fit("Phở Ẩm", Weight::Bold, SPACE);
        assert_eq!(block, Block { lines: vec!["Phở Ẩm".to_owned()], size: 16.0 });
    }

    #[test]
    fn a_long_text_is_broken_evenly() {
        let block = fit("Chợ đầu mối nông sản Tân Phú, cổng số hai, khu B", Weight::Bold, SPACE);
        let widths: Vec<f32> = block.lines.iter().map(|line| width(line, Weight::Bold)).collect();
        assert_eq!(widths.len(), 2, "{block:?}");
        assert!((widths[0] / widths[1] - 1.0).abs() < 0.25, "{block:?}");
    }

    #[test]
    fn one_endless_word_is_broken_instead_of_shrunk_to_nothing() {
        let block = fit(&"Ẩ".repeat(120), Weight::Bold, SPACE);
        assert_eq!(block.lines.concat(), "Ẩ".repeat(120));
        assert_eq!(block.lines.len(), 3);
        assert!(block.size > 4.0 && drawn_width(&block) <= SPACE.width * 1.001, "{block:?}");
    }

    #[test]
    fn nothing_is_no_line() {
        assert_eq!(fit(" \t ", Weight::Bold, SPACE).lines, Vec::<String>::new());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_text_overflows_or_loses_a_letter(text in "[A-ZẨỞƯđếộ ,.–]{0,200}") {
            let block = fit(&text, Weight::Bold, SPACE);
            prop_assert!(drawn_width(&block) <= SPACE.width * 1.002, "{:?}", block);
            prop_assert!(block.height() <= SPACE.height * 1.001 && block.lines.len() <= 3);
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&block.lines.concat()), letters(&text));
        }
    }
}
