//! What the events about cases and people do here.

use serde_json::json;
use shared::events::{CaseClosed, CaseOpened, CaseVoided, PersonMerged};
use shared::ids::{CaseId, PersonId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};

use super::matching::{Matched, Matcher};
use super::{proofs, renew, withdrawal};
use crate::store::{CaseRecord, CheckinWrite};
use crate::{App, SERVICE};

/// A case opened: it is kept, and its contacts are found. A case that was voided before word of its opening came stays
/// voided, and nobody is told.
///
/// # Errors
/// When the store or the key store fails.
pub async fn opened(
    app: &App,
    tx: &mut dyn CheckinWrite,
    event: &CaseOpened,
    now: Instant,
) -> Result<Matched, StoreError> {
    let case = CaseRecord {
        case_id: event.case_id,
        person_id: tx.canonical(event.person_id).await?.unwrap_or(event.person_id),
        symptom_onset: event.symptom_onset,
        specimen_at: event.specimen_at,
        isolated_from: event.isolated_from,
        opened_at: event.opened_at,
        voided_at: None,
    };
    tx.put_case(&case).await?;
    let case = tx.case(case.case_id).await?.unwrap_or(case);
    if case.voided_at.is_some() {
        return Ok(Matched::default());
    }
    proofs::contradicted(tx, case.person_id, case.specimen_at).await?;
    renew::set_timer(tx, &case, now, &mut app.platform.random()).await?;
    Matcher::new(app, now).run(tx, &case).await
}

/// A case was closed by the rule: where nobody said when its isolation began, it infects nobody from now on. Whom it met
/// since it was last matched is told now.
///
/// # Errors
/// When the store or the key store fails.
pub async fn closed(app: &App, tx: &mut dyn CheckinWrite, event: &CaseClosed, now: Instant) -> Result<(), StoreError> {
    let Some(known) = tx.case(event.case_id).await? else {
        return tx.put_case(&unopened(event.case_id, event.person_id, event.closed_at, None)).await;
    };
    // Of a case whose isolation began before, all was found when that was told.
    let was_open = known.isolated_from.is_none_or(|from| from > now);
    let case = CaseRecord { isolated_from: known.isolated_from.or(Some(event.closed_at)), ..known };
    tx.put_case(&case).await?;
    if !was_open || case.voided_at.is_some() {
        return Ok(());
    }
    renew::set_timer(tx, &case, now, &mut app.platform.random()).await?;
    Matcher::new(app, now).run(tx, &case).await?;
    Ok(())
}

/// A case of which the end is known before its opening: events may overtake each other.
fn unopened(case_id: CaseId, person_id: PersonId, at: Instant, voided_at: Option<Instant>) -> CaseRecord {
    CaseRecord {
        case_id,
        person_id,
        symptom_onset: None,
        specimen_at: at,
        isolated_from: voided_at.is_none().then_some(at),
        opened_at: at,
        voided_at,
    }
}

/// A case turned out to be none: its exposures are withdrawn, and those who were told of it by an alert hear so too. Where
/// its opening is not known yet, that it was voided is kept.
///
/// # Errors
/// When the store fails.
pub async fn voided(app: &App, tx: &mut dyn CheckinWrite, event: &CaseVoided, now: Instant) -> Result<(), StoreError> {
    let at = event.voided_at;
    match tx.case(event.case_id).await? {
        None => return tx.put_case(&unopened(event.case_id, event.person_id, at, Some(at))).await,
        Some(case) if case.voided_at.is_some() => return Ok(()),
        Some(_) => {}
    }
    tx.void_case(event.case_id, at).await?;
    let withdrawn = withdrawal::withdraw_all(app, tx, event.case_id, now).await?;
    let entry = AuditEntry {
        service: SERVICE,
        actor: Actor::System,
        action: "exposures.withdraw",
        subject: Some(format!("case:{}", event.case_id)),
        detail: json!({"withdrawn": withdrawn}),
        request_id: None,
    };
    tx.audit(&entry, now, &mut app.platform.random()).await
}

/// Two records became one person: exposures of either are that person's, and the cases that concern them are matched
/// again, because visits under one record say something about the other now.
///
/// # Errors
/// When the store or the key store fails.
pub async fn merged(
    app: &App,
    tx: &mut dyn CheckinWrite,
    event: &PersonMerged,
    now: Instant,
) -> Result<(), StoreError> {
    let kept = tx.canonical(event.person_id).await?.unwrap_or(event.person_id);
    for gone in [event.other_id, event.person_id].into_iter().filter(|id| *id != kept) {
        for case in tx.cases_of(&[gone]).await? {
            tx.put_case(&CaseRecord { person_id: kept, ..case }).await?;
        }
        tx.move_exposures(kept, gone, now).await?;
        tx.move_alerted(kept, gone).await?;
        tx.move_told(kept, gone).await?;
        tx.move_door_records(kept, gone).await?;
    }
    let matcher = Matcher::new(app, now);
    for case in tx.cases_about(kept).await? {
        matcher.run(tx, &case).await?;
    }
    Ok(())
}
