//! `POST cases/{id}/tests` and `POST tests`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use serde::Serialize;
use serde_json::Value;
use shared::bilingual::Lang;
use shared::events::Outcome;
use shared::ids::{AccountId, CaseId, PersonId, TestId};
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};

use super::{KEEPERS, body_hash};
use crate::App;
use crate::app::take_test::{self, Judged, Taken};
use crate::domain::definition::Verdict;
use crate::domain::person_test::PersonTestInput;
use crate::domain::station_test::TestInput;
use crate::store::TestRecord;

/// A test.
#[derive(Debug, Clone, Serialize)]
pub struct TestView {
    id: TestId,
    case_id: Option<CaseId>,
    person_id: PersonId,
    method: &'static str,
    outcome: Outcome,
    watch: &'static str,
    counts: bool,
    collected_at: Instant,
    recorded_at: Instant,
    recorded_by: Option<AccountId>,
    note: String,
}

impl From<&TestRecord> for TestView {
    fn from(test: &TestRecord) -> Self {
        Self {
            id: test.id,
            case_id: test.case_id,
            person_id: test.person_id,
            method: test.method.code(),
            outcome: test.outcome,
            watch: test.watch.code(),
            counts: test.watch.counts(),
            collected_at: test.collected_at,
            recorded_at: test.recorded_at,
            recorded_by: test.recorded_by,
            note: test.note.clone(),
        }
    }
}

/// A test of a patient, with when the case may end.
#[derive(Debug, Clone, Serialize)]
pub struct TakenView {
    #[serde(flatten)]
    test: TestView,
    closing: Option<Value>,
}

impl TakenView {
    fn new(taken: &Taken, lang: Lang) -> Self {
        Self { test: TestView::from(&taken.test), closing: taken.preview.as_ref().map(|preview| preview.view(lang)) }
    }
}

/// A test of somebody, with what it means.
#[derive(Debug, Clone, Serialize)]
pub struct JudgedView {
    #[serde(flatten)]
    test: TestView,
    verdict: Option<String>,
    clause: Option<String>,
    advice: Option<String>,
    definition: Option<String>,
    source: String,
    opened: bool,
}

impl JudgedView {
    fn new(judged: &Judged, lang: Lang) -> Self {
        let clause = match &judged.verdict {
            Some(Verdict::Case { clause }) => Some(clause.clone()),
            _ => None,
        };
        Self {
            test: TestView::from(&judged.test),
            verdict: judged.test.verdict.clone(),
            clause,
            advice: judged.verdict.as_ref().map(|verdict| verdict.advice().get(lang).to_owned()),
            definition: judged.test.definition.clone(),
            source: judged.source.clone(),
            opened: judged.opened,
        }
    }
}

fn status(created: bool) -> StatusCode {
    if created { StatusCode::CREATED } else { StatusCode::OK }
}

async fn of_case(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<TestInput>,
) -> Result<(StatusCode, Json<TakenView>), Problem> {
    let taken = take_test::of_case(&app, &caller, id, &input, &body_hash(&input)).await?;
    Ok((status(taken.created), Json(TakenView::new(&taken, caller.lang()))))
}

async fn of_person(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<PersonTestInput>,
) -> Result<(StatusCode, Json<JudgedView>), Problem> {
    let judged = take_test::of_person(&app, &caller, &input, &body_hash(&input)).await?;
    Ok((status(judged.created), Json(JudgedView::new(&judged, caller.lang()))))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/tests",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("A test of a patient that the station took or watched")
                .body("TestInput")
                .answer("Test")
                .status(201),
            post(of_case),
        )
        .add(
            Method::POST,
            "/api/v1/f0/tests",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("A test of somebody: judged by the case definition of its day, which may open a case")
                .body("PersonTestInput")
                .answer("JudgedTest")
                .status(201),
            post(of_person),
        )
}
