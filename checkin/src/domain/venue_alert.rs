//! An officer's decision that everybody who was at some places at a time is told: as it arrives on the wire, and what becomes
//! of it once it is understood.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PlaceId};
use shared::problem::FieldError;
use shared::time::{Date, Instant, days};
use uuid::Uuid;

/// The longest time that one decision covers. Our own policy.
const LONGEST: SignedDuration = days(3);
/// The most places of one decision. Our own policy.
const MOST_PLACES: usize = 50;
/// The longest reason.
const LONGEST_REASON: usize = 500;

/// A decision as an officer sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The case.
    pub case_id: Option<String>,
    /// The places, of those where the case was.
    pub venue_ids: Vec<String>,
    /// From when on, RFC 3339.
    pub from: Option<String>,
    /// Until when, RFC 3339.
    pub to: Option<String>,
    /// Why; it stands in the record.
    pub reason: Option<String>,
}

/// A decision that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertDraft {
    /// The id that the client chose.
    pub id: Option<Uuid>,
    /// The case.
    pub case_id: CaseId,
    /// The places, each once.
    pub venues: Vec<PlaceId>,
    /// From when on.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Why.
    pub reason: String,
}

/// How far back visits are kept.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// The first day whose visits are kept.
    pub first: Date,
    /// For how many days they are.
    pub days: i64,
}

impl AlertInput {
    /// Understands the decision.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn parse(&self, kept: Kept, now: Instant) -> Result<AlertDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = given(self.id.as_deref()).map(|id| id.parse::<Uuid>().map_err(|_| no_id("/id"))).transpose();
        let id = id.map_err(|error| errors.push(error));
        let case_id = given(self.case_id.as_deref()).ok_or_else(|| FieldError::required("/case_id"));
        let case_id = case_id.and_then(|id| id.parse::<CaseId>().map_err(|_| no_id("/case_id")));
        let case_id = case_id.map_err(|error| errors.push(error));
        let venues = self.venues(&mut errors);
        let from = time("/from", self.from.as_deref()).map_err(|error| errors.push(error));
        let to = time("/to", self.to.as_deref()).map_err(|error| errors.push(error));
        if let (Ok(from), Ok(to)) = (from, to) {
            errors.extend(window_fault(kept, from, to, now));
        }
        let reason = given(self.reason.as_deref()).unwrap_or_default().to_owned();
        errors.extend(reason_fault(&reason));
        match (id, case_id, from, to) {
            (Ok(id), Ok(case_id), Ok(from), Ok(to)) if errors.is_empty() => {
                Ok(AlertDraft { id, case_id, venues, from, to, reason })
            }
            _ => Err(errors),
        }
    }

    /// The places, each once, in order.
    fn venues(&self, errors: &mut Vec<FieldError>) -> Vec<PlaceId> {
        let mut venues = Vec::new();
        for (n, venue) in self.venue_ids.iter().enumerate() {
            match venue.trim().parse::<PlaceId>() {
                Ok(venue) => venues.push(venue),
                Err(_) => errors.push(no_id(&format!("/venue_ids/{n}"))),
            }
        }
        venues.sort_unstable();
        venues.dedup();
        if self.venue_ids.is_empty() {
            errors.push(FieldError::required("/venue_ids"));
        }
        if venues.len() > MOST_PLACES {
            let detail = Bilingual::new(format!("Tối đa {MOST_PLACES} nơi"), format!("At most {MOST_PLACES} places"));
            errors.push(FieldError::new("/venue_ids", "too_many", detail));
        }
        venues
    }
}

/// What was typed, where there is more in it than white space.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn time(pointer: &str, text: Option<&str>) -> Result<Instant, FieldError> {
    let text = given(text).ok_or_else(|| FieldError::required(pointer))?;
    text.parse().map_err(|_| {
        let detail = Bilingual::new(
            "Thời gian theo RFC 3339, có múi giờ, ví dụ 2022-03-10T08:30:00+07:00",
            "A time as in RFC 3339 with an offset, such as 2022-03-10T08:30:00+07:00",
        );
        FieldError::new(pointer, "time", detail)
    })
}

fn reason_fault(reason: &str) -> Option<FieldError> {
    let code = match reason.chars().count() {
        0 => "required",
        5..=LONGEST_REASON => return None,
        _ => "length",
    };
    let detail = Bilingual::new(
        format!("Hãy ghi lý do, từ 5 đến {LONGEST_REASON} ký tự"),
        format!("Write the reason, 5 to {LONGEST_REASON} characters"),
    );
    Some(FieldError::new("/reason", code, detail))
}

fn no_id(pointer: &str) -> FieldError {
    FieldError::new(pointer, "id", Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID"))
}

fn window_fault(kept: Kept, from: Instant, to: Instant, now: Instant) -> Option<FieldError> {
    let fault = |pointer: &str, code: &str, vi: String, en: String| {
        Some(FieldError::new(pointer, code, Bilingual::new(vi, en)))
    };
    if to <= from {
        return fault("/to", "order", "Giờ cuối phải sau giờ đầu".into(), "The end must be after the beginning".into());
    }
    if from > now {
        return fault("/from", "in_future", "Thời gian này chưa đến".into(), "This time has not come yet".into());
    }
    if to.since(from) > LONGEST {
        return fault("/to", "too_long", "Mỗi lần báo tối đa 3 ngày".into(), "At most 3 days at once".into());
    }
    if from.local_date() < kept.first {
        let kept = kept.days;
        return fault(
            "/from",
            "too_old",
            format!("Lượt vào chỉ được giữ {kept} ngày"),
            format!("Visits are kept for {kept} days only"),
        );
    }
    None
}
