//! Sheets of labels on A4 for a printer of the office: four across and eleven down.

use std::fmt::Write as _;

use krilla::geom::Size;

use super::{HEIGHT, LabelError, LabelSpec, POINTS_PER_MILLIMETRE, WIDTH, design, document};

const ACROSS: usize = 4;
const DOWN: usize = 11;
/// How many labels a sheet has.
pub const PER_SHEET: usize = ACROSS * DOWN;
/// A4 in millimetres.
const PAPER: (f32, f32) = (210.0, 297.0);
/// Millimetres to a column and a row, with the cut between.
const STEP: (f32, f32) = (50.0, 26.0);
/// Millimetres above the first row and left of the first column.
const MARGIN: (f32, f32) = (5.0, 5.5);
/// How much a label is shrunk, so that there is room to cut.
const SHRINK: f32 = 0.96;

/// The labels as PDF, as many sheets as they need.
///
/// # Errors
/// When a code is too long for a QR symbol, or the PDF cannot be written.
pub fn sheet(title: &str, labels: &[LabelSpec]) -> Result<Vec<u8>, LabelError> {
    let pages: Vec<String> = labels.chunks(PER_SHEET).map(page).collect::<Result<_, _>>()?;
    let points = |millimetres: f32| millimetres * POINTS_PER_MILLIMETRE;
    let size = Size::from_wh(points(PAPER.0), points(PAPER.1)).ok_or(LabelError::Area)?;
    document(title, &pages, size)
}

fn page(labels: &[LabelSpec]) -> Result<String, LabelError> {
    let (width, height) = PAPER;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Noto Sans, sans-serif\">\n"
    );
    // A dot of the label in millimetres of the sheet.
    let scale = STEP.0 / f32::from(WIDTH) * SHRINK;
    for (label, place) in labels.iter().zip((0_u8..).map(usize::from)) {
        let column = f32::from(u8::try_from(place % ACROSS).unwrap_or_default());
        let row = f32::from(u8::try_from(place / ACROSS).unwrap_or_default());
        let (x, y) = (MARGIN.0 + column * STEP.0 + 1.0, MARGIN.1 + row * STEP.1);
        writeln!(
            svg,
            "<g transform=\"translate({x:.2} {y:.2}) scale({scale:.5})\"><rect width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             fill=\"none\" stroke=\"#bbbbbb\" stroke-width=\"1\"/>\n{}</g>",
            design::body(label)?
        )
        .expect("a String takes every write");
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}
