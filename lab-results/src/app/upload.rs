//! Files and requests with results: which format, whose rows, and through the intake in bounded memory.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};

use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::ids::UploadId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::runtime::spawn;
use shared_web::Problem;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::app::App;
use crate::app::intake::{self, Intake};
use crate::app::naming::Naming;
use crate::app::raw::Raws;
use crate::app::reader::{self, Reading};
use crate::app::row::Incoming;
use crate::app::sender::Sender;
use crate::app::unicode;
use crate::domain::detect::{self, Format};
use crate::domain::message::Mapping;
use crate::domain::report::{CellError, RowReport};
use crate::domain::tabular::{self, FileError};
use crate::store::model::Upload;

/// How many chunks may wait between the reader of a file and the store.
const AHEAD: usize = 2;
/// From how many bytes of messages on a chunk is full: one of them may have some megabytes.
const MOST_RAW: usize = 4 * 1024 * 1024;

/// A file that was received whole.
#[derive(Debug)]
pub struct Received {
    /// Its bytes, in a file without a name that is gone with the process.
    pub file: File,
    /// Their SHA-256 in hexadecimal.
    pub content_hash: String,
}

/// What to do with results that were sent.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The id that the sender chose, so that progress can be asked for from the start.
    pub id: Option<UploadId>,
    /// Gives the same answer and stores nothing.
    pub dry_run: bool,
    /// The laboratory that an account of none sends for, where the file does not say.
    pub lab_code: Option<String>,
}

/// Takes a file. What was received whole is worked off whole, also where the sender has gone away meanwhile.
///
/// # Errors
/// 409 where the id stands for another upload, 422 where no row of the file can be read, 503 where the database fails
/// for longer: what was stored stays, and sending the file again stores the rest.
pub async fn take_file(app: &App, sender: Sender, mut file: Received, command: Command) -> Result<RowReport, Problem> {
    file.file = plain(file.file).await?;
    let format = told_apart(&mut file.file)?;
    let reading = reading(app, &sender, command.lab_code.as_deref()).await?;
    let upload = begun(app, &sender, format.code(), file.content_hash, &command).await?;
    let app = app.clone();
    let file = file.file;
    let work = spawn(async move { rows_of_file(&app, sender, (file, format, reading), upload, command.dry_run).await });
    work.await.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "an upload ended abruptly");
        Err(Problem::internal())
    })
}

/// For whom something is read: the laboratory of the account, or the one that an officer names.
///
/// # Errors
/// 422 where a laboratory's account names another one, 503 where the database fails.
pub async fn reading(app: &App, sender: &Sender, named: Option<&str>) -> Result<Reading, Problem> {
    let named = named.map(str::to_uppercase);
    let lab_code = match (sender.lab_code(), named) {
        (Some(own), Some(named)) if named != own => return Err(Problem::field(other_lab(own))),
        (Some(own), _) => Some(own.to_owned()),
        (None, named) => named,
    };
    let mapping = match &lab_code {
        Some(lab_code) => app.store.read().await?.mapping(lab_code).await?,
        None => Mapping::default(),
    };
    Ok(Reading { lab_code, mapping })
}

fn other_lab(own: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Tài khoản này gửi cho phòng xét nghiệm {own} và không cho phòng nào khác"),
        format!("This account sends for the laboratory {own} and for no other"),
    );
    FieldError::new("/lab_code", "wrong_lab", detail)
}

/// Takes a JSON request: one result or a list. A result of the wrong shape spoils itself only.
///
/// # Errors
/// 422 where it is neither an object nor a list; 409 and 503 as for [`take_file`].
pub async fn take_json(app: &App, sender: Sender, body: Value, command: Command) -> Result<RowReport, Problem> {
    let (naming, rows) = read_json(app, &sender, body)?;
    let upload = begun(app, &sender, "json", String::new(), &command).await?;
    take_rows(app, sender, naming, (rows, Raws::new()), upload, command.dry_run).await
}

/// Reads a JSON request.
///
/// # Errors
/// 422 where it is neither an object nor a list.
pub fn read_json(app: &App, sender: &Sender, body: Value) -> Result<(Naming, Vec<Incoming>), Problem> {
    let (naming, values) = match body {
        Value::Array(values) => (Naming::List, values),
        object @ Value::Object(_) => (Naming::Object, vec![object]),
        _ => return Err(Problem::field(neither_object_nor_list())),
    };
    let now = app.platform.now();
    let rows = (1..).zip(values).map(|(row, value)| reader::result(&naming, row, value, now, sender.lab_code()));
    Ok((naming.clone(), rows.collect()))
}

/// Takes rows that came in a body of a given format.
///
/// # Errors
/// 503 where the database fails for longer.
pub async fn take_body(
    app: &App,
    sender: Sender,
    naming: Naming,
    rows: Vec<Incoming>,
    format: Format,
    command: &Command,
) -> Result<RowReport, Problem> {
    let upload = begun(app, &sender, format.code(), String::new(), command).await?;
    take_rows(app, sender, naming, (rows, Raws::new()), upload, command.dry_run).await
}

/// Takes messages that came in a body of a given format. They are kept as they came beside what becomes of them.
///
/// # Errors
/// 503 where the database fails for longer.
pub async fn take_messages(
    app: &App,
    sender: Sender,
    naming: Naming,
    messages: (Vec<Incoming>, Raws),
    format: Format,
) -> Result<RowReport, Problem> {
    let upload = begun(app, &sender, format.code(), String::new(), &Command::default()).await?;
    take_rows(app, sender, naming, messages, upload, false).await
}

/// Takes rows that are in memory already.
///
/// # Errors
/// 503 where the database fails for longer.
async fn take_rows(
    app: &App,
    sender: Sender,
    naming: Naming,
    (rows, mut raws): (Vec<Incoming>, Raws),
    upload: Upload,
    dry_run: bool,
) -> Result<RowReport, Problem> {
    let mut intake = Intake::begin(app, sender, naming, upload, dry_run).await?;
    for chunk in rows.chunks(app.together.rows) {
        let came = chunk.iter().filter_map(|row| raws.remove_entry(&row.row)).collect();
        intake.take(chunk, came).await?;
    }
    Ok(intake.finish(Vec::new()).await?)
}

/// The upload that begins now, or the one of the same id that was sent before with the same bytes.
async fn begun(
    app: &App,
    sender: &Sender,
    format: &str,
    content_hash: String,
    command: &Command,
) -> Result<Upload, Problem> {
    let now = app.platform.now();
    let Some(id) = command.id else {
        let id = UploadId::new(now, &mut app.platform.random());
        return Ok(intake::upload(id, sender, format, content_hash, now));
    };
    match app.store.read().await?.upload(id).await? {
        Some(before) if before.account_id != sender.account_id() || before.content_hash != content_hash => {
            Err(Problem::id_conflict())
        }
        _ => Ok(intake::upload(id, sender, format, content_hash, now)),
    }
}

/// What the reader of a file hands on.
enum Part {
    Header(Naming),
    Rows(Vec<Incoming>, Raws),
}

async fn rows_of_file(
    app: &App,
    sender: Sender,
    (file, format, reading): (File, Format, Reading),
    upload: Upload,
    dry_run: bool,
) -> Result<RowReport, Problem> {
    let (hand_on, mut handed) = mpsc::channel(AHEAD);
    let reader = read_file(file, (format, reading, app.platform.now()), app.together.rows, hand_on);
    let mut intake = None;
    while let Some(part) = handed.recv().await {
        match (part, &mut intake) {
            (Part::Header(naming), _) => {
                intake = Some(Intake::begin(app, sender.clone(), naming, upload.clone(), dry_run).await?);
            }
            (Part::Rows(rows, raws), Some(intake)) => intake.take(&rows, raws).await?,
            (Part::Rows(..), None) => {}
        }
    }
    let warnings = reader.await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a file could not be read to its end");
        Problem::internal()
    })?;
    match (warnings, intake) {
        (Ok(warnings), Some(intake)) => Ok(intake.finish(warnings).await?),
        (Err(error), _) => Err(unreadable(error)),
        (Ok(_), None) => Err(Problem::internal()),
    }
}

/// Reads a file on a thread of its own, a few chunks ahead of the store and no more.
fn read_file(
    file: File,
    (format, reading, now): (Format, Reading, Instant),
    together: usize,
    hand_on: mpsc::Sender<Part>,
) -> JoinHandle<Result<Vec<CellError>, FileError>> {
    spawn_blocking(move || {
        let mut rows = reader::open(format, file, &reading, now)?;
        let mut open = hand_on.blocking_send(Part::Header(rows.naming())).is_ok();
        while open {
            let mut chunk = Vec::with_capacity(together);
            let (mut raws, mut size) = (Raws::new(), 0);
            while chunk.len() < together
                && size < MOST_RAW
                && let Some(row) = rows.next_row()
            {
                if let Some(raw) = rows.raw() {
                    size += raw.len();
                    raws.insert(row.row, raw);
                }
                chunk.push(row);
            }
            // Nobody takes the rows any more where the store has failed.
            open = !chunk.is_empty() && hand_on.blocking_send(Part::Rows(chunk, raws)).is_ok();
        }
        Ok(rows.warnings())
    })
}

/// A body that was read whole.
#[derive(Debug)]
pub struct Read {
    /// What it is.
    pub format: Format,
    /// How its fields are named.
    pub naming: Naming,
    /// Its rows.
    pub rows: Vec<Incoming>,
    /// The texts that each row was read from.
    pub sources: Vec<Value>,
    /// By what name it has the field that a pointer of a result names, where it has it.
    pub names: Vec<(&'static str, String)>,
}

/// Reads a body that is in memory, whatever it is.
///
/// # Errors
/// 422 where no row can be read.
pub fn read_bytes(bytes: &[u8], reading: &Reading, now: Instant) -> Result<Read, Problem> {
    let format = format_of(bytes);
    let mut file = tempfile::tempfile().map_err(|_| Problem::busy())?;
    let kept = file.write_all(bytes).and_then(|()| file.rewind()).and_then(|()| unicode::in_utf8(file));
    let file = kept.map_err(|_| Problem::busy())?;
    let mut rows = reader::open(format, file, reading, now).map_err(unreadable)?;
    let pointers = tabular::dictionary().map(|entry| entry.pointer);
    let names = pointers.filter_map(|pointer| Some((pointer, rows.name_of(pointer)?))).collect();
    let mut read = Read { format, naming: rows.naming(), rows: Vec::new(), sources: Vec::new(), names };
    while let Some(row) = rows.next_row() {
        read.rows.push(row);
        read.sources.push(rows.source());
    }
    Ok(read)
}

/// What a body is by its first bytes.
#[must_use]
pub fn format_of(bytes: &[u8]) -> Format {
    detect::format(&unicode::head_in_utf8(&bytes[..bytes.len().min(detect::HEAD)]))
}

/// The file, in UTF-8 where it was UTF-16: messages and documents come in it too.
async fn plain(file: File) -> Result<File, Problem> {
    let plain = spawn_blocking(move || unicode::in_utf8(file)).await.map_err(io::Error::other).and_then(|plain| plain);
    plain.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a received file cannot be decoded");
        Problem::busy()
    })
}

/// Tells formats apart by their first bytes.
fn told_apart(file: &mut File) -> Result<Format, Problem> {
    let format = format_of_file(file).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a received file cannot be read");
        Problem::internal()
    })?;
    match format {
        Format::Other(found) => Err(unreadable(reader::unsupported(found))),
        format => Ok(format),
    }
}

/// The format of a file, which is left at its beginning.
pub(super) fn format_of_file(file: &mut File) -> io::Result<Format> {
    let mut head = Vec::new();
    file.rewind()?;
    file.take(detect::HEAD as u64).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(detect::format(&head))
}

fn neither_object_nor_list() -> FieldError {
    let detail = Bilingual::new(
        "Phải là một kết quả (đối tượng JSON) hoặc một danh sách kết quả",
        "Must be one result (a JSON object) or a list of results",
    );
    FieldError::new("", "json", detail)
}

/// A file of which no row can be read, with the columns at fault.
#[must_use]
pub fn unreadable(error: FileError) -> Problem {
    let whole = FieldError::new("/file", error.code, error.detail);
    let columns = error.errors.into_iter().map(|cell| {
        let detail = cell.detail();
        FieldError::new(cell.column, cell.code, detail)
    });
    Problem::invalid(std::iter::once(whole).chain(columns).collect())
}
