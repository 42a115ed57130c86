//! Staff scan what a visitor carries: who it is, and their visit, or its end.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{PersonId, PlaceId};
use shared::person::{PersonDraft, Warning};
use shared::place::Place;
use shared::problem::FieldError;
use shared::scan::{self, Card, ScanError, Scanned};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::cards::{self, CardError};
use shared_store::people::{PeopleQuery, PlaceKey};
use shared_web::caller::Caller;
use shared_web::people::register::{Registrar, known_by_number, register};

use super::check_in::{self, CheckInError, CheckedIn};
use super::check_out::CheckOutError;
use super::door::{self, Arrival};
use super::venues::works_at;
use super::{proofs, scan_out};
use crate::domain::door::Proof;
use crate::domain::visit::{VisitInput, VisitorInput};
use crate::store::CheckinWrite;
use crate::{App, SERVICE};

/// A scan as a scanner sends it. `Debug` would show a card, so there is none.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScanInput {
    /// An id of the visit that the scanner chose, a UUID.
    pub id: Option<String>,
    /// The place at whose door it was.
    pub venue_id: Option<String>,
    /// What the scanner read, or somebody typed.
    pub text: Option<String>,
    /// When it was, RFC 3339; now where it is missing.
    pub at: Option<String>,
    /// The clock of the scanner when it sends, RFC 3339, as in [`VisitInput`].
    pub sent_at: Option<String>,
    /// The visitor leaves, and their visit here ends.
    pub leaving: bool,
}

/// Somebody who was let in by a scan.
pub struct ScanDone {
    /// The visit.
    pub checked: CheckedIn,
    /// What it was that was scanned.
    pub recognised_as: &'static str,
    /// Whether the code proves who issued it. A card is scanned, not verified.
    pub verified: bool,
    /// The name on the code, to be compared with who stands there; none where a number was typed.
    pub name: Option<String>,
    /// The year of birth.
    pub birth_year: Option<i16>,
    /// What on the card does not agree with itself.
    pub warnings: Vec<Warning>,
}

/// Why a scan let nobody in.
#[derive(Debug, thiserror::Error)]
pub enum ScanFailure {
    /// There is no such place where this caller works.
    #[error("there is no such place where this caller works")]
    NoVenue,
    /// The text names nobody: a code, and one line for the door.
    #[error("the text names nobody: {0}")]
    Text(&'static str, Bilingual),
    /// The visit was not taken.
    #[error("the visit was not taken")]
    Visit(#[from] CheckInError),
    /// The visit did not end.
    #[error("the visit did not end")]
    Leaving(#[from] CheckOutError),
}

impl From<StoreError> for ScanFailure {
    fn from(error: StoreError) -> Self {
        Self::Visit(error.into())
    }
}

impl From<ScanError> for ScanFailure {
    fn from(error: ScanError) -> Self {
        Self::Text(error.code(), error.detail())
    }
}

/// Who a code turned out to name.
pub(super) struct Who {
    pub(super) person: PersonId,
    pub(super) verified: bool,
    pub(super) name: Option<String>,
    pub(super) birth_year: Option<i16>,
    warnings: Vec<Warning>,
}

/// Lets in who a scanned text names. Nothing of the text is kept but what a person's record has room for; the visit is
/// judged before anybody is registered.
///
/// # Errors
/// [`ScanFailure`] says why not.
pub async fn scan(app: &App, caller: &Caller, input: &ScanInput, arrival: Arrival) -> Result<ScanDone, ScanFailure> {
    if input.leaving {
        return scan_out::leave(app, caller, input).await;
    }
    let place = venue(app, caller, input.venue_id.as_deref()).await?;
    let text = input.text.as_deref().ok_or_else(|| invalid(FieldError::required("/text")))?;
    let scanned = scan::read_text(text)?;
    let visit = VisitInput {
        id: input.id.clone(),
        venue_code: Some(place.code.to_string()),
        at: input.at.clone(),
        sent_at: input.sent_at.clone(),
        // The text tells this body from another under the same id; it is hashed with the rest and not kept.
        visitor: Some(VisitorInput { device_token: Some(text.to_owned()), ..VisitorInput::default() }),
        ..VisitInput::default()
    };
    let understood = check_in::understand(app, caller, visit).await?;
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let who = who(app, tx.as_mut(), caller, &scanned, now).await?;
    let shown = shown(app, tx.as_mut(), &place, &scanned, who.person, now).await?;
    let detail = json!({"recognised_as": scanned.code()});
    let entry = caller.audit(SERVICE, "visit.scan", Some(format!("visit:{}", understood.id())), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    let checked = door::admit(app, caller, understood.of(app, who.person), arrival, &shown).await?;
    Ok(ScanDone {
        checked,
        recognised_as: scanned.code(),
        verified: who.verified,
        name: who.name,
        birth_year: who.birth_year,
        warnings: who.warnings,
    })
}

/// What a card claims, where a rule of the place asks for it; nothing is read or kept of a claim that nobody asks for.
async fn shown(
    app: &App,
    tx: &mut dyn CheckinWrite,
    place: &Place,
    scanned: &Scanned,
    person: PersonId,
    now: Instant,
) -> Result<Vec<Proof>, StoreError> {
    let rules = app.door.in_force(place.kind, now.local_date());
    let Scanned::Card(card) = scanned else { return Ok(Vec::new()) };
    let mut proofs = proofs::claimed(card);
    proofs.retain(|proof| rules.iter().any(|rule| rule.proof.contains(&proof.kind)));
    proofs::keep(app, tx, card, person, &proofs).await?;
    Ok(proofs)
}

/// The place, where the caller works there. A place of others is no place: its ids cannot be tried out.
pub(crate) async fn venue(app: &App, caller: &Caller, id: Option<&str>) -> Result<Place, ScanFailure> {
    let id = id.map(str::trim).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| invalid(FieldError::required("/venue_id")))?;
    let id: PlaceId = id.parse().map_err(|_| {
        let detail = Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
        invalid(FieldError::new("/venue_id", "id", detail))
    })?;
    let mut tx = app.store.read().await?;
    let place = tx.place(&PlaceKey::Id(id)).await?.ok_or(ScanFailure::NoVenue)?;
    if works_at(app, tx.as_mut(), caller, &place).await? { Ok(place) } else { Err(ScanFailure::NoVenue) }
}

pub(super) fn invalid(error: FieldError) -> ScanFailure {
    ScanFailure::Visit(CheckInError::Invalid(vec![error]))
}

pub(super) async fn who(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    scanned: &Scanned,
    now: Instant,
) -> Result<Who, ScanFailure> {
    match scanned {
        Scanned::Personal(code) => {
            let holder = cards::holder(tx, app.platform.keys().token.bytes(), code).await?;
            let person = holder.map_err(|error| match error {
                CardError::Forged => ScanError::Personal.into(),
                CardError::Revoked => refusal(
                    "revoked",
                    "Mã cá nhân này đã bị hủy. Hãy quét thẻ CCCD, hoặc nhập họ tên và số điện thoại",
                    "This personal QR was revoked. Scan the identity card, or type name and phone",
                ),
            })?;
            let stored = tx.person(person).await?.map(|stored| stored.person);
            let birth = stored.as_ref().and_then(|person| person.birth);
            Ok(Who {
                person,
                verified: true,
                name: stored.map(|person| person.full_name.to_string()),
                birth_year: birth.map(shared::person::Birth::year),
                warnings: Vec::new(),
            })
        }
        Scanned::Card(card) => holder_of(app, tx, caller, card, now).await,
        Scanned::NationalId(number) => {
            let is_it = |person: &shared::person::Person| person.national_id.as_ref() == Some(number);
            by_number(known_by_number(tx, number.as_str(), is_it).await?)
        }
        Scanned::Insurance(number) => {
            let is_it = |person: &shared::person::Person| {
                person.health_insurance_no.as_ref().is_some_and(|known| known.key() == number.key())
            };
            by_number(known_by_number(tx, number.key(), is_it).await?)
        }
        Scanned::Phone(_) => Err(refusal(
            "phone_alone",
            "Nhiều người dùng chung một số điện thoại. Hãy nhập thêm họ tên",
            "Many people share one phone. Type the name as well",
        )),
        Scanned::Poster(_) => Err(refusal(
            "poster",
            "Đây là mã của một địa điểm. Hãy quét mã của người vào, hoặc mời họ tự quét mã này",
            "This is the code of a place. Scan the visitor's code, or let them scan this one themselves",
        )),
    }
}

pub(super) fn refusal(code: &'static str, vi: &str, en: &str) -> ScanFailure {
    ScanFailure::Text(code, Bilingual::new(vi, en))
}

/// Somebody of the register by a number alone. A name is not shown: numbers could be tried out.
fn by_number(known: Option<PersonId>) -> Result<Who, ScanFailure> {
    let unknown = || {
        refusal(
            "number_unknown",
            "Số này chưa có trong hệ thống. Hãy quét cả thẻ, hoặc nhập họ tên và số điện thoại",
            "This number is not known yet. Scan the whole card, or type name and phone",
        )
    };
    let person = known.ok_or_else(unknown)?;
    Ok(Who { person, verified: false, name: None, birth_year: None, warnings: Vec::new() })
}

/// The holder of a card. Where the card has no identity number, the card itself is recognised when it comes again, so that
/// the same card never makes a second person.
async fn holder_of(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    card: &Card,
    now: Instant,
) -> Result<Who, ScanFailure> {
    let today = now.local_date();
    let draft = card.draft(today)?;
    let key = card.key.as_deref().filter(|_| draft.national_id.is_none());
    let code = key.map(|key| app.platform.keys().sealer.blind("checkin_code", key));
    let known = match &code {
        Some(code) => tx.holder_of_code(code).await?,
        None => None,
    };
    let known = match known {
        Some(person) => same_name(tx, person, &draft).await?,
        None => by_insurance(tx, &draft).await?,
    };
    let person = match known {
        Some(person) => person,
        None => {
            let registrar = Registrar::of(SERVICE, caller);
            register(tx, &registrar, &draft, now, &mut app.platform.random()).await?.person_id
        }
    };
    if let Some(code) = code {
        tx.remember_code(&code, person, today).await?;
    }
    Ok(Who {
        person,
        verified: false,
        name: Some(draft.full_name.to_string()),
        birth_year: draft.birth.map(shared::person::Birth::year),
        warnings: draft.warnings,
    })
}

/// The record that a person lives on as, where the card says the same name: a code can be copied onto another's card.
async fn same_name(
    tx: &mut dyn CheckinWrite,
    person: PersonId,
    draft: &PersonDraft,
) -> Result<Option<PersonId>, StoreError> {
    let Some(person) = tx.canonical(person).await? else { return Ok(None) };
    let stored = tx.person(person).await?;
    Ok(stored.filter(|stored| stored.person.full_name.folded() == draft.full_name.folded()).map(|_| person))
}

/// Somebody with this insurance number, name and birth.
async fn by_insurance(tx: &mut dyn CheckinWrite, draft: &PersonDraft) -> Result<Option<PersonId>, StoreError> {
    let Some(number) = &draft.health_insurance_no else { return Ok(None) };
    let query = PeopleQuery { number: Some(number.key().to_owned()), limit: 10, ..PeopleQuery::default() };
    let found = tx.search_people(&query).await?;
    let is_it = |person: &shared::person::Person| {
        person.health_insurance_no.as_ref().is_some_and(|known| known.key() == number.key())
            && person.full_name.folded() == draft.full_name.folded()
            && person.birth.zip(draft.birth).is_none_or(|(a, b)| a.agrees_with(b))
    };
    Ok(found.into_iter().map(|stored| stored.person).find(is_it).map(|person| person.id))
}
