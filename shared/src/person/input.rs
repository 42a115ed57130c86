//! A person as they arrive on the wire, and what becomes of them once they are understood.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::wire::{Fault, Fields, given, number, phone, text, ward};
use super::{Birth, BirthError, FullName, Sex};
use crate::area::WardCode;
use crate::bilingual::Bilingual;
use crate::identity::{HealthInsuranceNo, IdentityError, NationalId};
use crate::ids::PersonId;
use crate::phone::Phone;
use crate::problem::FieldError;
use crate::time::Date;

/// A person as somebody typed or scanned them: nothing is checked yet. `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The full name.
    pub full_name: Option<String>,
    /// The day of birth, such as `1990-02-01`; a year alone is taken too.
    pub birth_date: Option<String>,
    /// The year of birth: a number, or its digits as text.
    #[serde(deserialize_with = "number")]
    pub birth_year: Option<i64>,
    /// The sex: `female`, `male` or `unknown`.
    pub sex: Option<String>,
    /// The phone, as people write it.
    pub phone: Option<String>,
    /// The number of a CCCD or CMND.
    pub national_id: Option<String>,
    /// The health insurance number.
    pub health_insurance_no: Option<String>,
    /// Where they live, free text without the ward.
    pub address: Option<String>,
    /// The code of the ward where they live.
    pub ward_code: Option<String>,
}

impl fmt::Debug for PersonInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonInput").finish_non_exhaustive()
    }
}

/// A person who is well-formed and may be matched and registered. `Debug` shows the warnings and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonDraft {
    /// The full name.
    pub full_name: FullName,
    /// When they were born, as exactly as it is known.
    pub birth: Option<Birth>,
    /// The sex.
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
    /// What looks odd and stops nothing.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for PersonDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonDraft").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

/// Something in a field that looks odd and that a human may look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// JSON Pointer (RFC 6901) to the field.
    pub pointer: String,
    /// A stable code in `snake_case`.
    pub code: &'static str,
    /// What does not agree.
    pub detail: Bilingual,
}

impl PersonInput {
    /// Understands the input, which stands at the JSON pointer `pointer` (such as `/person`, or empty for the root).
    ///
    /// The name is required, and one of birth date, birth year, phone or identity number: children have no card, old
    /// people no phone, and many know only the year.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn parse(&self, pointer: &str, today: Date) -> Result<PersonDraft, Vec<FieldError>> {
        let mut fields = Fields::new(pointer);
        fields.optional("id", self.id.as_deref(), id);
        let full_name = fields.required("full_name", self.full_name.as_deref(), full_name);
        let birth = self.birth(&mut fields, today);
        let sex = fields.optional("sex", self.sex.as_deref(), sex).unwrap_or_default();
        let phone = fields.optional("phone", self.phone.as_deref(), phone);
        let national_id =
            fields.optional("national_id", self.national_id.as_deref(), |number| national_id(number, today));
        let health_insurance_no =
            fields.optional("health_insurance_no", self.health_insurance_no.as_deref(), health_insurance_no);
        let address = fields.optional("address", self.address.as_deref(), text);
        let ward_code = fields.optional("ward_code", self.ward_code.as_deref(), |code| ward(code, today));
        if !self.is_identifiable() {
            fields.keep::<()>("birth_date", Err(not_identifiable()));
        }
        let warnings = warnings(&fields, national_id.as_ref(), birth, sex, today);
        let errors = fields.into_errors();
        match full_name {
            Some(full_name) if errors.is_empty() => Ok(PersonDraft {
                full_name,
                birth,
                sex,
                phone,
                national_id,
                health_insurance_no,
                address,
                ward_code,
                warnings,
            }),
            _ => Err(errors),
        }
    }

    /// Whether anything beside the name tells this person from another of that name.
    fn is_identifiable(&self) -> bool {
        let texts = [&self.birth_date, &self.phone, &self.national_id];
        self.birth_year.is_some() || texts.into_iter().any(|text| given(text.as_deref()).is_some())
    }

    /// The birth from its two fields. The date tells more; a year beside it must be its year.
    fn birth(&self, fields: &mut Fields<'_>, today: Date) -> Option<Birth> {
        let date = fields.optional("birth_date", self.birth_date.as_deref(), |text| {
            Birth::parse(text).and_then(|birth| birth.check(today)).map_err(birth_fault)
        });
        let year = self.birth_year.and_then(|year| fields.keep("birth_year", birth_year(year, today)));
        match (date, year) {
            (Some(date), Some(year)) if !date.agrees_with(year) => {
                let detail = Bilingual::new("Năm sinh khác với ngày sinh", "The year differs from the birth date");
                fields.keep("birth_year", Err(("conflict", detail)))
            }
            (date, year) => date.or(year),
        }
    }
}

fn id(text: &str) -> Result<PersonId, Fault> {
    let detail = || Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
    text.parse().map_err(|_| ("id", detail()))
}

fn full_name(text: &str) -> Result<FullName, Fault> {
    FullName::parse(text).map_err(|error| ("full_name", error.detail()))
}

fn birth_year(year: i64, today: Date) -> Result<Birth, Fault> {
    let detail = || Bilingual::new("Năm sinh gồm 4 chữ số, ví dụ 1990", "A year of four digits, such as 1990");
    let year =
        i16::try_from(year).ok().filter(|year| (1000..=9999).contains(year)).ok_or_else(|| ("birth_year", detail()))?;
    Birth::Year(year).check(today).map_err(birth_fault)
}

fn birth_fault(error: BirthError) -> Fault {
    (error.code(), error.detail())
}

fn sex(text: &str) -> Result<Sex, Fault> {
    let detail = || Bilingual::new("Nam (male), nữ (female) hoặc không rõ (unknown)", "One of female, male, unknown");
    Sex::parse(text).ok_or_else(|| ("sex", detail()))
}

fn national_id(text: &str, today: Date) -> Result<NationalId, Fault> {
    let read = || -> Result<NationalId, IdentityError> {
        let number = NationalId::parse(text)?;
        number.check_birth_year(today)?;
        Ok(number)
    };
    read().map_err(|error| ("national_id", error.detail()))
}

fn health_insurance_no(text: &str) -> Result<HealthInsuranceNo, Fault> {
    HealthInsuranceNo::parse(text).map_err(|error| ("health_insurance_no", error.detail()))
}

fn not_identifiable() -> Fault {
    let vi = "Cần ít nhất một trong: ngày sinh, năm sinh, số điện thoại, số CCCD/CMND";
    let en = "At least one of birth date, birth year, phone or identity number is required";
    ("required", Bilingual::new(vi, en))
}

fn warnings(
    fields: &Fields<'_>,
    national_id: Option<&NationalId>,
    birth: Option<Birth>,
    sex: Sex,
    today: Date,
) -> Vec<Warning> {
    let found = national_id.map(|number| number.warnings(birth, sex, today)).unwrap_or_default();
    let pointer = fields.pointer("national_id");
    found.into_iter().map(|w| Warning { pointer: pointer.clone(), code: w.code, detail: w.detail }).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const TODAY: Date = date(2022, 3, 10);

    fn read(json: serde_json::Value) -> Result<PersonDraft, Vec<FieldError>> {
        serde_json::from_value::<PersonInput>(json).unwrap().parse("/person", TODAY)
    }

    fn faults(json: serde_json::Value) -> Vec<(String, String)> {
        read(json).unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    fn fault(field: &str, code: &str) -> (String, String) {
        (format!("/person/{field}"), code.to_owned())
    }

    #[test]
    fn a_full_form_is_understood() {
        let draft = read(json!({
            "full_name": "nguyễn văn a", "birth_date": "01/02/1990", "birth_year": "1990", "sex": "Nam",
            "phone": "0912 345 678", "national_id": "082 090 000 001", "health_insurance_no": "8200000001",
            "address": " Tổ 5,  ấp Mỹ Thạnh ", "ward_code": "28288",
        }))
        .unwrap();
        assert_eq!(draft.birth, Some(Birth::Date(date(1990, 2, 1))));
        assert_eq!(draft.sex, Sex::Male);
        assert_eq!(draft.address.as_deref(), Some("Tổ 5, ấp Mỹ Thạnh"));
        assert_eq!(draft.warnings, []);
    }

    #[test]
    fn a_name_and_one_thing_more_are_enough() {
        for more in [
            json!({"birth_date": "1990-02-01"}),
            json!({"birth_year": 1990}),
            json!({"phone": "0912345678"}),
            json!({"national_id": "310000001"}),
        ] {
            let mut form = json!({"full_name": "Nguyễn Văn A", "sex": "", "address": " ", "ward_code": null});
            form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert!(read(form.clone()).is_ok(), "{form}");
        }
    }

    #[test]
    fn a_name_alone_is_not_enough() {
        assert_eq!(faults(json!({"full_name": "Nguyễn Văn A", "phone": " "})), [fault("birth_date", "required")]);
        assert_eq!(faults(json!({"birth_year": 1990})), [fault("full_name", "required")]);
    }

    #[test]
    fn all_faults_are_told_at_once_and_a_faulty_field_is_not_also_called_missing() {
        let found = faults(json!({
            "id": "7", "full_name": "123", "birth_date": "31/02/1990", "birth_year": "19x0", "sex": "x", "phone": "115",
            "national_id": "1", "health_insurance_no": "1", "address": "a".repeat(301), "ward_code": "99999",
        }));
        let expected = [
            fault("id", "id"),
            fault("full_name", "full_name"),
            fault("birth_date", "date"),
            fault("birth_year", "birth_year"),
            fault("sex", "sex"),
            fault("phone", "phone"),
            fault("national_id", "national_id"),
            fault("health_insurance_no", "health_insurance_no"),
            fault("address", "too_long"),
            fault("ward_code", "ward_code"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_birth_that_cannot_be_is_an_error() {
        let birth = |birth: &str| faults(json!({"full_name": "A", "birth_date": birth}));
        assert_eq!(birth("2022-03-11"), [fault("birth_date", "in_future")]);
        assert_eq!(birth("1901-03-10"), [fault("birth_date", "too_old")]);
        assert_eq!(faults(json!({"full_name": "A", "birth_year": 2023})), [fault("birth_year", "in_future")]);
        assert_eq!(faults(json!({"full_name": "A", "birth_year": 90})), [fault("birth_year", "birth_year")]);
    }

    #[test]
    fn a_year_that_is_not_the_year_of_the_date_is_a_conflict() {
        let found = faults(json!({"full_name": "A", "birth_date": "1990-02-01", "birth_year": 1991}));
        assert_eq!(found, [fault("birth_year", "conflict")]);
    }

    #[test]
    fn what_only_looks_odd_is_a_warning_with_its_field() {
        let draft = read(json!({
            "full_name": "Nguyễn Văn B", "birth_date": "2004-01-01", "sex": "male", "national_id": "082304000006",
        }))
        .unwrap();
        let found: Vec<_> = draft.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect();
        assert_eq!(found, [("/person/national_id", "sex_mismatch")]);
    }

    #[test]
    fn a_card_number_of_the_future_is_an_error() {
        let found = faults(json!({"full_name": "A", "national_id": "082223000001"}));
        assert_eq!(found, [fault("national_id", "national_id")]);
    }

    #[test]
    fn wards_of_both_times_are_known_on_both_sides_of_the_merger() {
        for (ward, day) in [("28252", date(2026, 9, 1)), ("28252", TODAY), ("28249", TODAY)] {
            let form = PersonInput {
                full_name: Some("A".to_owned()),
                birth_year: Some(1990),
                ward_code: Some(ward.to_owned()),
                ..PersonInput::default()
            };
            assert!(form.parse("", day).is_ok(), "{ward} {day}");
        }
    }

    #[test]
    fn neither_debug_nor_a_fault_shows_a_value() {
        let form: PersonInput =
            serde_json::from_value(json!({"full_name": "Nguyễn Văn A", "phone": "0912345", "national_id": "08209"}))
                .unwrap();
        let shown = format!("{form:?} {:?}", form.parse("", TODAY));
        for secret in ["Nguyễn Văn A", "0912345", "08209"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn any_form_is_understood_or_refused(
            name: Option<String>, birth in proptest::option::of(".*"), year: Option<i64>, phone: Option<String>,
        ) {
            let form =
                PersonInput { full_name: name, birth_date: birth, birth_year: year, phone, ..PersonInput::default() };
            if let Err(errors) = form.parse("", TODAY) {
                prop_assert!(!errors.is_empty());
            }
        }
    }
}
