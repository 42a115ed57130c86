//! `/sick-leave`: the sick leaves of the cases that ended in a span of days, to look at and to take out.

use askama::Template;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use shared::time::Date;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, html};

use super::TEXTS;
use super::case::patient::{day, place};
use super::typed::{Pick, TypedForm};
use crate::App;
use crate::api::KEEPERS;
use crate::app::sick_leave::{self, SickLeave, SickLeaves, SpanInput};

/// So many are shown; a file has all.
const SHOWN: usize = 100;

/// One sick leave.
struct Row {
    name: String,
    birth: String,
    number: String,
    from: String,
    to: String,
    days: i64,
    certificate: String,
}

#[derive(Template)]
#[template(path = "sick_leave.html")]
struct SickLeavePage {
    page: Page,
    form: TypedForm,
    /// Wards to choose from; empty where there is one alone.
    wards: Vec<Pick>,
    rows: Vec<Row>,
    /// How many there are, in words; empty where nothing could be looked up.
    counted: String,
    /// How many more a file has, in words.
    more: String,
    /// How many cases have no certificate, in words.
    without: String,
    /// The addresses of the files, without their end; empty where there is nothing.
    files: String,
}

impl Row {
    fn new(one: &SickLeave) -> Self {
        Self {
            name: one.full_name.clone(),
            birth: one.birth.clone().unwrap_or_default(),
            number: one.social_insurance_no.clone().unwrap_or_default(),
            from: day(one.from),
            to: day(one.to),
            days: one.days,
            certificate: one.certificate_no.clone(),
        }
    }
}

fn count(page: &Page, key: &str, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if count == 0 { String::new() } else { page.t_with(key, &[("count", count.into())]) }
}

impl SickLeavePage {
    fn new(caller: &Caller, form: TypedForm, found: Option<&SickLeaves>, today: Date) -> Self {
        let mut page = Page::new(caller, &TEXTS, "leave-title").work();
        if !form.errors.is_empty() {
            page = page.with_errors();
        }
        let codes = super::board::wards(caller, today);
        let all = found.map(|found| found.items.as_slice()).unwrap_or_default();
        let files = found.filter(|found| !found.items.is_empty()).map(|found| {
            let span = &found.span;
            let ward = span.ward.as_deref().unwrap_or_default();
            format!("?ward_code={ward}&from={}&to={}", span.from, span.to)
        });
        Self {
            wards: codes.into_iter().map(|code| Pick::new(code, place(code))).collect(),
            rows: all.iter().take(SHOWN).map(Row::new).collect(),
            counted: count(&page, "leave-count", all.len()),
            more: count(&page, "leave-more", all.len().saturating_sub(SHOWN)),
            without: count(&page, "leave-without", found.map_or(0, |found| found.without_paper.len())),
            files: files.unwrap_or_default(),
            form,
            page,
        }
    }
}

async fn show(State(app): State<App>, caller: Caller, Query(input): Query<SpanInput>) -> Result<Response, Problem> {
    let today = app.platform.now().local_date();
    match sick_leave::of_span(&app, &caller, &input).await {
        Ok(found) => {
            let form = TypedForm::of([
                ("ward_code", found.span.ward.clone().unwrap_or_default()),
                ("from", found.span.from.to_string()),
                ("to", found.span.to.to_string()),
            ]);
            Ok(html(&SickLeavePage::new(&caller, form, Some(&found), today)))
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let typed = [("ward_code", text(&input.ward_code)), ("from", text(&input.from)), ("to", text(&input.to))];
            let form = TypedForm::of(typed).wrong(caller.lang(), &problem.errors, str::to_owned);
            let mut response = html(&SickLeavePage::new(&caller, form, None, today));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let doc = Doc::page("The sick leaves (XML11) of the cases that ended in a span of days");
    let doc = doc.query(&["ward_code", "from", "to"]);
    routes.add(Method::GET, "/sick-leave", Who::Roles(KEEPERS), Scope::Area, doc, get(show))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sick_leave::Span;
    use crate::pages::samples;
    use shared::bilingual::Lang;
    use shared::ids::CaseId;
    use shared::person::Sex;

    /// Sick leaves of one week.
    fn found(count: usize) -> SickLeaves {
        let (from, to) = (Date::constant(2022, 3, 1), Date::constant(2022, 3, 8));
        let one = SickLeave {
            table: "XML11",
            link: "0".repeat(32),
            full_name: "Nguyễn <Thị> Hoa".to_owned(),
            birth: Some("1955".to_owned()),
            sex: Some(Sex::Female),
            social_insurance_no: None,
            ward_code: Some("28252".to_owned()),
            from,
            to,
            days: 8,
            certificate_no: "4F2A19C3/GXN-TYT".to_owned(),
            issued_on: to,
        };
        let without_paper = vec![CaseId::from_uuid(uuid::Uuid::from_u128(1))];
        SickLeaves { span: Span { ward: None, from, to }, items: vec![one; count], without_paper }
    }

    fn rendered(lang: Lang, form: TypedForm, found: Option<&SickLeaves>) -> String {
        SickLeavePage::new(&samples::caller(lang), form, found, Date::constant(2022, 3, 10)).render().unwrap()
    }

    #[test]
    fn it_is_written_in_both_languages_and_shows_no_more_than_a_page_holds() {
        for lang in [Lang::Vi, Lang::En] {
            for count in [0, 1, SHOWN + 3] {
                let html = rendered(lang, TypedForm::default(), Some(&found(count)));
                samples::assert_no_key(&html);
                assert_eq!(html.matches("4F2A19C3").count(), count.min(SHOWN));
                assert_eq!(html.contains("export.xlsx?ward_code="), count > 0, "{html}");
                assert!(!html.contains("<Thị>"));
            }
        }
    }

    #[test]
    fn a_span_that_is_wrong_comes_back_with_what_is_right() {
        let asked = |from: &str, to: &str| SpanInput {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            ward_code: Some("99999".to_owned()),
        };
        let caller = samples::caller(Lang::Vi);
        let wrong = |from: &str, to: &str| {
            let errors = asked(from, to).parse(&caller, Date::constant(2022, 3, 10)).unwrap_err();
            let form = TypedForm::default().wrong(Lang::Vi, &errors, str::to_owned);
            rendered(Lang::Vi, form, None)
        };
        for (from, to, field) in
            [("x", "2022-03-01", "from"), ("2022-03-02", "2022-03-01", "to"), ("2021-12-01", "2022-03-10", "to")]
        {
            let html = wrong(from, to);
            assert!(
                html.contains(&format!("href=\"#{field}\"")) && html.contains("<title>Lỗi:"),
                "{from} {to}: {html}"
            );
        }
        let usual = SpanInput::default().parse(&caller, Date::constant(2022, 3, 10)).unwrap();
        assert_eq!((usual.from, usual.to), (Date::constant(2022, 3, 3), Date::constant(2022, 3, 10)));
    }
}
