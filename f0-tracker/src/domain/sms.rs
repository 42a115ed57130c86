//! Reports as a text message: `F0 97 18 82 37.5`.
//!
//! After `F0` stand SpO2, breathing rate, pulse and temperature in this order; `-` or `x` for what was not measured; a
//! pressure as `120/80` anywhere. Words before the numbers name the patient, where one telephone reports for several;
//! words after them are symptoms, with diacritics or without. `khong` says that there are none. Commas and points are
//! both decimal signs.

use shared::fold::fold;

use super::entry::NumberInput;
use super::observation::ReportInput;
use super::symptom::Symptom;
use super::vital::Vital;

/// What people write for a symptom, folded; longer ones first, so that "khong uong duoc" is no "khong".
const WORDS: [(&str, Symptom); 40] = [
    ("khong uong duoc", Symptom::CannotDrink),
    ("khong tinh", Symptom::AlteredConsciousness),
    ("rut lom nguc", Symptom::AbnormalBreathing),
    ("rut lom", Symptom::AbnormalBreathing),
    ("tho rit", Symptom::AbnormalBreathing),
    ("tho ren", Symptom::AbnormalBreathing),
    ("kho tho", Symptom::Dyspnoea),
    ("hut hoi", Symptom::Dyspnoea),
    ("dau nguc", Symptom::ChestPain),
    ("tuc nguc", Symptom::ChestPain),
    ("lo mo", Symptom::AlteredConsciousness),
    ("li bi", Symptom::AlteredConsciousness),
    ("lu lan", Symptom::AlteredConsciousness),
    ("co giat", Symptom::Convulsion),
    ("tim tai", Symptom::Cyanosis),
    ("tim moi", Symptom::Cyanosis),
    ("moi tim", Symptom::Cyanosis),
    ("bo bu", Symptom::PoorFeeding),
    ("an kem", Symptom::PoorFeeding),
    ("non het", Symptom::VomitsEverything),
    ("mat nuoc", Symptom::Dehydration),
    ("sot cao khong ha", Symptom::FeverNotFalling),
    ("sot khong ha", Symptom::FeverNotFalling),
    ("sot lien tuc", Symptom::FeverNotFalling),
    ("ho lien tuc", Symptom::CoughFits),
    ("mat mui", Symptom::LossOfTasteOrSmell),
    ("mat vi", Symptom::LossOfTasteOrSmell),
    ("tieu chay", Symptom::Diarrhoea),
    ("dau hong", Symptom::SoreThroat),
    ("rat hong", Symptom::SoreThroat),
    ("so mui", Symptom::RunnyNose),
    ("chay mui", Symptom::RunnyNose),
    ("nghet mui", Symptom::RunnyNose),
    ("nhuc dau", Symptom::Headache),
    ("dau dau", Symptom::Headache),
    ("dau co", Symptom::MusclePain),
    ("moi nguoi", Symptom::MusclePain),
    ("met", Symptom::Fatigue),
    ("sot", Symptom::Fever),
    ("ho", Symptom::Cough),
];

/// Words that take back the symptom after them.
const NOT: [&str; 5] = ["khong", "ko", "k", "het", "chua"];

/// The order of the numbers.
const ORDER: [Vital; 4] = [Vital::Spo2Pct, Vital::RespiratoryRate, Vital::Pulse, Vital::TemperatureC];

/// Why a message is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// It does not begin with `F0`.
    #[error("the message does not begin with F0")]
    NoReport,
    /// It says nothing that can be read.
    #[error("the message has no number and no symptom")]
    Empty,
    /// It has more numbers than a report.
    #[error("the message has more than four numbers")]
    TooManyNumbers,
}

/// A message, understood as far as its form goes; the values are checked with those of every other report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SmsReport {
    /// The folded words that name the patient.
    pub who: String,
    /// What is reported.
    pub report: ReportInput,
    /// Words that nobody understood.
    pub not_understood: Vec<String>,
}

/// A number as people type it, or the sign of one that was not measured.
fn number(token: &str) -> Option<Option<&str>> {
    let is_number = token.starts_with(|c: char| c.is_ascii_digit())
        && token.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',' || c == '%');
    match token.to_lowercase().as_str() {
        "-" | "--" | "x" | "?" | "_" => Some(None),
        _ if is_number => Some(Some(token.trim_end_matches('%'))),
        _ => None,
    }
}

/// A pressure, upper and lower.
fn pressure(token: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    token.split_once('/').filter(|(upper, lower)| digits(upper) && digits(lower))
}

/// Reads a message.
///
/// # Errors
/// [`SmsError`] where it is no report.
pub fn read(text: &str) -> Result<SmsReport, SmsError> {
    let mut tokens = text.split(|c: char| c.is_whitespace() || c == ';' || c == ':').filter(|token| !token.is_empty());
    // A zero and the letter are one key apart, and a full stop after it is a habit.
    let first = tokens.next().map(|token| token.trim_end_matches(['.', ',']).to_lowercase());
    if !matches!(first.as_deref(), Some("f0" | "fo")) {
        return Err(SmsError::NoReport);
    }
    let mut report = ReportInput::default();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut place = 0;
    for token in tokens {
        if let Some((upper, lower)) = pressure(token) {
            report.systolic = Some(NumberInput::Text(upper.to_owned()));
            report.diastolic = Some(NumberInput::Text(lower.to_owned()));
        } else if let Some(value) = number(token) {
            let vital = *ORDER.get(place).ok_or(SmsError::TooManyNumbers)?;
            place += 1;
            set(&mut report, vital, value);
        } else if place == 0 {
            before.push(fold(token));
        } else {
            after.push(fold(token));
        }
    }
    // Without a number, symptoms stand among the words before.
    let (who, symptoms) =
        if place == 0 { (String::new(), before.join(" ")) } else { (before.join(" "), after.join(" ")) };
    let mut read = SmsReport { who, report, not_understood: Vec::new() };
    let said = words(&symptoms, &mut read);
    if place == 0 && read.report.systolic.is_none() && !said {
        return Err(SmsError::Empty);
    }
    if place == 0 {
        read.who = core::mem::take(&mut read.not_understood).join(" ");
    }
    Ok(read)
}

fn set(report: &mut ReportInput, vital: Vital, value: Option<&str>) {
    let value = value.map(|text| NumberInput::Text(text.to_owned()));
    match vital {
        Vital::Spo2Pct => report.spo2_pct = value,
        Vital::RespiratoryRate => report.respiratory_rate = value,
        Vital::Pulse => report.pulse = value,
        Vital::TemperatureC => report.temperature_c = value,
        Vital::Systolic => report.systolic = value,
        Vital::Diastolic => report.diastolic = value,
    }
}

/// Reads symptoms; gives whether any was told, or that there are none.
fn words(text: &str, read: &mut SmsReport) -> bool {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let mut found: Option<Vec<String>> = None;
    let (mut at, mut taken_back) = (0, false);
    while at < words.len() {
        let rest = words[at..].join(" ");
        let is_next = |phrase: &str| rest == phrase || rest.starts_with(&format!("{phrase} "));
        // The longest of what may be meant.
        let symptom = WORDS.iter().filter(|(phrase, _)| is_next(phrase)).max_by_key(|(phrase, _)| phrase.len());
        if let Some((phrase, symptom)) = symptom {
            let told = found.get_or_insert_default();
            if !taken_back {
                told.push(symptom.code().to_owned());
            }
            at += phrase.split(' ').count();
            taken_back = false;
        } else if NOT.contains(&words[at]) {
            found.get_or_insert_default();
            taken_back = true;
            at += 1;
        } else {
            // "khong bi sot": the word between is no symptom.
            if words[at] != "bi" && words[at] != "va" && words[at] != "co" {
                read.not_understood.push(words[at].to_owned());
            }
            at += 1;
        }
    }
    let said = found.is_some();
    read.report.symptoms = found;
    said
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::observation::Observation;
    use crate::domain::vital::Tenths;

    fn understood(text: &str) -> Observation {
        let mut report = read(text).unwrap().report;
        report.by = Some("patient".to_owned());
        report.parse("2022-03-10T01:00:00Z".parse().unwrap()).unwrap()
    }

    fn values(text: &str) -> Vec<(Vital, i32)> {
        understood(text).vitals.iter().map(|(vital, value)| (vital, value.tenths())).collect()
    }

    fn signs(text: &str) -> Vec<&'static str> {
        understood(text).symptoms.into_iter().map(Symptom::code).collect()
    }

    #[test]
    fn the_four_numbers_are_read_in_their_order() {
        let all =
            [(Vital::TemperatureC, 375), (Vital::Spo2Pct, 970), (Vital::RespiratoryRate, 180), (Vital::Pulse, 820)];
        for text in
            ["F0 97 18 82 37.5", "f0 97 18 82 37,5", " F0:  97%  18\n82 37.5", "Fo 97;18;82;37,5", "F0. 97 18 82 37.5"]
        {
            assert_eq!(values(text), all, "{text}");
        }
        assert_eq!(values("F0 97 - 82"), [(Vital::Spo2Pct, 970), (Vital::Pulse, 820)]);
        assert_eq!(values("F0 x x x 38"), [(Vital::TemperatureC, 380)]);
        assert_eq!(values("F0 97 120/80"), [(Vital::Spo2Pct, 970), (Vital::Systolic, 1200), (Vital::Diastolic, 800)]);
    }

    #[test]
    fn symptoms_are_read_with_and_without_diacritics() {
        assert_eq!(signs("F0 97 18 82 37.5 khó thở, ho"), ["cough", "dyspnoea"]);
        assert_eq!(signs("F0 97 kho tho dau nguc"), ["dyspnoea", "chest_pain"]);
        assert_eq!(signs("F0 khó thở"), ["dyspnoea"]);
        assert_eq!(signs("F0 97 không uống được"), ["cannot_drink"]);
        assert_eq!(signs("F0 97 sốt cao không hạ"), ["fever_not_falling"]);
    }

    #[test]
    fn what_is_denied_is_no_symptom() {
        for text in ["F0 97 không", "F0 97 khong kho tho", "F0 97 ko sốt", "F0 97 không bị khó thở", "F0 97 hết ho"]
        {
            assert_eq!(signs(text), Vec::<&str>::new(), "{text}");
            assert!(read(text).unwrap().report.symptoms.is_some(), "{text}");
        }
        assert_eq!(signs("F0 97 không sốt, khó thở"), ["dyspnoea"]);
        assert_eq!(read("F0 97 18").unwrap().report.symptoms, None, "nothing said is nothing known");
    }

    #[test]
    fn words_before_the_numbers_name_the_patient() {
        let read = read("F0 Hồ Văn Tư 97 18 82 37.5 ho").unwrap();
        assert_eq!(read.who, "ho van tu");
        assert_eq!(read.report.symptoms, Some(vec!["cough".to_owned()]));
        assert_eq!(super::read("F0 hoa kho tho").unwrap().who, "hoa");
    }

    #[test]
    fn what_nobody_understands_is_told_back() {
        assert_eq!(read("F0 97 18 ngua mat").unwrap().not_understood, ["ngua", "mat"]);
        assert_eq!(read("xin chào"), Err(SmsError::NoReport));
        assert_eq!(read(""), Err(SmsError::NoReport));
        assert_eq!(read("F0"), Err(SmsError::Empty));
        assert_eq!(read("F0 xin chao"), Err(SmsError::Empty));
        assert_eq!(read("F0 97 18 82 37.5 12"), Err(SmsError::TooManyNumbers));
    }

    #[test]
    fn impossible_values_are_refused_with_what_would_be_right() {
        let fault = |text: &str| {
            let mut report = read(text).unwrap().report;
            report.by = Some("patient".to_owned());
            report.parse("2022-03-10T01:00:00Z".parse().unwrap()).unwrap_err().remove(0)
        };
        let fahrenheit = fault("F0 97 18 82 98.6");
        assert_eq!((fahrenheit.pointer.as_str(), fahrenheit.code.as_str()), ("/temperature_c", "out_of_range"));
        assert!(fahrenheit.detail.vi.contains("37") && fahrenheit.detail.en.contains("Fahrenheit"), "{fahrenheit:?}");
        assert_eq!(fault("F0 101").pointer, "/spo2_pct");
        assert_eq!(fault("F0 97 18 0").pointer, "/pulse");
        assert_eq!(fault("F0 97,18,82,37").code, "number");
    }

    #[test]
    fn no_phrase_is_there_twice_and_every_phrase_reads_as_its_symptom() {
        for (n, (phrase, symptom)) in WORDS.iter().enumerate() {
            assert!(WORDS[n + 1..].iter().all(|(other, _)| other != phrase), "{phrase}");
            assert_eq!(*phrase, fold(phrase));
            assert_eq!(signs(&format!("F0 97 {phrase}")), [symptom.code()], "{phrase}");
        }
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_read_or_refused(text in ".{0,200}") {
            let _ = read(&text);
            let _ = read(&format!("F0 {text}"));
        }

        #[test]
        fn whatever_values_are_typed_the_same_values_are_understood(
            spo2 in 50_i32..=100, rate in 4_i32..=120, pulse in 20_i32..=250, temperature in 300_i32..=450, comma: bool,
        ) {
            let temperature_text = Tenths::new(temperature).to_string();
            let temperature_text = if comma { temperature_text.replace('.', ",") } else { temperature_text };
            let read = values(&format!("F0 {spo2} {rate} {pulse} {temperature_text}"));
            prop_assert_eq!(read, vec![
                (Vital::TemperatureC, temperature),
                (Vital::Spo2Pct, spo2 * 10),
                (Vital::RespiratoryRate, rate * 10),
                (Vital::Pulse, pulse * 10),
            ]);
        }
    }
}
