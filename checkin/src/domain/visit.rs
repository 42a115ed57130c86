//! A visit as it arrives on the wire, and what becomes of it once it is understood; and when it ends.

use core::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::VisitId;
use shared::person::{PersonDraft, PersonInput};
use shared::phone::Phone;
use shared::place::PlaceCode;
use shared::problem::FieldError;
use shared::time::{Date, Instant};

use super::clock::{CLOCK_SKEW, Told, told};
use super::policy::StayPolicy;
use super::position::{Reading, nowhere};

/// The most people that a visitor may bring in one check-in. Our own policy.
pub const LARGEST_PARTY: usize = 20;

/// The phone that a member of a party is read with who has none of their own: a name alone tells nobody apart, and the
/// visitor's phone, which is set afterwards, may be known to the server only (through the device token).
const PHONE_OF_THE_VISITOR: &str = "0900000000";

/// A visit as a phone or a program sends it (`POST visits`): nothing is checked yet. `Debug` shows no person.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The code of the place, as its poster shows it.
    pub venue_code: Option<String>,
    /// When the visitor came, RFC 3339; now where it is missing.
    pub at: Option<String>,
    /// The clock of the phone when it sends, RFC 3339. Where that is hours wrong, so is `at`, and both are corrected.
    /// Another sending of the same visit says another time, so it is no part of the body that is compared.
    #[serde(skip_serializing)]
    pub sent_at: Option<String>,
    /// Who came.
    pub visitor: Option<VisitorInput>,
    /// Who came along; a name is enough.
    pub party: Vec<PersonInput>,
    /// The health declaration, understood elsewhere.
    pub declaration: Option<serde_json::Value>,
    /// What the screen at the door showed ([`super::live_code`]), where it has one. How somebody came in is no part of the
    /// body that is compared, and neither is where the phone was.
    #[serde(skip_serializing)]
    pub live: Option<String>,
    /// Where the phone says it is, roughly, where its owner allows it. It is looked at once and not kept.
    #[serde(skip_serializing)]
    pub position: Option<Reading>,
}

impl fmt::Debug for VisitInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitInput").field("id", &self.id).field("at", &self.at).finish_non_exhaustive()
    }
}

/// Who came: either the token of a device that was here before, or a person. `Debug` shows nothing of either.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitorInput {
    /// The token of the device.
    pub device_token: Option<String>,
    /// The person, where there is no token.
    #[serde(flatten)]
    pub person: PersonInput,
}

impl fmt::Debug for VisitorInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitorInput").finish_non_exhaustive()
    }
}

/// Who came.
#[derive(Clone, PartialEq, Eq)]
pub enum Visitor {
    /// The owner of a device, by its token, which is not verified yet ([`super::device_token::verify`]).
    Device(String),
    /// A person who typed or showed who they are.
    Person(Box<PersonDraft>),
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Device(_) => "Device(…)",
            Self::Person(_) => "Person(…)",
        })
    }
}

/// A visit that is well-formed and may be judged and stored.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitDraft {
    /// The id that the client chose.
    pub id: Option<VisitId>,
    /// The code of the place.
    pub venue_code: PlaceCode,
    /// When the visitor came, never later than now.
    pub at: Instant,
    /// What the phone said, where its clock was wrong and `at` is corrected.
    pub device_at: Option<Instant>,
    /// Who came.
    pub visitor: Visitor,
    /// Who came along. A member without a phone has the visitor's, as far as it is known here: behind a device token
    /// it is not, then the phone is none and the visitor's is to be set.
    pub party: Vec<PersonDraft>,
    /// The health declaration as it was sent.
    pub declaration: Option<serde_json::Value>,
    /// What the screen at the door is said to have shown, whatever that is.
    pub live: Option<String>,
    /// Where the phone says it is.
    pub position: Option<Reading>,
}

impl VisitInput {
    /// Understands the input at the instant `now` of the local day `today`.
    ///
    /// A time up to [`CLOCK_SKEW`] ahead is taken as now; a later one is refused, and so is one that is older than
    /// visits are kept ([`StayPolicy::retention`]). Where the phone says what time it thinks it is now, and that is
    /// further off, the time is corrected by as much before it is judged.
    ///
    /// # Errors
    /// Every field at fault, with pointers such as `/venue_code`, `/at`, `/visitor/phone`, `/party/0/full_name`.
    pub fn parse(&self, now: Instant, today: Date) -> Result<VisitDraft, Vec<FieldError>> {
        let mut errors = Errors::default();
        let id = given(self.id.as_deref()).and_then(|text| errors.keep(id(text)));
        let venue_code = errors.keep(self.venue_code());
        let at = errors.keep(self.at(now, today));
        let visitor = errors.keep_all(self.visitor(today));
        let party = self.party(visitor.as_ref(), today, &mut errors);
        if self.position.is_some_and(|reading| reading.position.millionths().is_none()) {
            errors.0.push(nowhere("/position"));
        }
        match (venue_code, at, visitor) {
            (Some(venue_code), Some((at, device_at)), Some(visitor)) if errors.0.is_empty() => {
                let (declaration, position) = (self.declaration.clone(), self.position);
                let live = given(self.live.as_deref()).map(str::to_owned);
                Ok(VisitDraft { id, venue_code, at, device_at, visitor, party, declaration, live, position })
            }
            _ => Err(errors.0),
        }
    }

    /// For how long the phone kept the visit before it sent it, by its own clock, however wrong that is; `None` where it
    /// does not say both times.
    #[must_use]
    pub fn kept_for(&self) -> Option<SignedDuration> {
        let said = |text: &Option<String>| given(text.as_deref())?.parse::<Instant>().ok();
        Some(said(&self.sent_at)?.since(said(&self.at)?))
    }

    fn venue_code(&self) -> Result<PlaceCode, FieldError> {
        let text = given(self.venue_code.as_deref()).ok_or_else(|| FieldError::required("/venue_code"))?;
        PlaceCode::parse(text).map_err(|error| FieldError::new("/venue_code", "venue_code", error.detail()))
    }

    /// When the visitor came, and what the phone said where that is another time.
    fn at(&self, now: Instant, today: Date) -> Result<(Instant, Option<Instant>), FieldError> {
        let told = told(self.at.as_deref(), self.sent_at.as_deref(), now)?;
        let Some(Told { at, device_at }) = told else { return Ok((now, None)) };
        let policy = StayPolicy::on(today);
        if at > now.plus(CLOCK_SKEW) {
            Err(FieldError::new("/at", "in_future", in_future()))
        } else if at < now.minus(policy.retention()) {
            Err(FieldError::new("/at", "too_old", too_old(policy.retention_days.value)))
        } else {
            Ok((at.min(now), device_at))
        }
    }

    fn visitor(&self, today: Date) -> Result<Visitor, Vec<FieldError>> {
        let Some(visitor) = &self.visitor else { return Err(vec![FieldError::required("/visitor")]) };
        match (given(visitor.device_token.as_deref()), given(visitor.person.full_name.as_deref())) {
            (Some(_), Some(_)) => Err(vec![FieldError::new("/visitor/device_token", "conflict", token_or_person())]),
            (Some(token), None) => Ok(Visitor::Device(token.to_owned())),
            (None, _) => person(&visitor.person, today).map(|draft| Visitor::Person(Box::new(draft))),
        }
    }

    fn party(&self, visitor: Option<&Visitor>, today: Date, errors: &mut Errors) -> Vec<PersonDraft> {
        if self.party.len() > LARGEST_PARTY {
            errors.0.push(FieldError::new("/party", "too_many", too_many()));
            return Vec::new();
        }
        let contact = match visitor {
            Some(Visitor::Person(person)) => person.phone.as_ref(),
            Some(Visitor::Device(_)) | None => None,
        };
        let members = self.party.iter().enumerate();
        members.filter_map(|(n, input)| errors.keep_all(member(input, n, contact, today))).collect()
    }
}

/// The visitor. The form asks for a name and a phone, so a visitor of whom nothing but the name is known lacks the
/// phone.
fn person(input: &PersonInput, today: Date) -> Result<PersonDraft, Vec<FieldError>> {
    input.parse("/visitor", today).map_err(|mut errors| {
        for error in &mut errors {
            if error.code == "required" && error.pointer == "/visitor/birth_date" {
                "/visitor/phone".clone_into(&mut error.pointer);
            }
        }
        errors
    })
}

/// One member of the party, reached through `contact` where they have no phone.
fn member(input: &PersonInput, n: usize, contact: Option<&Phone>, today: Date) -> Result<PersonDraft, Vec<FieldError>> {
    let pointer = format!("/party/{n}");
    if given(input.phone.as_deref()).is_some() {
        return input.parse(&pointer, today);
    }
    let input = PersonInput { phone: Some(PHONE_OF_THE_VISITOR.to_owned()), ..input.clone() };
    input.parse(&pointer, today).map(|draft| PersonDraft { phone: contact.cloned(), ..draft })
}

/// Why a visit cannot end then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// It lies more than [`CLOCK_SKEW`] ahead.
    #[error("the check-out lies in the future")]
    InFuture,
    /// It lies more than [`CLOCK_SKEW`] before the check-in.
    #[error("the check-out lies before the check-in")]
    BeforeCheckIn,
}

impl CheckoutError {
    /// The error of the field `/at`.
    #[must_use]
    pub fn field_error(self) -> FieldError {
        match self {
            Self::InFuture => FieldError::new("/at", "in_future", in_future()),
            Self::BeforeCheckIn => FieldError::new(
                "/at",
                "before_check_in",
                Bilingual::new("Giờ ra phải sau giờ vào", "The check-out must be after the check-in"),
            ),
        }
    }
}

/// When a visit ends that began at `checked_in`: at `at`, or now where no time is given.
///
/// A time within [`CLOCK_SKEW`] ahead of now, or before the check-in, is a clock that goes wrong and is held at that
/// bound. The automatic check-out is no limit here: [`super::stay::stay_of`] caps the stay.
///
/// # Errors
/// When the time is further off.
pub fn check_out(checked_in: Instant, at: Option<Instant>, now: Instant) -> Result<Instant, CheckoutError> {
    let at = at.unwrap_or(now);
    if at > now.plus(CLOCK_SKEW) {
        Err(CheckoutError::InFuture)
    } else if at < checked_in.minus(CLOCK_SKEW) {
        Err(CheckoutError::BeforeCheckIn)
    } else {
        Ok(at.min(now).max(checked_in))
    }
}

/// The field errors found so far.
#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn keep<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        self.keep_all(parsed.map_err(|error| vec![error]))
    }

    fn keep_all<T>(&mut self, parsed: Result<T, Vec<FieldError>>) -> Option<T> {
        parsed.map_err(|errors| self.0.extend(errors)).ok()
    }
}

/// The value of a field, where there is more in it than white space.
fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|text| !text.is_empty())
}

fn id(text: &str) -> Result<VisitId, FieldError> {
    let detail = || Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
    text.parse().map_err(|_| FieldError::new("/id", "id", detail()))
}

fn in_future() -> Bilingual {
    Bilingual::new(
        "Thời gian này chưa đến. Hãy kiểm tra đồng hồ của điện thoại",
        "This time has not come yet. Check the clock of the phone",
    )
}

fn too_old(days: i64) -> Bilingual {
    Bilingual::new(
        format!("Chỉ nhận lượt vào trong {days} ngày gần đây"),
        format!("Only visits of the last {days} days are taken"),
    )
}

fn token_or_person() -> Bilingual {
    Bilingual::new(
        "Chỉ gửi mã thiết bị hoặc thông tin của người vào, không gửi cả hai",
        "Send either the device token or the person, not both",
    )
}

fn too_many() -> Bilingual {
    Bilingual::new(
        format!("Mỗi lượt khai báo tối đa {LARGEST_PARTY} người đi cùng"),
        format!("At most {LARGEST_PARTY} people can come along in one check-in"),
    )
}

#[cfg(test)]
mod tests;
