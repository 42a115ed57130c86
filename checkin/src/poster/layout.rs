//! Where everything stands on a poster.
//!
//! All papers are laid out 210 units wide, so a unit is a millimetre on A4. From the top: a band with what to do, the
//! name and the address of the place, the symbol in its quiet zone, the code for typing, three steps, and a line of
//! small print. The symbol takes all that the texts above and below leave, so it is larger where the name is short.

use super::drawing::{ACCENT, Anchor, Drawing, INK, PAPER, QUIET_INK, Style, TINT, Weight};
use super::symbol::{QUIET_ZONE, Symbol};
use super::text::{BASELINE, Block, LEADING, Space, fit, fit_known};
use super::words;
use super::{PosterSize, PosterSpec};
use crate::domain::policy::StayPolicy;

const WIDTH: f32 = 210.0;
const CENTRE: f32 = WIDTH / 2.0;
/// What home printers leave white, and a little more.
const MARGIN: f32 = 8.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
const CORNER: f32 = 3.0;
/// Between two columns, and between a text and its frame.
const GAP: f32 = 4.0;
/// Between two things above each other.
const RISE: f32 = 1.5;

/// The sizes that differ between the papers: on a small one the symbol leaves more room, so that texts stay legible.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    band: f32,
    name: Space,
    address: Space,
    /// The frame of the code.
    code: f32,
    step: Space,
    small: f32,
}

const fn sizes(size: PosterSize) -> Sizes {
    match size {
        PosterSize::A4 => Sizes {
            band: 25.0,
            name: Space { width: INNER, height: 23.0, largest: 16.0, lines: 3 },
            address: Space { width: INNER, height: 7.5, largest: 5.2, lines: 2 },
            code: 11.5,
            step: Space { width: 53.0, height: 12.5, largest: 4.6, lines: 2 },
            small: 3.3,
        },
        PosterSize::A5 | PosterSize::A6 | PosterSize::Sticker => Sizes {
            band: 30.0,
            name: Space { width: INNER, height: 33.0, largest: 18.0, lines: 3 },
            address: Space { width: INNER, height: 17.0, largest: 7.2, lines: 2 },
            code: 16.0,
            step: Space { width: 53.0, height: 27.0, largest: 6.8, lines: 3 },
            small: 4.9,
        },
    }
}

/// Draws a poster.
#[must_use]
pub fn draw(spec: &PosterSpec, symbol: &Symbol) -> String {
    let sizes = sizes(spec.size);
    let (across, down) = spec.size.millimetres();
    let height = WIDTH * down / across;
    let title = words::title(spec.lang, &spec.place_name);
    let mut drawing = Drawing::scaled((WIDTH, height), (across, down), &title);
    drawing.rectangle((0.0, 0.0), (WIDTH, height), 0.0, PAPER);
    let band = band(&mut drawing, spec, sizes);
    let top = place(&mut drawing, spec, sizes, band);
    let small_print = small_print(&mut drawing, spec, sizes, height - MARGIN);
    let steps = steps(&mut drawing, spec, sizes, small_print);
    let bottom = typing(&mut drawing, spec, sizes, steps);
    symbol_between(&mut drawing, symbol, top, bottom);
    drawing.finish()
}

/// The symbol in the middle, as large as it can be with its quiet zone.
fn symbol_between(drawing: &mut Drawing, symbol: &Symbol, top: f32, bottom: f32) {
    let module = (bottom - top).min(WIDTH) / (symbol.modules() + 2.0 * QUIET_ZONE);
    let side = module * symbol.modules();
    let corner = (CENTRE - side / 2.0, f32::midpoint(top, bottom) - side / 2.0);
    drawing.crisp_path(corner, module, INK, &symbol.path());
}

/// The band with what to do, in both languages; gives its lower end.
fn band(drawing: &mut Drawing, spec: &PosterSpec, sizes: Sizes) -> f32 {
    let top = MARGIN - 1.0;
    drawing.rectangle((MARGIN, top), (INNER, sizes.band), CORNER, ACCENT);
    let inner = INNER - 2.0 * GAP;
    let call = Space { width: inner, height: sizes.band * 0.68, largest: sizes.band * 0.52, lines: 1 };
    let call = fit_known(words::call(spec.lang), Weight::Bold, call);
    let white = |size, weight| Style { size, weight, colour: PAPER };
    block(drawing, CENTRE, top + sizes.band * 0.02, &call, white(call.size, Weight::Bold), Anchor::Middle);
    let size = sizes.band * 0.2;
    let baseline = top + sizes.band * 0.89;
    let other = words::call_in_the_other_language(spec.lang);
    drawing.text(MARGIN + 2.0 * GAP, baseline, white(size, Weight::Regular), Anchor::Start, other);
    drawing.text(WIDTH - MARGIN - 2.0 * GAP, baseline, white(size, Weight::Bold), Anchor::End, words::BRAND);
    top + sizes.band
}

/// The name and the address of the place; gives their lower end.
fn place(drawing: &mut Drawing, spec: &PosterSpec, sizes: Sizes, top: f32) -> f32 {
    let name = fit(&spec.place_name, Weight::Bold, sizes.name);
    let style = Style { size: name.size, weight: Weight::Bold, colour: INK };
    let top = block(drawing, CENTRE, top + RISE, &name, style, Anchor::Middle);
    let parts = [spec.address.trim(), spec.ward_line.trim()];
    let address = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let address = fit(&address, Weight::Regular, sizes.address);
    let style = Style { size: address.size, weight: Weight::Regular, colour: QUIET_INK };
    block(drawing, CENTRE, top + RISE / 2.0, &address, style, Anchor::Middle)
}

/// How long visits are kept and when the poster was printed; gives the upper end.
fn small_print(drawing: &mut Drawing, spec: &PosterSpec, sizes: Sizes, bottom: f32) -> f32 {
    let baseline = bottom - sizes.small * (LEADING - BASELINE);
    let style = Style { size: sizes.small, weight: Weight::Regular, colour: QUIET_INK };
    let days = StayPolicy::on(spec.printed_on).retention_days.value;
    drawing.text(MARGIN, baseline, style, Anchor::Start, &words::privacy(spec.lang, days));
    drawing.text(WIDTH - MARGIN, baseline, style, Anchor::End, &words::printed(spec.lang, spec.printed_on));
    bottom - sizes.small * LEADING
}

/// The three steps side by side; gives the upper end.
fn steps(drawing: &mut Drawing, spec: &PosterSpec, sizes: Sizes, bottom: f32) -> f32 {
    let steps = words::steps(spec.lang).map(|step| fit_known(step, Weight::Regular, sizes.step));
    let size = steps.iter().map(|step| step.size).fold(sizes.step.largest, f32::min);
    let lines = steps.iter().map(|step| step.lines.len()).max().unwrap_or(0);
    let numeral = size * 2.0;
    let height = (0..lines).map(|_| size * LEADING).sum::<f32>() + RISE;
    let column = (INNER + GAP) / 3.0;
    let mut x = MARGIN;
    for (step, number) in steps.into_iter().zip(["1", "2", "3"]) {
        let top = bottom - height;
        let style = Style { size: numeral, weight: Weight::Bold, colour: ACCENT };
        drawing.text(x, top + numeral * 0.82, style, Anchor::Start, number);
        let style = Style { size, weight: Weight::Regular, colour: INK };
        block(drawing, x + numeral * 0.72, top, &Block { size, ..step }, style, Anchor::Start);
        x += column;
    }
    bottom - height
}

/// The code for typing, and where to type it; gives the upper end.
fn typing(drawing: &mut Drawing, spec: &PosterSpec, sizes: Sizes, bottom: f32) -> f32 {
    let frame = INNER * 0.42;
    let top = bottom - sizes.code - RISE;
    drawing.rectangle((WIDTH - MARGIN - frame, top), (frame, sizes.code), CORNER, TINT);
    let space = Space { width: frame - 2.0 * GAP, height: sizes.code * 1.2, largest: sizes.code * 0.85, lines: 1 };
    let code = fit(&words::grouped(&spec.code), Weight::Bold, space);
    let style = Style { size: code.size, weight: Weight::Bold, colour: INK };
    let baseline = top + sizes.code / 2.0 + code.size * 0.36;
    drawing.text(WIDTH - MARGIN - frame / 2.0, baseline, style, Anchor::Middle, &words::grouped(&spec.code));
    let space = Space { width: INNER - frame - GAP, height: sizes.code / 2.0, largest: sizes.step.largest, lines: 1 };
    let lines = words::typing(spec.lang, &words::host(&spec.url));
    let size = lines.iter().map(|line| fit(line, Weight::Regular, space).size).fold(space.largest, f32::min);
    let typing = Block { lines: lines.into(), size };
    let style = Style { size, weight: Weight::Regular, colour: INK };
    block(drawing, MARGIN, top + (sizes.code - typing.height()) / 2.0, &typing, style, Anchor::Start);
    top
}

/// The lines of a block from `top` on; gives their lower end.
pub(super) fn block(drawing: &mut Drawing, x: f32, top: f32, block: &Block, style: Style, anchor: Anchor) -> f32 {
    let mut top = top;
    for line in &block.lines {
        drawing.text(x, top + block.size * BASELINE, style, anchor, line);
        top += block.size * LEADING;
    }
    top
}
