//! Records of people, places and accounts as the registry keeps them.

use shared::access::Account;
use shared::ids::{AccountId, PersonId, PlaceId, ReviewId, SessionId};
use shared::person::Person;
use shared::place::Place;
use shared::time::Instant;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::columns::{At, Day};

/// A person as stored: the record, and whether it lives on as another name of somebody.
#[derive(Debug, Clone)]
pub struct StoredPerson {
    /// The record.
    pub person: Person,
    /// The record that this one was merged into.
    pub merged_into: Option<PersonId>,
    /// When it was first written.
    pub created_at: Instant,
}

/// A question to a human: are these two one person?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The question.
    pub id: ReviewId,
    /// The newer record.
    pub person_id: PersonId,
    /// The older record.
    pub other_id: PersonId,
    /// Why they may be one, as a code.
    pub reason: String,
    /// When it arose.
    pub created_at: Instant,
}

/// An account with what signing in needs.
#[derive(Debug, Clone)]
pub struct StoredAccount {
    /// The account.
    pub account: Account,
    /// Argon2id in PHC text form.
    pub password_hash: String,
    /// Whether it may sign in.
    pub active: bool,
}

/// The second factor of an account: codes that an authenticator app makes (TOTP, RFC 6238).
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// What the codes are made of.
    pub secret: Zeroizing<Vec<u8>>,
    /// Whether a code was right once: before that nobody is asked for one.
    pub confirmed: bool,
    /// The newest step of 30 seconds whose code was taken; none up to it is taken again (RFC 6238, 5.2).
    pub last_step: i64,
    /// How many codes were wrong since [`Self::tries_from`].
    pub tries: i64,
    /// Since when they are counted.
    pub tries_from: Instant,
}

/// Whether a session is a browser's cookie or a program's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// A page's session: needs CSRF defence.
    Cookie,
    /// A program's token in `Authorization: Bearer`.
    Bearer,
}

impl SessionKind {
    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Bearer => "bearer",
        }
    }
}

/// Who a session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionOwner {
    /// Somebody who signed in with a password.
    Account(AccountId),
    /// A citizen who gave a one-time code.
    Person(PersonId),
}

/// A session. The token itself is not stored, only its SHA-256.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Whose.
    pub owner: SessionOwner,
    /// Cookie or bearer.
    pub kind: SessionKind,
    /// When it ends.
    pub expires_at: Instant,
}

/// What is looked for in the register of people.
#[derive(Debug, Clone, Default)]
pub struct PeopleQuery {
    /// Words of the name, folded; empty for none.
    pub name_fold: String,
    /// What was typed, to rank hits with the same marks first.
    pub typed: String,
    /// A phone number in E.164.
    pub phone: Option<String>,
    /// A national ID or insurance number.
    pub number: Option<String>,
    /// Only wards whose code is in this list; `None` for all.
    pub wards: Option<Vec<String>>,
    /// At most so many.
    pub limit: i64,
    /// Skip so many.
    pub offset: i64,
}

/// A place that is to be registered.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPlace {
    /// The place.
    pub place: Place,
    /// Where its owner is reached.
    pub phone: Option<String>,
    /// The hash of the body that creates it, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// Which place, by whatever is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceKey {
    /// By its id.
    Id(PlaceId),
    /// By the code on its poster.
    Code(String),
}

/// A person as a row of the register: sealed, with their blind indexes.
pub struct PersonRow {
    /// The person.
    pub id: Uuid,
    /// Their name.
    pub full_name: String,
    /// Their name, folded.
    pub name_fold: String,
    /// The day of their birth.
    pub birth_date: Option<Day>,
    /// The year of their birth.
    pub birth_year: Option<i64>,
    /// Their sex.
    pub sex: &'static str,
    /// Their phone, sealed.
    pub phone: Option<Vec<u8>>,
    /// Its blind index.
    pub phone_index: Option<Vec<u8>>,
    /// Their identity number, sealed.
    pub national_id: Option<Vec<u8>>,
    /// Its blind index.
    pub national_id_index: Option<Vec<u8>>,
    /// Their insurance number, sealed.
    pub insurance: Option<Vec<u8>>,
    /// Its blind index.
    pub insurance_index: Option<Vec<u8>>,
    /// Their address, sealed.
    pub address: Option<Vec<u8>>,
    /// Their ward.
    pub ward_code: Option<String>,
    /// When they were first written.
    pub created_at: At,
}

/// What is looked for among many people at once.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Blind indexes of identity numbers.
    pub numbers: Vec<Vec<u8>>,
    /// Folded names with the blind index of a phone.
    pub phones: Vec<(String, Vec<u8>)>,
    /// Folded names with a year of birth.
    pub births: Vec<(String, i64)>,
}
