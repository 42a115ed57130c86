//! When and how people were told: by a message, or by word of mouth.

use std::collections::HashMap;

use serde::Serialize;
use shared::ids::{AccountId, CaseId, PersonId};
use shared::time::Instant;
use shared_store::StoreError;

use crate::store::CheckinRead;

/// When and how somebody was first told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notified {
    /// When; none until then.
    pub notified_at: Option<Instant>,
    /// By which channel: that of a message, or the code of a [`crate::domain::told::How`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notified_by: Option<String>,
    /// Who told them by word of mouth, as people see the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_by: Option<String>,
}

impl Notified {
    fn at(&self) -> Instant {
        self.notified_at.unwrap_or(Instant::new(jiff::Timestamp::MAX))
    }
}

/// When and how these people were first told of a case: by a message after a template since then, or by word of mouth.
/// Who was not told is left out.
///
/// # Errors
/// When the store fails.
pub async fn of(
    tx: &mut (impl CheckinRead + ?Sized),
    case: CaseId,
    people: &[PersonId],
    template: &str,
    since: Instant,
) -> Result<HashMap<PersonId, Notified>, StoreError> {
    let mut told: HashMap<PersonId, Notified> = HashMap::new();
    for (person, at, channel) in tx.told_by(people, template, since).await? {
        let by = || Notified { notified_at: Some(at), notified_by: Some(channel), told_by: None };
        told.entry(person).or_insert_with(by);
    }
    let mut names: HashMap<AccountId, Option<String>> = HashMap::new();
    for record in tx.told_in_person(case).await? {
        if told.get(&record.person_id).is_some_and(|first| first.at() <= record.told_at) {
            continue;
        }
        let name = match names.get(&record.told_by) {
            Some(name) => name.clone(),
            None => {
                let account = tx.account(record.told_by).await?;
                let name = account.map(|stored| stored.account.display_name);
                names.insert(record.told_by, name.clone());
                name
            }
        };
        let notified = Notified {
            notified_at: Some(record.told_at),
            notified_by: Some(record.how.code().to_owned()),
            told_by: name,
        };
        told.insert(record.person_id, notified);
    }
    Ok(told)
}
