//! The label of a tube: one design, as SVG, PNG, PDF and ZPL, and sheets of labels for a printer of the office.
//!
//! A label is 50 × 25 mm, the common roll of label printers, drawn in their dots (8 to the millimetre, 203 dpi) so that
//! every bar and module is a whole number of dots. It carries the code of the tube as QR, as Code 128 and as text, and
//! whose specimen it is. Letters are Noto Sans, compiled in, so that every Vietnamese letter is right everywhere.

mod bars;
mod design;
mod ink;
mod sheet;
mod slip;
mod zpl;

#[cfg(test)]
mod tests;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::tiny_skia::{Color, Pixmap, Transform};

pub use self::design::svg;
pub use self::sheet::{PER_SHEET, sheet};
pub use self::slip::{SlipSpec, slip};
pub use self::zpl::zpl;

/// Width of a label in dots.
pub const WIDTH: u16 = 400;
/// Height of a label in dots.
pub const HEIGHT: u16 = 200;
/// Dots to the millimetre of the common label printer (203 dpi).
pub const DOTS_PER_MILLIMETRE: f32 = 8.0;
/// How many pixels the PNG has for a dot.
const PIXELS_PER_DOT: f32 = 2.0;
const POINTS_PER_MILLIMETRE: f32 = 72.0 / 25.4;

/// What stands on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSpec {
    /// The code of the tube.
    pub barcode: String,
    /// Whose specimen it is, or that it is a pool of how many; empty on a label that is printed ahead.
    pub name: String,
    /// The second line: birth year and kind of specimen.
    pub detail: String,
    /// The third line: when it was taken.
    pub taken: String,
}

/// Why there is no label.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The code is too long for a QR symbol.
    #[error("the code does not fit into a QR symbol")]
    Symbol(#[source] shared_web::symbol::QrError),
    /// The picture could not be read back.
    #[error("the label's picture cannot be read")]
    Svg(#[from] usvg::Error),
    /// The PNG could not be written.
    #[error("the label's PNG cannot be written")]
    Png(#[from] image::ImageError),
    /// The picture has no area.
    #[error("the label has no area")]
    Area,
    /// The PDF could not be written.
    #[error("the label's PDF cannot be written: {0}")]
    Pdf(String),
}

/// An SVG as pixels.
fn pixels(svg: &str, scale: f32) -> Result<Pixmap, LabelError> {
    let tree = ink::tree(svg)?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or(LabelError::Area)?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or(LabelError::Area)?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(pixels)
}

/// The label as PNG, 406 dpi.
///
/// # Errors
/// As for [`svg`], and where the PNG cannot be written.
pub fn png(spec: &LabelSpec) -> Result<Vec<u8>, LabelError> {
    let pixels = pixels(&design::in_dots(spec)?, PIXELS_PER_DOT)?;
    let grey: Vec<u8> = pixels.pixels().iter().map(|pixel| pixel.green()).collect();
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&grey, pixels.width(), pixels.height(), ExtendedColorType::L8)?;
    Ok(png)
}

/// The label as PDF, one page of its size.
///
/// # Errors
/// As for [`svg`], and where the PDF cannot be written.
pub fn pdf(spec: &LabelSpec) -> Result<Vec<u8>, LabelError> {
    let millimetre = POINTS_PER_MILLIMETRE / DOTS_PER_MILLIMETRE;
    let size = Size::from_wh(f32::from(WIDTH) * millimetre, f32::from(HEIGHT) * millimetre).ok_or(LabelError::Area)?;
    document(&spec.barcode, &[design::in_dots(spec)?], size)
}

/// A PDF of pictures, one a page.
fn document(title: &str, pages: &[String], size: Size) -> Result<Vec<u8>, LabelError> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).creator("An Tâm".to_owned()));
    for svg in pages {
        let tree = ink::tree(svg)?;
        let mut page = document.start_page_with(PageSettings::new(size));
        let mut surface = page.surface();
        surface.draw_svg(&tree, size, SvgSettings::default()).ok_or(LabelError::Area)?;
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| LabelError::Pdf(format!("{error:?}")))
}
