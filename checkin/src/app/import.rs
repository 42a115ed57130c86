//! Venues in bulk from a table. Lines are judged one by one; good ones are kept when others are bad, and a file that is
//! sent again changes nothing.

use std::collections::HashMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::access::Account;
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::ids::{AccountId, PlaceId};
use shared::place::{Place, PlaceCode};
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;
use uuid::Uuid;

use super::parts::around;
use super::table::{self, TableError};
use super::venues::{self, DRAWS, VenueDraft, VenueInput, details_of, place_of};
use crate::domain::position::Position;
use crate::domain::venue_table::{Header, Line, MissingColumns};
use crate::jobs::State;
use crate::store::{CheckinWrite, VenueDetails};
use crate::{App, SERVICE};

/// How many lines share a transaction.
const CHUNK: usize = 500;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The venue is registered.
    Accepted,
    /// It was, with the same content.
    Duplicate,
    /// It was, and is changed now.
    Amended,
    /// It is not stored.
    Rejected,
}

impl Fate {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Amended => "amended",
            Self::Rejected => "rejected",
        }
    }
}

/// One line and what became of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// As in a laboratory's file: the header is line 1.
    pub row: u32,
    /// What the sender calls it.
    pub accession: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// The venue, unless it was rejected.
    pub place: Option<(PlaceId, PlaceCode)>,
    /// What is wrong: the pointer is the column as the file spells it.
    pub errors: Vec<FieldError>,
}

/// Why a file was not taken at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no table.
    #[error("the file is no table")]
    Table(#[from] TableError),
    /// It lacks columns.
    #[error("the table lacks columns")]
    Columns(#[from] MissingColumns),
    /// The id of the upload is taken.
    #[error("the id of the upload is taken")]
    IdTaken,
    /// The store failed; the lines before are kept, and the file may be sent again.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// A line that may be stored.
struct Ready {
    line: Line,
    draft: VenueDraft,
    id: Option<PlaceId>,
    key: Vec<u8>,
    hash: Vec<u8>,
}

/// One import while it runs.
struct Import<'a> {
    app: &'a App,
    caller: &'a Caller,
    account: &'a Account,
    header: &'a Header,
    /// The venues of the lines so far, by folded name: a part may name its whole.
    named: HashMap<String, PlaceId>,
    now: Instant,
    dry_run: bool,
}

/// Reads a file and stores its venues; the account becomes their staff. `id` is the upload's, under which its progress
/// can be asked for. A dry run judges every line and stores nothing.
///
/// # Errors
/// [`ImportError`] says why nothing was taken.
pub async fn import(
    app: &App,
    caller: &Caller,
    account: &Account,
    id: Uuid,
    bytes: Vec<u8>,
    dry_run: bool,
) -> Result<Vec<Row>, ImportError> {
    let now = app.platform.now();
    if !app.jobs.begin(id, account.id, 0, now) {
        return Err(ImportError::IdTaken);
    }
    let rows = run(app, caller, account, id, bytes, dry_run, now).await;
    app.jobs.end(id, if rows.is_ok() { State::Done } else { State::Failed }, None);
    rows
}

async fn run(
    app: &App,
    caller: &Caller,
    account: &Account,
    id: Uuid,
    bytes: Vec<u8>,
    dry_run: bool,
    now: Instant,
) -> Result<Vec<Row>, ImportError> {
    let read = tokio::task::spawn_blocking(move || table::read(bytes)).await;
    let mut lines = read.unwrap_or(Err(TableError::Broken))?.into_iter();
    let header = Header::read(&lines.next().unwrap_or_default())?;
    let lines: Vec<Line> = (2..).zip(lines).map(|(row, cells)| header.line(row, &cells)).collect();
    let mut import = Import { app, caller, account, header: &header, named: HashMap::new(), now, dry_run };
    let mut rows = Vec::with_capacity(lines.len());
    app.jobs.advance(id, 0, lines.len());
    for chunk in lines.chunks(CHUNK) {
        rows.append(&mut import.take(chunk).await?);
        app.jobs.advance(id, rows.len(), lines.len());
    }
    Ok(rows)
}

impl Import<'_> {
    /// Judges and stores some lines in one transaction.
    async fn take(&mut self, lines: &[Line]) -> Result<Vec<Row>, StoreError> {
        let today = self.now.local_date();
        let mut tx = self.app.store.write().await?;
        let mut rows = Vec::with_capacity(lines.len());
        let mut ready = Vec::with_capacity(lines.len());
        for line in lines {
            match self.read(line, today) {
                Ok(line) => ready.push(line),
                Err(errors) => rows.push(self.rejected(line, errors)),
            }
        }
        let keys: Vec<Vec<u8>> = ready.iter().map(|line| line.key.clone()).collect();
        let known = tx.venues_by_import_key(&keys).await?;
        let mut known: HashMap<Vec<u8>, VenueDetails> =
            known.into_iter().filter_map(|venue| Some((venue.import_key.clone()?, venue))).collect();
        for line in ready {
            rows.push(self.store(tx.as_mut(), line, &mut known).await?);
        }
        rows.sort_by_key(|row| row.row);
        if !self.dry_run {
            let count = |fate| rows.iter().filter(|row| row.fate == fate).count();
            let detail = json!({"accepted": count(Fate::Accepted), "amended": count(Fate::Amended)});
            let entry = self.caller.audit(SERVICE, "venue.import", None, detail);
            tx.audit(&entry, self.now, &mut self.app.platform.random()).await?;
            tx.commit().await?;
        }
        Ok(rows)
    }

    /// Understands a line as far as that needs no store.
    fn read(&self, line: &Line, today: Date) -> Result<Ready, Vec<FieldError>> {
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
                let key = key_of(self.account.id, id, line, &draft);
                let hash = hash_of(line, &draft);
                Ok(Ready { line: line.clone(), draft, id, key, hash })
            }
            _ => Err(errors),
        }
    }

    fn rejected(&self, line: &Line, errors: Vec<FieldError>) -> Row {
        let at_column = |error: FieldError| {
            let field = error.pointer.trim_start_matches('/');
            FieldError { pointer: self.header.column(field).to_owned(), ..error }
        };
        let errors = errors.into_iter().map(at_column).collect();
        Row { row: line.row, accession: line.accession.clone(), fate: Fate::Rejected, place: None, errors }
    }

    async fn store(
        &mut self,
        tx: &mut dyn CheckinWrite,
        mut line: Ready,
        known: &mut HashMap<Vec<u8>, VenueDetails>,
    ) -> Result<Row, StoreError> {
        if let Some(parent) = line.line.parent.clone() {
            match self.parent(tx, &parent).await? {
                Some(id) => line.draft.parent_id = Some(id),
                None => return Ok(self.rejected(&line.line, vec![unknown_parent()])),
            }
        }
        if let Some(venue) = known.get(&line.key).cloned() {
            return self.repeat(tx, &line, venue, known).await;
        }
        if let Some(id) = line.id
            && tx.place(&PlaceKey::Id(id)).await?.is_some()
        {
            return Ok(self.rejected(&line.line, vec![id_taken()]));
        }
        let mut random = self.app.platform.random();
        let phone = Some(line.draft.place.phone.as_str());
        for _ in 0..DRAWS {
            let id = line.id.unwrap_or_else(|| PlaceId::new(self.now, &mut random));
            let place = place_of(id, PlaceCode::new(&mut random), &line.draft);
            if tx.insert_place(&place, phone, &hex(&line.hash), self.now).await? {
                tx.add_staff(id, self.account.id).await?;
                let venue = venue_of(id, &line);
                tx.put_venue_details(std::slice::from_ref(&venue)).await?;
                known.insert(line.key.clone(), venue);
                return Ok(self.kept(&line, &place, Fate::Accepted));
            }
        }
        Err(shared_store::error::inconsistent("places", "code"))
    }

    /// A line whose venue is known: the same content is a duplicate, other content changes the venue.
    async fn repeat(
        &mut self,
        tx: &mut dyn CheckinWrite,
        line: &Ready,
        venue: VenueDetails,
        known: &mut HashMap<Vec<u8>, VenueDetails>,
    ) -> Result<Row, StoreError> {
        let Some(place) = tx.place(&PlaceKey::Id(venue.place_id)).await? else {
            return Err(shared_store::error::inconsistent("checkin_venues", "place_id"));
        };
        if venue.import_hash.as_ref() == Some(&line.hash) {
            return Ok(self.kept(line, &place, Fate::Duplicate));
        }
        if line.id.is_some() {
            return Ok(self.rejected(&line.line, vec![id_taken()]));
        }
        if let Some(whole) = line.draft.parent_id
            && around(tx, [place.id]).await?.parts.down_from(place.id).contains(&whole)
        {
            return Ok(self.rejected(&line.line, vec![unknown_parent()]));
        }
        let changed = place_of(place.id, place.code, &line.draft);
        tx.update_place(&changed, Some(line.draft.place.phone.as_str()), &hex(&line.hash)).await?;
        let told = venue_of(place.id, line);
        // What its keeper said on the venue's page stays, where the file says nothing of it.
        let venue = VenueDetails { screen: venue.screen, position: told.position.or(venue.position), ..told };
        tx.put_venue_details(std::slice::from_ref(&venue)).await?;
        known.insert(line.key.clone(), venue);
        Ok(self.kept(line, &changed, Fate::Amended))
    }

    fn kept(&mut self, line: &Ready, place: &Place, fate: Fate) -> Row {
        self.named.insert(fold(&place.name), place.id);
        let (row, accession) = (line.line.row, line.line.accession.clone());
        Row { row, accession, fate, place: Some((place.id, place.code)), errors: Vec::new() }
    }

    /// The place that a line names as its whole: one above it in the file, or one of the account's by id or code.
    async fn parent(&self, tx: &mut dyn CheckinWrite, text: &str) -> Result<Option<PlaceId>, StoreError> {
        if let Some(id) = self.named.get(&fold(text)) {
            return Ok(Some(*id));
        }
        let key = match (text.parse::<PlaceId>(), PlaceCode::parse(text)) {
            (Ok(id), _) => PlaceKey::Id(id),
            (_, Ok(code)) => PlaceKey::Code(code.to_string()),
            _ => return Ok(None),
        };
        let Some(place) = tx.place(&key).await? else { return Ok(None) };
        Ok(venues::may_extend(self.app, tx, self.caller, place.id).await?.then_some(place.id))
    }
}

fn venue_of(id: PlaceId, line: &Ready) -> VenueDetails {
    let (import_key, import_hash) = (Some(line.key.clone()), Some(line.hash.clone()));
    VenueDetails { import_key, import_hash, ..details_of(id, &line.draft) }
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unknown_parent() -> FieldError {
    let detail = Bilingual::new(
        "Không tìm thấy địa điểm chứa nơi này: ghi tên của một dòng ở trên, hoặc mã của địa điểm bạn quản lý",
        "The place that this is a part of was not found: name a line above, or the code of a place of yours",
    );
    FieldError::new("/parent", "unknown_parent", detail)
}

fn id_taken() -> FieldError {
    let detail = Bilingual::new("Mã định danh này đã dùng cho nội dung khác", "This id was used with other content");
    FieldError::new("/id", "id_conflict", detail)
}
