//! One form for everybody of a household who is ill: each member's part is judged under the bands of their age. The family
//! fills it in at `/care/household`, staff in one call at `/hotline/people/{id}/household`.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, ReportId};
use shared::problem::FieldError;
use shared::time::Date;
use shared_web::page::Page;

use super::FormError;
use super::case::form::{self, ReportForm};
use super::case::patient::Patient;
use super::case::values::level_code;
use crate::App;
use crate::app::household::{Asked, OfMember, Outcome};
use crate::domain::observation::{ReportInput, Reporter};
use crate::domain::symptom::Symptom;

/// The most members of a form.
const MOST: usize = 50;

/// From this one on [`Symptom::ALL`] lists danger signs; before it stand those of everyday illness.
const FIRST_DANGER: Symptom = Symptom::Dyspnoea;

/// Whether a symptom is a danger sign.
pub fn is_danger(code: &str) -> bool {
    Symptom::from_code(code).is_some_and(|symptom| symptom >= FIRST_DANGER)
}

/// What was typed for one member.
#[derive(Debug, Clone, Default)]
pub struct TypedMember {
    /// Whose case.
    pub case: Option<CaseId>,
    /// The report.
    pub report: ReportInput,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct TypedHousehold {
    /// Who measured.
    pub by: Option<String>,
    /// The direction of a call; empty where none is noted.
    pub call: String,
    members: BTreeMap<usize, TypedMember>,
}

/// Whether nothing was said of a member.
fn is_blank(report: &ReportInput) -> bool {
    let numbers = [
        &report.temperature_c,
        &report.spo2_pct,
        &report.respiratory_rate,
        &report.pulse,
        &report.systolic,
        &report.diastolic,
    ];
    report.symptoms.is_none() && numbers.into_iter().flatten().all(crate::domain::entry::NumberInput::is_blank)
}

impl TypedHousehold {
    /// What a form sent: `m0-case`, `m0-spo2_pct` and so on, `by` and `call` for all.
    pub fn read(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        let mut of: BTreeMap<usize, Vec<(String, String)>> = BTreeMap::new();
        for (name, value) in pairs {
            match name.split_once('-').map(|(key, field)| (key.strip_prefix('m').map(str::parse::<usize>), field)) {
                Some((Some(Ok(n)), "case")) if n < MOST => {
                    typed.members.entry(n).or_default().case = value.parse().ok()
                }
                Some((Some(Ok(n)), field)) if n < MOST => of.entry(n).or_default().push((field.to_owned(), value)),
                _ if name == "by" => typed.by = Some(value),
                _ if name == "call" => typed.call = value,
                _ => {}
            }
        }
        for (n, pairs) in of {
            let report = ReportInput { by: typed.by.clone(), ..form::read(pairs) };
            typed.members.entry(n).or_default().report = report;
        }
        typed
    }

    /// The members of whom something was said.
    pub fn told(&self) -> Vec<OfMember> {
        let told = self.members.values().filter(|member| !is_blank(&member.report));
        told.filter_map(|member| Some(OfMember { case_id: member.case?, report: member.report.clone() })).collect()
    }

    fn of(&self, case: CaseId) -> Option<&ReportInput> {
        self.members.values().find(|member| member.case == Some(case)).map(|member| &member.report)
    }
}

/// One member of the form.
pub struct MemberForm {
    /// The beginning of its fields' names: `m0`.
    pub key: String,
    /// The case.
    pub case: String,
    /// The name.
    pub name: String,
    /// Sex, age, day of illness.
    pub about: String,
    /// The protocol that judges this member.
    pub protocol: String,
    /// Why this member is at risk from the others.
    pub at_risk: Vec<String>,
    /// The fields.
    pub form: ReportForm,
    /// Danger signs, and those of everyday illness.
    pub danger: Vec<form::Choice>,
    /// See `danger`.
    pub everyday: Vec<form::Choice>,
    /// What this member's report came to, where it was sent already: then there are no fields.
    pub sent: Option<Sent>,
}

/// What a report came to.
pub struct Sent {
    /// The level, for styles and pictures.
    pub level: &'static str,
    /// In words.
    pub verdict: String,
}

/// The form.
pub struct HouseholdForm {
    /// The members.
    pub members: Vec<MemberForm>,
    /// Who measured.
    pub by: Vec<form::Choice>,
    /// The direction of the call, as it was typed.
    pub call: String,
    /// What is to be corrected.
    pub errors: Vec<FormError>,
}

/// A form with what was typed and what became of it.
pub struct Again<'a> {
    /// What was typed.
    pub typed: &'a TypedHousehold,
    /// What became of each member's report.
    pub outcomes: &'a [Outcome],
}

fn faults_of(outcome: &Outcome) -> Vec<FieldError> {
    match &outcome.result {
        Ok(_) => Vec::new(),
        Err(problem) if problem.errors.is_empty() => {
            vec![FieldError::new("/spo2_pct", "refused", *problem.detail.clone())]
        }
        Err(problem) => problem.errors.clone(),
    }
}

impl HouseholdForm {
    /// The form of these members. `by` is who measures where nothing is said.
    pub fn new(page: &Page, app: &App, asked: &[Asked], by: Reporter, again: Option<&Again<'_>>) -> Self {
        let today = app.platform.now().local_date();
        let who = again.and_then(|again| again.typed.by.clone()).unwrap_or_else(|| by.code().to_owned());
        let mut members: Vec<MemberForm> = Vec::with_capacity(asked.len());
        for (n, one) in asked.iter().enumerate() {
            let fresh = ReportId::new(app.platform.now(), &mut app.platform.random()).to_string();
            members.push(MemberForm::new(page, n, one, fresh, again, today));
        }
        let mut errors: Vec<FormError> = members
            .iter_mut()
            .flat_map(|member| {
                let key = member.key.clone();
                core::mem::take(&mut member.form.errors).into_iter().map(move |error| {
                    let (id, message) = (format!("{key}-{}", error.id), error.message);
                    FormError { id, message }
                })
            })
            .collect();
        if again.is_some_and(|again| again.outcomes.is_empty()) {
            errors.push(nobody(page));
        }
        let by = ReportForm::new(page, &ReportInput { by: Some(who), ..ReportInput::default() }, &[]).by;
        Self { members, by, call: again.map(|again| again.typed.call.clone()).unwrap_or_default(), errors }
    }
}

/// Nothing was said of anybody.
fn nobody(page: &Page) -> FormError {
    let told = Bilingual::new(
        "Ghi số đo hoặc dấu hiệu của ít nhất một người",
        "Write a value or a sign of one member at least",
    );
    FormError { id: "m0-spo2_pct".to_owned(), message: told.get(page.language()).to_owned() }
}

impl MemberForm {
    fn new(page: &Page, n: usize, asked: &Asked, fresh: String, again: Option<&Again<'_>>, today: Date) -> Self {
        let lang = page.language();
        let patient = Patient::new(page, &asked.case, asked.person.as_ref(), today);
        let typed = again.and_then(|again| again.typed.of(asked.case.id));
        let input = typed.cloned().unwrap_or_default();
        let input = ReportInput { id: input.id.clone().or(Some(fresh)), ..input };
        let outcome = again.and_then(|again| again.outcomes.iter().find(|one| one.case_id == asked.case.id));
        let mut form = ReportForm::new(page, &input, &outcome.map(faults_of).unwrap_or_default());
        let sent = outcome.and_then(|outcome| outcome.result.as_ref().ok()).map(|taken| Sent {
            level: level_code(taken.report.level),
            verdict: page.t(&format!("care-answer-{}", taken.report.level.code())),
        });
        let symptoms = core::mem::take(&mut form.symptoms);
        let (danger, everyday) = symptoms.into_iter().partition(|choice| is_danger(choice.code));
        let about = [patient.about, patient.day].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        Self {
            key: format!("m{n}"),
            case: asked.case.id.to_string(),
            name: patient.name,
            about: about.join(" · "),
            protocol: asked.protocol.get(lang).to_owned(),
            at_risk: asked.at_risk.iter().map(|why| why.get(lang).to_owned()).collect(),
            form,
            danger,
            everyday,
            sent,
        }
    }
}

/// Whether every report was taken.
pub fn all_taken(outcomes: &[Outcome]) -> bool {
    !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.result.is_ok())
}

/// The status of a page that shows the form again: what was typed is at fault, or the server is.
pub fn status(outcomes: &[Outcome]) -> StatusCode {
    let failed = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().err()).map(|problem| problem.status);
    failed.max().unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entry::NumberInput;

    fn read(pairs: &[(&str, &str)]) -> TypedHousehold {
        TypedHousehold::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn each_member_has_what_was_typed_for_them_and_nothing_is_sent_of_who_is_left_out() {
        const CASES: [&str; 3] = [
            "01890a5d-ac96-774b-bcce-000000000200",
            "01890a5d-ac96-774b-bcce-000000000201",
            "01890a5d-ac96-774b-bcce-000000000202",
        ];
        let typed = read(&[
            ("by", "family"),
            ("m0-case", CASES[0]),
            ("m0-id", "a"),
            ("m0-spo2_pct", "97"),
            ("m1-case", CASES[1]),
            ("m1-spo2_pct", " "),
            ("m2-case", CASES[2]),
            ("m2-no_symptoms", "1"),
            ("m99-case", CASES[0]),
            ("mx-case", CASES[0]),
            ("other", "1"),
        ]);
        let told = typed.told();
        let cases: Vec<String> = told.iter().map(|one| one.case_id.to_string()).collect();
        assert_eq!(cases, [CASES[0], CASES[2]]);
        assert_eq!(told[0].report.spo2_pct, Some(NumberInput::Text("97".to_owned())));
        assert!(told.iter().all(|one| one.report.by.as_deref() == Some("family")));
        assert_eq!(told[1].report.symptoms, Some(Vec::new()));
        assert!(read(&[("m0-case", "x"), ("m0-pulse", "80")]).told().is_empty(), "a case that is none");
    }
}
