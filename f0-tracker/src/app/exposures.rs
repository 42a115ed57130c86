//! People who shared the air with a case become its contacts (F1).

use shared::events::ExposureFound;
use shared_store::StoreError;

use super::work::Work;
use crate::store::{Contact, ContactLevel};

/// Keeps a contact at its nearest. `false` where there is no such case.
///
/// # Errors
/// When the store fails.
pub async fn found(work: &mut Work, found: &ExposureFound) -> Result<bool, StoreError> {
    if work.tx.case(found.case_id).await?.is_none() {
        return Ok(false);
    }
    work.tx.hold(found.case_id.uuid()).await?;
    let Some(level) = found.exposures.iter().map(|exposure| exposure.level).max() else { return Ok(true) };
    let contact = Contact {
        case_id: found.case_id,
        person_id: work.tx.canonical(found.person_id).await?.unwrap_or(found.person_id),
        level: ContactLevel::Exposure(level),
        last_day: found.exposures.iter().map(|exposure| exposure.day).max(),
        first_seen: work.now,
    };
    work.tx.put_contact(&contact).await?;
    Ok(true)
}
