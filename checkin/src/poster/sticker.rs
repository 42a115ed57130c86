//! A sheet of stickers: eight to a sheet of A4, each with the symbol, what to do, the name and the code.

use super::PosterSpec;
use super::drawing::{ACCENT, Anchor, Drawing, INK, PAPER, QUIET_INK, Style, TINT, Weight};
use super::layout::block;
use super::symbol::{QUIET_ZONE, Symbol};
use super::text::{Space, fit, fit_known};
use super::words;

const SHEET: (f32, f32) = (210.0, 297.0);
const COLUMNS: u8 = 2;
const ROWS: u8 = 4;
/// Cutters and printers are not exact.
const MARGIN: f32 = 5.0;
/// The symbol with its quiet zone: more than 5 cm, as Hà Nội asked for of personal codes (checkin.md, section 1c).
const SYMBOL: f32 = 62.0;

/// Draws a sheet.
#[must_use]
pub fn draw(spec: &PosterSpec, symbol: &Symbol) -> String {
    let title = words::title(spec.lang, &spec.place_name);
    let mut drawing = Drawing::new(SHEET.0, SHEET.1, &title);
    drawing.rectangle((0.0, 0.0), SHEET, 0.0, PAPER);
    let (width, height) = (SHEET.0 / f32::from(COLUMNS), SHEET.1 / f32::from(ROWS));
    for column in 1..COLUMNS {
        drawing.rectangle((width * f32::from(column) - 0.1, 0.0), (0.2, SHEET.1), 0.0, TINT);
    }
    for row in 1..ROWS {
        drawing.rectangle((0.0, height * f32::from(row) - 0.1), (SHEET.0, 0.2), 0.0, TINT);
    }
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            sticker(&mut drawing, spec, symbol, (width * f32::from(column), height * f32::from(row)), (width, height));
        }
    }
    drawing.finish()
}

fn sticker(
    drawing: &mut Drawing,
    spec: &PosterSpec,
    symbol: &Symbol,
    (left, top): (f32, f32),
    (width, height): (f32, f32),
) {
    let module = SYMBOL / (symbol.modules() + 2.0 * QUIET_ZONE);
    let corner = (left + MARGIN / 2.0 + module * QUIET_ZONE, top + (height - SYMBOL) / 2.0 + module * QUIET_ZONE);
    drawing.crisp_path(corner, module, INK, &symbol.path());
    let (x, room) = (left + MARGIN / 2.0 + SYMBOL, width - SYMBOL - 1.5 * MARGIN);
    let space = |height, largest, lines| Space { width: room, height, largest, lines };
    let call = fit_known(words::call(spec.lang), Weight::Bold, space(15.0, 5.2, 3));
    let style = |size, weight, colour| Style { size, weight, colour };
    let at = block(drawing, x, top + MARGIN, &call, style(call.size, Weight::Bold, ACCENT), Anchor::Start);
    let other = fit_known(words::call_in_the_other_language(spec.lang), Weight::Regular, space(7.0, 3.0, 2));
    let at = block(drawing, x, at, &other, style(other.size, Weight::Regular, QUIET_INK), Anchor::Start);
    let name = fit(&spec.place_name, Weight::Bold, space(22.0, 5.0, 4));
    block(drawing, x, at + 2.0, &name, style(name.size, Weight::Bold, INK), Anchor::Start);
    let code = fit(&words::grouped(&spec.code), Weight::Bold, space(7.0, 5.0, 1));
    let bottom = top + height - MARGIN;
    drawing.text(x, bottom, style(code.size, Weight::Bold, INK), Anchor::Start, &words::grouped(&spec.code));
    let host = fit(&words::host(&spec.url), Weight::Regular, space(4.0, 2.8, 1));
    block(
        drawing,
        x,
        bottom - code.size - host.height(),
        &host,
        style(host.size, Weight::Regular, QUIET_INK),
        Anchor::Start,
    );
}
