//! Codes of tubes: given to sites in ranges, and found however they were read.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{PlaceId, uuid_v7};
use shared::problem::FieldError;
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::Problem;
use uuid::Uuid;

use crate::app::App;
use crate::app::orders::id_of;
use crate::app::sender::Sender;
use crate::domain::tube::{self, END, FIRST_OF_RANGES, Gap, LARGEST_RANGE, TubeCode};
use crate::label::{self, LabelError, LabelSpec};
use crate::store::LabRead;
use crate::store::flow::TubeRange;

/// How many tubes a range has where nobody says.
const USUAL_SIZE: i64 = 200;
/// How many labels one PDF has at most: ten sheets.
pub const MOST_LABELS: i64 = 440;

/// A range on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct RangeInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The site.
    pub site_id: Option<String>,
    /// How many tubes.
    pub size: Option<i64>,
    /// What for.
    pub note: Option<String>,
}

/// Why a code of a tube is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TubeFault {
    /// One character differs from a code that was given out.
    Misread(TubeCode),
}

impl TubeFault {
    /// What to do.
    #[must_use]
    pub fn error(&self, pointer: &str) -> FieldError {
        let Self::Misread(code) = self;
        let detail = Bilingual::new(
            format!("Mã ống bị đọc sai một ký tự, có thể là {code}: quét lại ống"),
            format!("A character of the tube's code was misread, it may be {code}: scan the tube again"),
        );
        FieldError::new(pointer, "tube_misread", detail)
    }
}

/// A tube's code as it is kept: a code of a range in its own writing, anything else as it is.
///
/// # Errors
/// The inner error where one character of a code that was given out was misread; the outer one is the store's.
pub async fn kept(tx: &mut dyn LabRead, text: &str) -> Result<Result<String, TubeFault>, StoreError> {
    let given_out = |code: &TubeCode| (code.number() >= FIRST_OF_RANGES).then(|| i64::try_from(code.number()).ok())?;
    if let Some(code) = TubeCode::parse(text) {
        let known = match given_out(&code) {
            Some(number) => tx.range_with(number).await?.is_some(),
            None => false,
        };
        return Ok(Ok(if known { code.to_string() } else { text.to_owned() }));
    }
    for code in TubeCode::near(text) {
        if let Some(number) = given_out(&code)
            && tx.range_with(number).await?.is_some()
        {
            return Ok(Err(TubeFault::Misread(code)));
        }
    }
    Ok(Ok(text.to_owned()))
}

/// Gives a site the next numbers; `true` where it was done now.
///
/// # Errors
/// 422 with every field at fault, 409 where the id was used for other numbers.
pub async fn give(app: &App, sender: &Sender, input: &RangeInput) -> Result<(TubeRange, bool), Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut errors = Vec::new();
    let id = id_of::<Uuid>(input.id.as_ref(), "/id").map_err(|e| errors.push(e)).ok().flatten();
    let site_id = id_of::<PlaceId>(input.site_id.as_ref(), "/site_id").map_err(|e| errors.push(e)).ok().flatten();
    let size = input.size.unwrap_or(USUAL_SIZE);
    if !(1..=LARGEST_RANGE).contains(&size) {
        errors.push(wrong_size());
    }
    let note: String = input.note.as_deref().unwrap_or_default().trim().chars().take(200).collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let mut tx = app.store.write().await?;
    if let Some(before) = match id {
        Some(id) => tx.range(id).await?,
        None => None,
    } {
        let same = (before.site_id, before.size) == (site_id, size);
        return if same { Ok((before, false)) } else { Err(Problem::id_conflict()) };
    }
    if let Some(site) = site_id
        && tx.place(&PlaceKey::Id(site)).await?.is_none()
    {
        return Err(Problem::field(unknown_site()));
    }
    let wanted = TubeRange {
        id: id.unwrap_or_else(|| uuid_v7(now, &mut random)),
        site_id,
        note,
        first_number: 0,
        size,
        created_by: sender.account_id(),
        created_at: now,
    };
    let range = tx.insert_range(&wanted).await?;
    if u64::try_from(range.first_number + range.size).unwrap_or(u64::MAX) > END {
        return Err(Problem::internal());
    }
    let detail = json!({"range_id": range.id, "first": range.first_number, "size": size});
    tx.audit(&sender.audit("tubes.range", None, detail), now, &mut random).await?;
    tx.commit().await?;
    Ok((range, true))
}

/// How far a range is used up.
#[derive(Debug, Clone)]
pub struct Usage {
    /// The range.
    pub range: TubeRange,
    /// How many of its numbers have tubes.
    pub used: i64,
    /// Those that have none.
    pub gaps: Vec<Gap>,
}

/// How far a range is used up, and which numbers no tube has; `None` where there is no such range.
///
/// # Errors
/// When the store fails.
pub async fn usage(tx: &mut dyn LabRead, id: Uuid) -> Result<Option<Usage>, StoreError> {
    let Some(range) = tx.range(id).await? else { return Ok(None) };
    let codes: Vec<String> = (0..range.size).map(|place| code(range.first_number + place).to_string()).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let known = tx.known_tubes(&codes).await?;
    let numbers = known.iter().filter_map(|tube| i64::try_from(TubeCode::parse(&tube.barcode)?.number()).ok());
    let numbers: Vec<i64> = numbers.collect();
    let gaps = tube::gaps(range.first_number, range.size, &numbers);
    let free: i64 = gaps.iter().map(|gap| gap.size).sum();
    Ok(Some(Usage { used: range.size - free, gaps, range }))
}

/// The code of a number of a range.
#[must_use]
pub fn code(number: i64) -> TubeCode {
    TubeCode::of_number(u64::try_from(number).unwrap_or_default())
}

/// Labels of a range, printed ahead, as PDF: from the place `from` on.
///
/// # Errors
/// When the PDF cannot be written.
pub fn sheet(range: &TubeRange, from: i64, count: i64) -> Result<Vec<u8>, LabelError> {
    let first = from.clamp(0, range.size - 1);
    let last = first.saturating_add(count.clamp(1, MOST_LABELS)).min(range.size);
    let blank = |number: i64| LabelSpec {
        barcode: code(number).to_string(),
        name: String::new(),
        detail: String::new(),
        taken: String::new(),
    };
    let labels: Vec<_> = (first..last).map(|place| blank(range.first_number + place)).collect();
    label::sheet("An Tâm", &labels)
}

fn wrong_size() -> FieldError {
    let detail = Bilingual::new(
        format!("Số ống từ 1 đến {LARGEST_RANGE}"),
        format!("The number of tubes is between 1 and {LARGEST_RANGE}"),
    );
    FieldError::new("/size", "range", detail)
}

pub(super) fn unknown_site() -> FieldError {
    let detail = Bilingual::new(
        "Không có địa điểm nào mang mã này: dùng id của một địa điểm đã đăng ký",
        "No place has this id: use the id of a registered place",
    );
    FieldError::new("/site_id", "unknown_site", detail)
}
