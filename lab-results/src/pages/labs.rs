//! `/lab/labs`: laboratories and their keys, for a health officer.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};
use uuid::Uuid;

use super::tabs::{Tab, tabs};
use super::{FormError, TEXTS};
use crate::app::App;
use crate::app::labs::{self, LabInput};
use crate::app::sender::Sender;

struct KeyRow {
    hint: String,
    label: String,
    live: bool,
    action: String,
}

struct LabRow {
    code: String,
    name: String,
    licence: String,
    kinds: String,
    phone: String,
    badge: bool,
    good: i64,
    bad: i64,
    keys: Vec<KeyRow>,
    action: String,
    certificates: String,
    /// The id of the field for a certificate.
    field: String,
}

#[derive(Template)]
#[template(path = "lab_labs.html")]
struct LabsPage {
    page: Page,
    tabs: Vec<Tab>,
    errors: Vec<FormError>,
    key: String,
    rows: Vec<LabRow>,
}

async fn labs_page(app: &App, caller: &Caller, key: String, errors: Vec<FormError>) -> Result<LabsPage, Problem> {
    let mut page = Page::new(caller, &TEXTS, "lab-labs-title").work();
    if !errors.is_empty() {
        page = page.with_errors();
    }
    let all = app.store.read().await?.laboratories().await?;
    let mut rows = Vec::with_capacity(all.len());
    for laboratory in all {
        let lab = labs::one(app, &laboratory.code).await?;
        let registration = lab.registration.clone();
        let until = registration.as_ref().and_then(|r| r.licensed_until);
        let until = until.map(|day| format!(" · {:02}/{:02}/{:04}", day.day(), day.month(), day.year()));
        rows.push(LabRow {
            licence: registration
                .as_ref()
                .map(|r| format!("{}{}", r.licence_no, until.unwrap_or_default()))
                .unwrap_or_else(|| "–".to_owned()),
            kinds: registration
                .as_ref()
                .map(|r| r.kinds.iter().map(|kind| page.t(&format!("method-{kind}"))).collect::<Vec<_>>().join(", "))
                .unwrap_or_default(),
            phone: registration.and_then(|r| r.phone).unwrap_or_else(|| "–".to_owned()),
            badge: lab.has_badge(),
            good: lab.conduct.good,
            bad: lab.conduct.bad,
            keys: lab
                .keys
                .into_iter()
                .map(|key| KeyRow {
                    hint: key.hint,
                    label: key.label,
                    live: key.revoked_at.is_none(),
                    action: format!("/lab/keys/{}/revoke", key.id),
                })
                .collect(),
            action: format!("/lab/labs/{}/keys", laboratory.code),
            certificates: format!("/lab/labs/{}/certificates", laboratory.code),
            field: format!("certificate-{}", laboratory.code),
            code: laboratory.code,
            name: laboratory.name,
        });
    }
    Ok(LabsPage { tabs: tabs(&page, caller, "/lab/labs"), errors, key, rows, page })
}

pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(html(&labs_page(&app, &caller, String::new(), Vec::new()).await?))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct LabForm {
    code: String,
    name: String,
    ward_code: String,
    licence_no: String,
    licensed_until: String,
    phone: String,
    pcr: Option<String>,
    antigen: Option<String>,
}

/// The field of the form that an error's pointer is about.
fn field_of(pointer: &str) -> &'static str {
    let fields = ["code", "name", "ward_code", "licence_no", "licensed_until", "phone"];
    fields.into_iter().find(|field| pointer.strip_prefix('/') == Some(*field)).unwrap_or("code")
}

pub(super) async fn register(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<LabForm>,
) -> Result<Response, Problem> {
    let kinds = [("pcr", form.pcr.is_some()), ("antigen", form.antigen.is_some())];
    let input = LabInput {
        code: form.code,
        name: form.name,
        ward_code: form.ward_code,
        phone: Some(form.phone),
        licence_no: form.licence_no,
        licensed_until: Some(form.licensed_until),
        kinds: kinds.into_iter().filter(|(_, chosen)| *chosen).map(|(kind, _)| kind.to_owned()).collect(),
        active: true,
    };
    match labs::register(&app, &Sender::of(&caller)?, &input).await {
        Ok(_) => Ok(Redirect::to("/lab/labs").into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let lang = caller.lang();
            let errors = problem.errors.iter();
            let errors =
                errors.map(|e| FormError { id: field_of(&e.pointer).into(), message: e.detail.get(lang).to_owned() });
            let page = labs_page(&app, &caller, String::new(), errors.collect()).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
pub(super) struct KeyForm {
    #[serde(default)]
    label: String,
}

pub(super) async fn make_key(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Form(form): Form<KeyForm>,
) -> Result<Response, Problem> {
    let made = labs::make_key(&app, &Sender::of(&caller)?, &code.to_uppercase(), &form.label).await?;
    Ok(html(&labs_page(&app, &caller, made.token, Vec::new()).await?))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct CertificateForm {
    label: String,
    certificate: String,
}

pub(super) async fn add_certificate(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Form(form): Form<CertificateForm>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let code = code.to_uppercase();
    match labs::add_certificate(&app, &sender, &code, &form.label, &form.certificate).await {
        Ok(_) => Ok(Redirect::to("/lab/labs").into_response()),
        Err(problem) if matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) => {
            let detail = problem.errors.first().map_or(&*problem.detail, |error| &error.detail);
            let message = detail.get(caller.lang()).to_owned();
            let errors = vec![FormError { id: format!("certificate-{code}").into(), message }];
            let page = labs_page(&app, &caller, String::new(), errors).await?;
            Ok((problem.status, html(&page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn revoke(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Response, Problem> {
    labs::revoke_key(&app, &Sender::of(&caller)?, id).await?;
    Ok(Redirect::to("/lab/labs").into_response())
}
