//! A result as it comes in: JSON as senders write it, nothing checked yet.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::person::PersonInput;
use shared::problem::FieldError;

/// One result on the wire. Texts may also be JSON numbers: laboratories send accessions and Ct values so.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ResultInput {
    /// The id that the sender chose, a UUID.
    #[serde(deserialize_with = "text")]
    pub id: Option<String>,
    /// The laboratory; may be left out by an account or key of a laboratory.
    #[serde(deserialize_with = "text")]
    pub lab_code: Option<String>,
    /// The laboratory's number of the test.
    #[serde(deserialize_with = "text")]
    pub accession: Option<String>,
    /// The code on the tube. Either this or `person`; with both the tube decides and the person is compared.
    #[serde(deserialize_with = "text")]
    pub barcode: Option<String>,
    /// Whose specimen it is: `{id}` alone for a known person, or a whole Person.
    pub person: Option<PersonInput>,
    /// What was taken, and when.
    pub specimen: SpecimenInput,
    /// Which test.
    pub test: TestInput,
    /// What was found.
    #[serde(deserialize_with = "text")]
    pub outcome: Option<String>,
    /// `final` (default), `corrected` or `withdrawn`; `preliminary` is held.
    #[serde(deserialize_with = "text")]
    pub status: Option<String>,
    /// The cycle threshold of a PCR, 5 to 50.
    #[serde(deserialize_with = "text")]
    pub ct_value: Option<String>,
    /// When the laboratory had the result, RFC 3339.
    #[serde(deserialize_with = "text")]
    pub resulted_at: Option<String>,
}

/// The specimen of a result on the wire.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SpecimenInput {
    /// Our code, a SNOMED CT code, or a word such as `Dịch tỵ hầu`.
    #[serde(deserialize_with = "text")]
    pub kind: Option<String>,
    /// When it was taken, RFC 3339.
    #[serde(deserialize_with = "text")]
    pub collected_at: Option<String>,
}

/// The test of a result on the wire.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TestInput {
    /// The LOINC code.
    #[serde(deserialize_with = "text")]
    pub loinc: Option<String>,
    /// `pcr`, `antigen` or a word for it, where the LOINC code is not known.
    #[serde(deserialize_with = "text")]
    pub method: Option<String>,
}

impl ResultInput {
    /// Reads one element of a request, so that an element of the wrong shape spoils itself only.
    ///
    /// # Errors
    /// `json` at `pointer` when the value or one of its parts has the wrong JSON type.
    pub fn read(value: Value, pointer: &str) -> Result<Self, FieldError> {
        let wrong = |why: String| {
            let detail = Bilingual::new(
                format!("Phải là một đối tượng JSON như trong tài liệu API ({why})"),
                format!("Must be a JSON object as in the API documentation ({why})"),
            );
            FieldError::new(pointer, "json", detail)
        };
        if !value.is_object() {
            // serde would take a list as the fields in their order.
            return Err(wrong("expected an object".to_owned()));
        }
        serde_json::from_value(value).map_err(|error| wrong(error.to_string()))
    }
}

/// A text or a number, as text.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(serde_json::Number),
    }
    let value = Option::<TextOrNumber>::deserialize(deserializer)
        .map_err(|_| serde::de::Error::custom("a text or a number was expected"))?;
    Ok(value.map(|v| match v {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    }))
}
