//! The resources that are read, as far as they are looked at.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A list; a value alone is a list of one, and what has another shape is passed over.
#[derive(Debug, Clone)]
pub(super) struct Many<T>(Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> core::ops::Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a Many<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = match Value::deserialize(deserializer)? {
            Value::Array(values) => values,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        Ok(Self(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect()))
    }
}

/// A value that may be missing; one of another shape is missing.
fn one<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident { one { $($field:ident: $type:ty),* } many { $($list:ident: $item:ty),* } })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub(super) struct $name {
            $(#[serde(deserialize_with = "one")] pub(super) $field: Option<$type>,)*
            $(pub(super) $list: Many<$item>,)*
        }
    )*};
}

resources! {
    /// A code of a system.
    Coding { one { system: String, code: String, display: String } many {  } }
    /// Codes and a text for one thing.
    CodeableConcept { one { text: String } many { coding: Coding } }
    /// A business identifier.
    Identifier { one { r#type: CodeableConcept, system: String, value: String } many {  } }
    /// A reference to another resource.
    Reference { one { reference: String, display: String } many {  } }
    /// A time from and to.
    Period { one { start: String, end: String } many {  } }
    /// A number with its unit.
    Quantity { one { value: f64 } many {  } }
    /// A name of a person.
    HumanName { one { r#use: String, text: String, family: String } many { given: String } }
    /// A phone or another contact.
    ContactPoint { one { system: String, value: String } many {  } }
    /// An address.
    Address { one { text: String, district: String, city: String, state: String } many { line: String } }
    /// Patient.
    Patient { one { gender: String, birth_date: String } many { identifier: Identifier, name: HumanName, telecom: ContactPoint, address: Address } }
    /// Observation.
    Observation { one { id: String, status: String, code: CodeableConcept, subject: Reference, effective_date_time: String, effective_instant: String, effective_period: Period, issued: String, value_codeable_concept: CodeableConcept, value_string: String, value_quantity: Quantity, value_integer: f64, value_boolean: bool, data_absent_reason: CodeableConcept, specimen: Reference } many { identifier: Identifier, component: Component } }
    /// A component of an Observation.
    Component { one { code: CodeableConcept, value_codeable_concept: CodeableConcept, value_string: String, value_quantity: Quantity } many {  } }
    /// DiagnosticReport.
    DiagnosticReport { one { id: String, status: String, effective_date_time: String, effective_period: Period, issued: String, subject: Reference } many { identifier: Identifier, result: Reference, specimen: Reference, based_on: Reference, performer: Reference } }
    /// ServiceRequest.
    ServiceRequest { one {  } many { identifier: Identifier } }
    /// Specimen.
    Specimen { one { accession_identifier: Identifier, r#type: CodeableConcept, collection: Collection, received_time: String } many { identifier: Identifier, parent: Reference } }
    /// How a specimen was taken.
    Collection { one { collected_date_time: String, collected_period: Period } many {  } }
    /// Organization.
    Organization { one { name: String } many { identifier: Identifier } }
    /// MessageHeader, as far as it is looked at.
    MessageHeader { one { meta: Meta, source: Value, sender: Reference } many {  } }
    /// The part of `meta` that says whether a message is a test.
    Meta { one { last_updated: String } many { tag: Coding, security: Coding, extension: Extension } }
    /// An extension with a code.
    Extension { one { url: String, value_codeable_concept: CodeableConcept, value_code: String } many {  } }
    /// Bundle, without its entries.
    Bundle { one { id: String, identifier: Identifier, timestamp: String, meta: Meta } many {  } }
}
