//! A person as the contract shows them.

use serde::{Deserialize, Serialize, Serializer};

use super::{Birth, Person, Sex};
use crate::ids::PersonId;
use crate::time::Date;

/// A person on the wire: `birth_date` or `birth_year`, the phone as E.164, what is not known is null.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub full_name: String,
    /// The day of birth, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// The year of birth, where only that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_year: Option<i16>,
    /// Their sex.
    pub sex: Sex,
    /// Their phone, E.164.
    pub phone: Option<String>,
    /// The number of their CCCD or CMND.
    pub national_id: Option<String>,
    /// Their health insurance number.
    pub health_insurance_no: Option<String>,
    /// Where they live, free text without the ward.
    pub address: Option<String>,
    /// The ward where they live.
    pub ward_code: Option<String>,
}

impl From<&Person> for PersonView {
    fn from(person: &Person) -> Self {
        let (birth_date, birth_year) = match person.birth {
            Some(Birth::Date(day)) => (Some(day), None),
            Some(Birth::Year(year)) => (None, Some(year)),
            None => (None, None),
        };
        Self {
            id: person.id,
            full_name: person.full_name.as_str().to_owned(),
            birth_date,
            birth_year,
            sex: person.sex,
            phone: person.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            national_id: person.national_id.as_ref().map(|number| number.as_str().to_owned()),
            health_insurance_no: person.health_insurance_no.as_ref().map(|number| number.as_str().to_owned()),
            address: person.address.clone(),
            ward_code: person.ward_code.as_ref().map(|code| code.as_str().to_owned()),
        }
    }
}

impl core::fmt::Debug for PersonView {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PersonView").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Serialize for Person {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PersonView::from(self).serialize(serializer)
    }
}
