//! Personal QR cards on paper, for people without a phone: issued by the staff of a venue or a station.

use serde_json::json;
use shared::bilingual::{Bilingual, Lang};
use shared::person::{Birth, PersonDraft, PersonInput};
use shared::problem::FieldError;
use shared::time::Date;
use shared_store::StoreError;
use shared_web::caller::Caller;
use shared_web::people::register::{Registrar, register};

use super::cards;
use crate::poster::PosterError;
use crate::poster::cards::{CardSpec, pdf};
use crate::{App, SERVICE};

/// How many cards are printed in one go: ten sheets. Our own policy.
pub const MOST: usize = 100;

/// Why there is no sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Fields are at fault.
    #[error("{} field(s) are at fault", .0.len())]
    Invalid(Vec<FieldError>),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The sheet could not be drawn.
    #[error("the sheet could not be drawn")]
    Drawing(#[from] PosterError),
}

/// Issues a card to each of these people, found or registered, and prints them. A card that somebody has already stays
/// good: what it says is not told to whoever prints.
///
/// # Errors
/// Fields at fault, below `/people`; or the store or the drawing fails, and no card was issued.
pub async fn issue(app: &App, caller: &Caller, people: &[PersonInput], lang: Lang) -> Result<Vec<u8>, SheetError> {
    let now = app.platform.now();
    let drafts = drafts(people, now.local_date()).map_err(SheetError::Invalid)?;
    let registrar = Registrar::of(SERVICE, caller);
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let mut specs = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let person = register(tx.as_mut(), &registrar, draft, now, &mut random).await?.person_id;
        let code = cards::issue(app, tx.as_mut(), caller, person, now).await?;
        specs.push(CardSpec {
            name: draft.full_name.to_string(),
            birth_year: draft.birth.map(Birth::year),
            url: code.address(&app.platform.config.public_url()),
            printed_on: now.local_date(),
        });
    }
    let entry = caller.audit(SERVICE, "cards.print", None, json!({"cards": specs.len()}));
    tx.audit(&entry, now, &mut random).await?;
    // Drawn before the commit: a card that nobody holds is not issued.
    let drawn = tokio::task::spawn_blocking(move || pdf(&specs, lang)).await;
    let pdf = drawn.unwrap_or_else(|error| Err(PosterError::Pdf(error.to_string())))?;
    tx.commit().await?;
    Ok(pdf)
}

fn drafts(people: &[PersonInput], today: Date) -> Result<Vec<PersonDraft>, Vec<FieldError>> {
    if people.is_empty() {
        return Err(vec![FieldError::required("/people")]);
    }
    if people.len() > MOST {
        let detail = Bilingual::new(
            format!("Tối đa {MOST} thẻ mỗi lần in"),
            format!("At most {MOST} cards are printed at once"),
        );
        return Err(vec![FieldError::new("/people", "too_many", detail)]);
    }
    let mut errors = Vec::new();
    let mut drafts = Vec::with_capacity(people.len());
    for (n, person) in people.iter().enumerate() {
        match person.parse(&format!("/people/{n}"), today) {
            Ok(draft) => drafts.push(draft),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(drafts) } else { Err(errors) }
}
