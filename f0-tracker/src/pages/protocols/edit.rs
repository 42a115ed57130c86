//! The form in which a protocol is changed.

use serde_json::Value;
use shared::bilingual::{Bilingual, Lang};
use shared::events::AlertLevel;
use shared::problem::FieldError;
use shared::time::Date;
use shared_web::page::Page;

use super::list::{ages, level_word, typed_number};
use crate::app::protocol_changes::DAYS;
use crate::domain::age::AgeBand;
use crate::domain::catalog::Catalog;
use crate::domain::entry::wall_clock;
use crate::domain::protocol_edit::{NewRule, ProtocolEdit, RuleEdit};
use crate::domain::symptom::Symptom;
use crate::domain::vital::Vital;
use crate::pages::FormError;
use crate::pages::case::reasons::source;
use crate::pages::case::values::short_name;

/// For whom a protocol may be put in force, as codes of the form: the bands of the default choice, and everybody.
const BANDS: [(&str, &str); 4] = [
    ("all", "{}"),
    ("adults", r#"{"from":"17y"}"#),
    ("children", r#"{"from":"5y","below":"17y"}"#),
    ("small", r#"{"below":"5y"}"#),
];

/// Levels that a rule may have.
const LEVELS: [AlertLevel; 3] = [AlertLevel::Watch, AlertLevel::Urgent, AlertLevel::Emergency];

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The id that the change will have: sent twice it is kept once.
    pub id: Option<String>,
    /// The file, as text.
    text: String,
    /// The edits on it.
    pub edits: ProtocolEdit,
    /// For whom it is put in force; empty where that stays as it is.
    band: String,
    /// Over how many days it is tried.
    days: String,
    /// What people call the change.
    pub title: String,
    /// From when it is to hold.
    pub live_from: String,
    /// Whether it is proposed; otherwise it is tried.
    pub proposes: bool,
}

impl Typed {
    /// A form that nobody has touched.
    pub fn of(file: Value) -> Self {
        Self { days: DAYS.to_string(), ..Self::default() }.with_file(file)
    }

    /// The same with another file, and its edits gone into it.
    pub fn with_file(self, file: Value) -> Self {
        let text = serde_json::to_string_pretty(&file).unwrap_or_default();
        Self { text, edits: ProtocolEdit::default(), ..self }
    }

    /// What a form sent.
    pub fn read(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            let more = &mut typed.edits.more;
            match name.as_str() {
                "id" => typed.id = Some(value),
                "file" => typed.text = value,
                "band" => typed.band = value,
                "days" => typed.days = value,
                "title" => typed.title = value,
                "live_from" => typed.live_from = value,
                "do" => typed.proposes = value == "propose",
                "complete" => typed.edits.complete = true,
                "more-parameter" => more.parameter = value,
                "more-comparison" => more.comparison = value,
                "more-threshold" => more.threshold = value,
                "more-from" => more.from = value,
                "more-below" => more.below = value,
                "more-level" => more.level = value,
                "more-text_vi" => more.text_vi = value,
                "more-text_en" => more.text_en = value,
                "more-source" => more.source = value,
                _ => typed.rule(&name, value),
            }
        }
        typed
    }

    /// `rules-3-threshold`, `rules-3-level`.
    fn rule(&mut self, name: &str, value: String) {
        const MOST: usize = 500;
        let mut parts = name.splitn(3, '-');
        let (Some("rules"), Some(n), Some(field)) = (parts.next(), parts.next(), parts.next()) else { return };
        let Some(n) = n.parse::<usize>().ok().filter(|n| *n < MOST) else { return };
        let rules = &mut self.edits.rules;
        if rules.len() <= n {
            rules.resize(n + 1, RuleEdit::default());
        }
        match field {
            "threshold" => rules[n].threshold = Some(value),
            "level" => rules[n].level = Some(value),
            _ => {}
        }
    }

    /// The file.
    ///
    /// # Errors
    /// `json` where it is none.
    pub fn file(&self) -> Result<Value, Vec<FieldError>> {
        serde_json::from_str(&self.text).map_err(|fault| {
            let detail = Bilingual::new(
                format!("Tệp JSON sai ở dòng {}, cột {}", fault.line(), fault.column()),
                format!("The JSON is broken in line {}, column {}", fault.line(), fault.column()),
            );
            vec![FieldError::new("/file", "json", detail)]
        })
    }

    /// Over how many days.
    ///
    /// # Errors
    /// `number` where it is none.
    pub fn days(&self) -> Result<Option<i64>, Vec<FieldError>> {
        let text = self.days.trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| {
            let detail = Bilingual::new("Số ngày, ví dụ 14", "A number of days, such as 14");
            vec![FieldError::new("/days", "number", detail)]
        })
    }

    /// The choice of those in force with this protocol; none where it stays.
    ///
    /// # Errors
    /// `unknown_code` for ages that are no choice.
    pub fn in_force(&self, catalog: &Catalog, file: &Value, today: Date) -> Result<Option<Value>, Vec<FieldError>> {
        if self.band.is_empty() {
            return Ok(None);
        }
        let band = BANDS.into_iter().find(|(code, _)| *code == self.band);
        let band = band.and_then(|(_, json)| serde_json::from_str::<AgeBand>(json).ok()).ok_or_else(|| {
            let detail = Bilingual::new("Hãy chọn một nhóm tuổi", "Choose an age group");
            vec![FieldError::new("/band", "unknown_code", detail)]
        })?;
        let issued = file["issued"].as_str().and_then(|text| text.parse::<Date>().ok());
        let stated = wall_clock(&self.live_from).map(|at| at.local_date());
        let from = stated.or(issued.filter(|issued| *issued > today)).unwrap_or(today);
        Ok(Some(catalog.in_force_with(file["id"].as_str().unwrap_or_default(), band, from)))
    }
}

/// The id of the field that a pointer is about.
fn field_of(pointer: &str) -> String {
    match pointer {
        "/protocols" | "/in_force" => "file".to_owned(),
        other => other.trim_start_matches('/').replace('/', "-"),
    }
}

/// An error as the page shows it.
pub fn error(lang: Lang, error: &FieldError) -> FormError {
    FormError { id: field_of(&error.pointer), message: error.detail.get(lang).to_owned() }
}

/// Something to choose.
pub struct Pick {
    /// Its value.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// One rule to change.
pub struct RuleForm {
    /// Its place in the file.
    pub n: usize,
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub source: String,
    /// What it looks at, with the sign: "SpO2 ≤"; empty for symptoms.
    pub when: String,
    /// The ages.
    pub ages: String,
    /// The threshold; empty for symptoms.
    pub threshold: String,
    /// The unit.
    pub unit: String,
    /// The levels.
    pub levels: Vec<Pick>,
    /// What is wrong with it.
    pub error: String,
}

/// The form.
pub struct EditView {
    /// The id that the change will have.
    pub id: String,
    /// The file.
    pub text: String,
    /// Its rules.
    pub rules: Vec<RuleForm>,
    /// What was typed of a rule to add.
    pub more: NewRule,
    /// Whether the part for a rule to add stands open.
    pub more_open: bool,
    /// What a rule may look at.
    pub parameters: Vec<Pick>,
    /// How it compares.
    pub comparisons: Vec<Pick>,
    /// The levels of a rule to add.
    pub levels: Vec<Pick>,
    /// Whether lines are missing.
    pub incomplete: bool,
    /// Whether they were said to be read.
    pub complete: bool,
    /// For whom it may be put in force.
    pub bands: Vec<Pick>,
    /// Over how many days.
    pub days: String,
    /// The title of the change.
    pub title: String,
    /// From when it is to hold.
    pub live_from: String,
    errors: Vec<FormError>,
}

fn levels(page: &Page, chosen: &str) -> Vec<Pick> {
    LEVELS
        .map(|level| Pick {
            code: level.code().to_owned(),
            label: level_word(page, level),
            chosen: level.code() == chosen,
        })
        .into()
}

fn sign(code: &str) -> &'static str {
    match code {
        "lt" => "<",
        "le" => "≤",
        "gt" => ">",
        "ge" => "≥",
        _ => "",
    }
}

impl RuleForm {
    fn new(page: &Page, n: usize, rule: &Value, typed: Option<&RuleEdit>, errors: &[FormError]) -> Self {
        let lang = page.language();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let vital = rule["parameter"].as_str().and_then(Vital::from_code);
        let level = typed.and_then(|typed| typed.level.clone()).unwrap_or_else(|| text(&rule["level"]));
        let band = serde_json::from_value(rule["ages"].clone()).unwrap_or_default();
        let threshold = typed.and_then(|typed| typed.threshold.clone());
        let of_rule = |error: &&FormError| error.id.starts_with(&format!("rules-{n}-"));
        Self {
            n,
            id: text(&rule["id"]),
            text: text(&rule["text"][lang.tag()]),
            source: source(lang, rule["source"].as_str().unwrap_or_default()),
            when: vital
                .map(|vital| format!("{} {}", short_name(lang, vital), sign(rule["comparison"].as_str().unwrap_or(""))))
                .unwrap_or_default(),
            ages: ages(page, band),
            threshold: threshold.unwrap_or_else(|| typed_number(lang, &rule["threshold"])),
            unit: vital.map(|vital| vital.unit().get(lang).to_owned()).unwrap_or_default(),
            levels: levels(page, &level),
            error: errors.iter().find(of_rule).map(|error| error.message.clone()).unwrap_or_default(),
        }
    }
}

impl EditView {
    /// The form with what was typed.
    pub fn new(page: &Page, typed: &Typed, faults: &[FieldError]) -> Self {
        let lang = page.language();
        let errors: Vec<FormError> = faults.iter().map(|fault| error(lang, fault)).collect();
        let file: Value = serde_json::from_str(&typed.text).unwrap_or_default();
        let rules = file["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
        let more = typed.edits.more.clone();
        let vitals = Vital::ALL.map(|vital| (vital.code(), short_name(lang, vital)));
        let signs = Symptom::ALL.map(|sign| (sign.code(), sign.name().get(lang).to_owned()));
        let parameter =
            |(code, label): (&str, String)| Pick { chosen: more.parameter == code, code: code.to_owned(), label };
        let parameters: Vec<Pick> = vitals.into_iter().chain(signs).map(parameter).collect();
        let comparisons = ["le", "lt", "ge", "gt"].map(|code| Pick {
            code: code.to_owned(),
            label: sign(code).to_owned(),
            chosen: more.comparison == code,
        });
        let bands = BANDS.map(|(code, json)| Pick {
            code: code.to_owned(),
            label: ages(page, serde_json::from_str(json).unwrap_or_default()),
            chosen: typed.band == code,
        });
        let rule = |(n, rule): (usize, &Value)| RuleForm::new(page, n, rule, typed.edits.rules.get(n), &errors);
        Self {
            id: typed.id.clone().unwrap_or_default(),
            text: typed.text.clone(),
            rules: rules.iter().enumerate().map(rule).collect(),
            more_open: errors.iter().any(|error| error.id.starts_with("more-")),
            levels: levels(page, &more.level),
            parameters,
            comparisons: comparisons.into(),
            incomplete: file["complete"] == false,
            complete: typed.edits.complete,
            bands: bands.into(),
            more,
            days: typed.days.clone(),
            title: typed.title.clone(),
            live_from: typed.live_from.clone(),
            errors,
        }
    }

    /// What is wrong with a field; empty where nothing is.
    pub fn error(&self, id: &str) -> &str {
        self.errors.iter().find(|error| error.id == id).map_or("", |error| error.message.as_str())
    }
}
