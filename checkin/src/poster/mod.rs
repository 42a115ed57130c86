//! The poster that a venue hangs at its door: one design, as SVG, PNG and PDF.
//!
//! The picture is described once, as SVG ([`layout`]); resvg makes pixels of it and krilla a page whose text can be
//! selected. The letters are Noto Sans, compiled in, so that every machine prints the same poster with every
//! Vietnamese letter.

pub mod cards;
mod drawing;
mod layout;
mod pixels;
mod sticker;
pub(crate) mod symbol;
mod text;
mod words;

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use shared::bilingual::Lang;
use shared::place::PlaceCode;
use shared::time::Date;

/// The widest picture that is drawn, in pixels: A4 at 600 dpi.
const WIDEST: u32 = 4_960;

const POINTS_PER_MILLIMETRE: f32 = 72.0 / 25.4;

/// A size of paper (ISO 216), upright.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PosterSize {
    /// 210 mm × 297 mm: for the door, read from two metres; its symbol is more than 15 cm wide, as Hà Nội asked for
    /// (checkin.md, section 1c).
    #[default]
    A4,
    /// 148 mm × 210 mm: for the counter.
    A5,
    /// 105 mm × 148 mm: for the table.
    A6,
    /// A sheet of A4 with eight stickers of 105 mm × 74.25 mm, for tables, seats and doors of buses.
    Sticker,
}

impl PosterSize {
    /// Every size, the largest first.
    pub const ALL: [Self; 4] = [Self::A4, Self::A5, Self::A6, Self::Sticker];

    /// The code in `?size=`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
            Self::A6 => "a6",
            Self::Sticker => "sticker",
        }
    }

    /// The size that a code in `?size=` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.code() == code)
    }

    /// Width and height in millimetres.
    const fn millimetres(self) -> (f32, f32) {
        match self {
            Self::A4 | Self::Sticker => (210.0, 297.0),
            Self::A5 => (148.0, 210.0),
            Self::A6 => (105.0, 148.0),
        }
    }
}

/// What stands on a poster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PosterSpec {
    /// The name of the place, of any length: it is wrapped to three lines at most and shrunk until it fits.
    pub place_name: String,
    /// Its address, without the ward.
    pub address: String,
    /// Its ward, district and province, as people write them.
    pub ward_line: String,
    /// Its code, printed for typing.
    pub code: PlaceCode,
    /// What the QR symbol holds: `HTTPS://HOST/C/CODE`, in upper case, so that it is coded alphanumerically.
    pub url: String,
    /// The language of the poster; its title stands in the other one too, small.
    pub lang: Lang,
    /// The paper.
    pub size: PosterSize,
    /// The day of printing, shown so that an old poster can be told from a new one.
    pub printed_on: Date,
}

/// Why there is no poster.
#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    /// The link is too long for a QR symbol.
    #[error("the link does not fit into a QR symbol")]
    Symbol(#[source] symbol::QrError),
    /// The picture is to have no pixels, or too many.
    #[error("a poster is between 1 and {WIDEST} pixels wide")]
    Width,
    /// The picture could not be read back.
    #[error("the poster's picture cannot be read")]
    Svg(#[from] usvg::Error),
    /// The PNG could not be written.
    #[error("the poster's PNG cannot be written")]
    Png(#[from] png::EncodingError),
    /// The PDF could not be written.
    #[error("the poster's PDF cannot be written: {0}")]
    Pdf(String),
    /// The work was ended before it was done.
    #[error("the posters were not finished")]
    Stopped,
}

/// The poster as SVG, in millimetres. A browser without Noto Sans shows it in another sans-serif.
///
/// # Errors
/// [`PosterError::Symbol`] when the link is too long.
pub fn svg(spec: &PosterSpec) -> Result<String, PosterError> {
    let symbol = symbol::symbol(&spec.url).map_err(PosterError::Symbol)?;
    Ok(match spec.size {
        PosterSize::Sticker => sticker::draw(spec, &symbol),
        PosterSize::A4 | PosterSize::A5 | PosterSize::A6 => layout::draw(spec, &symbol),
    })
}

/// A QR symbol alone, with its quiet zone, as SVG: what a screen shows.
///
/// # Errors
/// [`PosterError::Symbol`] when the text is too long.
pub fn symbol_svg(text: &str) -> Result<String, PosterError> {
    let symbol = symbol::symbol(text).map_err(PosterError::Symbol)?;
    let (modules, quiet) = (symbol.modules(), symbol::QUIET_ZONE);
    let side = modules + 2.0 * quiet;
    let path = symbol.path();
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{quiet} -{quiet} {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M-{quiet}-{quiet}h{side}v{side}h-{side}z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

/// The poster as PNG, `width_px` pixels wide; A4 at 150 dpi is 1,240 wide.
///
/// # Errors
/// [`PosterError::Width`] when the width is 0 or more than 4,960; as for [`svg`] otherwise.
pub fn png(spec: &PosterSpec, width_px: u32) -> Result<Vec<u8>, PosterError> {
    if !(1..=WIDEST).contains(&width_px) {
        return Err(PosterError::Width);
    }
    pixels::png(&text::tree(&svg(spec)?)?, width_px)
}

/// The poster as PDF, one page of its size, with text that can be selected and searched.
///
/// # Errors
/// As for [`svg`], and [`PosterError::Pdf`].
pub fn pdf(spec: &PosterSpec) -> Result<Vec<u8>, PosterError> {
    let mut document = document(&words::title(spec.lang, &spec.place_name), spec.lang);
    add_page(&mut document, spec)?;
    finished(document)
}

/// The posters of several places as one PDF, a page each. `advance` is told of each page, and ends the work where it
/// gives `false`.
///
/// # Errors
/// As for [`pdf`]; [`PosterError::Stopped`] where `advance` ended it.
pub fn pdf_of_many(
    specs: &[PosterSpec],
    lang: Lang,
    mut advance: impl FnMut(usize) -> bool,
) -> Result<Vec<u8>, PosterError> {
    let mut document = document(words::call(lang), lang);
    for (done, spec) in specs.iter().enumerate() {
        add_page(&mut document, spec)?;
        if !advance(done + 1) {
            return Err(PosterError::Stopped);
        }
    }
    finished(document)
}

fn document(title: &str, lang: Lang) -> Document {
    let mut document = Document::new();
    let metadata = Metadata::new().title(title.to_owned()).language(lang.tag().to_owned());
    document.set_metadata(metadata.creator(words::BRAND.to_owned()));
    document
}

fn add_page(document: &mut Document, spec: &PosterSpec) -> Result<(), PosterError> {
    add_svg(document, &text::tree(&svg(spec)?)?, spec.size.millimetres())
}

fn add_svg(document: &mut Document, tree: &usvg::Tree, (width, height): (f32, f32)) -> Result<(), PosterError> {
    let no_page = || PosterError::Pdf("the page has no area".to_owned());
    let size = Size::from_wh(width * POINTS_PER_MILLIMETRE, height * POINTS_PER_MILLIMETRE).ok_or_else(no_page)?;
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    surface.draw_svg(tree, size, SvgSettings::default()).ok_or_else(no_page)?;
    surface.finish();
    page.finish();
    Ok(())
}

fn finished(document: Document) -> Result<Vec<u8>, PosterError> {
    document.finish().map_err(|error| PosterError::Pdf(format!("{error:?}")))
}

#[cfg(test)]
mod tests;
