//! A line of a file, understood as far as that needs no store.

use sha2::{Digest as _, Sha256};
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::ids::{AccountId, PlaceId};
use shared::problem::FieldError;
use shared::time::Date;

use crate::app::venues::{VenueDraft, VenueInput, details_of};
use crate::domain::position::Position;
use crate::domain::venue_table::Line;
use crate::store::VenueDetails;

/// A line that may be stored.
pub(super) struct Ready {
    pub(super) line: Line,
    pub(super) draft: VenueDraft,
    pub(super) id: Option<PlaceId>,
    /// Finds the venue of the same line in another file.
    pub(super) key: Vec<u8>,
    /// Tells whether that line changed.
    pub(super) hash: Vec<u8>,
}

impl Ready {
    /// Understands a line that an account sent on a day.
    ///
    /// # Errors
    /// Every field at fault.
    pub(super) fn read(line: &Line, account: AccountId, today: Date) -> Result<Self, Vec<FieldError>> {
        let input = VenueInput {
            place: line.place.clone(),
            opening_hours: line.opening_hours.clone(),
            position: line.position.as_deref().map(Position::read),
            ..VenueInput::default()
        };
        let mut errors = Vec::new();
        let draft = input.parse(today).map_err(|found| errors.extend(found)).ok();
        let id = line.id.as_deref().and_then(|text| {
            let detail = || Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
            text.parse::<PlaceId>().map_err(|_| errors.push(FieldError::new("/id", "id", detail()))).ok()
        });
        match draft {
            Some(draft) if errors.is_empty() => {
                let key = key_of(account, id, line, &draft);
                let hash = hash_of(line, &draft);
                Ok(Self { line: line.clone(), draft, id, key, hash })
            }
            _ => Err(errors),
        }
    }

    /// What the line says of its venue beside the place.
    pub(super) fn details(&self, id: PlaceId) -> VenueDetails {
        let (import_key, import_hash) = (Some(self.key.clone()), Some(self.hash.clone()));
        VenueDetails { import_key, import_hash, ..details_of(id, &self.draft) }
    }

    /// The hash as the register keeps it.
    pub(super) fn body_hash(&self) -> String {
        self.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What makes two lines of one account the same venue: the chosen id, else name, address, ward and whole.
fn key_of(account: AccountId, id: Option<PlaceId>, line: &Line, draft: &VenueDraft) -> Vec<u8> {
    let place = &draft.place;
    let parts = match id {
        Some(id) => vec![id.to_string()],
        None => vec![
            fold(&place.name),
            fold(&place.address),
            place.ward_code.as_str().to_owned(),
            fold(line.parent.as_deref().unwrap_or_default()),
        ],
    };
    digest(std::iter::once(account.to_string()).chain(parts))
}

fn hash_of(line: &Line, draft: &VenueDraft) -> Vec<u8> {
    let VenueDraft { place, opening_hours, position, .. } = draft;
    digest([
        place.name.clone(),
        place.kind.code().to_owned(),
        place.address.clone(),
        place.ward_code.as_str().to_owned(),
        place.capacity.map(|n| n.to_string()).unwrap_or_default(),
        place.phone.as_str().to_owned(),
        line.parent.clone().unwrap_or_default(),
        opening_hours.as_ref().map(ToString::to_string).unwrap_or_default(),
        position.map(|at| format!("{at:?}")).unwrap_or_default(),
    ])
}

/// SHA-256 of parts that cannot run into each other.
fn digest(parts: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_vec()
}
