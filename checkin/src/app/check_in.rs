//! Somebody comes: one visit, and one for each who came along.

use std::sync::Arc;

use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::{PersonId, VisitId};
use shared::person::PersonDraft;
use shared::place::{Place, PlaceCode};
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::keys::Key;
use shared_web::caller::Caller;

use super::content::{fingerprint, party_id};
use super::declarations::{self, Answered};
use super::door::{self, Arrival};
use super::odd::{self, Odd};
use super::people::{day_key, find_or_register, first_kept};
use super::record::{Recorded, record};
use crate::App;
use crate::domain::device_token::{self, DeviceToken, DeviceTokenError, VALID_FOR};
use crate::domain::door::Door;
use crate::domain::visit::{VisitDraft, VisitInput, Visitor};
use crate::domain::visitor_key::DayKey;
use crate::store::{CheckinWrite, Visit};
use crate::tries::Asker;
use crate::venues::Found;
use crate::writer::WriteError;

/// Who stands at doors and lets people in.
pub const STAFF: &[Role] = &[Role::Venue, Role::Officer, Role::Nurse, Role::Sampler, Role::Admin];

/// How often a transaction that two families fought over is tried.
const TRIES: usize = 3;

/// Why a visit was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CheckInError {
    /// Fields are at fault.
    #[error("{} field(s) are at fault", .0.len())]
    Invalid(Vec<FieldError>),
    /// The device token is not good: name and phone are needed again.
    #[error("the device token is not good")]
    Token(#[from] DeviceTokenError),
    /// The id was used with another body.
    #[error("the id was used with another body")]
    IdConflict,
    /// Too many wait: the same visit may be sent again.
    #[error("too many visits wait")]
    Busy,
    /// The device, or the place, has had too many check-ins in a short time.
    #[error("too many check-ins in a short time")]
    TooMany,
    /// Whoever asks has tried too many codes that nobody has.
    #[error("too many codes that nobody has were tried")]
    TooManyCodes,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl From<WriteError> for CheckInError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Busy => Self::Busy,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

impl CheckInError {
    fn field(pointer: &str, code: &str, vi: &str, en: &str) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, code, Bilingual::new(vi, en))])
    }
}

/// A visit that is on record.
#[derive(Debug, Clone)]
pub struct CheckedIn {
    /// The visit, or the first one where this was a repeat.
    pub visit: Visit,
    /// Where.
    pub place: Arc<Place>,
    /// Whether it was stored now.
    pub created: bool,
    /// What the phone sends the next time.
    pub device_token: String,
    /// How many people came.
    pub people: usize,
    /// What the door says; where it is red, no visit is stored.
    pub door: Door,
    /// Until when the visitor's declaration holds, where a door asked for it or it came along.
    pub declared_until: Option<Instant>,
}

/// A visit that was understood and whose place and visitor are known, so far as that needs no transaction.
pub struct Prepared {
    input: VisitInput,
    draft: VisitDraft,
    place: Arc<Place>,
    id: VisitId,
    day: Date,
    day_key: Key,
    visitor: KnownOrNew,
    device: Option<[u8; 8]>,
    /// The visitor gave a name instead of a token.
    named: bool,
    by_staff: bool,
    now: Instant,
}

enum KnownOrNew {
    /// Somebody whose token was verified; the token to give back.
    Known(PersonId, String),
    /// Somebody to be registered.
    New(Box<PersonDraft>),
}

/// A visit that was understood and whose place is known, before anybody says who came.
pub struct Understood {
    input: VisitInput,
    draft: VisitDraft,
    place: Arc<Place>,
    id: VisitId,
    day: Date,
    day_key: Key,
    /// What came of verifying the token, where the visitor sent one.
    token: Option<Result<DeviceToken, DeviceTokenError>>,
    by_staff: bool,
    now: Instant,
}

impl Understood {
    /// The visit's id: the client's, or the one that was made for it.
    #[must_use]
    pub fn id(&self) -> VisitId {
        self.id
    }

    /// The visit of a person who was found in another way than by what the input says.
    #[must_use]
    pub fn of(self, app: &App, person: PersonId) -> Prepared {
        let token = issue(app, person, self.now);
        self.by(KnownOrNew::Known(person, token))
    }

    /// The device that the visit came from, where a good token says it.
    fn device(&self) -> Option<[u8; 8]> {
        self.token?.ok().map(|token| token.device)
    }

    fn by(self, visitor: KnownOrNew) -> Prepared {
        let (device, named) = (self.device(), self.token.is_none());
        let Self { input, draft, place, id, day, day_key, by_staff, now, .. } = self;
        Prepared { input, draft, place, id, day, day_key, visitor, device, named, by_staff, now }
    }
}

/// Understands a visit and finds its place.
///
/// # Errors
/// Fields at fault, an unknown place, a day that is kept no more; or the store fails.
pub async fn understand(app: &App, caller: &Caller, input: VisitInput) -> Result<Understood, CheckInError> {
    let now = app.platform.now();
    let draft = input.parse(now, now.local_date()).map_err(CheckInError::Invalid)?;
    let token = match &draft.visitor {
        Visitor::Device(token) => Some(device_token::verify(app.platform.keys().token.bytes(), token, now)),
        Visitor::Person(_) => None,
    };
    let device = token.and_then(Result::ok).map(|token| token.device);
    let asker = Asker { device, address: caller.context.address };
    let place = match app.venues.find(&app.platform, asker, draft.venue_code).await? {
        Found::Place(place) => place,
        Found::Nobody => return Err(unknown_venue()),
        Found::TooMany => return Err(CheckInError::TooManyCodes),
    };
    let day = draft.at.local_date();
    if day < first_kept(app, now) {
        return Err(too_old());
    }
    let mut random = app.platform.random();
    let day_key = match app.platform.keys().day(day, &mut random) {
        Err(StoreError::KeyDestroyed(_)) => return Err(too_old()),
        key => key?,
    };
    let id = draft.id.unwrap_or_else(|| VisitId::new(now, &mut random));
    let by_staff = caller.has_any(STAFF);
    Ok(Understood { input, draft, place, id, day, day_key, token, by_staff, now })
}

/// Understands a visit, finds its place, and its visitor so far as that needs no transaction.
///
/// # Errors
/// As [`understand`], and when the token is not good.
pub async fn prepare(app: &App, caller: &Caller, input: VisitInput) -> Result<Prepared, CheckInError> {
    let understood = understand(app, caller, input).await?;
    let visitor = match &understood.draft.visitor {
        Visitor::Device(text) => match understood.token {
            Some(token) => known(app, text, token?, understood.now),
            None => return Err(DeviceTokenError::Malformed.into()),
        },
        Visitor::Person(person) => KnownOrNew::New(person.clone()),
    };
    Ok(understood.by(visitor))
}

/// The owner of a token. A token in the second half of its life is replaced, so that who comes often is never asked
/// again; the device stays the one that it was.
fn known(app: &App, text: &str, token: DeviceToken, now: Instant) -> KnownOrNew {
    let old = now.since(token.issued_at) > VALID_FOR / 2;
    let key = app.platform.keys();
    let renewed = || device_token::issue_to(key.token.bytes(), token.person_id, now, token.device);
    KnownOrNew::Known(token.person_id, if old { renewed() } else { text.to_owned() })
}

/// The token of whoever came with a visit. A visit under an id of the client's own has one token however often it is sent:
/// the mark of its body, which nobody has without the day's key, stands for the device.
fn token_of(app: &App, person: PersonId, visit: &Visit, now: Instant) -> String {
    if visit.fingerprint == 0 {
        return issue(app, person, now);
    }
    let (key, at) = (app.platform.keys(), visit.checked_in_at.min(now));
    device_token::issue_to(key.token.bytes(), person, at, visit.fingerprint.to_be_bytes())
}

fn issue(app: &App, person: PersonId, now: Instant) -> String {
    device_token::issue(app.platform.keys().token.bytes(), person, now, &mut app.platform.random())
}

impl Prepared {
    /// The visit's id: the client's, or the one that was made for it.
    #[must_use]
    pub fn id(&self) -> VisitId {
        self.id
    }

    /// Whether it is one row of somebody who is known: what the group commit takes.
    #[must_use]
    pub fn is_one_row(&self) -> bool {
        matches!(self.visitor, KnownOrNew::Known(..)) && self.draft.party.is_empty()
    }

    /// Lets a visitor who gave a name be the person that the same words were found to be a moment ago. Whoever was known
    /// stays who they are.
    #[must_use]
    pub fn as_person(mut self, app: &App, person: PersonId) -> Self {
        if matches!(self.visitor, KnownOrNew::New(_)) {
            let token = token_of(app, person, &self.visit(0, person), self.now);
            self.visitor = KnownOrNew::Known(person, token);
        }
        self
    }

    /// What is odd about the visit, once it is stored.
    #[must_use]
    pub fn odd(&self, app: &App, checked: &CheckedIn) -> Odd {
        let device = self.device.or_else(|| self.new_device(app, checked));
        odd::look(app, &self.draft, checked, device, self.by_staff, self.now)
    }

    /// The device that the phone of a visitor who gave a name is from now on, by the token of the answer: its first visit is
    /// held against the next. Of whoever gives a name each time, or to staff, nobody knows that it is one phone.
    fn new_device(&self, app: &App, checked: &CheckedIn) -> Option<[u8; 8]> {
        if !self.named || self.by_staff || !checked.created {
            return None;
        }
        let key = app.platform.keys();
        device_token::verify(key.token.bytes(), &checked.device_token, self.now).ok().map(|token| token.device)
    }

    /// The input as it came.
    pub(super) fn input(&self) -> &VisitInput {
        &self.input
    }

    /// When the visitor came.
    pub(super) fn at(&self) -> Instant {
        self.draft.at
    }

    /// The place.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The code by which the visitor came.
    pub(super) fn code(&self) -> PlaceCode {
        self.draft.venue_code
    }

    /// How many came along.
    pub(super) fn companions(&self) -> usize {
        self.draft.party.len()
    }

    /// Whether a declaration came with the visit.
    #[must_use]
    pub fn has_declaration(&self) -> bool {
        self.draft.declaration.as_ref().is_some_and(|value| !value.is_null())
    }

    /// The declaration that came with the visit, judged.
    ///
    /// # Errors
    /// Its fields at fault.
    pub fn declaration(&self) -> Result<Option<Answered>, CheckInError> {
        declarations::with_visit(self.draft.declaration.as_ref(), self.now)
    }

    /// The answer to a visitor who is not let in.
    pub(super) fn refused(&self, person: PersonId, created: bool, door: Door) -> CheckedIn {
        let token = match &self.visitor {
            KnownOrNew::Known(_, token) => token.clone(),
            KnownOrNew::New(_) => String::new(),
        };
        CheckedIn { door, ..self.answer(self.visit(0, person), created, token) }
    }

    fn visit(&self, index: usize, person: PersonId) -> Visit {
        let chosen = self.draft.id.is_some();
        Visit {
            id: party_id(self.id, index),
            place_id: self.place.id,
            visitor: DayKey::new(self.day_key.bytes()).seal(person),
            day: self.day,
            checked_in_at: self.draft.at,
            checked_out_at: None,
            fingerprint: if chosen { fingerprint(&self.day_key, &self.input) } else { 0 },
        }
    }

    fn answer(&self, visit: Visit, created: bool, device_token: String) -> CheckedIn {
        let people = 1 + self.draft.party.len();
        let place = Arc::clone(&self.place);
        CheckedIn { visit, place, created, device_token, people, door: Door::GREEN, declared_until: None }
    }
}

/// Stores a prepared visit as [`store`] does, and notes what is odd about it.
///
/// # Errors
/// As [`store`].
pub async fn finish(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    let checked = store(app, caller, prepared).await?;
    odd::note(app, [prepared.odd(app, &checked)]).await?;
    Ok(checked)
}

/// Stores a prepared visit: one row through the group commit where the visitor is known and alone, otherwise people and
/// visits in one transaction. A person's own check-in leaves no audit line and no event.
///
/// # Errors
/// The id was used with another body, too many wait, or the store fails.
pub async fn store(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    match &prepared.visitor {
        KnownOrNew::Known(person, token) if prepared.draft.party.is_empty() => {
            let visit = prepared.visit(0, *person);
            let recorded = app.writer.store(visit.clone()).await?;
            let (visit, created) = judge(app, prepared, visit, recorded)?;
            Ok(prepared.answer(visit, created, token.clone()))
        }
        // In a box of its own: what few check-ins need is not carried along by all.
        _ => Box::pin(with_people(app, caller, prepared)).await,
    }
}

/// `prepare` and `finish`, unless the device or the place has had too many in a short time. A batch is not limited so, but
/// by its address: a phone that was without a signal for a day sends all at once, and must lose none.
///
/// # Errors
/// As theirs.
pub async fn check_in(app: &App, caller: &Caller, input: VisitInput) -> Result<CheckedIn, CheckInError> {
    let prepared = prepare(app, caller, input).await?;
    if !app.venues.allows(prepared.device, prepared.draft.venue_code) {
        return Err(CheckInError::TooMany);
    }
    door::admit(app, caller, prepared, Arrival::AtDoor, &[]).await
}

/// Who the visitor of a visit is, while its day is kept.
///
/// # Errors
/// When the key store fails.
pub fn visitor_of(app: &App, checked: &CheckedIn) -> Result<Option<PersonId>, StoreError> {
    Ok(day_key(app, checked.visit.day)?.map(|key| key.open(checked.visit.visitor)))
}

/// The visit that the answer tells of. A repeat under the same id must have the same body; another id for the same
/// person, place and minute is a second scan and means the first visit.
fn judge(app: &App, prepared: &Prepared, visit: Visit, recorded: Recorded) -> Result<(Visit, bool), CheckInError> {
    match recorded {
        Recorded::Stored => Ok((visit, true)),
        // An id that was made here is nobody else's: the row is this visit, whose first answer from the database got lost.
        Recorded::Taken(first) if first.id == visit.id && prepared.draft.id.is_none() => Ok((*first, true)),
        Recorded::Taken(first) if first.id == visit.id && !is_same_body(app, prepared, &first)? => {
            Err(CheckInError::IdConflict)
        }
        Recorded::Taken(first) => Ok((*first, false)),
    }
}

/// Whether a stored visit came in this body. A body without a time may be sent again on another day than its visit's.
fn is_same_body(app: &App, prepared: &Prepared, first: &Visit) -> Result<bool, StoreError> {
    if first.day == prepared.day {
        return Ok(first.fingerprint == fingerprint(&prepared.day_key, &prepared.input));
    }
    match app.platform.keys().day(first.day, &mut app.platform.random()) {
        Err(StoreError::KeyDestroyed(_)) => Ok(false),
        key => Ok(first.fingerprint == fingerprint(&key?, &prepared.input)),
    }
}

async fn with_people(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    let mut left = TRIES;
    loop {
        left -= 1;
        match try_with_people(app, caller, prepared).await {
            Err(CheckInError::Store(error)) if error.is_transient() && left > 0 => {}
            result => return result,
        }
    }
}

async fn try_with_people(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    let mut tx = app.store.write().await?;
    // Looked up before anybody is registered: the same words sent again must not make a second person.
    if let Some(first) = tx.visits(&[prepared.id]).await?.pop() {
        drop(tx);
        return repeated(app, prepared, first);
    }
    let (person, token) = visitor(app, tx.as_mut(), caller, prepared).await?;
    let mut visits = vec![prepared.visit(0, person)];
    let phone = match prepared.draft.party.is_empty() {
        true => None,
        false => tx.person(person).await?.and_then(|stored| stored.person.phone),
    };
    for (index, member) in prepared.draft.party.iter().enumerate() {
        let mut member = member.clone();
        member.phone = member.phone.or_else(|| phone.clone());
        let member = find_or_register(app, tx.as_mut(), caller, &member, prepared.now).await?;
        visits.push(prepared.visit(index + 1, member));
    }
    let recorded = record(tx.as_mut(), &visits, prepared.now, &mut app.platform.random()).await?;
    let first = recorded.into_iter().next().ok_or(CheckInError::Busy)?;
    if let Recorded::Taken(first) = &first
        && first.id == prepared.id
    {
        // Somebody sent the same at the same moment and was faster: whoever was registered here is not kept.
        drop(tx);
        return repeated(app, prepared, Visit::clone(first));
    }
    let (visit, created) = judge(app, prepared, visits.swap_remove(0), first)?;
    tx.commit().await?;
    Ok(prepared.answer(visit, created, token))
}

/// The answer to a check-in that is on record already, with a token of its visitor.
fn repeated(app: &App, prepared: &Prepared, first: Visit) -> Result<CheckedIn, CheckInError> {
    if !is_same_body(app, prepared, &first)? {
        return Err(CheckInError::IdConflict);
    }
    let token = match &prepared.visitor {
        KnownOrNew::Known(_, token) => token.clone(),
        KnownOrNew::New(_) => {
            let key = day_key(app, first.day)?.ok_or_else(too_old)?;
            token_of(app, key.open(first.visitor), &first, prepared.now)
        }
    };
    Ok(prepared.answer(first, false, token))
}

/// Who the visitor is, registered where nobody knows them yet, and their token.
pub(super) async fn visitor(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    prepared: &Prepared,
) -> Result<(PersonId, String), StoreError> {
    match &prepared.visitor {
        KnownOrNew::Known(person, token) => Ok((*person, token.clone())),
        KnownOrNew::New(draft) => {
            let person = find_or_register(app, tx, caller, draft, prepared.now).await?;
            Ok((person, token_of(app, person, &prepared.visit(0, person), prepared.now)))
        }
    }
}

fn unknown_venue() -> CheckInError {
    CheckInError::field(
        "/venue_code",
        "unknown_venue",
        "Không có địa điểm với mã này. Hãy xem lại mã trên áp phích",
        "No place has this code. Check the code on the poster",
    )
}

fn too_old() -> CheckInError {
    CheckInError::field(
        "/at",
        "too_old",
        "Lượt vào này đã quá thời hạn lưu giữ",
        "This visit is older than visits are kept",
    )
}
