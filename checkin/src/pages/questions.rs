//! The questions of the health declaration, as the door and `/declare` ask them.

use shared::bilingual::Lang;
use shared::time::Date;

use super::form::{FormError, Pairs, given, message, value, values};
use crate::domain::declaration::{AnswersInput, Questions};

/// A sign that is asked for.
pub(super) struct Choice {
    pub(super) code: &'static str,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// The questions with what was answered, for `questions.html`.
pub(super) struct Asked {
    pub(super) signs: Vec<Choice>,
    pub(super) none: bool,
    pub(super) contact: String,
    pub(super) travel: String,
    pub(super) symptoms_question: String,
    pub(super) contact_question: String,
    pub(super) travel_question: String,
    pub(super) error_symptoms: String,
    pub(super) error_contact: String,
}

impl Asked {
    pub(super) fn new(day: Date, lang: Lang, pairs: &Pairs, errors: &[FormError]) -> Self {
        let questions = Questions::on(day);
        let chosen = values(pairs, "symptoms");
        let signs = questions.symptoms.iter().filter(|sign| sign.asked).map(|sign| Choice {
            code: sign.code.as_str(),
            label: sign.name.get(lang).to_owned(),
            chosen: chosen.contains(&sign.code),
        });
        Self {
            signs: signs.collect(),
            none: given(pairs, "no_symptoms").is_some(),
            contact: value(pairs, "contact_with_case"),
            travel: value(pairs, "travel"),
            symptoms_question: questions.symptoms_question.get(lang).to_owned(),
            contact_question: questions.contact_question.get(lang).to_owned(),
            travel_question: questions.travel_question.get(lang).to_owned(),
            error_symptoms: message(errors, "symptoms"),
            error_contact: message(errors, "contact_with_case"),
        }
    }
}

/// What was answered. Nothing ticked and "none of them" not ticked either is a question without an answer.
pub(super) fn answers(pairs: &Pairs) -> AnswersInput {
    let signs: Vec<String> = values(pairs, "symptoms").into_iter().filter(|code| !code.is_empty()).collect();
    let answered = !signs.is_empty() || given(pairs, "no_symptoms").is_some();
    AnswersInput {
        symptoms: answered.then_some(signs),
        contact_with_case: match value(pairs, "contact_with_case").as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        travel: given(pairs, "travel").map(serde_json::Value::from).into_iter().collect(),
    }
}
