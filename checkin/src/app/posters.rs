//! The poster of a venue, drawn off the threads that serve requests.

use shared::area;
use shared::bilingual::Lang;
use shared::place::Place;

use super::venues::printed_link;
use crate::App;
use crate::poster::{self, PosterError, PosterSize, PosterSpec};

/// How wide the PNG is: A4 at 150 dpi, A6 at 300.
const WIDTH: u32 = 1_240;

/// A format of the poster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For the screen and for editing.
    Svg,
    /// For messages and web pages.
    Png,
    /// For the printer.
    Pdf,
}

impl Format {
    /// Its content type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// The end of its file names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// Draws the poster of a place.
///
/// # Errors
/// When the link is too long for a QR symbol, or the picture cannot be written.
pub async fn draw(
    app: &App,
    place: &Place,
    lang: Lang,
    size: PosterSize,
    format: Format,
) -> Result<Vec<u8>, PosterError> {
    let today = app.platform.now().local_date();
    let ward = area::ward_any(place.ward_code.as_str());
    let spec = PosterSpec {
        place_name: place.name.clone(),
        address: place.address.clone(),
        ward_line: ward.map(area::Unit::label).unwrap_or_default(),
        code: place.code,
        url: printed_link(app, place.code),
        lang,
        size,
        printed_on: today,
    };
    // A picture takes tens of milliseconds of a core.
    let drawn = tokio::task::spawn_blocking(move || match format {
        Format::Svg => poster::svg(&spec).map(String::into_bytes),
        Format::Png => poster::png(&spec, WIDTH),
        Format::Pdf => poster::pdf(&spec),
    });
    drawn.await.unwrap_or_else(|error| Err(PosterError::Pdf(error.to_string())))
}
