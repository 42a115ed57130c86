//! The result slip: a paper of A5 with the result in words and a QR that anybody can check.

use std::fmt::Write as _;

use krilla::geom::Size;
use shared_web::symbol::{Level, Symbol};

use super::{LabelError, POINTS_PER_MILLIMETRE, document, ink};

/// A5 in millimetres.
const PAPER: (f32, f32) = (148.0, 210.0);
const MARGIN: f32 = 12.0;

/// What stands on a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipSpec {
    /// What paper it is.
    pub title: String,
    /// The result in a word.
    pub word: String,
    /// The result in a sentence.
    pub says: String,
    /// The details: what, and its value.
    pub rows: Vec<(String, String)>,
    /// What the QR holds.
    pub url: String,
    /// How to check it.
    pub check: String,
    /// When it was printed.
    pub printed: String,
}

/// The slip as PDF.
///
/// # Errors
/// When the address is too long for a QR symbol, or the PDF cannot be written.
pub fn slip(spec: &SlipSpec) -> Result<Vec<u8>, LabelError> {
    let points = |millimetres: f32| millimetres * POINTS_PER_MILLIMETRE;
    let size = Size::from_wh(points(PAPER.0), points(PAPER.1)).ok_or(LabelError::Area)?;
    document(&spec.title, &[drawn(spec)?], size)
}

fn drawn(spec: &SlipSpec) -> Result<String, LabelError> {
    let (width, height) = PAPER;
    let room = width - 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Noto Sans, sans-serif\">\n"
    );
    ink::line(&mut svg, (MARGIN, 18.0), 5.0, true, "start", "An Tâm");
    ink::line(&mut svg, (MARGIN, 26.0), 4.2, false, "start", &spec.title);
    let (lines, size) = ink::fitted(&spec.word, room, 11.0);
    let mut y = 34.0;
    for line in lines {
        y += size * 1.15;
        ink::line(&mut svg, (MARGIN, y), size, true, "start", &line);
    }
    let (lines, size) = ink::fitted(&spec.says, room, 4.2);
    y += 2.0;
    for line in lines {
        y += size * 1.4;
        ink::line(&mut svg, (MARGIN, y), size, false, "start", &line);
    }
    y += 4.0;
    for (term, value) in &spec.rows {
        y += 8.0;
        ink::line(&mut svg, (MARGIN, y), 3.6, false, "start", term);
        let size = 4.2_f32.min((room - 42.0) / ink::width(value).max(0.01));
        ink::line(&mut svg, (MARGIN + 42.0, y), size, true, "start", value);
    }
    // A long address on a clean paper: level M keeps the modules large.
    let symbol = Symbol::new(&spec.url, Level::M).map_err(LabelError::Symbol)?;
    let (side, top) = (46.0, height - 70.0);
    writeln!(
        svg,
        "<path transform=\"translate({MARGIN} {top}) scale({})\" shape-rendering=\"crispEdges\" d=\"{}\"/>",
        side / symbol.modules(),
        symbol.path()
    )
    .expect("a String takes every write");
    let (lines, size) = ink::fitted(&spec.check, room - side - 8.0, 3.6);
    for (line, place) in lines.iter().zip(0_u8..) {
        let y = top + 8.0 + f32::from(place) * size * 1.4;
        ink::line(&mut svg, (MARGIN + side + 8.0, y), size, false, "start", line);
    }
    ink::line(&mut svg, (MARGIN, height - 12.0), 3.2, false, "start", &spec.printed);
    svg.push_str("</svg>\n");
    Ok(svg)
}

#[cfg(test)]
pub(in crate::label) mod tests {
    use std::collections::HashSet;

    use rxing::{BarcodeFormat, DecodeHintValue, DecodeHints};

    use super::*;

    /// A slip of somebody's, with this address in its QR.
    pub(in crate::label) fn spec(url: String) -> SlipSpec {
        SlipSpec {
            title: "Phiếu kết quả".to_owned(),
            word: "Âm tính".to_owned(),
            says: "Không thấy vi rút SARS-CoV-2 trong mẫu của bạn.".to_owned(),
            rows: vec![("Họ tên".to_owned(), "Nguyễn Thị Ẩm".to_owned())],
            url,
            check: "Quét mã để kiểm tra".to_owned(),
            printed: "Xem lúc 10/03/2022 08:00".to_owned(),
        }
    }

    #[test]
    fn the_qr_of_a_slip_is_read_back() {
        let url = format!("HTTPS://ANTAM.EXAMPLE/S/{}", "0123456789ABCDEFG".repeat(8));
        let spec = spec(url.clone());
        assert!(slip(&spec).unwrap().starts_with(b"%PDF-"));
        let pixels = super::super::pixels(&drawn(&spec).unwrap(), 8.0 / 3.78).unwrap();
        let grey: Vec<u8> = pixels.pixels().iter().map(|pixel| pixel.green()).collect();
        let mut hints =
            DecodeHints::default().with(DecodeHintValue::PossibleFormats(HashSet::from([BarcodeFormat::QR_CODE])));
        let read = rxing::helpers::detect_in_luma_with_hints(
            grey,
            pixels.width(),
            pixels.height(),
            Some(BarcodeFormat::QR_CODE),
            &mut hints,
        );
        assert_eq!(read.unwrap().getText(), url);
    }
}
