//! People: who they are, how their data arrive, and when two records are one person.

mod birth;
mod full_name;
mod input;
mod matching;
mod sex;
mod view;
pub(crate) mod wire;

pub use birth::{Birth, BirthError, MAX_AGE};
pub use full_name::{FullName, FullNameError};
pub use input::{PersonDraft, PersonInput, Warning};
pub use matching::{
    Candidate, MatchDecision, SAME_ID_OTHER_NAME, SAME_NAME_AND_BIRTH, SAME_NAME_AND_PHONE, match_person, review_reason,
};
pub use sex::Sex;
pub use view::PersonView;

use core::fmt;

use crate::area::WardCode;
use crate::identity::{HealthInsuranceNo, NationalId};
use crate::ids::PersonId;
use crate::phone::Phone;

/// A person as the registry keeps them. `id` alone is the key; every other attribute may be wrong, shared or missing.
///
/// It is serialised as [`PersonView`]. `Debug` shows the id and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name, as it is written.
    pub full_name: FullName,
    /// When they were born, as exactly as it is known.
    pub birth: Option<Birth>,
    /// Their sex.
    pub sex: Sex,
    /// Where they can be reached.
    pub phone: Option<Phone>,
    /// The number of their CCCD or CMND.
    pub national_id: Option<NationalId>,
    /// Their health insurance number.
    pub health_insurance_no: Option<HealthInsuranceNo>,
    /// Where they live, free text without the ward.
    pub address: Option<String>,
    /// The ward where they live.
    pub ward_code: Option<WardCode>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}
