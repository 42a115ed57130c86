//! The poster of a venue, drawn off the threads that serve requests.

use std::collections::HashMap;

use shared::access::Account;
use shared::area;
use shared::bilingual::Lang;
use shared::ids::PlaceId;
use shared::place::Place;
use shared_store::StoreError;
use uuid::Uuid;

use super::venues::{self, printed_link};
use crate::App;
use crate::jobs::State;
use crate::poster::{self, PosterError, PosterSize, PosterSpec};

/// How wide the PNG is: A4 at 150 dpi, A6 at 300.
const WIDTH: u32 = 1_240;

/// How many posters one PDF holds at most.
pub const MOST: usize = 10_000;

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
    let spec = spec_of(app, place, lang, size);
    // A picture takes tens of milliseconds of a core.
    let drawn = tokio::task::spawn_blocking(move || match format {
        Format::Svg => poster::svg(&spec).map(String::into_bytes),
        Format::Png => poster::png(&spec, WIDTH),
        Format::Pdf => poster::pdf(&spec),
    });
    drawn.await.unwrap_or_else(|error| Err(PosterError::Pdf(error.to_string())))
}

fn spec_of(app: &App, place: &Place, lang: Lang, size: PosterSize) -> PosterSpec {
    let ward = area::ward_any(place.ward_code.as_str());
    PosterSpec {
        place_name: place.name.clone(),
        address: place.address.clone(),
        ward_line: ward.map(area::Unit::label).unwrap_or_default(),
        code: place.code,
        url: printed_link(app, place.code),
        lang,
        size,
        printed_on: app.platform.now().local_date(),
    }
}

/// The venues of an account whose posters are wanted: these, or all; `None` where one of them is not the account's.
///
/// # Errors
/// When the store fails.
pub async fn wanted(app: &App, account: &Account, ids: Option<&[PlaceId]>) -> Result<Option<Vec<Place>>, StoreError> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mine = venues::of_account(app, account, most, 0).await?;
    let Some(ids) = ids else { return Ok(Some(mine)) };
    let mut mine: HashMap<PlaceId, Place> = mine.into_iter().map(|place| (place.id, place)).collect();
    Ok(ids.iter().map(|id| mine.remove(id)).collect())
}

/// Draws the posters of many places into one PDF, off the threads that serve requests; [`App::jobs`] tells how far it
/// is, and holds the PDF in the end. A process that stops gives the work up.
pub fn draw_many(app: &App, id: Uuid, places: &[Place], lang: Lang, size: PosterSize) {
    let specs: Vec<PosterSpec> = places.iter().map(|place| spec_of(app, place, lang, size)).collect();
    let (jobs, stop) = (app.jobs.clone(), app.platform.stop.clone());
    drop(tokio::task::spawn_blocking(move || {
        let advance = |done| {
            jobs.advance(id, done, specs.len());
            !stop.is_cancelled()
        };
        match poster::pdf_of_many(&specs, lang, advance) {
            Ok(pdf) => jobs.end(id, State::Done, Some(pdf)),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "posters could not be drawn");
                jobs.end(id, State::Failed, None);
            }
        }
    }));
}
