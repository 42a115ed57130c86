//! Somebody declares their health, for themselves or for another, at home or as they come in.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{PersonId, VisitId, uuid_v7};
use shared::person::PersonDraft;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;
use uuid::Uuid;

use super::check_in::{self, CheckInError, Prepared};
use super::people::find_or_register;
use crate::domain::declaration::{AnswersInput, Judged, Questions};
use crate::domain::visit::VisitorInput;
use crate::store::{CheckinWrite, DeclarationRecord};
use crate::{App, SERVICE};

/// A declaration as somebody sends it. `Debug` would show answers, so there is none.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeclarationInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// Who it is about. A device token is good for checking in, also with a declaration, and not here (contract).
    pub person: Option<VisitorInput>,
    /// Codes of signs.
    pub symptoms: Option<Vec<String>>,
    /// Whether there was a contact with a case.
    pub contact_with_case: Option<bool>,
    /// Where they have been.
    pub travel: Vec<serde_json::Value>,
}

impl DeclarationInput {
    fn answers(&self) -> AnswersInput {
        let Self { symptoms, contact_with_case, travel, .. } = self;
        AnswersInput { symptoms: symptoms.clone(), contact_with_case: *contact_with_case, travel: travel.clone() }
    }
}

/// A declaration that is on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The declaration, or the first one where this was a repeat.
    pub record: DeclarationRecord,
    /// Whether it was stored now.
    pub created: bool,
}

enum About {
    Known(PersonId),
    New(Box<PersonDraft>),
}

/// Takes a declaration.
///
/// # Errors
/// Fields at fault, an id that was used with another body; or the store fails.
pub async fn declare(app: &App, caller: &Caller, input: &DeclarationInput) -> Result<Declared, CheckInError> {
    let now = app.platform.now();
    let questions = Questions::on(now.local_date());
    let mut errors = Vec::new();
    let id = input.id.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(str::parse::<Uuid>).transpose();
    if id.is_err() {
        let detail = Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
        errors.push(FieldError::new("/id", "id", detail));
    }
    let about = about(caller, input.person.as_ref(), now, &mut errors);
    let answers = input.answers();
    let judged = answers.judge("", questions).map_err(|found| errors.extend(found));
    let (Ok(id), Some(about), Ok(judged), true) = (id, about, judged, errors.is_empty()) else {
        return Err(CheckInError::Invalid(errors));
    };
    let mut random = app.platform.random();
    let id = id.unwrap_or_else(|| uuid_v7(now, &mut random));
    let content = content(app, input)?;
    let mut tx = app.store.write().await?;
    if let Some(record) = tx.declaration(id).await? {
        let same = record.content == content;
        return if same { Ok(Declared { record, created: false }) } else { Err(CheckInError::IdConflict) };
    }
    let person = match about {
        About::Known(person) => tx.canonical(person).await?.unwrap_or(person),
        About::New(draft) => find_or_register(app, tx.as_mut(), caller, &draft, now).await?,
    };
    let record = record(app, id, person, &answers, &judged, content, now)?;
    if !tx.insert_declaration(&record).await? {
        return Err(CheckInError::IdConflict);
    }
    let entry = caller.audit(SERVICE, "declaration.make", Some(format!("person:{person}")), json!({}));
    tx.audit(&entry, now, &mut random).await?;
    tx.commit().await?;
    Ok(Declared { record, created: true })
}

fn about(caller: &Caller, person: Option<&VisitorInput>, now: Instant, errors: &mut Vec<FieldError>) -> Option<About> {
    let Some(person) = person else {
        // A citizen who gave a one-time code declares for themselves where they name nobody.
        let own = caller.citizen().map(About::Known);
        if own.is_none() {
            errors.push(FieldError::required("/person"));
        }
        return own;
    };
    if person.device_token.is_some() {
        let detail = Bilingual::new(
            "Mã của máy chỉ dùng để khai lượt vào. Hãy ghi họ tên và số điện thoại, hoặc mở trang của tôi bằng mã một lần",
            "A device token is for checking in. Give name and phone, or open your page with a one-time code",
        );
        errors.push(FieldError::new("/person/device_token", "not_here", detail));
        return None;
    }
    person
        .person
        .parse("/person", now.local_date())
        .map_err(|found| errors.extend(found))
        .ok()
        .map(Box::new)
        .map(About::New)
}

/// What tells a body from another. Without the key nobody can try answers out.
fn content(app: &App, input: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let body = serde_json::to_string(input)?;
    Ok(app.platform.keys().sealer.blind("declaration_content", &body))
}

fn record(
    app: &App,
    id: Uuid,
    person: PersonId,
    answers: &AnswersInput,
    judged: &Judged,
    content: Vec<u8>,
    now: Instant,
) -> Result<DeclarationRecord, StoreError> {
    let questions = Questions::on(now.local_date());
    let text = serde_json::to_vec(answers)?;
    let sealer = &app.platform.keys().sealer;
    Ok(DeclarationRecord {
        id,
        person_id: person,
        version: questions.id.clone(),
        verdict: judged.verdict,
        reasons: judged.reasons.clone(),
        answers_sealed: sealer.seal("declaration", id.as_bytes(), &text, &mut app.platform.random()),
        content,
        declared_at: now,
        valid_until: now.plus(questions.valid_for()),
    })
}

/// The answers that came with a visit, and what they come to; `None` where none came.
///
/// # Errors
/// Every field at fault, below `/declaration`.
pub fn with_visit(declaration: Option<&serde_json::Value>, now: Instant) -> Result<Option<Answered>, CheckInError> {
    let Some(value) = declaration.filter(|value| !value.is_null()) else { return Ok(None) };
    let answers = AnswersInput::deserialize(value).map_err(|_| {
        let detail = Bilingual::new(
            "Tờ khai gồm symptoms (danh sách), contact_with_case (true hoặc false) và travel (danh sách)",
            "A declaration has symptoms (a list), contact_with_case (true or false) and travel (a list)",
        );
        CheckInError::Invalid(vec![FieldError::new("/declaration", "type", detail)])
    })?;
    let judged = answers.judge("/declaration", Questions::on(now.local_date())).map_err(CheckInError::Invalid)?;
    Ok(Some(Answered { answers, judged }))
}

/// Answers, and what they come to.
#[derive(Debug, Clone)]
pub struct Answered {
    answers: AnswersInput,
    judged: Judged,
}

/// The declaration that came with a visit: the one on record where the same was sent before, and whether it is new.
///
/// # Errors
/// The visit's id was used with another body; or the store fails.
pub(super) async fn of_visit(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    prepared: &Prepared,
    answered: &Answered,
    now: Instant,
) -> Result<(DeclarationRecord, bool), CheckInError> {
    let id: VisitId = prepared.id();
    let content = content(app, prepared.input())?;
    match tx.declaration(id.uuid()).await? {
        Some(record) if record.content != content => Err(CheckInError::IdConflict),
        Some(record) => Ok((record, false)),
        None => {
            let person = check_in::visitor(app, tx, caller, prepared).await?.0;
            let person = tx.canonical(person).await?.unwrap_or(person);
            let record = record(app, id.uuid(), person, &answered.answers, &answered.judged, content, now)?;
            tx.insert_declaration(&record).await?;
            Ok((record, true))
        }
    }
}
