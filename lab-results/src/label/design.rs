//! Where everything stands on a label.

use std::fmt::Write as _;

use shared_web::symbol::{Level, Symbol};

use super::bars::Bars;
use super::{DOTS_PER_MILLIMETRE, HEIGHT, LabelError, LabelSpec, WIDTH, ink};

/// The QR symbol takes at most so many dots.
const QR_ROOM: usize = 104;
/// Its quiet zone (four modules of four dots) is the left margin.
const LEFT: usize = 16;
const TOP: usize = 14;
/// Between the QR symbol and the letters.
const GAP: usize = 16;
/// Where the bars begin, and how high they are.
pub(super) const BARS_TOP: usize = 128;
pub(super) const BARS_HEIGHT: usize = 42;

/// Where the QR symbol stands: its side in dots, and the dots of a module.
pub(super) struct Qr {
    pub(super) symbol: Symbol,
    pub(super) dot: usize,
}

impl Qr {
    pub(super) fn new(text: &str) -> Result<Self, LabelError> {
        // A tube is wet, cold and round: a quarter of the symbol may be lost.
        let symbol = Symbol::new(text, Level::Q).map_err(LabelError::Symbol)?;
        let dot = (QR_ROOM / symbol.width()).clamp(1, 4);
        Ok(Self { symbol, dot })
    }

    pub(super) fn side(&self) -> usize {
        self.symbol.width() * self.dot
    }
}

/// Where the bars begin from the left, so that they stand in the middle.
pub(super) fn bars_left(bars: &Bars) -> usize {
    usize::from(WIDTH).saturating_sub(bars.width()) / 2
}

/// Where the QR symbol stands.
pub(super) const fn qr_at() -> (usize, usize) {
    (LEFT, TOP)
}

/// The letters alone: name, detail, when, and the code in text below the bars.
pub(super) fn letters(spec: &LabelSpec, qr: &Qr) -> String {
    let mut svg = String::new();
    let left = as_f32(LEFT + qr.side() + GAP);
    let room = f32::from(WIDTH) - left - 8.0;
    let mut y = 14.0;
    if spec.name.is_empty() {
        let (lines, size) = ink::fitted(&spec.barcode, room, 40.0);
        ink::line(&mut svg, (left, 70.0), size, true, "start", &lines.join(" "));
    } else {
        let (lines, size) = ink::fitted(&spec.name, room, 32.0);
        for line in lines {
            y += size * 1.12;
            ink::line(&mut svg, (left, y), size, true, "start", &line);
        }
        y += 6.0;
        for text in [&spec.detail, &spec.taken] {
            let size = 20.0_f32.min(room / ink::width(text).max(0.01));
            y += size * 1.2;
            ink::line(&mut svg, (left, y), size, false, "start", text);
        }
    }
    let size = 22.0_f32.min(380.0 / ink::width(&spec.barcode).max(0.01));
    ink::line(&mut svg, (f32::from(WIDTH) / 2.0, 192.0), size, true, "middle", &spec.barcode);
    svg
}

/// Everything between the tags of a picture in dots.
pub(super) fn body(spec: &LabelSpec) -> Result<String, LabelError> {
    let qr = Qr::new(&spec.barcode)?;
    let mut svg = letters(spec, &qr);
    let (x, y) = qr_at();
    push(&mut svg, format_args!("{x} {y}"), &qr.symbol.path_of(qr.dot));
    if let Some(bars) = Bars::new(&spec.barcode) {
        push(&mut svg, format_args!("{} {BARS_TOP}", bars_left(&bars)), &bars.path(BARS_HEIGHT));
    }
    Ok(svg)
}

fn push(svg: &mut String, at: std::fmt::Arguments<'_>, path: &str) {
    writeln!(svg, "<path transform=\"translate({at})\" shape-rendering=\"crispEdges\" d=\"{path}\"/>")
        .expect("a String takes every write");
}

fn framed(width: &str, height: &str, spec: &LabelSpec, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" font-family=\"Noto Sans, sans-serif\"><title>{}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n{body}</svg>\n",
        ink::escaped(&spec.barcode)
    )
}

/// The label as SVG, 50 × 25 mm.
///
/// # Errors
/// [`LabelError::Symbol`] when the code is too long for a QR symbol.
pub fn svg(spec: &LabelSpec) -> Result<String, LabelError> {
    let millimetres = |dots: u16| format!("{}mm", f32::from(dots) / DOTS_PER_MILLIMETRE);
    Ok(framed(&millimetres(WIDTH), &millimetres(HEIGHT), spec, &body(spec)?))
}

/// The label as SVG, one unit to the dot.
pub(super) fn in_dots(spec: &LabelSpec) -> Result<String, LabelError> {
    Ok(framed(&WIDTH.to_string(), &HEIGHT.to_string(), spec, &body(spec)?))
}

/// The letters of a label as SVG, one unit to the dot: what a label printer gets as a picture.
pub(super) fn letters_in_dots(spec: &LabelSpec, qr: &Qr) -> String {
    framed(&WIDTH.to_string(), &HEIGHT.to_string(), spec, &letters(spec, qr))
}

#[expect(clippy::cast_precision_loss, reason = "dots of a label: a few hundred")]
const fn as_f32(dots: usize) -> f32 {
    dots as f32
}
