//! The form in which staff note a patient's state.

use shared::problem::FieldError;
use shared_web::page::Page;

use super::values::short_name;
use crate::domain::entry::NumberInput;
use crate::domain::observation::{ReportInput, Reporter};
use crate::domain::symptom::Symptom;
use crate::domain::vital::Vital;
use crate::pages::FormError;

/// The vital signs in the order in which they are asked for.
const ASKED: [Vital; 6] =
    [Vital::Spo2Pct, Vital::RespiratoryRate, Vital::Pulse, Vital::TemperatureC, Vital::Systolic, Vital::Diastolic];

/// Who may have measured, the first where nothing is chosen.
const REPORTERS: [Reporter; 3] = [Reporter::Staff, Reporter::Patient, Reporter::Family];

/// A number to fill in.
pub struct NumberField {
    /// Its id and name.
    pub id: &'static str,
    /// What is asked for.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// What was typed.
    pub value: String,
    /// What would be right; empty where nothing is wrong.
    pub error: String,
    /// Which keys a phone shows.
    pub inputmode: &'static str,
}

/// Something to choose or tick.
pub struct Choice {
    /// Its value.
    pub code: &'static str,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The form with what was typed.
pub struct ReportForm {
    /// The id that the report will have: sent twice it is kept once.
    pub id: String,
    /// Who measured.
    pub by: Vec<Choice>,
    /// The vital signs.
    pub numbers: Vec<NumberField>,
    /// Whether SpO2 was read on oxygen.
    pub on_oxygen: bool,
    /// The symptoms.
    pub symptoms: Vec<Choice>,
    /// Whether they were asked for and there are none.
    pub no_symptoms: bool,
    /// What is to be corrected.
    pub errors: Vec<FormError>,
}

impl ReportForm {
    /// The form with what was typed and what is wrong with it; an empty input is an empty form.
    pub fn new(page: &Page, input: &ReportInput, errors: &[FieldError]) -> Self {
        let lang = page.language();
        let by = input.by.as_deref().unwrap_or(Reporter::Staff.code());
        let ticked = input.symptoms.as_deref().unwrap_or_default();
        Self {
            id: input.id.clone().unwrap_or_default(),
            by: REPORTERS
                .map(|reporter| Choice {
                    code: reporter.code(),
                    label: page.t(&format!("case-by-{}", reporter.code())),
                    chosen: reporter.code() == by,
                })
                .into(),
            numbers: ASKED.map(|vital| NumberField::new(page, vital, input, errors)).into(),
            on_oxygen: input.on_oxygen == Some(true),
            symptoms: Symptom::ALL
                .map(|symptom| Choice {
                    code: symptom.code(),
                    label: symptom.name().get(lang).to_owned(),
                    chosen: ticked.iter().any(|code| code == symptom.code()),
                })
                .into(),
            no_symptoms: input.symptoms.as_ref().is_some_and(Vec::is_empty),
            errors: errors
                .iter()
                .map(|error| FormError {
                    id: field_of(&error.pointer).to_owned(),
                    message: error.detail.get(lang).to_owned(),
                })
                .collect(),
        }
    }
}

impl NumberField {
    fn new(page: &Page, vital: Vital, input: &ReportInput, errors: &[FieldError]) -> Self {
        let lang = page.language();
        let (id, typed) = (vital.code(), slot(input, vital));
        let error = errors.iter().find(|error| field_of(&error.pointer) == id);
        Self {
            id,
            label: short_name(lang, vital),
            unit: vital.unit().get(lang).to_owned(),
            value: match typed {
                Some(NumberInput::Text(text)) => text.clone(),
                Some(NumberInput::Number(number)) => number.to_string(),
                None => String::new(),
            },
            error: error.map(|error| error.detail.get(lang).to_owned()).unwrap_or_default(),
            inputmode: if vital.is_whole() { "numeric" } else { "decimal" },
        }
    }
}

fn slot(input: &ReportInput, vital: Vital) -> &Option<NumberInput> {
    match vital {
        Vital::TemperatureC => &input.temperature_c,
        Vital::Spo2Pct => &input.spo2_pct,
        Vital::RespiratoryRate => &input.respiratory_rate,
        Vital::Pulse => &input.pulse,
        Vital::Systolic => &input.systolic,
        Vital::Diastolic => &input.diastolic,
    }
}

/// The id of the field that a JSON Pointer is about. What is about no field of the form leads to its first one.
fn field_of(pointer: &str) -> &'static str {
    let name = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    match name {
        "by" => "by",
        "symptoms" => "symptoms",
        _ => Vital::from_code(name).map_or(ASKED[0].code(), Vital::code),
    }
}

/// What a form sent, as the interface for programs takes it. That no symptom is ticked says nothing, unless the box
/// says that they were asked for.
pub fn read(pairs: Vec<(String, String)>) -> ReportInput {
    let mut input = ReportInput::default();
    for (name, value) in pairs {
        match name.as_str() {
            "id" => input.id = Some(value),
            "by" => input.by = Some(value),
            "on_oxygen" => input.on_oxygen = Some(true),
            "no_symptoms" => {
                input.symptoms.get_or_insert_default();
            }
            "symptoms" => input.symptoms.get_or_insert_default().push(value),
            "temperature_c" => input.temperature_c = Some(NumberInput::Text(value)),
            "spo2_pct" => input.spo2_pct = Some(NumberInput::Text(value)),
            "respiratory_rate" => input.respiratory_rate = Some(NumberInput::Text(value)),
            "pulse" => input.pulse = Some(NumberInput::Text(value)),
            "systolic" => input.systolic = Some(NumberInput::Text(value)),
            "diastolic" => input.diastolic = Some(NumberInput::Text(value)),
            _ => {}
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    fn sent(pairs: &[(&str, &str)]) -> ReportInput {
        read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_was_typed_is_kept_and_each_error_stands_at_its_field() {
        let input = sent(&[
            ("by", "family"),
            ("spo2_pct", "9.1"),
            ("pulse", "80"),
            ("temperature_c", ""),
            ("symptoms", "cough"),
            ("symptoms", "fever"),
        ]);
        let errors = input.parse(samples::now()).unwrap_err();
        let form = ReportForm::new(&samples::page(Lang::Vi), &input, &errors);
        let spo2 = &form.numbers[0];
        assert_eq!((spo2.id, spo2.value.as_str()), ("spo2_pct", "9.1"));
        assert_eq!(spo2.error, "SpO2 phải là số nguyên");
        assert_eq!(form.errors.len(), 1);
        assert_eq!(form.errors[0].id, "spo2_pct");
        assert!(
            form.numbers.iter().any(|number| number.id == "pulse" && number.value == "80" && number.error.is_empty())
        );
        let ticked: Vec<_> =
            form.symptoms.iter().filter(|symptom| symptom.chosen).map(|symptom| symptom.code).collect();
        assert_eq!(ticked, ["fever", "cough"]);
        assert!(form.by.iter().any(|by| by.code == "family" && by.chosen));
    }

    #[test]
    fn an_empty_form_says_nothing_and_its_error_leads_to_the_first_field() {
        let input = sent(&[("by", "staff"), ("spo2_pct", ""), ("pulse", " ")]);
        let errors = input.parse(samples::now()).unwrap_err();
        assert_eq!(errors[0].code, "empty");
        let form = ReportForm::new(&samples::page(Lang::En), &input, &errors);
        assert_eq!(form.errors[0].id, form.numbers[0].id);
    }

    #[test]
    fn asked_and_none_is_a_report_of_its_own() {
        let none = sent(&[("by", "staff"), ("no_symptoms", "1")]);
        assert_eq!(none.symptoms, Some(Vec::new()));
        assert!(none.parse(samples::now()).is_ok());
        let both = sent(&[("by", "staff"), ("symptoms", "cough"), ("no_symptoms", "1")]);
        assert_eq!(both.symptoms, Some(vec!["cough".to_owned()]), "what was ticked counts");
    }

    #[test]
    fn nothing_but_what_the_form_asks_for_is_read() {
        assert_eq!(sent(&[("at", "2020-01-01T00:00:00Z"), ("level", "none")]), ReportInput::default());
    }
}
