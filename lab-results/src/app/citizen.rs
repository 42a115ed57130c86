//! A citizen's result page: the link alone shows nothing; a one-time code to the person's phone does.

use serde_json::json;
use shared::events::Outcome;
use shared::ids::{PersonId, PlaceId};
use shared::phone::Phone;
use shared_store::StoreError;
use shared_store::audit::Actor;
use shared_web::auth::codes::{self, Asked};
use shared_web::auth::session::Begun;
use shared_web::caller::Caller;

use crate::app::{App, SERVICE, home, undo};
use crate::domain::link::LinkCode;
use crate::store::LabRead;
use crate::store::model::{State, StoredResult};

/// What one-time codes of this page are for.
const PURPOSE: &str = "result";

/// A released result behind a link, and whose it is now.
#[derive(Debug, Clone)]
pub struct Linked {
    /// The result.
    pub result: StoredResult,
    /// The person, under the id that they live on as.
    pub person_id: PersonId,
}

/// A result with the names that its page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The result.
    pub result: StoredResult,
    /// Whose it is.
    pub full_name: String,
    /// The laboratory's name.
    pub lab_name: String,
    /// What the version before said, where this one corrects it.
    pub before: Option<Outcome>,
    /// The specimen was tested together with others.
    pub pooled: bool,
    /// The phone for questions: of the sampling site, else of the laboratory.
    pub help_phone: Option<String>,
    /// Others at the person's phone have results too.
    pub shared_phone: bool,
}

/// The result behind a link. A text that is no code is looked up like any other, so that time tells nothing.
///
/// # Errors
/// When the store fails.
pub async fn linked(app: &App, text: &str) -> Result<Option<Linked>, StoreError> {
    let code = text.parse::<LinkCode>().map_or_else(|_| String::new(), |code| code.to_string());
    let mut tx = app.store.read().await?;
    let Some(result) = tx.result_by_link(&code).await? else { return Ok(None) };
    let Some(person) = result.content.person_id else { return Ok(None) };
    let person_id = tx.canonical(person).await?.unwrap_or(person);
    Ok((result.state == State::Released).then_some(Linked { result, person_id }))
}

/// The phone for questions about a result: of the site where the specimen was taken, which knows the person, else of the
/// laboratory; `None` where neither told one.
///
/// # Errors
/// When the store fails.
pub async fn help_phone(tx: &mut dyn LabRead, linked: &Linked) -> Result<Option<String>, StoreError> {
    if let Some(site) = site_of(tx, linked).await?
        && let Some(phone) = tx.place_phone(site).await?
    {
        return Ok(Some(Phone::parse(&phone).map_or(phone, |phone| phone.national())));
    }
    let registration = tx.registration(&linked.result.lab_code).await?;
    Ok(registration.and_then(|registration| registration.phone))
}

/// Where the person's specimen was taken.
async fn site_of(tx: &mut dyn LabRead, linked: &Linked) -> Result<Option<PlaceId>, StoreError> {
    let Some(tube) = linked.result.specimen_id else { return Ok(None) };
    let orders = tx.specimen(tube).await?.map(|specimen| specimen.order_ids).unwrap_or_default();
    for order in orders {
        if let Some(order) = tx.order(order).await?
            && tx.canonical(order.person_id).await? == Some(linked.person_id)
        {
            return Ok(order.site_id);
        }
    }
    Ok(None)
}

/// Sends the person a one-time code.
///
/// # Errors
/// When the store fails.
pub async fn ask(app: &App, caller: &Caller, linked: &Linked) -> Result<Asked, StoreError> {
    codes::ask(&app.platform, caller, PURPOSE, linked.person_id).await
}

/// Tries a one-time code; where it is right a session of the person begins.
///
/// # Errors
/// When the store fails.
pub async fn redeem(app: &App, caller: &Caller, linked: &Linked, code: &str) -> Result<Option<Begun>, StoreError> {
    codes::redeem(&app.platform, caller, PURPOSE, linked.person_id, code).await
}

/// What the page shows to the person, who proved to be it. Every look is on record.
///
/// # Errors
/// When the store fails.
pub async fn show(app: &App, caller: &Caller, linked: &Linked) -> Result<Shown, StoreError> {
    let now = app.platform.now();
    let person_id = linked.person_id;
    let mut tx = app.store.write().await?;
    let full_name = tx.person(person_id).await?.map(|stored| stored.person.full_name.as_str().to_owned());
    let lab_name = tx.laboratory(&linked.result.lab_code).await?.map(|laboratory| laboratory.name);
    let versions = tx.versions(linked.result.id).await?;
    // A correction may move a result to another person: what was said of somebody else is not this reader's to know.
    let before = versions.iter().rev().find(|version| version.version < linked.result.version);
    let before = before.filter(|version| version.content.person_id == linked.result.content.person_id);
    let mut entry = caller.audit(
        SERVICE,
        "result.read",
        Some(format!("person:{person_id}")),
        json!({"result_id": linked.result.id, "version": linked.result.version}),
    );
    entry.actor = Actor::Person(person_id);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    undo::was_told(tx.as_mut(), person_id, now).await?;
    let pooled = match linked.result.specimen_id {
        Some(tube) => tx.pool(tube).await?.is_some(),
        None => false,
    };
    let help_phone = help_phone(tx.as_mut(), linked).await?;
    let shared_phone = home::members(tx.as_mut(), linked, now).await?.len() > 1;
    tx.commit().await?;
    Ok(Shown {
        shared_phone,
        pooled,
        help_phone,
        full_name: full_name.unwrap_or_default(),
        lab_name: lab_name.unwrap_or_else(|| linked.result.lab_code.clone()),
        before: before.map(|version| version.content.outcome),
        result: linked.result.clone(),
    })
}
