//! One report of a patient's state: as it arrives, and as it is understood.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::ReportId;
use shared::problem::FieldError;
use shared::time::{Instant, days};

use super::entry::{NumberInput, given, id, keep, past_time};
use super::symptom::Symptom;
use super::vital::{Tenths, Vital, Vitals};

/// A report may be this many days old: an offline phone may be late, an old diary is no report.
pub const MAX_AGE_DAYS: i64 = 21;

/// Who measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reporter {
    /// The patient.
    Patient,
    /// Somebody of the household.
    Family,
    /// A health worker.
    Staff,
}

impl Reporter {
    /// Every reporter.
    pub const ALL: [Self; 3] = [Self::Patient, Self::Family, Self::Staff];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Family => "family",
            Self::Staff => "staff",
        }
    }

    /// The reporter that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reporter| reporter.code() == code)
    }
}

/// A report that is well-formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The id that the client chose, where it did.
    pub id: Option<ReportId>,
    /// When it was measured.
    pub at: Instant,
    /// Who measured.
    pub by: Reporter,
    /// What was measured.
    pub vitals: Vitals,
    /// Whether SpO2 was read on oxygen. Not said means on air.
    pub on_oxygen: bool,
    /// What was ticked.
    pub symptoms: BTreeSet<Symptom>,
}

/// A report as somebody sent it: nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// When it was measured, RFC 3339; now where it is not said.
    pub at: Option<String>,
    /// Who measured: `patient`, `family` or `staff`.
    pub by: Option<String>,
    /// Body temperature, °C.
    pub temperature_c: Option<NumberInput>,
    /// SpO2, %.
    pub spo2_pct: Option<NumberInput>,
    /// Breaths a minute.
    pub respiratory_rate: Option<NumberInput>,
    /// Pulse, beats a minute.
    pub pulse: Option<NumberInput>,
    /// Systolic blood pressure, mmHg.
    pub systolic: Option<NumberInput>,
    /// Diastolic blood pressure, mmHg.
    pub diastolic: Option<NumberInput>,
    /// Whether SpO2 was read on oxygen.
    pub on_oxygen: Option<bool>,
    /// Codes of symptoms. An empty list says that there are none, an absent one says nothing.
    pub symptoms: Option<Vec<String>>,
}

impl ReportInput {
    /// Understands the report.
    ///
    /// # Errors
    /// Every field at fault, with the codes `id`, `time`, `in_future`, `too_old`, `required`, `unknown_code`,
    /// `number`, `whole_number`, `out_of_range`, `diastolic_not_below_systolic`, `unknown_symptom`; `empty` at the
    /// root where the report says nothing at all.
    pub fn parse(&self, now: Instant) -> Result<Observation, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = given(self.id.as_deref()).and_then(|text| keep(&mut errors, id("/id", text)));
        let at = given(self.at.as_deref()).map_or(Ok(now), |text| measured_at(text, now));
        let at = keep(&mut errors, at);
        let by = keep(&mut errors, self.reporter());
        let vitals = self.vitals(&mut errors);
        let symptoms = self.symptoms(&mut errors);
        let says_nothing = Vital::ALL.into_iter().all(|vital| self.value(vital).is_none());
        if self.symptoms.is_none() && says_nothing {
            let detail = Bilingual::new(
                "Hãy nhập ít nhất một chỉ số, hoặc danh sách triệu chứng (để trống danh sách nếu không có)",
                "At least one value, or the list of symptoms (an empty list where there are none)",
            );
            errors.push(FieldError::new("", "empty", detail));
        }
        match (at, by) {
            (Some(at), Some(by)) if errors.is_empty() => {
                Ok(Observation { id, at, by, vitals, on_oxygen: self.on_oxygen.unwrap_or(false), symptoms })
            }
            _ => Err(errors),
        }
    }

    /// What was typed for a vital sign; a blank field of a form counts as nothing.
    fn value(&self, vital: Vital) -> Option<&NumberInput> {
        let field = match vital {
            Vital::TemperatureC => &self.temperature_c,
            Vital::Spo2Pct => &self.spo2_pct,
            Vital::RespiratoryRate => &self.respiratory_rate,
            Vital::Pulse => &self.pulse,
            Vital::Systolic => &self.systolic,
            Vital::Diastolic => &self.diastolic,
        };
        field.as_ref().filter(|input| !input.is_blank())
    }

    fn reporter(&self) -> Result<Reporter, FieldError> {
        let code = given(self.by.as_deref()).ok_or_else(|| FieldError::required("/by"))?;
        Reporter::from_code(code).ok_or_else(|| {
            let detail = Bilingual::new("Một trong: patient, family, staff", "One of patient, family, staff");
            FieldError::new("/by", "unknown_code", detail)
        })
    }

    fn vitals(&self, errors: &mut Vec<FieldError>) -> Vitals {
        let mut vitals = Vitals::default();
        for vital in Vital::ALL {
            let value = self.value(vital).and_then(|input| keep(errors, measured(vital, input)));
            if let Some(value) = value {
                vitals = vitals.with(vital, value);
            }
        }
        if let (Some(systolic), Some(diastolic)) = (vitals.get(Vital::Systolic), vitals.get(Vital::Diastolic))
            && diastolic >= systolic
        {
            let detail = Bilingual::new(
                "Huyết áp tâm trương phải nhỏ hơn tâm thu",
                "The diastolic (lower) pressure is below the systolic (upper)",
            );
            errors.push(FieldError::new("/diastolic", "diastolic_not_below_systolic", detail));
        }
        vitals
    }

    fn symptoms(&self, errors: &mut Vec<FieldError>) -> BTreeSet<Symptom> {
        read_symptoms(self.symptoms.as_deref().unwrap_or_default(), errors)
    }
}

/// Reads codes of symptoms.
pub(crate) fn read_symptoms(codes: &[String], errors: &mut Vec<FieldError>) -> BTreeSet<Symptom> {
    let read = |(index, code): (usize, &String)| {
        let symptom = Symptom::from_code(code.trim()).ok_or_else(|| {
            let detail = Bilingual::new(
                "Mã triệu chứng không có trong danh mục, như fever hoặc cough",
                "Not a symptom code, such as fever or cough",
            );
            FieldError::new(format!("/symptoms/{index}"), "unknown_symptom", detail)
        });
        keep(errors, symptom)
    };
    codes.iter().enumerate().filter_map(read).collect()
}

fn measured_at(text: &str, now: Instant) -> Result<Instant, FieldError> {
    let at = past_time("/at", text, now)?;
    if at < now.minus(days(MAX_AGE_DAYS)) {
        let detail = Bilingual::new(
            format!("Báo cáo không được cũ hơn {MAX_AGE_DAYS} ngày"),
            format!("A report is at most {MAX_AGE_DAYS} days old"),
        );
        return Err(FieldError::new("/at", "too_old", detail));
    }
    Ok(at)
}

/// The value of a vital sign within the limits of data entry. A temperature is kept to the nearest tenth of a degree.
fn measured(vital: Vital, input: &NumberInput) -> Result<Tenths, FieldError> {
    let error =
        |code, vi: String, en: String| FieldError::new(format!("/{}", vital.code()), code, Bilingual::new(vi, en));
    let name = vital.name();
    let number = input.number().ok_or_else(|| {
        error("number", format!("{} phải là một con số", name.vi), format!("{} is a number", name.en))
    })?;
    if vital.is_whole() && input.whole().is_none() {
        return Err(error(
            "whole_number",
            format!("{} phải là số nguyên", name.vi),
            format!("{} is a whole number", name.en),
        ));
    }
    let (low, high) = vital.entry_limits();
    Tenths::nearest(number).filter(|v| (Tenths::whole(low)..=Tenths::whole(high)).contains(v)).ok_or_else(|| {
        let unit = vital.unit();
        let hint = fahrenheit(vital, number);
        error(
            "out_of_range",
            format!("{} phải từ {low} đến {high} {}. {}", name.vi, unit.vi, hint.vi),
            format!("{} is from {low} to {high} {}. {}", name.en, unit.en, hint.en),
        )
    })
}

/// A number as Vietnamese writes it.
fn comma(number: &str) -> String {
    number.replace('.', ",")
}

/// What may be wrong with a number out of range: a temperature in Fahrenheit is told in Celsius.
fn fahrenheit(vital: Vital, number: f64) -> Bilingual {
    let celsius = (number - 32.0) / 1.8;
    let (low, high) = vital.entry_limits();
    if vital == Vital::TemperatureC && (f64::from(low)..=f64::from(high)).contains(&celsius) {
        return Bilingual::new(
            format!(
                "{} giống độ F: bằng {} °C. Hãy nhập độ C",
                comma(&number.to_string()),
                comma(&format!("{celsius:.1}"))
            ),
            format!("{number} looks like Fahrenheit: that is {celsius:.1} °C. Give it in Celsius"),
        );
    }
    Bilingual::new("Hãy xem lại số đã nhập", "Check what was typed")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    fn report(json: &str) -> ReportInput {
        serde_json::from_str(json).unwrap()
    }

    fn faults(json: &str) -> Vec<(String, String)> {
        report(json).parse(now()).unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    #[test]
    fn a_full_report_is_understood() {
        let observed = report(
            r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","at":"2022-03-10T07:30:00+07:00","by":"family",
                "temperature_c":38.25,"spo2_pct":97.0,"respiratory_rate":"18","pulse":88,"systolic":120,"diastolic":80,
                "on_oxygen":true,"symptoms":["cough","fever","cough"]}"#,
        )
        .parse(now())
        .unwrap();
        assert_eq!(observed.at.to_string(), "2022-03-10T00:30:00Z");
        assert_eq!(observed.by, Reporter::Family);
        assert_eq!(observed.vitals.get(Vital::Spo2Pct), Some(Tenths::whole(97)));
        assert_eq!(observed.vitals.get(Vital::TemperatureC), Some(Tenths::new(383)));
        assert_eq!(observed.vitals.get(Vital::RespiratoryRate), Some(Tenths::whole(18)));
        assert!(observed.on_oxygen);
        assert_eq!(observed.symptoms, BTreeSet::from([Symptom::Fever, Symptom::Cough]));
    }

    #[test]
    fn an_empty_list_of_symptoms_is_a_report_and_an_absent_one_is_not() {
        let well = report(r#"{"by":"patient","symptoms":[]}"#).parse(now()).unwrap();
        assert!(well.symptoms.is_empty() && well.vitals.is_empty());
        assert_eq!(well.at, now());
        assert_eq!(faults(r#"{"by":"patient"}"#), [(String::new(), "empty".to_owned())]);
        assert_eq!(faults(r#"{"by":"patient","spo2_pct":" "}"#), [(String::new(), "empty".to_owned())]);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let faults = faults(
            r#"{"id":"7","at":"tomorrow","by":"neighbour","temperature_c":"hot","spo2_pct":97.5,"pulse":300,
                "systolic":80,"diastolic":80,"symptoms":["cough","plague"]}"#,
        );
        let expected = [
            ("/id", "id"),
            ("/at", "time"),
            ("/by", "unknown_code"),
            ("/temperature_c", "number"),
            ("/spo2_pct", "whole_number"),
            ("/pulse", "out_of_range"),
            ("/diastolic", "diastolic_not_below_systolic"),
            ("/symptoms/1", "unknown_symptom"),
        ];
        assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    }

    #[test]
    fn a_report_from_the_future_or_older_than_three_weeks_is_refused() {
        let at = |time: &str| report(&format!(r#"{{"by":"patient","symptoms":[],"at":"{time}"}}"#)).parse(now());
        assert_eq!(at("2022-03-10T01:04:59Z").unwrap().at, now());
        assert_eq!(at("2022-03-10T01:06:00Z").unwrap_err()[0].code, "in_future");
        assert!(at("2022-02-17T01:00:00Z").is_ok());
        assert_eq!(at("2022-02-17T00:59:59Z").unwrap_err()[0].code, "too_old");
    }

    #[test]
    fn a_temperature_in_fahrenheit_is_refused_and_told_in_celsius() {
        let fault = report(r#"{"by":"patient","temperature_c":98.6}"#).parse(now()).unwrap_err().remove(0);
        assert_eq!((fault.pointer.as_str(), fault.code.as_str()), ("/temperature_c", "out_of_range"));
        assert!(
            fault.detail.vi.contains("98,6 giống độ F: bằng 37,0 °C. Hãy") && fault.detail.en.contains("Fahrenheit"),
            "{fault:?}"
        );
        let fault = report(r#"{"by":"patient","temperature_c":20}"#).parse(now()).unwrap_err().remove(0);
        assert!(!fault.detail.en.contains("Fahrenheit"));
    }

    #[test]
    fn the_ends_of_every_range_are_taken_and_what_lies_beyond_is_not() {
        for vital in Vital::ALL {
            let (low, high) = vital.entry_limits();
            for (value, fits) in [(low, true), (high, true), (low - 1, false), (high + 1, false)] {
                let measured = measured(vital, &NumberInput::Number(f64::from(value)));
                assert_eq!(measured.is_ok(), fits, "{vital:?} {value}");
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_number_is_sent_what_is_kept_lies_within_the_limits(number in proptest::num::f64::ANY) {
            for vital in Vital::ALL {
                if let Ok(value) = measured(vital, &NumberInput::Number(number)) {
                    let (low, high) = vital.entry_limits();
                    prop_assert!(Tenths::whole(low) <= value && value <= Tenths::whole(high));
                    prop_assert!((value.as_f64() - number).abs() <= 0.05 + 1e-9);
                }
            }
        }
    }
}
