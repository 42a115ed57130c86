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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::area::WardCode;
    use crate::person::FullName;
    use crate::phone::Phone;

    fn person(birth: Option<Birth>) -> Person {
        Person {
            id: PersonId::from_uuid(uuid::Uuid::from_u128(7)),
            full_name: FullName::parse("Nguyễn Văn A").unwrap(),
            birth,
            sex: Sex::Male,
            phone: Some(Phone::parse("0912345678").unwrap()),
            national_id: None,
            health_insurance_no: None,
            address: Some("Ấp Mỹ Thạnh".to_owned()),
            ward_code: Some(WardCode::parse("28288").unwrap()),
        }
    }

    #[test]
    fn a_person_is_written_as_the_contract_says() {
        let expected = json!({
            "id": "00000000-0000-0000-0000-000000000007", "full_name": "Nguyễn Văn A", "birth_date": "1990-02-01",
            "sex": "male", "phone": "+84912345678", "national_id": null, "health_insurance_no": null,
            "address": "Ấp Mỹ Thạnh", "ward_code": "28288",
        });
        assert_eq!(serde_json::to_value(person(Some(Birth::Date(date(1990, 2, 1))))).unwrap(), expected);
    }

    #[test]
    fn a_year_alone_is_written_as_a_number_and_an_unknown_birth_not_at_all() {
        let year = serde_json::to_value(person(Some(Birth::Year(1950)))).unwrap();
        assert_eq!((&year["birth_year"], year.get("birth_date")), (&json!(1950), None));
        let unknown = serde_json::to_value(person(None)).unwrap();
        assert_eq!((unknown.get("birth_year"), unknown.get("birth_date")), (None, None));
    }

    #[test]
    fn the_view_reads_back() {
        let view = PersonView::from(&person(Some(Birth::Year(1950))));
        assert!(serde_json::from_value::<PersonView>(serde_json::to_value(&view).unwrap()).unwrap() == view);
    }

    #[test]
    fn debug_shows_the_id_alone() {
        let shown = format!("{:?}", person(Some(Birth::Year(1950))));
        assert_eq!(shown, "Person { id: PersonId(00000000-0000-0000-0000-000000000007), .. }");
    }
}
