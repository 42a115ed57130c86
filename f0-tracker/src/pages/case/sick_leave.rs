//! `/cases/{id}/sick-leave`: what the sick leave of one case that has ended is claimed with.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use shared::ids::CaseId;
use shared_web::Problem;
use shared_web::access::Routes;
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use super::patient::{day, place};
use crate::App;
use crate::api::KEEPERS;
use crate::app::sick_leave::{self, SickLeave};
use crate::pages::{Pages as _, TEXTS};

/// A fact with the name that it has in the file.
struct Fact {
    term: String,
    name: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "case_sick_leave.html")]
struct LeavePage {
    page: Page,
    case: CaseId,
    name: String,
    facts: Vec<Fact>,
    /// The list of the day on which the certificate was issued.
    list: String,
}

impl LeavePage {
    fn new(caller: &Caller, case: CaseId, leave: &SickLeave) -> Self {
        let page = Page::new(caller, &TEXTS, "leave-one-title").work();
        let lang = page.language();
        let unknown = |text: Option<String>| text.unwrap_or_else(|| page.t("case-unknown"));
        let fact = |key: &str, name, text: String| Fact { term: page.t(key), name, text };
        let facts = vec![
            fact("leave-link", "MA_LK", leave.link.clone()),
            fact("paper-name", "full_name", leave.full_name.clone()),
            fact("paper-birth", "birth", unknown(leave.birth.clone())),
            fact("leave-sex", "sex", unknown(leave.sex.map(|sex| sex.name().get(lang).to_owned()))),
            fact("leave-insurance", "social_insurance_no", unknown(leave.social_insurance_no.clone())),
            fact("paper-ward", "ward_code", unknown(leave.ward_code.as_deref().map(place))),
            fact("paper-from", "from", day(leave.from)),
            fact("paper-to", "to", day(leave.to)),
            fact("leave-days", "days", leave.days.to_string()),
            fact("leave-certificate", "certificate_no", leave.certificate_no.clone()),
            fact("paper-issued", "issued_on", day(leave.issued_on)),
        ];
        let list = format!("/sick-leave?from={0}&to={0}", leave.issued_on);
        Self { case, name: leave.full_name.clone(), facts, list, page }
    }
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    let leave = sick_leave::of_case(&app, &caller, id).await?;
    Ok(html(&LeavePage::new(&caller, id, &leave)))
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let what = "What the sick leave (XML11) of a case that has ended is claimed with";
    routes.page("/cases/{id}/sick-leave", KEEPERS, what, get(show))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;
    use shared::time::Date;

    #[test]
    fn what_is_not_known_is_said_in_both_languages() {
        let day = Date::constant(2022, 3, 8);
        let leave = SickLeave {
            table: "XML11",
            link: "0".repeat(32),
            full_name: "Nguyễn Thị Hoa".to_owned(),
            birth: None,
            sex: None,
            social_insurance_no: None,
            ward_code: None,
            from: Date::constant(2022, 3, 1),
            to: day,
            days: 8,
            certificate_no: "4F2A19C3/GXN-TYT".to_owned(),
            issued_on: day,
        };
        for (lang, unknown) in [(Lang::Vi, "chưa rõ"), (Lang::En, "not known")] {
            let html = LeavePage::new(&samples::caller(lang), samples::case().id, &leave).render().unwrap();
            samples::assert_no_key(&html);
            assert_eq!(html.to_lowercase().matches(unknown).count(), 4, "{html}");
            assert!(html.contains("social_insurance_no") && html.contains("08/03/2022"), "{html}");
        }
    }
}
