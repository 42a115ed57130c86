//! `/papers/TOKEN`, where the QR symbol of a paper leads, and `/care/papers`, a citizen's own papers.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use shared::area::ward_any;
use shared::time::Date;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::TEXTS;
use crate::App;
use crate::app::papers::{self, Check, OwnPaper};
use crate::papers::Facts;

/// A line of what a paper says.
struct Line {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "paper_check.html")]
struct CheckPage {
    page: Page,
    /// `well`, `watch` or `emergency`: the colour.
    level: &'static str,
    verdict: String,
    advice: String,
    title: String,
    lines: Vec<Line>,
}

fn day(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

fn lines(page: &Page, facts: &Facts) -> Vec<Line> {
    let line = |key: &str, value: String| Line { label: page.t(key), value };
    let mut lines = vec![line("paper-name", facts.name.clone())];
    lines.extend(facts.birth.clone().map(|birth| line("paper-birth", birth)));
    lines.push(line("paper-from", day(facts.from)));
    lines.push(line("paper-to", day(facts.to)));
    lines.extend(facts.ward_code.as_deref().and_then(ward_any).map(|unit| line("paper-ward", unit.label())));
    lines.push(line("paper-number", facts.number.clone()));
    lines.push(line("paper-issued", day(facts.issued_on)));
    lines
}

impl CheckPage {
    fn new(caller: &Caller, check: &Check) -> Self {
        let page = Page::new(caller, &TEXTS, "paper-check-title");
        let (level, state, facts) = match check {
            Check::Valid(facts) => ("well", "valid", Some(facts)),
            Check::Expired(facts) => ("watch", "expired", Some(facts)),
            Check::Revoked(facts) => ("emergency", "revoked", Some(facts)),
            Check::Forged => ("emergency", "forged", None),
            Check::Unreadable => ("emergency", "unreadable", None),
        };
        Self {
            level,
            verdict: page.t(&format!("paper-{state}")),
            advice: page.t(&format!("paper-{state}-note")),
            title: facts.map(|facts| page.t(&format!("paper-kind-{}", facts.kind))).unwrap_or_default(),
            lines: facts.map(|facts| lines(&page, facts)).unwrap_or_default(),
            page,
        }
    }
}

async fn check(State(app): State<App>, caller: Caller, Path(token): Path<String>) -> Result<Response, Problem> {
    let check = papers::check(&app, &token).await?;
    Ok(html(&CheckPage::new(&caller, &check)))
}

/// A paper of one's own.
struct Own {
    href: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "care_papers.html")]
struct OwnPage {
    page: Page,
    papers: Vec<Own>,
}

impl OwnPage {
    fn new(caller: &Caller, papers: &[OwnPaper]) -> Self {
        let page = Page::new(caller, &TEXTS, "paper-own-title");
        let own = |paper: &OwnPaper| {
            let file = if paper.facts.kind == "completion" { "certificate" } else { "isolation-order" };
            Own {
                href: format!("/api/v1/f0/cases/{}/{file}.pdf", paper.case_id),
                title: page.t(&format!("paper-kind-{}", paper.facts.kind)),
                text: format!("{}, {} - {}", paper.facts.name, day(paper.facts.from), day(paper.facts.to)),
            }
        };
        Self { papers: papers.iter().map(own).collect(), page }
    }
}

async fn own(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(Redirect::to("/care").into_response());
    }
    Ok(html(&OwnPage::new(&caller, &papers::own(&app, &caller).await?)))
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/papers/{token}",
            Who::Public,
            Scope::None,
            Doc::page("Whether a paper is genuine and valid: where its QR symbol leads"),
            get(check),
        )
        .add(
            Method::GET,
            "/care/papers",
            Who::Public,
            Scope::Own,
            Doc::page("A citizen's own papers; the sign-in form before"),
            get(own),
        )
}

#[cfg(test)]
mod tests {
    use shared::bilingual::Lang;

    use super::*;
    use crate::pages::samples;

    fn facts() -> Facts {
        serde_json::from_str(
            r#"{"v":1,"id":"01890a5d-ac96-774b-bcce-b302099a8057","k":"completion","n":"4F2A19C3/GXN-TYT",
                "p":"Nguyễn Thị Hoa","b":"1955","w":"28252","f":"2022-03-01","t":"2022-03-08","d":"2022-03-08"}"#,
        )
        .unwrap()
    }

    #[test]
    fn every_verdict_has_its_words_in_both_languages_and_a_forged_paper_tells_no_name() {
        for lang in [Lang::Vi, Lang::En] {
            let caller = samples::caller(lang);
            let all = [Check::Valid(facts()), Check::Expired(facts()), Check::Revoked(facts())];
            for check in all.into_iter().chain([Check::Forged, Check::Unreadable]) {
                let told = CheckPage::new(&caller, &check).render().unwrap();
                let names = !matches!(check, Check::Forged | Check::Unreadable);
                assert_eq!(told.contains("Nguyễn Thị Hoa"), names);
                assert!(!told.contains(">paper-"), "{told}");
            }
            let own = OwnPaper { case_id: samples::case().id, facts: facts() };
            for papers in [vec![own], Vec::new()] {
                let told = OwnPage::new(&caller, &papers).render().unwrap();
                assert!(!told.contains(">paper-"), "{told}");
            }
        }
    }
}
