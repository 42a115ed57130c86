//! How long visitors stayed, where many did not check out.

use std::collections::HashMap;

use jiff::ToSpan;
use shared::ids::PlaceId;
use shared::place::PlaceKind;
use shared::time::Instant;
use shared_store::StoreError;

use super::people::DayKeys;
use crate::App;
use crate::domain::policy::StayPolicy;
use crate::domain::stay::{Stay, stay_of};
use crate::domain::visitor_key::VisitorCode;
use crate::store::{CheckinRead, Seen, VisitAtPlace};

/// What the end of a stay is inferred from.
#[derive(Debug, Clone, Copy)]
pub struct Stays<'a> {
    /// What happens at each place; of others nothing is known.
    pub kinds: &'a HashMap<PlaceId, PlaceKind>,
    /// The rules of the day.
    pub policy: &'a StayPolicy,
    /// Nobody has stayed beyond it.
    pub now: Instant,
}

impl Stays<'_> {
    /// A stay with what is known of its end.
    #[must_use]
    pub fn stay(
        &self,
        place: PlaceId,
        checked_in_at: Instant,
        checked_out_at: Option<Instant>,
        next_elsewhere: Option<Instant>,
    ) -> Stay {
        let kind = self.kinds.get(&place).copied().unwrap_or(PlaceKind::Other);
        stay_of(checked_in_at, checked_out_at, next_elsewhere, kind, self.policy, self.now)
    }

    /// The stays of visits, in their order. Whoever did not check out and went on elsewhere had left by then; that is looked
    /// up for those alone whose end `matters`, given the longest stay that they may have had.
    ///
    /// # Errors
    /// When the store or the key store fails.
    pub async fn of(
        &self,
        app: &App,
        tx: &mut (impl CheckinRead + ?Sized),
        visits: &[VisitAtPlace],
        matters: impl Fn(&VisitAtPlace, Stay) -> bool,
    ) -> Result<Vec<Stay>, StoreError> {
        let stay =
            |visit: &VisitAtPlace, next| self.stay(visit.place_id, visit.checked_in_at, visit.checked_out_at, next);
        let mut stays: Vec<Stay> = visits.iter().map(|visit| stay(visit, None)).collect();
        let mut keys = DayKeys::new(app);
        let (mut numbers, mut seen) = (Vec::new(), Vec::new());
        for (number, (visit, stay)) in visits.iter().zip(&stays).enumerate() {
            if visit.checked_out_at.is_some() || !matters(visit, *stay) {
                continue;
            }
            let at = Seen { place_id: visit.place_id, visitor: visit.visitor, at: visit.checked_in_at };
            numbers.push(number);
            seen.push(at);
            if let Some(tomorrow) = tomorrow(&mut keys, visit, *stay)? {
                numbers.push(number);
                seen.push(Seen { visitor: tomorrow, ..at });
            }
        }
        let next = tx.next_elsewhere(&seen).await?;
        for (number, next) in numbers.into_iter().zip(next) {
            let ended = stay(&visits[number], next);
            stays[number] = ended.min(stays[number]);
        }
        Ok(stays)
    }
}

/// A visitor has another code after midnight: the one of somebody whose stay may run past it.
fn tomorrow(keys: &mut DayKeys<'_>, visit: &VisitAtPlace, stay: Stay) -> Result<Option<VisitorCode>, StoreError> {
    let day = visit.day();
    if stay.to.local_date() <= day {
        return Ok(None);
    }
    let Some(person) = keys.of(day)?.map(|key| key.open(visit.visitor)) else { return Ok(None) };
    Ok(keys.of(day.saturating_add(1.day()))?.map(|key| key.seal(person)))
}
