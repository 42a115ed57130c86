//! Field errors and problems (RFC 9457), independent of HTTP: the decision layers make them, the web layer writes them.

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;

/// One field at fault: where it is, a stable code, and what would be right in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) to the field, such as `/visitor/phone`; for a file the name of the column.
    pub pointer: String,
    /// A stable code in `snake_case`, such as `required`, `phone`, `in_future`.
    pub code: String,
    /// What would be right.
    pub detail: Bilingual,
}

impl FieldError {
    /// A field error.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, detail: Bilingual) -> Self {
        Self { pointer: pointer.into(), code: code.into(), detail }
    }

    /// The field is required and was not given.
    pub fn required(pointer: impl Into<String>) -> Self {
        Self::new(pointer, "required", Bilingual::new("Bắt buộc phải có", "This is required"))
    }

    /// The same error with `prefix` before its pointer: a part's error seen from the whole.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}
