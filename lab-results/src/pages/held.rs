//! `/lab/held/ID`: one record that waits: what it says, who it may be about, and the decision.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::ids::PersonId;
use shared::person::{Birth, PersonInput};
use shared::phone::Phone;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, exact, html};
use uuid::Uuid;

use super::{FormError, TEXTS, method_word, when};
use crate::app::App;
use crate::app::held::{self, Choice, OUTCOMES};
use crate::app::reason::Reason;
use crate::app::sender::Sender;
use crate::app::waiting::{self, Candidate, Detail, Waiting};
use crate::domain::disposition::HoldReason;

/// A record of the queue in the list of what waits.
pub(super) struct WaitingRow {
    pub(super) href: String,
    pub(super) lab_code: String,
    pub(super) accession: String,
    pub(super) barcode: String,
    pub(super) person: String,
    pub(super) found: String,
    pub(super) reasons: Vec<String>,
    pub(super) at: String,
    pub(super) at_text: String,
    pub(super) at_exact: String,
    /// One touch releases it: nothing is missing, and nobody has to be told from somebody who resembles them.
    pub(super) releasable: bool,
}

/// A birth as people write it: `01/02/1950`, or the year alone.
fn birth_text(birth: Option<Birth>) -> String {
    match birth {
        None => String::new(),
        Some(Birth::Year(year)) => year.to_string(),
        Some(Birth::Date(day)) => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
    }
}

fn reasons(page: &Page, waiting: &Waiting) -> Vec<String> {
    waiting.reasons().map(|reason| reason.detail().get(page.language()).to_owned()).collect()
}

/// Where it is said what the word means for which a record waits.
fn words(waiting: &Waiting) -> String {
    let kind = |reason| match reason {
        Reason::Record(HoldReason::LocalCode) => Some("test"),
        Reason::Record(HoldReason::UnknownValue) => Some("outcome"),
        _ => None,
    };
    let kind = waiting.reasons().find_map(kind);
    kind.map(|kind| format!("/lab/words?lab={}#{kind}-title", waiting.held.lab_code)).unwrap_or_default()
}

fn found(page: &Page, waiting: &Waiting) -> String {
    waiting
        .record
        .as_ref()
        .map(|parsed| page.t(&format!("lab-finding-{}", parsed.draft.finding.code())))
        .unwrap_or_default()
}

impl WaitingRow {
    pub(super) fn new(page: &Page, now: Instant, waiting: &Waiting) -> Self {
        let held = &waiting.held;
        let described = waiting.described();
        let name = described.as_ref().map(|person| person.full_name.as_str().to_owned()).unwrap_or_default();
        let birth = birth_text(described.and_then(|person| person.birth));
        Self {
            href: format!("/lab/held/{}", held.id),
            lab_code: held.lab_code.clone(),
            accession: held.accession.clone(),
            barcode: waiting.barcode().unwrap_or_default().to_owned(),
            person: format!("{name} {birth}").trim().to_owned(),
            found: found(page, waiting),
            reasons: reasons(page, waiting),
            at: held.created_at.to_string(),
            at_text: page.ago(held.created_at, now),
            at_exact: exact(held.created_at),
            releasable: waiting.is_releasable() && !waiting.asks_person() && !waiting.needs_value(),
        }
    }
}

/// A line of what the record says.
struct Line {
    word: String,
    value: String,
}

/// Somebody to choose.
struct PersonRow {
    value: String,
    id: String,
    name: String,
    details: String,
    owns_tube: bool,
    agrees: Vec<String>,
    differs: Vec<String>,
    checked: bool,
}

/// Another result of the message, which says something else.
struct OtherRow {
    href: String,
    accession: String,
    test: String,
    found: String,
}

impl OtherRow {
    fn new(page: &Page, waiting: &Waiting) -> Self {
        let draft = waiting.record.as_ref().map(|parsed| &parsed.draft);
        Self {
            href: format!("/lab/held/{}", waiting.held.id),
            accession: waiting.held.accession.clone(),
            test: draft.map(|draft| draft.loinc.to_string()).unwrap_or_default(),
            found: found(page, waiting),
        }
    }
}

struct OutcomeRow {
    code: &'static str,
    word: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "lab_held.html")]
struct HeldPage {
    page: Page,
    accession: String,
    action: String,
    errors: Vec<FormError>,
    reasons: Vec<String>,
    lines: Vec<Line>,
    releasable: bool,
    /// Where the laboratory says what its word means that nobody knew; empty where it waits for none.
    words: String,
    /// Somebody has to be chosen: the record alone does not tell.
    asks_person: bool,
    /// The words for whom the record itself describes; empty where it describes nobody.
    described: String,
    people: Vec<PersonRow>,
    outcomes: Vec<OutcomeRow>,
    /// What the record contradicts.
    others: Vec<OtherRow>,
    typed: Typed,
    message_format: String,
    message: String,
}

/// What was typed into the decision.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Typed {
    /// `record`, `new`, or the id of a person.
    #[serde(default)]
    who: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    birth: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    national_id: String,
    #[serde(default)]
    outcome: String,
}

impl Typed {
    fn choice(&self) -> Choice {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let person = (self.who == "new").then(|| PersonInput {
            full_name: given(&self.name),
            birth_date: given(&self.birth),
            phone: given(&self.phone),
            national_id: given(&self.national_id),
            ..PersonInput::default()
        });
        Choice { person_id: self.who.parse::<PersonId>().ok(), person, outcome: given(&self.outcome) }
    }

    /// What stands in the fields of somebody new where nothing was typed yet: what the record says.
    fn of(waiting: &Waiting) -> Self {
        let Some(person) = waiting.described() else { return Self::default() };
        Self {
            name: person.full_name.as_str().to_owned(),
            birth: birth_text(person.birth),
            phone: person.phone.as_ref().map(Phone::national).unwrap_or_default(),
            national_id: person.national_id.map(|number| number.as_str().to_owned()).unwrap_or_default(),
            ..Self::default()
        }
    }
}

fn lines(page: &Page, waiting: &Waiting) -> Vec<Line> {
    let described = waiting.described();
    let draft = waiting.record.as_ref().map(|parsed| &parsed.draft);
    let text = |value: Option<String>| value.unwrap_or_default();
    let lines = [
        ("lab-column-lab", waiting.held.lab_code.clone()),
        ("lab-column-accession", waiting.held.accession.clone()),
        ("lab-column-tube", waiting.barcode().unwrap_or_default().to_owned()),
        ("result-name", text(described.as_ref().map(|person| person.full_name.as_str().to_owned()))),
        ("lab-held-birth", birth_text(described.as_ref().and_then(|person| person.birth))),
        ("lab-pools-phone", text(described.and_then(|person| person.phone).map(|phone| phone.national()))),
        ("lab-column-outcome", found(page, waiting)),
        ("lab-held-test", text(draft.map(|draft| draft.loinc.to_string()))),
        ("lab-column-method", text(draft.map(|draft| method_word(page, draft.method)))),
        ("lab-column-collected", text(draft.map(|draft| when(draft.collected_at)))),
        ("lab-column-resulted", text(draft.map(|draft| when(draft.resulted_at)))),
        ("lab-column-since", exact(waiting.held.created_at)),
    ];
    let lines = lines.into_iter().filter(|(_, value)| !value.is_empty());
    lines.map(|(key, value)| Line { word: page.t(key), value }).collect()
}

fn person_row(page: &Page, waiting: &Waiting, candidate: &Candidate, typed: &Typed) -> PersonRow {
    let person = &candidate.person;
    let (phone, number) = candidate.ends();
    let ends = |key: &str, end: Option<String>| end.map(|end| page.t_with(key, &[("end", end.into())]));
    let birth = Some(birth_text(candidate.birth())).filter(|text| !text.is_empty());
    let ward = person.ward_code.as_ref().and_then(|ward| shared::area::ward_any(ward.as_str()));
    let ward = ward.map(|ward| ward.name.to_owned());
    let details = [birth, ends("lab-held-phone-end", phone), ends("lab-held-number-end", number), ward];
    let compared = waiting.described().map(|draft| candidate.compared(&draft)).unwrap_or_default();
    let words = |agrees: bool| {
        let those = compared.iter().filter(move |one| one.agrees == agrees);
        those.map(|one| one.words().get(page.language()).to_owned()).collect()
    };
    let value = person.id.to_string();
    PersonRow {
        id: format!("who-{value}"),
        checked: typed.who == value,
        name: person.full_name.as_str().to_owned(),
        details: details.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        owns_tube: candidate.owns_tube,
        agrees: words(true),
        differs: words(false),
        value,
    }
}

impl HeldPage {
    /// What is to be corrected in a field.
    fn error(&self, id: &str) -> String {
        self.errors.iter().find(|error| error.id == id).map(|error| error.message.clone()).unwrap_or_default()
    }

    fn new(caller: &Caller, detail: &Detail, typed: Option<Typed>, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, &TEXTS, "lab-held-title").work();
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let waiting = &detail.waiting;
        let typed = typed.unwrap_or_else(|| Typed::of(waiting));
        let outcomes = if waiting.needs_value() { OUTCOMES.to_vec() } else { Vec::new() };
        let (message_format, message) = detail.message.clone().unwrap_or_default();
        let owned = detail.candidates.iter().any(|candidate| candidate.owns_tube);
        let described = waiting.described().filter(|person| !owned && person.birth.is_some() | person.phone.is_some());
        Self {
            accession: waiting.held.accession.clone(),
            action: format!("/lab/held/{}", waiting.held.id),
            reasons: reasons(&page, waiting),
            lines: lines(&page, waiting),
            releasable: waiting.is_releasable(),
            words: words(waiting),
            asks_person: waiting.is_releasable() && (waiting.asks_person() || !detail.candidates.is_empty()),
            described: described
                .map(|person| format!("{} {}", person.full_name.as_str(), birth_text(person.birth)))
                .unwrap_or_default(),
            people: detail.candidates.iter().map(|one| person_row(&page, waiting, one, &typed)).collect(),
            outcomes: outcomes
                .into_iter()
                .map(|outcome| OutcomeRow {
                    code: outcome.code(),
                    word: page.t(&format!("outcome-{}", outcome.code())),
                    checked: typed.outcome == outcome.code(),
                })
                .collect(),
            others: detail.others.iter().map(|other| OtherRow::new(&page, other)).collect(),
            message_format: message_format.to_uppercase(),
            message,
            errors,
            typed,
            page,
        }
    }
}

pub(super) async fn show(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Response, Problem> {
    let detail = waiting::show(&app, &Sender::of(&caller)?, id).await?;
    Ok(html(&HeldPage::new(&caller, &detail, None, Vec::new())))
}

pub(super) async fn release(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let problem = match held::release(&app, &sender, id, &typed.choice()).await {
        Ok(_) => return Ok(Redirect::to("/lab?done=released").into_response()),
        // What was typed is kept beside what is to be corrected.
        Err(problem) if matches!(problem.status.as_u16(), 409 | 422) => problem,
        Err(problem) => return Err(problem),
    };
    let detail = waiting::show(&app, &sender, id).await?;
    let mut response = html(&HeldPage::new(&caller, &detail, Some(typed), faults(&caller, &problem)));
    *response.status_mut() = problem.status;
    Ok(response)
}

/// What is to be corrected, each at its field.
fn faults(caller: &Caller, problem: &Problem) -> Vec<FormError> {
    let lang = caller.lang();
    if problem.errors.is_empty() {
        return vec![FormError { id: "decide".into(), message: problem.detail.get(lang).to_owned() }];
    }
    let field = |pointer: &str| match pointer {
        "/person/full_name" => "name",
        "/person/birth_date" => "birth",
        "/person/phone" => "phone",
        "/person/national_id" => "national_id",
        "/outcome" => "outcome",
        _ => "decide",
    };
    let one = |error: &shared::problem::FieldError| FormError {
        id: field(&error.pointer).into(),
        message: error.detail.get(lang).to_owned(),
    };
    problem.errors.iter().map(one).collect()
}

pub(super) async fn dismiss(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Response, Problem> {
    held::dismiss(&app, &Sender::of(&caller)?, id).await?;
    Ok(Redirect::to("/lab?done=dismissed").into_response())
}
