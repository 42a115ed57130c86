//! `/lab/words`: what a laboratory's own headers, codes and words mean, said by the laboratory itself.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::bilingual::Lang;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::tabs::{Tab, tabs};
use super::{FormError, TEXTS, figure};
use crate::app::App;
use crate::app::mapping;
use crate::app::rejudge;
use crate::app::sender::Sender;
use crate::domain::codes::{Finding, SpecimenKind};
use crate::domain::message::MappingKind;
use crate::domain::tabular;
use crate::store::model::MappedWord;

/// Something that a word may mean.
struct Meaning {
    code: String,
    label: String,
}

struct WordRow {
    local: String,
    target: String,
    means: String,
    /// The button that judges those again that wait for it; empty where none does.
    again: String,
}

/// One kind of word: those that were said, and the form for one more.
struct Section {
    kind: &'static str,
    title: String,
    hint: String,
    words: Vec<WordRow>,
    /// What can be chosen; empty where a code is typed.
    meanings: Vec<Meaning>,
    local_id: &'static str,
    target_id: &'static str,
    local: String,
    error: String,
}

#[derive(Template)]
#[template(path = "lab_words.html")]
struct WordsPage {
    page: Page,
    tabs: Vec<Tab>,
    errors: Vec<FormError>,
    done: String,
    lab: String,
    labs: Vec<Meaning>,
    sections: Vec<Section>,
}

const fn ids(kind: MappingKind) -> (&'static str, &'static str) {
    match kind {
        MappingKind::Header => ("header", "header-target"),
        MappingKind::Test => ("test", "test-target"),
        MappingKind::Outcome => ("outcome", "outcome-target"),
        MappingKind::Specimen => ("specimen", "specimen-target"),
    }
}

/// What words of a kind may mean; none for tests, whose LOINC code is typed.
fn meanings(page: &Page, kind: MappingKind) -> Vec<Meaning> {
    let lang = page.language();
    match kind {
        MappingKind::Test => Vec::new(),
        MappingKind::Outcome => {
            let all = Finding::ALL.iter().map(|finding| finding.code().to_owned());
            all.map(|code| Meaning { label: page.t(&format!("lab-finding-{code}")), code }).collect()
        }
        MappingKind::Specimen => {
            let all = SpecimenKind::ALL.iter();
            all.map(|kind| Meaning { code: kind.code().to_owned(), label: kind.name().get(lang).to_owned() }).collect()
        }
        MappingKind::Header => {
            let label = |entry: &tabular::ColumnEntry| {
                if lang == Lang::Vi { entry.vietnamese } else { entry.column }.to_owned()
            };
            tabular::dictionary().map(|entry| Meaning { label: label(&entry), code: entry.column.to_owned() }).collect()
        }
    }
}

/// What was typed and refused.
struct Refused {
    kind: MappingKind,
    local: String,
    on_target: bool,
    message: String,
}

async fn words_page(
    app: &App,
    caller: &Caller,
    Wanted { lab: named, again }: &Wanted,
    refused: Option<Refused>,
) -> Result<WordsPage, Problem> {
    let sender = Sender::of(caller)?;
    let mut page = Page::new(caller, &TEXTS, "lab-words-title").work();
    let all = app.store.read().await?.laboratories().await?;
    let lab = match (sender.lab_code(), named.as_deref().map(str::trim).filter(|code| !code.is_empty())) {
        (None, None) => all.first().map(|lab| lab.code.clone()).unwrap_or_default(),
        (_, named) => mapping::laboratory(&sender, named)?,
    };
    let said = mapping::list(app, &lab).await?;
    let waiting = rejudge::counts(app.store.read().await?.as_mut(), &lab).await?;
    let mut errors = Vec::new();
    let mut sections = Vec::new();
    for kind in [MappingKind::Header, MappingKind::Test, MappingKind::Outcome, MappingKind::Specimen] {
        let (local_id, target_id) = ids(kind);
        let meanings = meanings(&page, kind);
        let word = |word: &MappedWord| WordRow {
            local: word.local.clone(),
            means: meanings
                .iter()
                .find(|known| known.code == word.target)
                .map_or_else(|| word.target.clone(), |known| known.label.clone()),
            again: match waiting.get(&(kind, word.local.clone())) {
                Some(count) => page.t_with("lab-words-again", &[("count", figure(page.language(), *count).into())]),
                None => String::new(),
            },
            target: word.target.clone(),
        };
        let words = said.iter().filter(|said| said.kind == kind).map(word).collect();
        let wrong = refused.as_ref().filter(|refused| refused.kind == kind);
        if let Some(wrong) = wrong {
            let id = if wrong.on_target { target_id } else { local_id };
            errors.push(FormError { id: id.into(), message: wrong.message.clone() });
        }
        sections.push(Section {
            kind: kind.code(),
            title: page.t(&format!("lab-words-{}", kind.code())),
            hint: page.t(&format!("lab-words-{}-hint", kind.code())),
            words,
            meanings,
            local_id,
            target_id,
            local: wrong.map(|wrong| wrong.local.clone()).unwrap_or_default(),
            error: wrong.map(|wrong| wrong.message.clone()).unwrap_or_default(),
        });
    }
    if !errors.is_empty() {
        page = page.with_errors();
    }
    let choice = all.into_iter().filter(|_| sender.lab_code().is_none());
    let labs = choice.map(|lab| Meaning { code: lab.code, label: lab.name }).collect();
    let done = match again.as_deref().map(str::parse::<u64>) {
        Some(Ok(count)) => page.t_with("lab-words-again-begun", &[("count", figure(page.language(), count).into())]),
        _ => String::new(),
    };
    Ok(WordsPage { tabs: tabs(&page, caller, "/lab/words"), errors, done, lab, labs, sections, page })
}

/// What the address of the page says.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    lab: Option<String>,
    /// How many records are just judged again.
    again: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    Ok(html(&words_page(&app, &caller, &wanted, None).await?))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct WordForm {
    lab: String,
    kind: String,
    local: String,
    target: String,
    remove: String,
}

pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<WordForm>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let named = Some(form.lab.as_str()).filter(|lab| !lab.trim().is_empty());
    let lab = mapping::laboratory(&sender, named)?;
    let kind = MappingKind::from_code(&form.kind).unwrap_or(MappingKind::Header);
    let target = if form.remove.is_empty() { form.target.trim() } else { "" };
    let word = MappedWord { kind, local: form.local.clone(), target: target.to_owned() };
    let refused = |on_target: bool, message: String| Refused { kind, local: form.local.clone(), on_target, message };
    let refused = if target.is_empty() && form.remove.is_empty() {
        let page = Page::new(&caller, &TEXTS, "lab-words-title");
        refused(true, page.t("lab-words-no-target"))
    } else {
        match mapping::put(&app, &sender, &lab, &[word]).await {
            Ok(()) => return Ok(back(&sender, &lab, None)),
            Err(problem) => match problem.errors.first() {
                Some(error) => refused(error.pointer.ends_with("/target"), error.detail.get(caller.lang()).to_owned()),
                None => return Err(problem),
            },
        }
    };
    let wanted = Wanted { lab: named.map(str::to_owned), again: None };
    let page = words_page(&app, &caller, &wanted, Some(refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
}

/// Back to the words of a laboratory; `again` is how many records are just judged again.
fn back(sender: &Sender, lab: &str, again: Option<u64>) -> Response {
    let of = sender.lab_code().is_none().then(|| format!("lab={lab}"));
    let query: Vec<String> = of.into_iter().chain(again.map(|count| format!("again={count}"))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Redirect::to(&format!("/lab/words{mark}{}", query.join("&"))).into_response()
}

/// Judges the records again that wait for a word.
pub(super) async fn again(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<WordForm>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let lab = mapping::laboratory(&sender, Some(form.lab.as_str()).filter(|lab| !lab.trim().is_empty()))?;
    let kind = MappingKind::from_code(&form.kind).unwrap_or(MappingKind::Header);
    let count = rejudge::start(&app, &sender, &lab, kind, &form.local).await?;
    Ok(back(&sender, &lab, Some(count)))
}
