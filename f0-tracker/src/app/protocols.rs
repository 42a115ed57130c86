//! The protocols in force: those that are compiled in, or those of the change that was signed for this minute. Reports of
//! before keep what they were judged by.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::ids::ProtocolChangeId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::error::inconsistent;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::look::{Names, names};
use super::work::Work;
use crate::App;
use crate::domain::catalog::Catalog;
use crate::store::{F0Read, ProtocolChange};

/// The protocols that hold at a time.
#[derive(Debug, Clone)]
pub enum InForce {
    /// Those that are compiled in.
    Builtin,
    /// Those of a signed change.
    Changed(Arc<Catalog>),
}

impl Deref for InForce {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        match self {
            Self::Builtin => Catalog::builtin(),
            Self::Changed(catalog) => catalog,
        }
    }
}

/// Catalogs that this process has read: a change never alters once it is stored.
static READ: OnceLock<Mutex<BTreeMap<ProtocolChangeId, Arc<Catalog>>>> = OnceLock::new();

/// The protocols that hold at a time.
///
/// # Errors
/// When the store fails.
pub async fn at(tx: &mut (impl F0Read + ?Sized), at: Instant) -> Result<InForce, StoreError> {
    let Some(id) = tx.protocol_change_at(at).await? else { return Ok(InForce::Builtin) };
    let read = READ.get_or_init(Mutex::default);
    let known = read.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    if let Some(catalog) = known {
        return Ok(InForce::Changed(catalog));
    }
    let broken = || inconsistent("f0_protocol_changes", "body");
    let change = tx.protocol_change(id).await?.ok_or_else(broken)?;
    let body: Body = serde_json::from_str(&change.body)?;
    let catalog = Arc::new(body.catalog().map_err(|_| broken())?);
    read.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&catalog));
    Ok(InForce::Changed(catalog))
}

/// What a change consists of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    /// Protocols that are new or take the place of those of their id, in the format of `f0-tracker/protocols/`.
    pub(super) protocols: Vec<Value>,
    /// Which protocol is in force, in the format of `in_force.json`; the choice that is compiled in where it is absent.
    pub(super) in_force: Option<Value>,
}

impl Body {
    /// What holds at a time; empty where it is what is compiled in.
    pub(super) async fn at(tx: &mut (impl F0Read + ?Sized), at: Instant) -> Result<Self, StoreError> {
        let Some(id) = tx.protocol_change_at(at).await? else { return Ok(Self::default()) };
        let change = tx.protocol_change(id).await?;
        let change = change.ok_or_else(|| inconsistent("f0_protocol_changes", "body"))?;
        Ok(serde_json::from_str(&change.body)?)
    }

    /// The protocol of an id, as far as it was changed.
    fn file(&self, id: &str) -> Option<&Value> {
        self.protocols.iter().find(|file| file["id"] == id)
    }

    /// This change upon another: what it does not name stays as the other has it.
    pub(super) fn upon(self, base: Self) -> Self {
        let untouched = |file: &Value| file["id"].as_str().is_none_or(|id| self.file(id).is_none());
        let mut protocols: Vec<Value> = base.protocols.into_iter().filter(untouched).collect();
        protocols.extend(self.protocols);
        Self { protocols, in_force: self.in_force.or(base.in_force) }
    }

    pub(super) fn catalog(&self) -> Result<Catalog, FieldError> {
        let protocols: Vec<String> = self.protocols.iter().map(Value::to_string).collect();
        let in_force = self.in_force.as_ref().map(Value::to_string);
        Catalog::proposed(&protocols, in_force.as_deref()).map_err(|error| {
            let detail = Bilingual::new(
                format!("Hướng dẫn này chưa dùng được: {error}"),
                format!("These protocols cannot be used: {error}"),
            );
            FieldError::new("/protocols", "protocols", detail)
        })
    }
}

/// A change with the names of those who have a hand in it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The change.
    pub change: ProtocolChange,
    /// The names.
    pub names: Names,
    /// Whether it was made now.
    pub created: bool,
}

pub(super) async fn shown(work: &mut Work, change: ProtocolChange, created: bool) -> Result<Shown, StoreError> {
    let hands = [change.created_by].into_iter().chain(change.signed.map(|(by, _)| by));
    let names = names(work.tx.as_mut(), hands).await?;
    Ok(Shown { change, names, created })
}

/// What holds now, and every change.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The protocols that hold now.
    pub in_force: InForce,
    /// Every change, the newest first.
    pub changes: Vec<Shown>,
}

/// The file of a protocol as it holds now.
///
/// # Errors
/// When the store fails.
pub async fn file(app: &App, id: &str) -> Result<Option<Value>, StoreError> {
    let now = app.platform.now();
    let body = Body::at(app.store.read().await?.as_mut(), now).await?;
    match (body.file(id), Catalog::builtin_file(id)) {
        (Some(changed), _) => Ok(Some(changed.clone())),
        (None, Some(text)) => Ok(Some(serde_json::from_str(text)?)),
        (None, None) => Ok(None),
    }
}

/// What holds now, and every change. Nothing of it is about a person.
///
/// # Errors
/// When the store fails.
pub async fn overview(app: &App, caller: &Caller) -> Result<Overview, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let now = work.now;
    let in_force = at(work.tx.as_mut(), now).await?;
    let mut changes = Vec::new();
    for change in work.tx.protocol_changes().await? {
        changes.push(shown(&mut work, change, false).await?);
    }
    Ok(Overview { in_force, changes })
}
