//! Forms: what was typed, and what is wrong with it.

use shared::bilingual::Lang;
use shared::problem::FieldError;

/// The pairs of a form, in its order; a name may come several times.
pub(super) type Pairs = Vec<(String, String)>;

/// The first value of a name, trimmed; empty where there is none.
pub(super) fn value(pairs: &Pairs, name: &str) -> String {
    values(pairs, name).into_iter().next().unwrap_or_default()
}

/// All values of a name, trimmed.
pub(super) fn values(pairs: &Pairs, name: &str) -> Vec<String> {
    pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned()).collect()
}

/// The value of a name, where something was typed.
pub(super) fn given(pairs: &Pairs, name: &str) -> Option<String> {
    Some(value(pairs, name)).filter(|text| !text.is_empty())
}

/// An error in the summary of a form: the id of its field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormError {
    pub(super) id: String,
    pub(super) message: String,
}

impl FormError {
    /// An error about the form as a whole.
    pub(super) fn whole(message: String) -> Self {
        Self { id: "main".to_owned(), message }
    }
}

/// Field errors for the summary. The id of a field is the last part of its pointer, that of the first input of a party
/// `party-1`.
pub(super) fn summary(errors: &[FieldError], lang: Lang) -> Vec<FormError> {
    let id = |pointer: &str| {
        let mut parts = pointer.trim_start_matches('/').split('/');
        match (parts.next(), parts.next().and_then(|n| n.parse::<usize>().ok())) {
            (Some("party"), Some(n)) => format!("party-{}", n + 1),
            _ => pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        }
    };
    errors
        .iter()
        .map(|error| FormError { id: id(&error.pointer), message: error.detail.get(lang).to_owned() })
        .collect()
}

/// The message at a field, empty where nothing is wrong with it.
pub(super) fn message(errors: &[FormError], id: &str) -> String {
    errors.iter().find(|error| error.id == id).map(|error| error.message.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::bilingual::Bilingual;

    use super::*;

    #[test]
    fn an_error_leads_to_the_field_that_shows_it() {
        let error = |pointer: &str| FieldError::new(pointer, "code", Bilingual::new("sai", "wrong"));
        let errors = summary(&[error("/visitor/phone"), error("/party/1/full_name"), error("/name")], Lang::En);
        let ids: Vec<&str> = errors.iter().map(|error| error.id.as_str()).collect();
        assert_eq!(ids, ["phone", "party-2", "name"]);
        assert_eq!(message(&errors, "phone"), "wrong");
        assert_eq!(message(&errors, "full_name"), "");
    }

    #[test]
    fn a_name_may_come_several_times() {
        let pairs: Pairs =
            vec![("party".into(), " A ".into()), ("phone".into(), " ".into()), ("party".into(), "B".into())];
        assert_eq!(values(&pairs, "party"), ["A", "B"]);
        assert_eq!((value(&pairs, "party"), given(&pairs, "phone")), ("A".to_owned(), None));
    }
}
