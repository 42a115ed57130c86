//! The forms in which staff do something for a patient: a call, advice, medicine, a referral, a hand-over. The case page
//! and the call desk share them.

use std::collections::BTreeMap;

use shared::bilingual::Lang;
use shared::ids::ActId;
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::Page;

use super::FormError;
use crate::App;
use crate::api::body_hash;
use crate::app::acts::{self, ADVISERS, CARERS, Done, Target};
use crate::domain::act::{ActKind, Direction, Disposition, HandTo, Transport, Urgency};
use crate::domain::act_input::{AdviceInput, CallInput, HandoverInput, PrescriptionInput, ReferralInput};
use crate::domain::bag::{BagCode, Question};
use crate::store::Stock;

/// What somebody typed.
pub type Typed = BTreeMap<String, String>;

/// Something to choose.
pub struct Choice {
    /// Its value.
    pub code: &'static str,
    /// What people read.
    pub label: String,
}

/// One form with what was typed in it.
pub struct ActForm {
    /// Its kind.
    pub code: &'static str,
    /// Its title.
    pub title: String,
    /// Its picture.
    pub icon: &'static str,
    /// Whether it stands open: it has something to correct.
    pub open: bool,
    /// The id that the act will have: sent twice it is kept once.
    pub id: String,
    typed: Typed,
    errors: BTreeMap<String, String>,
}

impl ActForm {
    /// What was typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }

    /// Whether a field holds a value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == value
    }

    /// What would be right in a field; empty where nothing is wrong.
    pub fn error(&self, name: &str) -> &str {
        self.errors.get(name).map_or("", String::as_str)
    }
}

/// The forms that a caller may use.
pub struct ActForms {
    /// Where they are sent, before the kind.
    pub action: String,
    /// The forms.
    pub forms: Vec<ActForm>,
    /// What is to be corrected.
    pub errors: Vec<FormError>,
    /// Who called whom.
    pub directions: Vec<Choice>,
    /// How a call ended.
    pub dispositions: Vec<Choice>,
    /// To whom something is passed on.
    pub hand_to: Vec<Choice>,
    /// How pressing a referral is.
    pub urgencies: Vec<Choice>,
    /// How the patient gets there.
    pub transports: Vec<Choice>,
    /// The bags, each with what the station has of it where that is known.
    pub bags: Vec<Choice>,
    /// What is asked before a bag.
    pub questions: Vec<Choice>,
}

/// A form that was refused, to be shown again.
pub struct Refused {
    kind: ActKind,
    typed: Typed,
    problem: Problem,
}

fn icon(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Call => "phone",
        ActKind::Advice => "message",
        ActKind::Prescription => "pill",
        ActKind::Referral => "siren",
        ActKind::Handover => "hand",
    }
}

/// The name of the field that a JSON Pointer is about, in the form of its kind.
fn field_of(pointer: &str) -> String {
    let parts: Vec<&str> = pointer.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["screening", question] => format!("screening_{question}"),
        ["items", ..] => "items".to_owned(),
        [name, ..] => (*name).to_owned(),
        [] => String::new(),
    }
}

impl ActForms {
    /// The forms as a caller sees them. With a case that has ended only a call and advice can be noted.
    pub fn new(app: &App, page: &Page, caller: &Caller, action: String, open: bool, refused: Option<&Refused>) -> Self {
        let id = || ActId::new(app.platform.now(), &mut app.platform.random()).to_string();
        Self::with_ids(id, page, caller, action, open, refused)
    }

    /// The same with ids from elsewhere.
    pub fn with_ids(
        mut id: impl FnMut() -> String,
        page: &Page,
        caller: &Caller,
        action: String,
        open: bool,
        refused: Option<&Refused>,
    ) -> Self {
        let lang = page.language();
        let may = |kind: ActKind| match kind {
            ActKind::Call | ActKind::Advice => caller.has_any(ADVISERS),
            ActKind::Handover => open && caller.has_any(ADVISERS),
            ActKind::Prescription | ActKind::Referral => open && caller.has_any(CARERS),
        };
        let kinds =
            [ActKind::Call, ActKind::Advice, ActKind::Prescription, ActKind::Referral, ActKind::Handover].into_iter();
        let forms = kinds.filter(|kind| may(*kind)).map(|kind| {
            let mine = refused.filter(|refused| refused.kind == kind);
            let errors = mine.map(|refused| errors(refused, lang)).unwrap_or_default();
            let typed = mine.map(|refused| refused.typed.clone()).unwrap_or_default();
            ActForm {
                code: kind.code(),
                title: page.t(&format!("act-{}", kind.code())),
                icon: icon(kind),
                open: mine.is_some(),
                id: typed.get("id").cloned().unwrap_or_else(&mut id),
                errors: errors.into_iter().collect(),
                typed,
            }
        });
        let forms: Vec<ActForm> = forms.collect();
        let summary = refused.map(|refused| summary(refused, lang)).unwrap_or_default();
        macro_rules! choices {
            ($all:expr) => {
                $all.iter().map(|one| Choice { code: one.code(), label: one.name().get(lang).to_owned() }).collect()
            };
        }
        Self {
            action,
            forms,
            errors: summary,
            directions: choices!(Direction::ALL),
            dispositions: choices!(Disposition::ALL),
            hand_to: choices!(HandTo::ALL),
            urgencies: choices!(Urgency::ALL),
            transports: choices!(Transport::ALL),
            bags: BagCode::ALL
                .map(|bag| Choice { code: bag.code(), label: format!("{} {}", page.t("act-bag-word"), bag.code()) })
                .into(),
            questions: choices!(Question::ALL),
        }
    }
}

impl ActForms {
    /// The same with what the patient's station has of each bag. It is said and stops nobody: a doctor orders what the
    /// patient needs.
    pub fn with_stock(mut self, page: &Page, stock: &[Stock]) -> Self {
        for choice in &mut self.bags {
            if let Some(stock) = stock.iter().find(|stock| stock.bag.code() == choice.code) {
                let left = page.t_with("act-bag-stock", &[("count", stock.quantity.max(0).into())]);
                choice.label = format!("{} {left}", choice.label);
            }
        }
        self
    }
}

fn errors(refused: &Refused, lang: Lang) -> Vec<(String, String)> {
    let told = |error: &FieldError| (field_of(&error.pointer), error.detail.get(lang).to_owned());
    refused.problem.errors.iter().map(told).collect()
}

/// The errors as links; a refusal of the whole leads to the form itself.
fn summary(refused: &Refused, lang: Lang) -> Vec<FormError> {
    let code = refused.kind.code();
    let told = errors(refused, lang);
    if told.is_empty() {
        return vec![FormError { id: format!("do-{code}"), message: refused.problem.detail.get(lang).to_owned() }];
    }
    told.into_iter().map(|(name, message)| FormError { id: format!("{code}-{name}"), message }).collect()
}

/// What a form sent, by the names of its fields without the kind before them.
pub fn typed(kind: ActKind, pairs: Vec<(String, String)>) -> Typed {
    let prefix = format!("{}-", kind.code());
    let name = |name: String| name.strip_prefix(&prefix).map(str::to_owned).unwrap_or(name);
    pairs.into_iter().map(|(field, value)| (name(field), value)).collect()
}

/// One medicine a line, the dose after a vertical bar or a colon.
fn items(text: &str) -> Vec<serde_json::Value> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, dose) = line.split_once(['|', ':']).unwrap_or((line, ""));
            serde_json::json!({"name": name.trim(), "dose": dose.trim()})
        })
        .collect()
}

/// Does what a form asks.
///
/// # Errors
/// What was typed with why it is refused, where the person can correct it; any other problem as it is.
pub async fn submit(
    app: &App,
    caller: &Caller,
    target: Target,
    kind: ActKind,
    typed: Typed,
) -> Result<Done, Result<Refused, Problem>> {
    let answer = add(app, caller, target, kind, &typed).await;
    answer.map_err(|problem| match problem.status.as_u16() {
        409 | 422 => Ok(Refused { kind, typed, problem }),
        _ => Err(problem),
    })
}

async fn add(app: &App, caller: &Caller, target: Target, kind: ActKind, typed: &Typed) -> Result<Done, Problem> {
    let of = |name: &str| typed.get(name).cloned();
    let (draft, hash) = match kind {
        ActKind::Advice => {
            let input = AdviceInput { id: of("id"), text: of("text"), note: None };
            (input.parse()?, body_hash(&input))
        }
        ActKind::Call => {
            let input = CallInput {
                id: of("id"),
                direction: of("direction"),
                disposition: of("disposition"),
                note: of("note"),
                call_back_at: of("call_back_at"),
            };
            (input.parse(app.platform.now())?, body_hash(&input))
        }
        ActKind::Handover => {
            let input = HandoverInput { id: of("id"), to: of("to"), account_id: None, reason: of("reason") };
            (input.parse()?, body_hash(&input))
        }
        ActKind::Referral => {
            let input = ReferralInput {
                id: of("id"),
                to: of("to"),
                reason: of("reason"),
                note: None,
                urgency: of("urgency"),
                transport: of("transport"),
            };
            (input.parse()?, body_hash(&input))
        }
        ActKind::Prescription => {
            let answered = |question: Question| {
                let answer = of(&format!("screening_{}", question.code())).filter(|answer| !answer.is_empty())?;
                Some((question.code().to_owned(), serde_json::Value::String(answer)))
            };
            let input = PrescriptionInput {
                id: of("id"),
                bag: of("bag"),
                items: items(&of("items").unwrap_or_default()),
                consent: Some(typed.contains_key("consent")),
                screening: Question::ALL.into_iter().filter_map(answered).collect(),
                note: of("note"),
            };
            (input.parse()?, body_hash(&input))
        }
    };
    acts::add(app, caller, target, draft, &hash).await
}

/// The kind that a path names.
///
/// # Errors
/// 404 for none.
pub fn kind(code: &str) -> Result<ActKind, Problem> {
    ActKind::from_code(code).ok_or_else(|| Problem::not_found("Không có trang này.", "There is no such page."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::access::Role;

    fn forms(role: Role, open: bool, refused: Option<&Refused>) -> ActForms {
        let (page, caller) = (samples::page(Lang::Vi), samples::caller_with(Lang::Vi, role));
        ActForms::with_ids(|| "new".to_owned(), &page, &caller, "/x".to_owned(), open, refused)
    }

    fn codes(forms: &ActForms) -> Vec<&str> {
        forms.forms.iter().map(|form| form.code).collect()
    }

    #[test]
    fn each_role_has_the_forms_that_it_may_send() {
        assert_eq!(codes(&forms(Role::Doctor, true, None)), ["call", "advice", "prescription", "referral", "handover"]);
        assert_eq!(codes(&forms(Role::Hotline, true, None)), ["call", "advice", "handover"]);
        assert_eq!(codes(&forms(Role::Doctor, false, None)), ["call", "advice"], "a case that has ended");
        assert!(codes(&forms(Role::Officer, true, None)).is_empty());
    }

    #[test]
    fn what_was_typed_and_its_id_stay_and_each_error_leads_to_its_field() {
        let errors = CallInput::default().parse(samples::now()).unwrap_err();
        let typed = Typed::from([("id".to_owned(), "same".to_owned()), ("note".to_owned(), "ho".to_owned())]);
        let refused = Refused { kind: ActKind::Call, typed, problem: Problem::invalid(errors) };
        let forms = forms(Role::Doctor, true, Some(&refused));
        let call = &forms.forms[0];
        assert!(call.open && call.id == "same" && call.value("note") == "ho" && !call.error("disposition").is_empty());
        assert_eq!(forms.errors[0].id, "call-disposition");
        assert!(!forms.forms[1].open && forms.forms[1].id == "new");
    }

    #[test]
    fn a_refusal_of_the_whole_leads_to_the_form() {
        let problem = Problem::conflict("bag_refused", "Không phát túi B: mang thai.", "Bag B is refused: pregnant.");
        let refused = Refused { kind: ActKind::Prescription, typed: Typed::new(), problem };
        let told = forms(Role::Doctor, true, Some(&refused)).errors;
        assert_eq!(
            (told[0].id.as_str(), told[0].message.as_str()),
            ("do-prescription", "Không phát túi B: mang thai.")
        );
    }

    #[test]
    fn a_line_is_a_medicine_and_its_dose_stands_after_a_bar() {
        let told = items("Paracetamol 500 mg | 1 viên khi sốt\n\n Oresol ");
        assert_eq!(told[0], serde_json::json!({"name": "Paracetamol 500 mg", "dose": "1 viên khi sốt"}));
        assert_eq!(told[1]["name"], "Oresol");
        assert_eq!(told.len(), 2);
        assert_eq!(field_of("/screening/pregnant"), "screening_pregnant");
        assert_eq!(field_of("/items/0/name"), "items");
    }
}
