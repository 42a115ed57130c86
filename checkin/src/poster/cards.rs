//! A sheet of personal QR cards: ten to a sheet of A4, to be cut out and carried by people without a phone.

use shared::bilingual::Lang;
use shared::time::Date;

use super::drawing::{ACCENT, Anchor, Drawing, INK, PAPER, QUIET_INK, Style, TINT, Weight};
use super::layout::block;
use super::symbol::symbol;
use super::text::{Space, fit, fit_known, tree};
use super::{PosterError, add_svg, document, finished, words};

/// How many cards a sheet holds.
pub const PER_SHEET: usize = 10;

/// The paper: A4, in millimetres.
const SHEET: (f32, f32) = (210.0, 297.0);
const COLUMNS: usize = 2;
const ROWS: u8 = 5;
/// The dark part of the symbol: Hà Nội asked for at least 5 cm of personal codes (checkin.md, section 1c).
const SYMBOL: f32 = 50.0;
/// What is left of the symbol, and between it and the text.
const MARGIN: f32 = 5.0;

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSpec {
    /// Whose it is; the staff compare it with who stands there.
    pub name: String,
    /// The year of birth, where it is known.
    pub birth_year: Option<i16>,
    /// What the QR symbol holds.
    pub url: String,
    /// The day of printing.
    pub printed_on: Date,
}

/// The cards as PDF, ten to a page.
///
/// # Errors
/// When a link is too long for a QR symbol, or the PDF cannot be written.
pub fn pdf(cards: &[CardSpec], lang: Lang) -> Result<Vec<u8>, PosterError> {
    let mut document = document(words::card(lang), lang);
    for sheet in cards.chunks(PER_SHEET) {
        add_svg(&mut document, &tree(&svg(sheet, lang)?)?, SHEET)?;
    }
    finished(document)
}

/// One sheet as SVG; cards beyond the tenth are not drawn.
///
/// # Errors
/// When a link is too long for a QR symbol.
pub fn svg(cards: &[CardSpec], lang: Lang) -> Result<String, PosterError> {
    let mut drawing = Drawing::new(SHEET.0, SHEET.1, words::card(lang));
    drawing.rectangle((0.0, 0.0), SHEET, 0.0, PAPER);
    let (width, height) = (SHEET.0 / 2.0, SHEET.1 / f32::from(ROWS));
    drawing.rectangle((width - 0.1, 0.0), (0.2, SHEET.1), 0.0, TINT);
    for row in 0..ROWS {
        let top = height * f32::from(row);
        for (column, card) in cards.iter().skip(usize::from(row) * COLUMNS).take(COLUMNS).enumerate() {
            let left = if column == 0 { 0.0 } else { width };
            // The lines to cut along leave the light border of the symbol alone.
            let text_at = left + 2.0 * MARGIN + SYMBOL;
            drawing.rectangle((text_at, top - 0.1), (width - 2.0 * MARGIN - SYMBOL, 0.2), 0.0, TINT);
            one(&mut drawing, card, lang, (left, top), (width, height))?;
        }
    }
    Ok(drawing.finish())
}

fn one(
    drawing: &mut Drawing,
    card: &CardSpec,
    lang: Lang,
    (left, top): (f32, f32),
    (width, height): (f32, f32),
) -> Result<(), PosterError> {
    let symbol = symbol(&card.url).map_err(PosterError::Symbol)?;
    let module = SYMBOL / symbol.modules();
    drawing.crisp_path((left + MARGIN, top + (height - SYMBOL) / 2.0), module, INK, &symbol.path());
    let x = left + 2.0 * MARGIN + SYMBOL;
    let room = width - SYMBOL - 3.0 * MARGIN;
    let space = |height, largest, lines| Space { width: room, height, largest, lines };
    let style = |size, weight, colour| Style { size, weight, colour };
    let title = fit_known(words::card(lang), Weight::Bold, space(8.0, 3.6, 2));
    let at = block(drawing, x, top + MARGIN, &title, style(title.size, Weight::Bold, ACCENT), Anchor::Start);
    let name = fit(&card.name, Weight::Bold, space(20.0, 5.4, 4));
    let at = block(drawing, x, at + 1.5, &name, style(name.size, Weight::Bold, INK), Anchor::Start);
    if let Some(year) = card.birth_year {
        drawing.text(x, at + 4.5, style(3.6, Weight::Regular, INK), Anchor::Start, &words::born(lang, year));
    }
    let use_it = fit_known(words::card_use(lang), Weight::Regular, space(12.0, 2.9, 4));
    let printed = words::printed(lang, card.printed_on);
    let bottom = top + height - MARGIN;
    drawing.text(x, bottom, style(2.6, Weight::Regular, QUIET_INK), Anchor::Start, &printed);
    let above = bottom - 3.6 - use_it.height();
    block(drawing, x, above, &use_it, style(use_it.size, Weight::Regular, QUIET_INK), Anchor::Start);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::poster::pixels;

    fn card(n: usize) -> CardSpec {
        CardSpec {
            name: format!("Nguyễn Thị Phương Thảo Công Tằng Tôn Nữ {n}"),
            birth_year: n.is_multiple_of(2).then_some(1941),
            url: format!("HTTPS://ANTAM.TIENGIANG.GOV.VN/P/{}", n.to_string().repeat(64)),
            printed_on: "2022-03-10".parse().unwrap(),
        }
    }

    #[test]
    fn every_card_of_a_sheet_is_read_back_and_its_symbol_is_five_centimetres_wide() {
        let cards: Vec<CardSpec> = (0..PER_SHEET).map(card).collect();
        for lang in [Lang::Vi, Lang::En] {
            let picture = pixels::png(&tree(&svg(&cards, lang).unwrap()).unwrap(), 1_240).unwrap();
            let sheet = image::load_from_memory(&picture).unwrap();
            let (width, height) = (sheet.width() / 2, sheet.height() / u32::from(ROWS));
            for (n, card) in (0..).zip(&cards) {
                let one = sheet.crop_imm(n % 2 * width, n / 2 * height, width, height).into_luma8();
                let dark: Vec<u32> = one
                    .enumerate_pixels()
                    .filter(|(x, _, p)| *x < width * 6 / 10 && p.0[0] < 128)
                    .map(|(x, ..)| x)
                    .collect();
                let across = dark.iter().max().unwrap() - dark.iter().min().unwrap() + 1;
                assert!(across >= 294, "{across} of 1,240 pixels for 210 mm are less than 5 cm");
                let read = rxing::helpers::detect_in_luma(one.into_raw(), width, height, None).unwrap();
                assert_eq!(read.getText(), card.url);
            }
        }
    }

    #[test]
    fn a_sheet_holds_what_there_is_and_ten_at_most() {
        let one = svg(&[card(1)], Lang::Vi).unwrap();
        assert_eq!(one.matches("<path").count(), 1);
        let many: Vec<CardSpec> = (0..12).map(|n| card(n % 10)).collect();
        assert_eq!(svg(&many, Lang::Vi).unwrap().matches("<path").count(), PER_SHEET);
        assert!(pdf(&many, Lang::Vi).unwrap().len() > pdf(&many[..10], Lang::Vi).unwrap().len());
        let long = CardSpec { url: "X".repeat(4_000), ..card(1) };
        assert!(matches!(svg(&[long], Lang::Vi), Err(PosterError::Symbol(_))));
    }

    #[test]
    fn the_texts_of_a_card_stay_beside_its_symbol() {
        let cards: Vec<CardSpec> = (0..PER_SHEET).map(card).collect();
        let tree = tree(&svg(&cards, Lang::Vi).unwrap()).unwrap();
        let mut texts = 0;
        fn walk(group: &usvg::Group, seen: &mut impl FnMut(usvg::Rect)) {
            for node in group.children() {
                match node {
                    usvg::Node::Text(text) => seen(text.abs_bounding_box()),
                    usvg::Node::Group(group) => walk(group, seen),
                    usvg::Node::Path(_) | usvg::Node::Image(_) => {}
                }
            }
        }
        let scale = tree.size().width() / SHEET.0;
        walk(tree.root(), &mut |lies| {
            texts += 1;
            let left = lies.left() / scale % (SHEET.0 / 2.0);
            let right = left + lies.width() / scale;
            assert!(left > 59.0 && right < 105.0, "{left} to {right}");
        });
        assert!(texts >= 5 * PER_SHEET, "{texts}");
    }
}
