//! What was typed in a form, and what is wrong with it.

use shared::bilingual::Lang;
use shared::problem::FieldError;

use super::FormError;

/// A form with what was typed.
#[derive(Default)]
pub struct TypedForm {
    pairs: Vec<(String, String)>,
    /// What is to be corrected.
    pub errors: Vec<FormError>,
}

impl TypedForm {
    /// What a form sent.
    pub fn read(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, errors: Vec::new() }
    }

    /// A form that begins with these values.
    pub fn of<const N: usize>(pairs: [(&str, String); N]) -> Self {
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Self::read(pairs.map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The same with what is wrong: the id of a field is what `field` makes of a pointer without its first slash.
    pub fn wrong(mut self, lang: Lang, faults: &[FieldError], field: impl Fn(&str) -> String) -> Self {
        let error = |fault: &FieldError| FormError {
            id: field(fault.pointer.trim_start_matches('/')),
            message: fault.detail.get(lang).to_owned(),
        };
        self.errors = faults.iter().map(error).collect();
        self
    }

    /// What was typed in a field; empty where nothing was.
    pub fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.as_str())
    }

    /// The same, where anything was typed.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.value(name).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Every value of a name: the boxes that were ticked.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(of, _)| of == name).map(|(_, value)| value.clone()).collect()
    }

    /// Yes, no, or not known.
    pub fn answer(&self, name: &str) -> Option<bool> {
        match self.value(name) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    /// Whether a field has a value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(of, typed)| of == name && typed == value)
    }

    /// What would be right in a field; empty where nothing is wrong.
    pub fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|error| error.id == name).map_or("", |error| error.message.as_str())
    }
}

/// A known answer as a form has it.
pub const fn answer(known: Option<bool>) -> &'static str {
    match known {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

/// Something to choose.
pub struct Pick {
    /// Its value.
    pub code: String,
    /// What people read.
    pub label: String,
}

impl Pick {
    /// A choice.
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: code.into(), label: label.into() }
    }
}
