//! Writing SVG.

use std::fmt::Write as _;

/// Near black: contrast with paper 16:1.
pub const INK: &str = "#10211f";
/// For what is read from near: contrast with paper 8:1.
pub const QUIET_INK: &str = "#3f4f4d";
/// The colour of the product: contrast with paper 7:1.
pub const ACCENT: &str = "#0b5d57";
/// The frame of the code: contrast with ink 14:1.
pub const TINT: &str = "#e3f0ee";
/// Paper.
pub const PAPER: &str = "#ffffff";

/// How heavy letters are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Noto Sans Regular.
    #[default]
    Regular,
    /// Noto Sans Bold.
    Bold,
}

/// Which end of a text stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The beginning.
    Start,
    /// The middle.
    Middle,
    /// The end.
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The font size.
    pub size: f32,
    /// The weight.
    pub weight: Weight,
    /// The colour.
    pub colour: &'static str,
}

impl Default for Style {
    fn default() -> Self {
        Self { size: 1.0, weight: Weight::Regular, colour: INK }
    }
}

/// An SVG picture being written, one unit to the millimetre or what the caller calls so.
#[derive(Debug)]
pub struct Drawing(String);

impl Drawing {
    /// Begins a picture of `width` × `height` units with a title for screen readers.
    #[must_use]
    pub fn new(width: f32, height: f32, title: &str) -> Self {
        Self::scaled((width, height), (width, height), title)
    }

    /// Begins a picture of `units` that is `millimetres` large on paper.
    #[must_use]
    pub fn scaled(units: (f32, f32), millimetres: (f32, f32), title: &str) -> Self {
        let mut drawing = Self(String::with_capacity(8_192));
        let ((width, height), (across, down)) = (units, millimetres);
        drawing.push(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across}mm\" height=\"{down}mm\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"Noto Sans, sans-serif\"><title>{}</title>\n",
            escaped(title)
        ));
        drawing
    }

    /// A rectangle with rounded corners.
    pub fn rectangle(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), corner: f32, colour: &str) {
        self.push(format_args!(
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" \
             rx=\"{corner}\" fill=\"{colour}\"/>\n"
        ));
    }

    /// A line of text whose baseline is at `y`.
    pub fn text(&mut self, x: f32, y: f32, style: Style, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = match style.weight {
            Weight::Regular => 400,
            Weight::Bold => 700,
        };
        let Style { size, colour, .. } = style;
        self.push(format_args!(
            "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.3}\" font-weight=\"{weight}\" \
             text-anchor=\"{anchor}\" fill=\"{colour}\">{}</text>\n",
            escaped(text)
        ));
    }

    /// A path in units of its own, `scale` of them to the picture's, without smoothing of its edges.
    pub fn crisp_path(&mut self, (x, y): (f32, f32), scale: f32, colour: &str, path: &str) {
        self.push(format_args!(
            "<path transform=\"translate({x:.3} {y:.3}) scale({scale:.5})\" shape-rendering=\"crispEdges\" \
             fill=\"{colour}\" d=\"{path}\"/>\n"
        ));
    }

    /// Ends the picture.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.push(format_args!("</svg>\n"));
        self.0
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        self.0.write_fmt(text).expect("a String takes every write");
    }
}

/// A text as XML content: markup is escaped, and what XML 1.0 has no character for is dropped.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_escaped_and_control_characters_are_dropped() {
        assert_eq!(escaped("A&B <i>\"x\"</i>\u{0}\u{7}"), "A&amp;B &lt;i&gt;&quot;x&quot;&lt;/i&gt;");
    }
}
