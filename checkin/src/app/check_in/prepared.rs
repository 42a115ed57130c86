//! A visit on its way: understood, then with its visitor, ready to be stored.

use std::sync::Arc;

use shared::ids::{PersonId, VisitId};
use shared::person::PersonDraft;
use shared::place::{Place, PlaceCode};
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::keys::Key;
use shared_web::caller::Caller;

use super::error::{CheckInError, too_old, unknown_venue};
use super::token::{issue, known, token_of};
use super::{CheckedIn, STAFF};
use crate::App;
use crate::app::content::{fingerprint, party_id};
use crate::app::declarations::{self, Answered};
use crate::app::odd::{self, Odd};
use crate::app::people::first_kept;
use crate::domain::device_token::{self, DeviceToken, DeviceTokenError};
use crate::domain::door::Door;
use crate::domain::visit::{VisitDraft, VisitInput, Visitor};
use crate::domain::visitor_key::DayKey;
use crate::store::{Visit, VisitKey};
use crate::tries::Asker;
use crate::venues::Found;

/// A visit that was understood and whose place and visitor are known, so far as that needs no transaction.
pub struct Prepared {
    pub(super) input: VisitInput,
    pub(super) draft: VisitDraft,
    pub(super) place: Arc<Place>,
    pub(super) id: VisitId,
    pub(super) day: Date,
    pub(super) day_key: Key,
    pub(super) visitor: KnownOrNew,
    pub(super) device: Option<[u8; 8]>,
    /// The visitor gave a name instead of a token.
    pub(super) named: bool,
    pub(super) by_staff: bool,
    pub(super) now: Instant,
}

/// The visitor, so far as that needs no transaction.
pub(super) enum KnownOrNew {
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

impl Prepared {
    /// The visit's id: the client's, or the one that was made for it.
    #[must_use]
    pub fn id(&self) -> VisitId {
        self.id
    }

    /// What it shares with a second scan of the same minute, where its visitor is known.
    #[must_use]
    pub fn key(&self) -> Option<VisitKey> {
        match &self.visitor {
            KnownOrNew::Known(person, _) => Some(self.visit(0, *person).key()),
            KnownOrNew::New(_) => None,
        }
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
    pub(in crate::app) fn input(&self) -> &VisitInput {
        &self.input
    }

    /// When the visitor came.
    pub(in crate::app) fn at(&self) -> Instant {
        self.draft.at
    }

    /// The place.
    pub(in crate::app) fn place(&self) -> &Place {
        &self.place
    }

    /// The code by which the visitor came.
    pub(in crate::app) fn code(&self) -> PlaceCode {
        self.draft.venue_code
    }

    /// How many came along.
    pub(in crate::app) fn companions(&self) -> usize {
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
    pub(in crate::app) fn refused(&self, person: PersonId, created: bool, door: Door) -> CheckedIn {
        let token = match &self.visitor {
            KnownOrNew::Known(_, token) => token.clone(),
            KnownOrNew::New(_) => String::new(),
        };
        CheckedIn { door, ..self.answer(self.visit(0, person), created, token) }
    }

    pub(super) fn visit(&self, index: usize, person: PersonId) -> Visit {
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

    pub(super) fn answer(&self, visit: Visit, created: bool, device_token: String) -> CheckedIn {
        let people = 1 + self.draft.party.len();
        let place = Arc::clone(&self.place);
        CheckedIn { visit, place, created, device_token, people, door: Door::GREEN, declared_until: None }
    }
}
