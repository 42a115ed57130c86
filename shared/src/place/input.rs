//! A place as it arrives on the wire, and what becomes of it once it is understood.

use serde::{Deserialize, Serialize};

use super::PlaceKind;
use crate::area::WardCode;
use crate::bilingual::Bilingual;
use crate::person::wire::{Fault, Fields, number, phone, text, ward};
use crate::phone::Phone;
use crate::problem::FieldError;
use crate::time::Date;

/// The largest capacity that is taken: above it, somebody typed something else.
const MAX_CAPACITY: u32 = 1_000_000;

/// A place as somebody registers it: nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceInput {
    /// Its name.
    pub name: Option<String>,
    /// The code of its kind.
    pub kind: Option<String>,
    /// Its address, free text.
    pub address: Option<String>,
    /// The code of its ward.
    pub ward_code: Option<String>,
    /// How many people it may hold: a number, or its digits as text.
    #[serde(deserialize_with = "number")]
    pub capacity: Option<i64>,
    /// Where its owner is reached.
    pub phone: Option<String>,
}

/// A place that is well-formed and may be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceDraft {
    /// Its name.
    pub name: String,
    /// What happens there.
    pub kind: PlaceKind,
    /// Its address, free text.
    pub address: String,
    /// Its ward.
    pub ward_code: WardCode,
    /// How many people it may hold, where that is limited.
    pub capacity: Option<u32>,
    /// Where its owner is reached.
    pub phone: Phone,
}

impl PlaceInput {
    /// Understands the input. `on` is the day on which the ward should exist; a ward that existed at another time is
    /// taken too, because papers keep old codes for years.
    ///
    /// # Errors
    /// Every field at fault, with pointers from the root such as `/name`.
    pub fn parse(&self, on: Date) -> Result<PlaceDraft, Vec<FieldError>> {
        let mut fields = Fields::new("");
        let name = fields.required("name", self.name.as_deref(), text);
        let kind = fields.required("kind", self.kind.as_deref(), kind);
        let address = fields.required("address", self.address.as_deref(), text);
        let ward_code = fields.required("ward_code", self.ward_code.as_deref(), |code| ward(code, on));
        let capacity = self.capacity.and_then(|n| fields.keep("capacity", capacity(n)));
        let phone = fields.required("phone", self.phone.as_deref(), phone);
        let errors = fields.into_errors();
        match (name, kind, address, ward_code, phone) {
            (Some(name), Some(kind), Some(address), Some(ward_code), Some(phone)) if errors.is_empty() => {
                Ok(PlaceDraft { name, kind, address, ward_code, capacity, phone })
            }
            _ => Err(errors),
        }
    }
}

fn kind(code: &str) -> Result<PlaceKind, Fault> {
    PlaceKind::from_code(code).ok_or_else(|| {
        let codes = PlaceKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
        ("kind", Bilingual::new(format!("Một trong các mã: {codes}"), format!("One of the codes: {codes}")))
    })
}

fn capacity(number: i64) -> Result<u32, Fault> {
    match u32::try_from(number) {
        Ok(capacity @ 1..=MAX_CAPACITY) => Ok(capacity),
        _ => Err(("capacity", Bilingual::new("Số người tối đa là một số lớn hơn 0", "A number above 0"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2022, 3, 10);

    fn read(json: serde_json::Value) -> Result<PlaceDraft, Vec<FieldError>> {
        serde_json::from_value::<PlaceInput>(json).unwrap().parse(TODAY)
    }

    #[test]
    fn a_well_formed_place_is_understood() {
        let draft = read(serde_json::json!({
            "name": "  Chợ  Mỹ Tho ", "kind": "market", "address": "1 Đinh Bộ Lĩnh", "ward_code": "28252",
            "capacity": "500", "phone": "0912 345 678",
        }))
        .unwrap();
        assert_eq!(draft.name, "Chợ Mỹ Tho");
        assert_eq!(draft.kind, PlaceKind::Market);
        assert_eq!(draft.capacity, Some(500));
        assert_eq!(draft.phone.as_str(), "+84912345678");
        assert_eq!(draft.ward_code.as_str(), "28252");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let errors =
            read(serde_json::json!({"name": " ", "kind": "bar", "ward_code": "99999", "capacity": 0, "phone": "115"}))
                .unwrap_err();
        let found: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
        assert_eq!(
            found,
            [
                ("/name", "required"),
                ("/kind", "kind"),
                ("/address", "required"),
                ("/ward_code", "ward_code"),
                ("/capacity", "capacity"),
                ("/phone", "phone"),
            ]
        );
    }

    #[test]
    fn a_capacity_that_is_no_number_is_a_fault_of_that_field() {
        let errors = read(serde_json::json!({"capacity": "many"})).unwrap_err();
        assert!(errors.iter().any(|e| e.pointer == "/capacity" && e.code == "capacity"));
    }
}
