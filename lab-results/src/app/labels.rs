//! The label of a tube: whose specimen is in it, drawn off the threads that serve requests.

use serde_json::json;
use shared::bilingual::Lang;
use shared::ids::SpecimenId;
use shared_web::Problem;
use shared_web::page::exact;

use crate::app::App;
use crate::app::sender::Sender;
use crate::label::{self, LabelError, LabelSpec};

/// A format of the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For the screen.
    Svg,
    /// For messages and small printers.
    Png,
    /// For the office's printer.
    Pdf,
    /// For label printers.
    Zpl,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Svg, Self::Png, Self::Pdf, Self::Zpl];

    /// Its content type. ZPL has none of its own that is registered: printers take bytes.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Zpl => "application/zpl",
        }
    }

    /// The end of its file names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Zpl => "zpl",
        }
    }
}

/// What stands on the label of a tube. That it was printed is on record.
///
/// # Errors
/// 404 where there is no such tube, or it is not the caller's to see.
pub async fn spec(app: &App, sender: &Sender, id: SpecimenId, lang: Lang) -> Result<LabelSpec, Problem> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let specimen = tx.specimen(id).await?.ok_or_else(no_tube)?;
    let people = tx.tube(&specimen.barcode).await?.map(|tube| tube.people).unwrap_or_default();
    let mut wards = Vec::with_capacity(people.len());
    let mut first = None;
    for person in &people {
        let kept = tx.canonical(*person).await?.unwrap_or(*person);
        if let Some(stored) = tx.person(kept).await? {
            wards.push(stored.person.ward_code.as_ref().map(|ward| ward.as_str().to_owned()));
            first = first.or(Some(stored.person));
        }
        let entry = sender.audit("label.print", Some(format!("person:{kept}")), json!({"specimen_id": id}));
        tx.audit(&entry, now, &mut app.platform.random()).await?;
    }
    if !sender.handles(specimen.created_by, &wards, now) {
        return Err(no_tube());
    }
    tx.commit().await?;
    let kind = specimen.kind.name().get(lang).to_owned();
    let (name, detail) = match (&first, people.len()) {
        (Some(person), 1) => {
            let birth = person.birth.map(|birth| format!("{} · ", birth.year())).unwrap_or_default();
            (person.full_name.as_str().to_owned(), format!("{birth}{kind}"))
        }
        (_, count) if lang == Lang::Vi => (format!("Mẫu gộp {count} người"), kind),
        (_, count) => (format!("Pool of {count}"), kind),
    };
    Ok(LabelSpec { barcode: specimen.barcode, name, detail, taken: exact(specimen.collected_at) })
}

/// Draws a label.
///
/// # Errors
/// When the code is too long for a QR symbol, or the picture cannot be written.
pub async fn draw(spec: LabelSpec, format: Format) -> Result<Vec<u8>, LabelError> {
    let drawn = tokio::task::spawn_blocking(move || match format {
        Format::Svg => label::svg(&spec).map(String::into_bytes),
        Format::Png => label::png(&spec),
        Format::Pdf => label::pdf(&spec),
        Format::Zpl => label::zpl(&spec).map(String::into_bytes),
    });
    drawn.await.unwrap_or_else(|error| Err(LabelError::Pdf(error.to_string())))
}

/// There is no such tube, or none that the caller may see.
#[must_use]
pub fn no_tube() -> Problem {
    Problem::not_found("Không có ống mẫu này.", "There is no such tube.")
}
