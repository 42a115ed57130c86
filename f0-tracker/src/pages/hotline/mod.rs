//! `/hotline`: one search box, the household of whoever calls, the lists of those to call.

mod desk;
mod household;
mod member;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{PersonId, ReportId};
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, html};

use self::desk::DeskView;
pub use self::desk::WaitingRow;
use self::member::{Hit, MemberCard, PersonView};
use super::acts::{self, ActForms, Refused};
use super::case::form::{self, ReportForm};
use super::{FormError, Pages as _, TEXTS};
use crate::App;
use crate::api::body_hash;
use crate::app::acts::Target;
use crate::app::hotline::{self, DESK, Desk, Household, Member};
use crate::app::report;
use crate::domain::act::ActKind;
use crate::domain::case::CaseState;
use crate::domain::observation::{ReportInput, Reporter};

/// The shortest text that is searched for.
const SHORTEST: usize = 2;

#[derive(Template)]
#[template(path = "hotline.html")]
struct HotlinePage {
    page: Page,
    q: String,
    searched: bool,
    hits: Vec<Hit>,
    desk: Option<DeskView>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: Option<String>,
}

impl HotlinePage {
    fn new(caller: &Caller, q: &str, hits: &[Member], desk: Option<&Desk>, now: Instant) -> Self {
        let page = Page::new(caller, &TEXTS, "hotline-title").work();
        Self {
            searched: !q.is_empty(),
            q: q.to_owned(),
            hits: hits.iter().map(|one| Hit::new(&page, one, now)).collect(),
            desk: desk.map(|desk| DeskView::new(&page, desk, now)),
            page,
        }
    }
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let q = wanted.q.as_deref().map(str::trim).unwrap_or_default();
    let now = app.platform.now();
    if q.is_empty() {
        let desk = hotline::desk(&app, &caller).await?;
        return Ok(html(&HotlinePage::new(&caller, q, &[], Some(&desk), now)));
    }
    let searched = if q.chars().count() < SHORTEST { Vec::new() } else { hotline::search(&app, &caller, q).await? };
    // A phone or a number that one person has leads straight to the household.
    if let [only] = searched.as_slice()
        && q.chars().filter(char::is_ascii_digit).count() >= 9
    {
        return Ok(Redirect::to(&format!("/hotline/people/{}", only.person.id)).into_response());
    }
    Ok(html(&HotlinePage::new(&caller, q, &searched, None, now)))
}

#[derive(Template)]
#[template(path = "hotline_person.html")]
struct HotlinePersonPage {
    page: Page,
    person: PersonView,
    members: Vec<MemberCard>,
    /// How many of the household are ill.
    ill: usize,
    script: Option<ReportForm>,
    script_action: String,
    acts: ActForms,
    errors: Vec<FormError>,
}

/// What was refused, to be shown again.
#[derive(Default)]
struct Again {
    act: Option<Refused>,
    script: Option<(ReportInput, Vec<FieldError>)>,
}

impl HotlinePersonPage {
    fn new(app: &App, caller: &Caller, household: &Household, again: &Again) -> Option<Self> {
        let now = app.platform.now();
        let mut page = Page::new(caller, &TEXTS, "hotline-title").work();
        let asked = household.members.first()?;
        page = page.titled(asked.person.full_name.as_str().to_owned());
        let open = asked.case.as_ref().is_some_and(|case| case.state == CaseState::Open);
        let action = format!("/hotline/people/{}/acts", asked.person.id);
        let acts = ActForms::new(app, &page, caller, action, open, again.act.as_ref());
        let script = asked.case.as_ref().filter(|_| open).map(|_| match &again.script {
            Some((input, errors)) => ReportForm::new(&page, input, errors),
            None => ReportForm::new(&page, &blank(app), &[]),
        });
        let mut errors: Vec<FormError> = Vec::new();
        let of = |error: &FormError| FormError { id: error.id.clone(), message: error.message.clone() };
        errors.extend(acts.errors.iter().map(of));
        errors.extend(script.iter().flat_map(|form| &form.errors).map(of));
        if !errors.is_empty() {
            page = page.with_errors();
        }
        Some(Self {
            person: PersonView::new(&page, household, now),
            members: household.members.iter().skip(1).map(|one| MemberCard::new(&page, one, now)).collect(),
            ill: household
                .members
                .iter()
                .filter_map(|one| one.case.as_ref())
                .filter(|case| case.state == CaseState::Open)
                .count(),
            script,
            script_action: format!("/hotline/people/{}/script", asked.person.id),
            acts,
            errors,
            page,
        })
    }
}

fn blank(app: &App) -> ReportInput {
    let id = ReportId::new(app.platform.now(), &mut app.platform.random());
    ReportInput { id: Some(id.to_string()), by: Some(Reporter::Staff.code().to_owned()), ..ReportInput::default() }
}

async fn person_page(app: &App, caller: &Caller, id: PersonId, again: Again) -> Result<Response, Problem> {
    let household = hotline::household(app, caller, id).await?;
    let page = HotlinePersonPage::new(app, caller, &household, &again).ok_or_else(Problem::internal)?;
    let wrong = !page.errors.is_empty();
    let mut response = html(&page);
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn person(State(app): State<App>, caller: Caller, Id(id): Id<PersonId>) -> Result<Response, Problem> {
    person_page(&app, &caller, id, Again::default()).await
}

/// Notes what the caller said: the same observation as the family's own report, judged by the same rules.
async fn script(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PersonId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let input = form::read(pairs);
    let household = hotline::household(&app, &caller, id).await?;
    let case = household.members.first().and_then(|one| one.case.as_ref()).map(|case| case.id);
    let case = case.ok_or_else(report::no_such_case)?;
    match report::take(&app, &caller, case, &input, &body_hash(&input)).await {
        Ok(_) => Ok(Redirect::to(&format!("/hotline/people/{id}#state")).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let script = Some((input, problem.errors.clone()));
            person_page(&app, &caller, id, Again { act: None, script }).await
        }
        Err(problem) => Err(problem),
    }
}

async fn act(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let kind: ActKind = acts::kind(&code)?;
    let id: PersonId = id.parse().map_err(|_| report::no_such_case())?;
    match acts::submit(&app, &caller, Target::Person(id), kind, acts::typed(kind, pairs)).await {
        Ok(_) => Ok(Redirect::to(&format!("/hotline/people/{id}#log")).into_response()),
        Err(Ok(refused)) => person_page(&app, &caller, id, Again { act: Some(refused), script: None }).await,
        Err(Err(problem)) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    household::routes(routes)
        .add(
            Method::GET,
            "/hotline",
            Who::Roles(DESK),
            Scope::Area,
            Doc::page("The call desk: search, promised calls, who is to be called").query(&["q"]),
            get(show),
        )
        .page("/hotline/people/{id}", DESK, "The household of a caller, the script, and what was done", get(person))
        .form("/hotline/people/{id}/script", DESK, "Note what a caller said: a report by staff", post(script))
        .form("/hotline/people/{id}/acts/{kind}", DESK, "Note a call, advise, hand over", post(act))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::hotline::{Outbound, Relation};
    use crate::app::look::Names;
    use crate::domain::act::Disposition;
    use crate::domain::call_plan::Plan;
    use crate::domain::ranking::{Ranking, Trend};
    use crate::pages::{samples, station};
    use shared::access::Role;
    use shared::bilingual::Lang;
    use shared::time::hours;

    fn member(relation: Relation) -> Member {
        let file = samples::file();
        Member {
            person: file.person.unwrap(),
            relation,
            case: Some(file.case),
            reports: file.reports,
            alerts: file.alerts,
        }
    }

    fn desk() -> Desk {
        let list = station::samples::list();
        let (file, now) = (samples::file(), samples::now());
        let why = Ranking::builtin().reasons(
            &file.case.standing(),
            Trend { spo2_fall: 6, breathing_rise: 7, pulse_rise: 12 },
            now.plus(hours(60)),
        );
        let outbound = Outbound {
            case: file.case,
            person: file.person,
            calls: vec![(now.minus(hours(3)), Disposition::NoAnswer)],
            plan: Plan::Visit,
            why,
        };
        Desk { promised: list.calls, handovers: list.handovers, outbound: vec![outbound], later: 3, names: list.names }
    }

    #[test]
    fn the_desk_is_written_in_both_languages_without_a_missing_word() {
        let empty =
            Desk { promised: Vec::new(), handovers: Vec::new(), outbound: Vec::new(), later: 0, names: Names::new() };
        for lang in [Lang::Vi, Lang::En] {
            let agent = samples::caller_with(lang, Role::Hotline);
            for desk in [&desk(), &empty] {
                let page = HotlinePage::new(&agent, "", &[], Some(desk), samples::now());
                samples::assert_no_key(&page.render().unwrap());
            }
            let ended = Member { case: Some(samples::ended_file().case), ..member(Relation::Asked) };
            let nobody = Member { case: None, reports: Vec::new(), alerts: Vec::new(), ..member(Relation::Asked) };
            let found = [member(Relation::Asked), ended, nobody];
            samples::assert_no_key(&HotlinePage::new(&agent, "hoa", &found, None, samples::now()).render().unwrap());
            samples::assert_no_key(&HotlinePage::new(&agent, "zzz", &[], None, samples::now()).render().unwrap());
        }
    }

    #[test]
    fn a_row_says_why_somebody_is_to_be_called() {
        let agent = samples::caller_with(Lang::Vi, Role::Hotline);
        let html = HotlinePage::new(&agent, "", &[], Some(&desk()), samples::now()).render().unwrap();
        for told in [
            "SpO2 giảm 6 so với mức của chính mình",
            "2 ngày không có tin",
            "1 lần, lần cuối Không nghe máy, 3 giờ trước",
            "Gọi không được, cần trạm đến nhà.",
            "3 người khác chờ lần gọi tiếp.",
            "Nguyễn Thị Hoa",
        ] {
            assert!(html.contains(told), "{told}: {html}");
        }
    }
}
