//! `/lab/tubes`: where tubes are, what happens to them, and how long each part of the way takes; `/t/CODE`:
//! where somebody's own tube is, which tells nothing of the person.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::ids::SpecimenId;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, exact, html};

use super::citizen::missing;
use super::pager::Pager;
use super::tabs::{Tab, tabs, took};
use super::{FormError, TEXTS, even};
use crate::app::App;
use crate::app::custody::{self, CustodyInput, LAST, Whereabouts, way, whereabouts};
use crate::app::paging;
use crate::app::sender::Sender;
use crate::domain::custody::{REJECT_CODES, TubeState, expected};
use crate::domain::tube::TubeCode;

/// How many tubes the list shows at once.
const SHOWN: i64 = 50;

struct Line {
    state: String,
    at: String,
    who: String,
}

struct TubeShown {
    barcode: String,
    others: String,
    lines: Vec<Line>,
    expected: String,
    late: bool,
    label: String,
}

struct TubeRow {
    barcode: String,
    state: String,
    since: String,
    collected_at: String,
    people: i64,
    late: bool,
}

struct TimesRow {
    part: String,
    count: usize,
    median: String,
    p90: String,
}

#[derive(Template)]
#[template(path = "lab_tubes.html")]
struct TubesPage {
    page: Page,
    tabs: Vec<Tab>,
    done: String,
    errors: Vec<FormError>,
    asked: String,
    tube: Option<TubeShown>,
    rows: Vec<TubeRow>,
    pager: Pager,
    /// What was typed about tubes and is to be corrected.
    typed: Typed,
    states: Vec<(&'static str, String)>,
    codes: Vec<(&'static str, String)>,
    times: Vec<TimesRow>,
}

fn state_word(page: &Page, state: TubeState) -> String {
    page.t(&format!("tube-{}", state.code()))
}

fn expected_words(page: &Page, found: &Whereabouts) -> String {
    found.expected_at.map(|at| page.t_with("lab-tubes-expected", &[("at", exact(at).into())])).unwrap_or_default()
}

impl TubeShown {
    fn new(page: &Page, found: &Whereabouts) -> Self {
        let line = |line: &crate::store::flow::CustodyLine| Line {
            state: match &line.code {
                Some(code) => format!("{} ({code})", state_word(page, line.state)),
                None => state_word(page, line.state),
            },
            at: exact(line.at),
            who: [line.lab_code.clone().unwrap_or_default(), line.note.clone()].join(" ").trim().to_owned(),
        };
        Self {
            barcode: found.specimen.barcode.clone(),
            others: found.aliases.join(", "),
            lines: found.lines.iter().map(line).collect(),
            expected: expected_words(page, found),
            late: found.late,
            label: format!("/api/v1/lab/specimens/{}/label", found.specimen.id),
        }
    }
}

/// The tubes on their way, and the way to the others.
async fn on_the_way(
    app: &App,
    page: &Page,
    sender: &Sender,
    after: Option<SpecimenId>,
) -> Result<(Vec<TubeRow>, Pager), Problem> {
    let now = app.platform.now();
    let mut tx = app.store.read().await?;
    let others = tx.last_ways(sender.lab_code(), LAST).await?;
    let found = tx.on_the_way(sender.lab_code(), after, SHOWN + 1).await?;
    let found = paging::after_last(found, SHOWN, |one| one.specimen_id.to_string());
    let mut rows = Vec::new();
    for one in found.items {
        let reached = way(&tx.custody(one.specimen_id).await?);
        rows.push(TubeRow {
            state: state_word(page, one.last.state),
            since: page.ago(one.last.at, now),
            collected_at: exact(one.collected_at),
            people: one.people,
            late: expected(&reached, &others).is_some_and(|at| at < now),
            barcode: one.barcode,
        });
    }
    let here = after.map(|after| after.to_string());
    let begins = ("after", here.as_deref());
    Ok((rows, Pager::new(("/lab/tubes", "way-title"), &[], begins, found.next_cursor.as_deref())))
}

async fn page(
    app: &App,
    caller: &Caller,
    Asked { barcode: asked, after, .. }: &Asked,
    done: String,
    (typed, problems): (Typed, Vec<FormError>),
) -> Result<TubesPage, Problem> {
    let sender = Sender::of(caller)?;
    let asked = asked.trim();
    let mut page = Page::new(caller, &TEXTS, "lab-tubes-title").work();
    let mut errors = problems;
    let found = match asked {
        "" => None,
        code => match custody::by_code(app, code).await {
            Ok(id) => Some(custody::look(app, &sender, id).await?),
            Err(problem) => {
                let message = problem.errors.first().map_or(&*problem.detail, |error| &error.detail);
                errors.push(FormError { id: "barcode".into(), message: message.get(page.language()).to_owned() });
                None
            }
        },
    };
    if !errors.is_empty() {
        page = page.with_errors();
    }
    let (rows, pager) = on_the_way(app, &page, &sender, after.parse().ok()).await?;
    let times = custody::turnaround(app, sender.lab_code()).await?.into_iter().map(|(from, to, times)| TimesRow {
        part: format!("{} → {}", state_word(&page, from), state_word(&page, to)),
        count: times.map_or(0, |times| times.count),
        median: times.map(|times| took(&page, times.median)).unwrap_or_default(),
        p90: times.map(|times| took(&page, times.p90)).unwrap_or_default(),
    });
    let lang = page.language();
    let words = |vi: &str, en: &str| if lang == shared::bilingual::Lang::Vi { vi.to_owned() } else { en.to_owned() };
    Ok(TubesPage {
        tabs: tabs(&page, caller, "/lab/tubes"),
        done,
        errors,
        asked: asked.to_owned(),
        tube: found.as_ref().map(|found| TubeShown::new(&page, found)),
        rows,
        pager,
        typed,
        states: TubeState::BY_HAND.map(|state| (state.code(), state_word(&page, state))).into(),
        codes: REJECT_CODES.map(|(code, vi, en)| (code, words(vi, en))).into(),
        times: times.collect(),
        page,
    })
}

/// What the address of the page says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    barcode: String,
    noted: Option<i64>,
    /// After which tube the list begins.
    after: String,
}

/// What stands in the form.
#[derive(Default)]
struct Typed {
    barcodes: String,
    state: String,
    code: String,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let words = Page::new(&caller, &TEXTS, "lab-tubes-title");
    let done = asked.noted.map(|n| words.t_with("lab-custody-done", &[("n", n.into())])).unwrap_or_default();
    Ok(html(&page(&app, &caller, &asked, done, (Typed::default(), Vec::new())).await?))
}

#[derive(Deserialize)]
pub(super) struct CustodyForm {
    #[serde(default)]
    barcodes: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn note(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<CustodyForm>,
) -> Result<Response, Problem> {
    let barcodes = form.barcodes.split(['\n', '\r', ',', ';', '\t']).map(str::trim).filter(|text| !text.is_empty());
    let input = CustodyInput {
        barcodes: barcodes.map(str::to_owned).collect(),
        state: form.state.clone(),
        at: None,
        code: Some(form.code.clone()),
        note: None,
        site_id: None,
    };
    let lang = caller.lang();
    let mut typed = Typed { barcodes: form.barcodes.clone(), state: form.state, code: form.code };
    let errors: Vec<FormError> = match custody::note(&app, &Sender::of(&caller)?, &input).await {
        Ok(noted) => {
            let wrong = noted.iter().filter_map(|one| one.error.as_ref());
            let errors: Vec<_> = wrong
                .map(|error| FormError { id: "barcodes".into(), message: error.detail.get(lang).to_owned() })
                .collect();
            // The others are noted: what stays in the form is what was not.
            let left = noted.iter().filter(|one| one.error.is_some()).map(|one| one.barcode.as_str());
            typed.barcodes = left.collect::<Vec<_>>().join("\n");
            if errors.is_empty() {
                let count = noted.iter().filter(|one| one.status == "noted").count();
                return Ok(Redirect::to(&format!("/lab/tubes?noted={count}")).into_response());
            }
            errors
        }
        Err(problem) if !problem.errors.is_empty() => {
            let id = |pointer: &str| if pointer == "/code" { "code" } else { "barcodes" };
            let errors = problem.errors.iter();
            errors
                .map(|error| FormError { id: id(&error.pointer).into(), message: error.detail.get(lang).to_owned() })
                .collect()
        }
        Err(problem) => return Err(problem),
    };
    Ok(html(&page(&app, &caller, &Asked::default(), String::new(), (typed, errors)).await?))
}

#[derive(Template)]
#[template(path = "tube.html")]
struct OwnTubePage {
    page: Page,
    barcode: String,
    lines: Vec<Line>,
    expected: String,
    late: bool,
    out: bool,
}

/// Where somebody's tube is, for whoever has its code on paper. Only codes of ours: a kit's number can be guessed.
pub(super) async fn own(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Response, Problem> {
    let page = Page::new(&caller, &TEXTS, "tube-title");
    let Some(code) = TubeCode::parse(&code) else { return Ok(missing(&caller)) };
    let mut tx = app.store.read().await?;
    let found = match tx.specimen_by_code(code.as_str()).await? {
        Some(id) => whereabouts(tx.as_mut(), id, app.platform.now()).await?,
        None => None,
    };
    let Some(found) = found else { return Ok(missing(&caller)) };
    let out = found.lines.iter().any(|line| matches!(line.state, TubeState::Released | TubeState::Invalid));
    let told = found.lines.iter().filter(|line| !matches!(line.state, TubeState::Invalid | TubeState::Corrected));
    let lines = told.map(|line| Line { state: state_word(&page, line.state), at: exact(line.at), who: String::new() });
    let lines = lines.collect();
    let expected = expected_words(&page, &found);
    Ok(even(&OwnTubePage { barcode: code.to_string(), lines, expected, late: found.late, out, page }))
}
