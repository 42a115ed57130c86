//! Who stands before the sampling team: typed, or by whatever was scanned of what they carry.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::identity::{HealthInsuranceNo, NationalId};
use shared::ids::PersonId;
use shared::person::{Person, PersonInput};
use shared::problem::FieldError;
use shared::scan::{self, PersonalCode, ScanError, Scanned};
use shared::time::Date;
use shared_store::cards::{self, CardError};
use shared_web::Problem;
use shared_web::people::register::known_by_number;

use crate::app::App;
use crate::app::orders::{self, Tested};
use crate::store::LabWrite;

/// A person as they stand before the team: typed, scanned, or both.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct SampledPerson {
    /// What a scanner read of their card; what is typed beside it fills what the card does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanned: Option<String>,
    /// What was typed.
    #[serde(flatten)]
    pub typed: PersonInput,
}

/// A person whose swab is in a tube, as far as can be told without the register.
pub(super) enum Sampled {
    /// As they were described.
    Person(Tested),
    /// By a code that names somebody of the register and describes nobody.
    Code(KnownBy),
}

/// A code that names somebody of the register.
pub(super) enum KnownBy {
    /// Our personal QR.
    Card(PersonalCode),
    /// An identity number alone.
    NationalId(NationalId),
    /// A health insurance number alone.
    Insurance(HealthInsuranceNo),
}

impl SampledPerson {
    /// The person that card and typing tell together; what the card says goes first.
    pub(super) fn read(&self, pointer: &str, today: Date) -> Result<Sampled, Vec<FieldError>> {
        let typed = &self.typed;
        let described = |person: &PersonInput| orders::tested(person, pointer, today).map(Sampled::Person);
        let Some(text) = self.scanned.as_deref().filter(|text| !text.trim().is_empty()) else {
            return described(typed);
        };
        let refused =
            |code: &'static str, detail| Err(vec![FieldError::new(format!("{pointer}/scanned"), code, detail)]);
        let is_named = typed.full_name.as_ref().is_some_and(|name| !name.trim().is_empty());
        let card = match scan::read_text(text) {
            Ok(Scanned::Personal(code)) => return Ok(Sampled::Code(KnownBy::Card(code))),
            Ok(Scanned::NationalId(number)) if !is_named => return Ok(Sampled::Code(KnownBy::NationalId(number))),
            Ok(Scanned::Insurance(number)) if !is_named => return Ok(Sampled::Code(KnownBy::Insurance(number))),
            Ok(Scanned::Card(card)) => card.person,
            Ok(Scanned::NationalId(number)) => {
                PersonInput { national_id: Some(number.as_str().to_owned()), ..PersonInput::default() }
            }
            Ok(Scanned::Insurance(number)) => {
                PersonInput { health_insurance_no: Some(number.as_str().to_owned()), ..PersonInput::default() }
            }
            Ok(Scanned::Phone(phone)) => {
                PersonInput { phone: Some(phone.as_str().to_owned()), ..PersonInput::default() }
            }
            Ok(Scanned::Poster(_)) => return refused("not_a_card", not_a_card()),
            Err(error) => return refused(error.code(), error.detail()),
        };
        described(&filled(card, typed.clone()))
    }
}

/// A card, with what was typed where it says nothing.
fn filled(card: PersonInput, typed: PersonInput) -> PersonInput {
    PersonInput {
        id: typed.id,
        full_name: card.full_name.or(typed.full_name),
        birth_date: card.birth_date.or(typed.birth_date),
        birth_year: card.birth_year.or(typed.birth_year),
        sex: card.sex.or(typed.sex),
        phone: card.phone.or(typed.phone),
        national_id: card.national_id.or(typed.national_id),
        health_insurance_no: card.health_insurance_no.or(typed.health_insurance_no),
        address: card.address.or(typed.address),
        ward_code: card.ward_code.or(typed.ward_code),
    }
}

/// Whom a code names.
///
/// # Errors
/// 422 where it names nobody: a personal QR that is not ours or was ended, a number that nobody or several have.
pub(super) async fn holder(
    app: &App,
    tx: &mut dyn LabWrite,
    code: &KnownBy,
    pointer: &str,
) -> Result<PersonId, Problem> {
    let refused =
        |code: &'static str, detail| Problem::field(FieldError::new(format!("{pointer}/scanned"), code, detail));
    let found = match code {
        KnownBy::Card(code) => {
            let key = app.platform.keys();
            return cards::holder(tx, key.token.bytes(), code).await?.map_err(|error| match error {
                CardError::Forged => refused(ScanError::Personal.code(), ScanError::Personal.detail()),
                CardError::Revoked => refused("revoked", revoked()),
            });
        }
        KnownBy::NationalId(number) => {
            let is_it = |person: &Person| person.national_id.as_ref() == Some(number);
            known_by_number(tx, number.as_str(), is_it).await?
        }
        KnownBy::Insurance(number) => {
            let is_it =
                |person: &Person| person.health_insurance_no.as_ref().is_some_and(|known| known.key() == number.key());
            known_by_number(tx, number.key(), is_it).await?
        }
    };
    found.ok_or_else(|| refused("number_unknown", number_unknown()))
}

fn not_a_card() -> Bilingual {
    Bilingual::new(
        "Mã này không cho biết người: hãy quét mã cá nhân, thẻ CCCD hoặc BHYT, hoặc gõ họ tên và ngày sinh",
        "This code does not say who it is: scan a personal QR, an identity or insurance card, or type name and birth date",
    )
}

fn revoked() -> Bilingual {
    Bilingual::new(
        "Mã cá nhân này đã bị hủy. Hãy quét thẻ CCCD, hoặc gõ họ tên và ngày sinh",
        "This personal QR was revoked. Scan the identity card, or type name and birth date",
    )
}

fn number_unknown() -> Bilingual {
    Bilingual::new(
        "Số này chưa có trong hệ thống. Hãy quét cả thẻ, hoặc gõ thêm họ tên và ngày sinh",
        "This number is not known yet. Scan the whole card, or type name and birth date as well",
    )
}
