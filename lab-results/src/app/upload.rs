//! Files and requests with results: which format, whose rows, and through the intake in bounded memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

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
use crate::app::intake::{self, CHUNK, Intake};
use crate::app::naming::{FOUND_LATE, Naming};
use crate::app::row::Incoming;
use crate::app::sender::Sender;
use crate::domain::report::{CellError, RowReport};
use crate::domain::result::ResultInput;
use crate::domain::tabular::{FileError, read_rows};
use crate::store::model::Upload;

/// How many chunks may wait between the reader of a file and the store.
const AHEAD: usize = 4;

/// A file that was received whole.
#[derive(Debug)]
pub struct Received {
    /// Its bytes, in a file without a name that is gone with the process.
    pub file: File,
    /// Their SHA-256 in hexadecimal.
    pub content_hash: String,
}

/// What to do with results that were sent.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// The id that the sender chose, so that progress can be asked for from the start.
    pub id: Option<UploadId>,
    /// Gives the same answer and stores nothing.
    pub dry_run: bool,
}

/// Takes a file. What was received whole is worked off whole, also where the sender has gone away meanwhile.
///
/// # Errors
/// 409 where the id stands for another upload, 422 where no row of the file can be read, 503 where the database fails
/// for longer: what was stored stays, and sending the file again stores the rest.
pub async fn take_file(app: &App, sender: Sender, mut file: Received, command: Command) -> Result<RowReport, Problem> {
    supported(&mut file.file)?;
    let upload = begun(app, &sender, "csv", file.content_hash, command).await?;
    let app = app.clone();
    let work = spawn(async move { rows_of_file(&app, sender, file.file, upload, command.dry_run).await });
    work.await.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "an upload ended abruptly");
        Err(Problem::internal())
    })
}

/// Takes a JSON request: one result or a list. A result of the wrong shape spoils itself only.
///
/// # Errors
/// 422 where it is neither an object nor a list; 409 and 503 as for [`take_file`].
pub async fn take_json(app: &App, sender: Sender, body: Value, command: Command) -> Result<RowReport, Problem> {
    let (naming, rows) = read_json(app, &sender, body)?;
    let upload = begun(app, &sender, "json", String::new(), command).await?;
    take_rows(app, sender, naming, rows, upload, command.dry_run).await
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
    let rows = (1..).zip(values).map(|(row, value)| read_one(&naming, row, value, now, sender.lab_code())).collect();
    Ok((naming, rows))
}

fn read_one(naming: &Naming, row: u64, value: Value, now: Instant, lab_code: Option<&str>) -> Incoming {
    let accession = value.get("accession").and_then(|accession| match accession {
        Value::String(text) => Some(text.trim().chars().take(64).collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let pointer = naming.prefix(row);
    let result = ResultInput::read(value, &pointer)
        .map_err(|error| vec![error])
        .and_then(|input| input.parse(&pointer, now, now.local_date(), lab_code))
        .map_err(|errors| errors.into_iter().map(CellError::from).collect());
    Incoming { row, accession, result }
}

/// Takes rows that are in memory already.
///
/// # Errors
/// 503 where the database fails for longer.
pub async fn take_rows(
    app: &App,
    sender: Sender,
    naming: Naming,
    rows: Vec<Incoming>,
    upload: Upload,
    dry_run: bool,
) -> Result<RowReport, Problem> {
    let mut intake = Intake::begin(app, sender, naming, upload, dry_run).await?;
    for chunk in rows.chunks(CHUNK) {
        intake.take(chunk).await?;
    }
    Ok(intake.finish(Vec::new()).await?)
}

/// The upload that begins now, or the one of the same id that was sent before with the same bytes.
async fn begun(
    app: &App,
    sender: &Sender,
    format: &str,
    content_hash: String,
    command: Command,
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
    Rows(Vec<Incoming>),
}

async fn rows_of_file(
    app: &App,
    sender: Sender,
    file: File,
    upload: Upload,
    dry_run: bool,
) -> Result<RowReport, Problem> {
    let (hand_on, mut handed) = mpsc::channel(AHEAD);
    let lab_code = sender.lab_code().map(str::to_owned);
    let reader = read_file(file, app.platform.now(), lab_code, hand_on);
    let mut intake = None;
    while let Some(part) = handed.recv().await {
        match (part, &mut intake) {
            (Part::Header(naming), _) => {
                intake = Some(Intake::begin(app, sender.clone(), naming, upload.clone(), dry_run).await?);
            }
            (Part::Rows(rows), Some(intake)) => intake.take(&rows).await?,
            (Part::Rows(_), None) => {}
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
    now: Instant,
    lab_code: Option<String>,
    hand_on: mpsc::Sender<Part>,
) -> JoinHandle<Result<Vec<CellError>, FileError>> {
    spawn_blocking(move || {
        let mut rows = read_rows(file, now, now.local_date(), lab_code.as_deref())?;
        let headers = FOUND_LATE.into_iter().map(|pointer| (pointer, rows.column_of(pointer))).collect();
        let mut open = hand_on.blocking_send(Part::Header(Naming::Columns(headers))).is_ok();
        while open {
            let chunk: Vec<Incoming> = rows
                .by_ref()
                .take(CHUNK)
                .map(|row| Incoming { row: row.number, accession: row.accession, result: row.result })
                .collect();
            // Nobody takes the rows any more where the store has failed.
            open = !chunk.is_empty() && hand_on.blocking_send(Part::Rows(chunk)).is_ok();
        }
        Ok(rows.warnings())
    })
}

/// Tells formats apart by their first bytes. Only tables are read here.
fn supported(file: &mut File) -> Result<(), Problem> {
    let mut head = Vec::new();
    let read = file.rewind().and_then(|()| file.take(1_024).read_to_end(&mut head));
    let read = read.and_then(|_| file.seek(SeekFrom::Start(0)));
    read.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a received file cannot be read");
        Problem::internal()
    })?;
    match other_format(&head) {
        None => Ok(()),
        Some(found) => Err(Problem::field(unsupported(found))),
    }
}

/// The name of a format that is no CSV, where the first bytes tell one.
fn other_format(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"\x0b").unwrap_or(text);
    match text {
        [b'P', b'K', 3, 4, ..] => Some("XLSX"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("XLS"),
        [b'%', b'P', b'D', b'F', ..] => Some("PDF"),
        [b'M', b'S', b'H', b'|', ..] | [b'F' | b'B', b'H', b'S', b'|', ..] => Some("HL7 v2"),
        [b'{' | b'[', ..] => Some("JSON"),
        [b'<', ..] => Some("XML"),
        _ => None,
    }
}

fn unsupported(found: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Tệp này là {found}. Hiện chỉ nhận tệp CSV: lưu lại thành CSV UTF-8 rồi gửi"),
        format!("This file is {found}. Only CSV files are taken for now: save it as CSV UTF-8 and send that"),
    );
    FieldError::new("/file", "unsupported_format", detail)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_by_their_first_bytes() {
        let found = |head: &[u8]| other_format(head);
        assert_eq!(found(b"PK\x03\x04rest"), Some("XLSX"));
        assert_eq!(found(b"\xd0\xcf\x11\xe0rest"), Some("XLS"));
        assert_eq!(found(b"MSH|^~\\&|"), Some("HL7 v2"));
        assert_eq!(found(b"\x0bMSH|^~\\&|"), Some("HL7 v2"));
        assert_eq!(found(b"FHS|^~\\&|"), Some("HL7 v2"));
        assert_eq!(found("\u{feff} {\"resourceType\"".as_bytes()), Some("JSON"));
        assert_eq!(found(b"accession,outcome\n"), None);
        assert_eq!(found("\u{feff}Mã xét nghiệm;Kết quả".as_bytes()), None);
        assert_eq!(found(b""), None);
    }
}
