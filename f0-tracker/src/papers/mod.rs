//! Papers that verify themselves: the isolation order and the certificate of completed isolation.
//!
//! What a paper says is a small JSON document ([`Facts`]), signed with Ed25519 ([`signing`]). Both stand in the paper's
//! QR symbol as a link to a public page, so that anybody can check it, and with the public key also without a network.
//! The page also knows which papers were revoked.

mod drawing;
mod form;
pub mod signing;

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use serde::{Deserialize, Serialize};
use shared::ids::PaperId;
use shared::time::Date;
use shared_web::symbol::{Level, Symbol};

pub use form::Details;

/// A4 in points.
const PAGE: (f32, f32) = (595.275_6, 841.889_8);

/// What a paper says, and what its signature covers. The names are short: all of it stands in the QR symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The version of this format.
    #[serde(rename = "v")]
    pub version: u8,
    /// The paper.
    pub id: PaperId,
    /// `isolation_order` or `completion`.
    #[serde(rename = "k")]
    pub kind: String,
    /// The number that stands on it.
    #[serde(rename = "n")]
    pub number: String,
    /// Whose it is.
    #[serde(rename = "p")]
    pub name: String,
    /// Day or year of birth, where known.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<String>,
    /// The ward of the station that issued it.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub ward_code: Option<String>,
    /// The first day of isolation.
    #[serde(rename = "f")]
    pub from: Date,
    /// Its last day.
    #[serde(rename = "t")]
    pub to: Date,
    /// The day of issue.
    #[serde(rename = "d")]
    pub issued_on: Date,
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The link is too long for a QR symbol.
    #[error("the link does not fit into a QR symbol")]
    Symbol(#[source] shared_web::symbol::QrError),
    /// The picture could not be read back.
    #[error("the paper's picture cannot be read")]
    Svg(#[from] usvg::Error),
    /// The PDF could not be written.
    #[error("the paper's PDF cannot be written: {0}")]
    Pdf(String),
}

/// The paper as SVG, A4, in millimetres.
///
/// # Errors
/// [`PaperError::Symbol`] where the link is too long.
pub fn svg(facts: &Facts, details: &Details, link: &str) -> Result<String, PaperError> {
    // Level M: a paper is folded and copied, and its link is long.
    let symbol = Symbol::new(link, Level::M).map_err(PaperError::Symbol)?;
    Ok(form::draw(facts, details, &symbol))
}

/// The paper as PDF, with text that can be selected and searched.
///
/// # Errors
/// [`PaperError`].
pub fn pdf(facts: &Facts, details: &Details, link: &str) -> Result<Vec<u8>, PaperError> {
    let tree = drawing::tree(&svg(facts, details, link)?)?;
    let no_page = || PaperError::Pdf("the page has no area".to_owned());
    let size = Size::from_wh(PAGE.0, PAGE.1).ok_or_else(no_page)?;
    let mut document = Document::new();
    document
        .set_metadata(Metadata::new().title(form::title(facts)).language("vi".to_owned()).creator("An Tâm".to_owned()));
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(no_page)?;
    surface.finish();
    page.finish();
    document.finish().map_err(|error| PaperError::Pdf(format!("{error:?}")))
}

#[cfg(test)]
mod tests;
