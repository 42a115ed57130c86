//! Who had a tube, when and where: what people note by scanning tubes, and what the service notes itself.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{PlaceId, SpecimenId, uuid_v7};
use shared::problem::FieldError;
use shared::random::Random;
use shared::time::{Instant, minutes};
use shared_store::StoreError;
use shared_web::Problem;

use crate::app::App;
use crate::app::labels::no_tube;
use crate::app::orders::id_of;
use crate::app::sender::Sender;
use crate::app::tubes::{self, TubeFault};
use crate::domain::custody::{REJECT_CODES, SEGMENTS, Times, TubeState, Way, expected, reject_words, times};
use crate::domain::result::SKEW_MINUTES;
use crate::store::flow::CustodyLine;
use crate::store::model::{Order, Specimen};
use crate::store::{LabRead, LabWrite};

/// From how many of the laboratory's last tubes the expected time is counted (issue: its own last 200).
pub const LAST: i64 = 200;
/// How many tubes are noted in one request.
const MOST_TUBES: usize = 500;

/// What happened to tubes, on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct CustodyInput {
    /// The codes of the tubes, as they were read.
    pub barcodes: Vec<String>,
    /// What happened: `handed_over`, `received`, `in_run`, `rejected` or `invalid`.
    pub state: String,
    /// When; now where it is left out.
    pub at: Option<String>,
    /// Why a tube is refused: a code of HL7 table 0490.
    pub code: Option<String>,
    /// In words.
    pub note: Option<String>,
    /// Where, a place.
    pub site_id: Option<String>,
}

/// What became of one tube of a request.
#[derive(Debug, Clone, Serialize)]
pub struct Noted {
    /// The code as it was read.
    pub barcode: String,
    /// `noted`, `duplicate` (it was noted before), `unknown` or `misread`.
    pub status: &'static str,
    /// The tube.
    pub specimen_id: Option<SpecimenId>,
    /// What is wrong.
    #[serde(skip)]
    pub error: Option<FieldError>,
}

struct Draft {
    state: TubeState,
    at: Instant,
    code: Option<String>,
    note: String,
    site_id: Option<PlaceId>,
}

/// Notes what happened to tubes. A tube that is not known hinders no other.
///
/// # Errors
/// 422 with every field at fault.
pub async fn note(app: &App, sender: &Sender, input: &CustodyInput) -> Result<Vec<Noted>, Problem> {
    let now = app.platform.now();
    let draft = parse(input, now)?;
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let mut noted = Vec::with_capacity(input.barcodes.len());
    let mut lines = Vec::new();
    for (place, text) in input.barcodes.iter().enumerate() {
        let read = text.trim();
        let found = match tubes::kept(tx.as_mut(), read).await? {
            Ok(kept) => tx.specimen_by_code(&kept).await?.ok_or(None),
            Err(fault) => Err(Some(fault)),
        };
        let one = match found {
            Ok(id) => {
                let again = tx.custody(id).await?.iter().any(|line| {
                    line.state == draft.state && (line.at == draft.at || line.state == TubeState::Rejected)
                });
                if !again {
                    lines.push(line(sender, id, &draft, now, &mut random));
                }
                Noted {
                    barcode: read.to_owned(),
                    status: if again { "duplicate" } else { "noted" },
                    specimen_id: Some(id),
                    error: None,
                }
            }
            Err(fault) => unknown(read, place, fault.as_ref()),
        };
        noted.push(one);
    }
    tx.add_custody(&lines).await?;
    let detail = json!({"state": draft.state.code(), "count": lines.len()});
    tx.audit(&sender.audit("custody.note", None, detail), now, &mut random).await?;
    tx.commit().await?;
    Ok(noted)
}

fn unknown(read: &str, place: usize, fault: Option<&TubeFault>) -> Noted {
    let pointer = format!("/barcodes/{place}");
    let error = fault.map_or_else(
        || {
            let detail = Bilingual::new(
                format!("Không có ống mẫu nào mang mã {read}"),
                format!("No tube has the barcode {read}"),
            );
            FieldError::new(&pointer, "unknown_barcode", detail)
        },
        |fault| fault.error(&pointer),
    );
    let status = if fault.is_some() { "misread" } else { "unknown" };
    Noted { barcode: read.to_owned(), status, specimen_id: None, error: Some(error) }
}

fn line(sender: &Sender, id: SpecimenId, draft: &Draft, now: Instant, random: &mut dyn Random) -> CustodyLine {
    CustodyLine {
        id: uuid_v7(now, random),
        specimen_id: id,
        state: draft.state,
        at: draft.at,
        account_id: sender.account_id(),
        lab_code: sender.lab_code().map(str::to_owned),
        site_id: draft.site_id,
        code: draft.code.clone(),
        note: draft.note.clone(),
        created_at: now,
    }
}

fn parse(input: &CustodyInput, now: Instant) -> Result<Draft, Problem> {
    let mut errors = Vec::new();
    if input.barcodes.is_empty() || input.barcodes.len() > MOST_TUBES {
        let detail = Bilingual::new(format!("Từ 1 đến {MOST_TUBES} ống"), format!("Between 1 and {MOST_TUBES} tubes"));
        errors.push(FieldError::new("/barcodes", "range", detail));
    }
    let state = TubeState::from_code(input.state.trim()).filter(|state| TubeState::BY_HAND.contains(state));
    if state.is_none() {
        let codes = TubeState::BY_HAND.map(TubeState::code).join(", ");
        let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of: {codes}"));
        errors.push(FieldError::new("/state", "tube_state", detail));
    }
    let at = match input.at.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        None => Some(now),
        Some(text) => text.parse::<Instant>().ok().filter(|at| *at <= now.plus(minutes(SKEW_MINUTES))),
    };
    if at.is_none() {
        let detail = Bilingual::new(
            "Thời gian theo RFC 3339, không ở tương lai, ví dụ 2022-03-10T08:30:00+07:00",
            "A time as RFC 3339, not in the future, such as 2022-03-10T08:30:00+07:00",
        );
        errors.push(FieldError::new("/at", "time", detail));
    }
    let code = input.code.as_deref().map(|code| code.trim().to_uppercase()).filter(|code| !code.is_empty());
    let rejected = state == Some(TubeState::Rejected);
    if rejected && code.as_deref().and_then(reject_words).is_none() {
        let codes: Vec<_> = REJECT_CODES.iter().map(|(code, ..)| *code).collect();
        let codes = codes.join(", ");
        let detail = Bilingual::new(format!("Lý do từ chối: một trong {codes}"), format!("Why: one of {codes}"));
        errors.push(FieldError::new("/code", "reject_code", detail));
    }
    let site_id = id_of::<PlaceId>(input.site_id.as_ref(), "/site_id").map_err(|e| errors.push(e)).ok().flatten();
    let note = input.note.as_deref().unwrap_or_default().trim().chars().take(200).collect();
    match (state, at, errors.is_empty()) {
        (Some(state), Some(at), true) => Ok(Draft { state, at, code: code.filter(|_| rejected), note, site_id }),
        _ => Err(Problem::invalid(errors)),
    }
}

/// The first two lines of a tube: it stands in the books, and the specimen was taken.
pub(super) async fn taken(
    tx: &mut dyn LabWrite,
    sender: &Sender,
    specimen: &Specimen,
    orders: &[Order],
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let site_id = orders.first().and_then(|order| order.site_id);
    let line = |state, at, id| CustodyLine {
        id,
        specimen_id: specimen.id,
        state,
        at,
        account_id: sender.account_id(),
        lab_code: sender.lab_code().map(str::to_owned),
        site_id,
        code: None,
        note: String::new(),
        created_at: now,
    };
    // Whoever orders on a phone without a network registers after the swab was taken.
    let registered = orders.iter().map(|order| order.created_at).min().unwrap_or(now).min(specimen.collected_at);
    let lines = [
        line(TubeState::Registered, registered, uuid_v7(now, random)),
        line(TubeState::Collected, specimen.collected_at, uuid_v7(now, random)),
    ];
    tx.add_custody(&lines).await?;
    Ok(())
}

/// Where a tube is.
#[derive(Debug, Clone)]
pub struct Whereabouts {
    /// The tube.
    pub specimen: Specimen,
    /// Its other codes.
    pub aliases: Vec<String>,
    /// Everything that happened to it, oldest first.
    pub lines: Vec<CustodyLine>,
    /// When its result may be expected.
    pub expected_at: Option<Instant>,
    /// Whether that time is past.
    pub late: bool,
}

/// Where a tube is, and when its result may be expected.
///
/// # Errors
/// When the store fails.
pub async fn whereabouts(
    tx: &mut dyn LabRead,
    id: SpecimenId,
    now: Instant,
) -> Result<Option<Whereabouts>, StoreError> {
    let Some(specimen) = tx.specimen(id).await? else { return Ok(None) };
    let lines = tx.custody(id).await?;
    let lab_code = lines.iter().rev().find_map(|line| line.lab_code.clone());
    let others = tx.last_ways(lab_code.as_deref(), LAST).await?;
    let expected_at = expected(&way(&lines), &others);
    Ok(Some(Whereabouts {
        aliases: tx.aliases_of(id).await?,
        late: expected_at.is_some_and(|at| at < now),
        expected_at,
        lines,
        specimen,
    }))
}

/// When a tube first reached each state.
#[must_use]
pub fn way(lines: &[CustodyLine]) -> Way {
    let mut way = Way::new();
    for line in lines {
        way.entry(line.state).or_insert(line.at);
    }
    way
}

/// Where a tube is, for whoever handles it. That it was looked at is on record.
///
/// # Errors
/// 404 where there is no such tube, or it is not the caller's to see.
pub async fn look(app: &App, sender: &Sender, id: SpecimenId) -> Result<Whereabouts, Problem> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let found = whereabouts(tx.as_mut(), id, now).await?.ok_or_else(no_tube)?;
    let people = tx.tube(&found.specimen.barcode).await?.map(|tube| tube.people).unwrap_or_default();
    let mut wards = Vec::with_capacity(people.len());
    for person in &people {
        let kept = tx.canonical(*person).await?.unwrap_or(*person);
        let ward = tx.person(kept).await?.and_then(|stored| stored.person.ward_code);
        wards.push(ward.map(|ward| ward.as_str().to_owned()));
    }
    if !sender.handles(found.specimen.created_by, &wards, now) {
        return Err(no_tube());
    }
    let entry = sender.audit("specimen.read", None, json!({"specimen_id": id}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(found)
}

/// The specimen in the tube with a code, as it was read.
///
/// # Errors
/// 404 where no tube has it.
pub async fn by_code(app: &App, text: &str) -> Result<SpecimenId, Problem> {
    let mut tx = app.store.read().await?;
    let kept = tubes::kept(tx.as_mut(), text.trim()).await?.map_err(|fault| Problem::field(fault.error("/barcode")))?;
    tx.specimen_by_code(&kept).await?.ok_or_else(no_tube)
}

/// How long each part of the way took the last tubes of a laboratory, or of all.
///
/// # Errors
/// When the store fails.
pub async fn turnaround(
    app: &App,
    lab_code: Option<&str>,
) -> Result<Vec<(TubeState, TubeState, Option<Times>)>, StoreError> {
    let ways = app.store.read().await?.last_ways(lab_code, LAST).await?;
    Ok(SEGMENTS.iter().map(|(from, to)| (*from, *to, times(&ways, *from, *to))).collect())
}

/// A line that the service notes itself, of what the sender of a result did with it.
#[must_use]
pub fn noted_by_itself(
    id: SpecimenId,
    state: TubeState,
    at: Instant,
    (sender, lab_code): (&Sender, &str),
    now: Instant,
    random: &mut dyn Random,
) -> CustodyLine {
    CustodyLine {
        id: uuid_v7(now, random),
        specimen_id: id,
        state,
        at,
        account_id: sender.account_id(),
        lab_code: Some(lab_code.to_owned()),
        site_id: None,
        code: None,
        note: String::new(),
        created_at: now,
    }
}
