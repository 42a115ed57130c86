//! Why an alert was raised, in words, with where the rule stands.

use shared::bilingual::Lang;
use shared_web::page::Page;

use super::values::{level_code, short_name, with_unit};
use crate::domain::engine::{Measure, Reason};
use crate::domain::symptom::Symptom;
use crate::domain::vital::Vital;

/// The words of sources that are no names, and their Vietnamese; longer ones first.
const SOURCE_WORDS: [(&str, &str); 12] = [
    ("threshold changed by the province", "ngưỡng do tỉnh đổi"),
    ("with the bands of", "với các ngưỡng của"),
    ("severity table", "bảng phân loại mức độ"),
    ("5 to 16 years", "từ 5 đến 16 tuổi"),
    ("from 5 years", "từ 5 tuổi"),
    ("under 5 years", "dưới 5 tuổi"),
    ("(as relayed)", "(theo bản thuật lại)"),
    ("report signs", "dấu hiệu phải báo"),
    ("sign ", "dấu hiệu "),
    ("items ", "mục "),
    ("item ", "mục "),
    (" and ", " và "),
];

/// One reason.
pub struct Why {
    /// How dangerous it is.
    pub level: &'static str,
    /// What was measured or reported: "SpO2 91%", "Khó thở"; empty where it is neither.
    pub what: String,
    /// What the rule says.
    pub text: String,
    /// Where the rule stands.
    pub source: String,
    /// What a card has room for: the rule on a number, or the symptom itself.
    pub short: String,
    /// What the card's line tells when asked: the rule where the line is a symptom, and its source.
    pub title: String,
}

impl Why {
    fn new(lang: Lang, reason: &Reason) -> Self {
        let text = reason.text.get(lang).to_owned();
        let source = source(lang, &reason.source);
        let symptom = match &reason.value {
            Measure::Word(word) => Symptom::from_code(word).map(|symptom| symptom.name().get(lang).to_owned()),
            Measure::Number(_) => None,
        };
        let number = match (&reason.value, Vital::from_code(&reason.parameter)) {
            (Measure::Number(value), Some(vital)) => {
                Some(format!("{} {}", short_name(lang, vital), with_unit(lang, vital, *value)))
            }
            _ => None,
        };
        let title = if symptom.is_some() { format!("{text} ({source})") } else { source.clone() };
        Self {
            level: level_code(reason.level),
            short: symptom.clone().unwrap_or_else(|| text.clone()),
            what: symptom.or(number).unwrap_or_default(),
            text,
            source,
            title,
        }
    }
}

/// Reasons in the language of a page, in their order.
pub fn of(page: &Page, reasons: &[Reason]) -> Vec<Why> {
    reasons.iter().map(|reason| Why::new(page.language(), reason)).collect()
}

/// A source in a language; numbers of decisions and names stay as they are.
pub fn source(lang: Lang, source: &str) -> String {
    match lang {
        Lang::En => source.to_owned(),
        Lang::Vi => SOURCE_WORDS.iter().fold(source.to_owned(), |text, (en, vi)| text.replace(en, vi)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::Catalog;
    use crate::pages::samples;

    #[test]
    fn a_number_stands_with_its_rule_and_a_symptom_for_itself() {
        let reports = samples::reports();
        let why = of(&samples::page(Lang::Vi), &reports[0].reasons);
        let number = why.iter().find(|why| why.what.starts_with("SpO2")).unwrap();
        assert_eq!(number.what, "SpO2 91%");
        assert_eq!(number.short, number.text);
        assert_eq!(number.title, number.source);
        let symptom = why.iter().find(|why| why.short == "Khó thở, hụt hơi").unwrap();
        assert!(symptom.title.contains("261/QĐ-BYT, dấu hiệu 1"), "{}", symptom.title);
    }

    #[test]
    fn every_source_of_a_vietnamese_decision_is_told_in_vietnamese() {
        let english = ["sign", "item", "years", "table", "bands", "and", "under", "from", "with", "relayed", "report"];
        let rules = Catalog::builtin().protocols().iter().flat_map(|protocol| &protocol.rules);
        for rule in rules.filter(|rule| rule.source.contains("BYT")) {
            let told = source(Lang::Vi, &rule.source);
            let words = told.split(|c: char| !c.is_alphabetic());
            assert!(words.into_iter().all(|word| !english.contains(&word)), "{told}");
        }
    }
}
