//! A protocol as a doctor changes it on a page: other thresholds and levels, a rule more, lines that were missing read
//! from the signed text. Every other word of its file stays. What comes out is checked as any file is.

use serde_json::{Value, json};
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::problem::FieldError;

use super::entry::{NumberInput, given};
use super::symptom::Symptom;
use super::vital::{Tenths, Vital};

/// What a rule says of its source once its number is not the decision's any more.
const OF_PROVINCE: &str = "threshold changed by the province";

/// What was typed for one rule of a file, by its place there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleEdit {
    /// The threshold; absent for a rule that has symptoms instead.
    pub threshold: Option<String>,
    /// The level.
    pub level: Option<String>,
}

/// A rule to add, as it was typed; nothing is added where no parameter is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRule {
    /// A vital sign's code or a symptom's.
    pub parameter: String,
    /// `lt`, `le`, `gt`, `ge`; nothing for a symptom.
    pub comparison: String,
    /// The number; nothing for a symptom.
    pub threshold: String,
    /// From which age, `5y` or `2mo`; empty for birth.
    pub from: String,
    /// Below which age; empty for no end.
    pub below: String,
    /// The level.
    pub level: String,
    /// What it says in Vietnamese.
    pub text_vi: String,
    /// What it says in English.
    pub text_en: String,
    /// Where it stands.
    pub source: String,
}

/// What was typed for a protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtocolEdit {
    /// For each rule, in the order of the file.
    pub rules: Vec<RuleEdit>,
    /// A rule to add.
    pub more: NewRule,
    /// That every line that was missing has been read from the signed text.
    pub complete: bool,
}

fn number(pointer: &str, text: &str) -> Result<Tenths, FieldError> {
    let typed = NumberInput::Text(text.to_owned()).number().filter(|number| (0.0..=300.0).contains(number));
    typed.and_then(Tenths::nearest).ok_or_else(|| {
        let detail = Bilingual::new("Ngưỡng là một số như 96 hoặc 38,5", "A threshold is a number such as 96 or 38.5");
        FieldError::new(pointer, "number", detail)
    })
}

fn level(pointer: &str, text: &str) -> Result<AlertLevel, FieldError> {
    AlertLevel::from_code(text.trim()).ok_or_else(|| {
        let detail = Bilingual::new("Hãy chọn một mức", "Choose a level");
        FieldError::new(pointer, "unknown_code", detail)
    })
}

/// Puts an edit into one rule; tells in the rule itself what is no longer the decision's.
fn edit(rule: &mut Value, n: usize, edit: &RuleEdit, errors: &mut Vec<FieldError>) {
    if let Some(text) = given(edit.threshold.as_deref()) {
        match number(&format!("/rules/{n}/threshold"), text) {
            Ok(new) if rule["threshold"] != json!(new) => {
                let note =
                    format!("Threshold changed from {}. {}", rule["threshold"], rule["note"].as_str().unwrap_or(""));
                let source = rule["source"].as_str().unwrap_or_default();
                if !source.ends_with(OF_PROVINCE) {
                    rule["source"] = json!(format!("{source}, {OF_PROVINCE}"));
                }
                rule["note"] = json!(note.trim_end());
                rule["threshold"] = json!(new);
            }
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    if let Some(text) = given(edit.level.as_deref()) {
        match level(&format!("/rules/{n}/level"), text) {
            Ok(new) if rule["level"] != json!(new) => {
                rule["level"] = json!(new);
                rule["proposed"] = json!(true);
            }
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
}

/// The age of a band's end.
fn age(pointer: &str, text: &str) -> Result<Option<String>, FieldError> {
    let Some(text) = given(Some(text)) else { return Ok(None) };
    let count = text.strip_suffix("mo").or_else(|| text.strip_suffix('y')).and_then(|count| count.parse::<u32>().ok());
    count.map(|_| Some(text.to_owned())).ok_or_else(|| {
        let detail = Bilingual::new("Tuổi viết như 5y (5 tuổi) hoặc 2mo (2 tháng)", "An age such as 5y or 2mo");
        FieldError::new(pointer, "age", detail)
    })
}

impl NewRule {
    fn rule(&self, id: &str, errors: &mut Vec<FieldError>) -> Option<Value> {
        let parameter = given(Some(&self.parameter))?;
        let mut keep = |result: Result<Value, FieldError>| result.map_err(|error| errors.push(error)).ok();
        let (parameter, comparison, threshold) = match (Vital::from_code(parameter), Symptom::from_code(parameter)) {
            (Some(vital), _) => {
                let known = ["lt", "le", "gt", "ge"].contains(&self.comparison.as_str());
                let detail = || Bilingual::new("Hãy chọn cách so sánh", "Choose how it compares");
                let comparison = if known {
                    Ok(json!(self.comparison))
                } else {
                    Err(FieldError::new("/more/comparison", "unknown_code", detail()))
                };
                let threshold = number("/more/threshold", &self.threshold).map(|number| json!(number));
                (json!(vital.code()), keep(comparison), keep(threshold))
            }
            (None, Some(sign)) => (json!("symptoms"), Some(json!("any_of")), Some(json!([sign.code()]))),
            (None, None) => {
                let detail = Bilingual::new("Hãy chọn một chỉ số hoặc dấu hiệu", "Choose a vital sign or a symptom");
                keep(Err(FieldError::new("/more/parameter", "unknown_code", detail)))?;
                return None;
            }
        };
        let needed = |pointer: &str, text: &str| {
            given(Some(text)).map(|text| json!(text)).ok_or_else(|| FieldError::required(pointer))
        };
        let level = keep(level("/more/level", &self.level).map(|level| json!(level)));
        let vi = keep(needed("/more/text_vi", &self.text_vi));
        let en = keep(needed("/more/text_en", &self.text_en));
        let source = keep(needed("/more/source", &self.source));
        let mut ages = json!({});
        for (name, text) in [("from", &self.from), ("below", &self.below)] {
            if let Some(end) =
                keep(age(&format!("/more/{name}"), text).map(|end| json!(end))).filter(|end| !end.is_null())
            {
                ages[name] = end;
            }
        }
        // Who signs the change has the text before them: the line counts as read there.
        Some(json!({"id": id, "parameter": parameter, "comparison": comparison?, "threshold": threshold?, "ages": ages,
            "level": level?, "proposed": true, "text": {"vi": vi?, "en": en?}, "source": source?, "mark": "T"}))
    }
}

/// The next free id of a rule.
fn next_id(rules: &[Value]) -> String {
    let numbers = rules.iter().filter_map(|rule| rule["id"].as_str()?.strip_prefix('R')?.parse::<u32>().ok());
    format!("R{:02}", numbers.max().unwrap_or(0) + 1)
}

/// The file with what was typed.
///
/// # Errors
/// Every field at fault, its pointer as `/rules/3/threshold` or `/more/source`.
pub fn edited(file: &Value, edits: &ProtocolEdit) -> Result<Value, Vec<FieldError>> {
    let (mut file, mut errors) = (file.clone(), Vec::new());
    let Some(rules) = file["rules"].as_array_mut() else {
        let detail = Bilingual::new("Tệp không có danh sách quy tắc (rules)", "The file has no list of rules");
        return Err(vec![FieldError::new("/file", "rules", detail)]);
    };
    for (n, (rule, typed)) in rules.iter_mut().zip(&edits.rules).enumerate() {
        edit(rule, n, typed, &mut errors);
    }
    let id = next_id(rules);
    if let Some(rule) = edits.more.rule(&id, &mut errors) {
        rules.push(rule);
    }
    if edits.complete {
        file["complete"] = json!(true);
        file["unread"] = json!([]);
    }
    if errors.is_empty() { Ok(file) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::Catalog;

    fn file(id: &str) -> Value {
        serde_json::from_str(Catalog::builtin_file(id).unwrap()).unwrap()
    }

    fn at(file: &Value, id: &str) -> usize {
        file["rules"].as_array().unwrap().iter().position(|rule| rule["id"] == id).unwrap()
    }

    fn with(n: usize, threshold: &str, level: &str) -> ProtocolEdit {
        let mut rules = vec![RuleEdit::default(); n + 1];
        rules[n] = RuleEdit { threshold: Some(threshold.to_owned()), level: Some(level.to_owned()) };
        ProtocolEdit { rules, ..ProtocolEdit::default() }
    }

    #[test]
    fn another_number_says_that_it_is_the_provinces_and_nothing_else_changes() {
        let before = file("byt-261-2022");
        let n = at(&before, "R07");
        let after = edited(&before, &with(n, "97", "emergency")).unwrap();
        let rule = &after["rules"][n];
        assert_eq!((&rule["threshold"], &rule["proposed"]), (&json!(97), &json!(true)));
        assert!(
            rule["source"].as_str().unwrap().ends_with(OF_PROVINCE) && rule["note"].as_str().unwrap().contains("96")
        );
        Catalog::proposed(&[after.to_string()], None).unwrap();
        let same = edited(&before, &with(n, "96", before["rules"][n]["level"].as_str().unwrap())).unwrap();
        assert_eq!(same, before, "what was not changed is not touched");
        assert_eq!(edited(&before, &ProtocolEdit::default()).unwrap(), before);
    }

    #[test]
    fn a_rule_from_the_signed_text_is_added_and_the_protocol_completed() {
        let before = file("byt-604-2022");
        let more = NewRule {
            parameter: "temperature_c".to_owned(),
            comparison: "ge".to_owned(),
            threshold: "38,5".to_owned(),
            from: "16y".to_owned(),
            level: "urgent".to_owned(),
            text_vi: "Sốt".to_owned(),
            text_en: "Fever".to_owned(),
            source: "604/QĐ-BYT".to_owned(),
            ..NewRule::default()
        };
        let sign = NewRule { parameter: "cyanosis".to_owned(), threshold: String::new(), ..more.clone() };
        let edits = ProtocolEdit { more, complete: true, ..ProtocolEdit::default() };
        let after = edited(&before, &edits).unwrap();
        let added = after["rules"].as_array().unwrap().last().unwrap();
        assert_eq!((&added["threshold"], &added["ages"]), (&json!(38.5), &json!({"from": "16y"})));
        let after = edited(&after, &ProtocolEdit { more: sign, ..ProtocolEdit::default() }).unwrap();
        let catalog = Catalog::proposed(&[after.to_string()], None).unwrap();
        let completed = catalog.get("byt-604-2022").unwrap();
        assert!(completed.complete && completed.unread.is_empty());
        assert_eq!(completed.rules.len(), before["rules"].as_array().unwrap().len() + 2);
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        let before = file("byt-261-2022");
        let faults = |edits: ProtocolEdit| {
            let errors = edited(&before, &edits).unwrap_err();
            errors.into_iter().map(|error| format!("{} {}", error.pointer, error.code)).collect::<Vec<_>>()
        };
        let n = at(&before, "R07");
        assert_eq!(
            faults(with(n, "low", "soon")),
            [format!("/rules/{n}/threshold number"), format!("/rules/{n}/level unknown_code")]
        );
        assert_eq!(faults(with(n, "960", "")), [format!("/rules/{n}/threshold number")]);
        let more = NewRule { parameter: "pulse".to_owned(), from: "five".to_owned(), ..NewRule::default() };
        assert_eq!(
            faults(ProtocolEdit { more, ..ProtocolEdit::default() }),
            [
                "/more/comparison unknown_code",
                "/more/threshold number",
                "/more/level unknown_code",
                "/more/text_vi required",
                "/more/text_en required",
                "/more/source required",
                "/more/from age"
            ]
        );
        let more = NewRule { parameter: "luck".to_owned(), ..NewRule::default() };
        assert_eq!(faults(ProtocolEdit { more, ..ProtocolEdit::default() }), ["/more/parameter unknown_code"]);
        assert_eq!(edited(&json!({}), &ProtocolEdit::default()).unwrap_err()[0].pointer, "/file");
    }
}
