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
        i16::try_from(year).ok().filter(|year| (1000..=9999).contains(year)).ok_or_else(|| ("year", detail()))?;
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
