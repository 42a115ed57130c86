//! Venues in bulk from a table. Lines are judged one by one; good ones are kept when others are bad, and a file that is
//! sent again changes nothing.

mod line;
mod piece;

use std::collections::HashMap;

use serde_json::json;
use shared::access::Account;
use shared::ids::PlaceId;
use shared::place::PlaceCode;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;
use uuid::Uuid;

use self::line::Ready;
use self::piece::Piece;
use super::table::{self, TableError};
use crate::domain::venue_table::{Header, Line, MissingColumns};
use crate::jobs::State;
use crate::{App, SERVICE};

/// How many lines share a transaction.
const CHUNK: usize = 512;

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
    /// Its number as a spreadsheet shows it.
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

/// Who sends a file, and when.
struct Sender<'a> {
    app: &'a App,
    caller: &'a Caller,
    account: &'a Account,
    header: &'a Header,
    now: Instant,
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
    let header = Header::read(&lines.next().map(|line| line.cells).unwrap_or_default())?;
    let lines: Vec<Line> = lines.map(|line| header.line(line.row, &line.cells)).collect();
    let mut named = HashMap::new();
    let sender = Sender { app, caller, account, header: &header, now };
    let mut rows = Vec::with_capacity(lines.len());
    app.jobs.advance(id, 0, lines.len());
    for chunk in lines.chunks(CHUNK) {
        rows.append(&mut take(&sender, &mut named, chunk, dry_run).await?);
        app.jobs.advance(id, rows.len(), lines.len());
    }
    Ok(rows)
}

/// Judges and stores some lines in one transaction. `named` are the venues of the lines so far, by folded name: a part may
/// name its whole.
async fn take(
    sender: &Sender<'_>,
    named: &mut HashMap<String, PlaceId>,
    lines: &[Line],
    dry_run: bool,
) -> Result<Vec<Row>, StoreError> {
    let Sender { app, account, now, .. } = *sender;
    let mut tx = app.store.write().await?;
    let (mut ready, mut rejected) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in lines {
        match Ready::read(line, account.id, now.local_date()) {
            Ok(line) => ready.push(line),
            Err(errors) => rejected.push(sender.rejected(line, errors)),
        }
    }
    let mut piece = Piece::begin(sender, tx.as_mut(), named, &ready).await?;
    for line in ready {
        piece.store(line).await?;
    }
    let mut rows = piece.end().await?;
    rows.append(&mut rejected);
    rows.sort_by_key(|row| row.row);
    if !dry_run {
        let count = |fate| rows.iter().filter(|row| row.fate == fate).count();
        let detail = json!({"accepted": count(Fate::Accepted), "amended": count(Fate::Amended)});
        let entry = sender.caller.audit(SERVICE, "venue.import", None, detail);
        tx.audit(&entry, now, &mut app.platform.random()).await?;
        tx.commit().await?;
    }
    Ok(rows)
}

impl Sender<'_> {
    /// A line that is not stored; its errors name the columns as the file spells them.
    fn rejected(&self, line: &Line, errors: Vec<FieldError>) -> Row {
        let at_column = |error: FieldError| {
            let field = error.pointer.trim_start_matches('/');
            FieldError { pointer: self.header.column(field).to_owned(), ..error }
        };
        let errors = errors.into_iter().map(at_column).collect();
        Row { row: line.row, accession: line.accession.clone(), fate: Fate::Rejected, place: None, errors }
    }
}
