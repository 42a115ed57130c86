//! What a laboratory result does to a person's case.
//!
//! Results arrive at least once, in any order, and are corrected later. The decisions here look at what is known now
//! and say what must become true, so that the same news twice changes nothing the second time.

use shared::events::Outcome;
use shared::ids::CaseId;
use shared::time::Instant;

use super::case::CaseState;

/// The latest case of a person, as far as a result cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCase {
    /// The case.
    pub id: CaseId,
    /// Its state.
    pub state: CaseState,
    /// When it closed, where it has.
    pub closed_at: Option<Instant>,
    /// Whether staff opened it by hand: then it stands without a result.
    pub opened_by_staff: bool,
    /// How many results that say `detected` stand behind it, without the result in question.
    pub other_detected: usize,
}

/// What a detected result does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDetected {
    /// Opens a case.
    Open,
    /// Joins the evidence of this case; nothing opens.
    AddEvidence(CaseId),
}

/// Decides what a detected result does, given the person's latest case.
///
/// An open case takes it as further evidence. A closed case takes it where the specimen was collected before the case
/// closed: a late result of the same illness must not open a second case. A specimen collected afterwards opens a new
/// case. A voided case never was one.
#[must_use]
pub fn on_detected(latest: Option<&KnownCase>, collected_at: Instant) -> OnDetected {
    match latest {
        Some(case) if case.state == CaseState::Open => OnDetected::AddEvidence(case.id),
        Some(case)
            if case.state == CaseState::Closed && case.closed_at.is_some_and(|closed| collected_at <= closed) =>
        {
            OnDetected::AddEvidence(case.id)
        }
        _ => OnDetected::Open,
    }
}

/// What a corrected or withdrawn result does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnAmended {
    /// Nothing: it was no evidence before and is none now, or it still says the same.
    Nothing,
    /// It says `detected` now: [`on_detected`] decides.
    Detected,
    /// It no longer stands behind this case, which has other evidence or was opened by staff.
    WithdrawEvidence(CaseId),
    /// It was the only evidence of this case: the case should never have been.
    Void(CaseId),
}

/// Decides what a corrected or withdrawn result does. `case` is the case that the result stands behind, `now` what it
/// says now; none where it was withdrawn, or where it turned out to be another person's.
#[must_use]
pub fn on_amended(case: Option<&KnownCase>, before: Outcome, now: Option<Outcome>) -> OnAmended {
    match (before == Outcome::Detected, now == Some(Outcome::Detected)) {
        (false, true) => return OnAmended::Detected,
        (true, false) => {}
        _ => return OnAmended::Nothing,
    }
    match case {
        None => OnAmended::Nothing,
        Some(case) if case.state == CaseState::Voided => OnAmended::Nothing,
        Some(case) if case.other_detected == 0 && !case.opened_by_staff => OnAmended::Void(case.id),
        Some(case) => OnAmended::WithdrawEvidence(case.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: CaseId = CaseId::from_uuid(uuid::Uuid::from_u128(7));

    fn at(day: u32) -> Instant {
        format!("2022-03-{day:02}T01:00:00Z").parse().unwrap()
    }

    fn case(state: CaseState) -> KnownCase {
        let closed_at = (state == CaseState::Closed).then(|| at(10));
        KnownCase { id: ID, state, closed_at, opened_by_staff: false, other_detected: 0 }
    }

    #[test]
    fn the_first_detected_result_opens_and_the_next_joins() {
        assert_eq!(on_detected(None, at(1)), OnDetected::Open);
        assert_eq!(on_detected(Some(&case(CaseState::Open)), at(1)), OnDetected::AddEvidence(ID));
        assert_eq!(on_detected(Some(&case(CaseState::Voided)), at(1)), OnDetected::Open);
    }

    #[test]
    fn a_late_result_of_a_closed_illness_opens_no_second_case() {
        assert_eq!(on_detected(Some(&case(CaseState::Closed)), at(9)), OnDetected::AddEvidence(ID));
        assert_eq!(on_detected(Some(&case(CaseState::Closed)), at(11)), OnDetected::Open);
    }

    #[test]
    fn a_case_is_voided_when_its_only_evidence_goes() {
        let only = case(CaseState::Open);
        for now in [None, Some(Outcome::NotDetected), Some(Outcome::Inconclusive), Some(Outcome::Invalid)] {
            assert_eq!(on_amended(Some(&only), Outcome::Detected, now), OnAmended::Void(ID), "{now:?}");
        }
        let closed = case(CaseState::Closed);
        assert_eq!(on_amended(Some(&closed), Outcome::Detected, None), OnAmended::Void(ID));
    }

    #[test]
    fn a_case_with_other_evidence_or_opened_by_staff_stays() {
        let more = KnownCase { other_detected: 1, ..case(CaseState::Open) };
        let by_staff = KnownCase { opened_by_staff: true, ..case(CaseState::Open) };
        for known in [more, by_staff] {
            assert_eq!(on_amended(Some(&known), Outcome::Detected, None), OnAmended::WithdrawEvidence(ID));
        }
    }

    #[test]
    fn a_correction_that_changes_no_evidence_does_nothing() {
        let open = case(CaseState::Open);
        assert_eq!(on_amended(Some(&open), Outcome::Detected, Some(Outcome::Detected)), OnAmended::Nothing);
        assert_eq!(on_amended(Some(&open), Outcome::NotDetected, None), OnAmended::Nothing);
        assert_eq!(on_amended(Some(&case(CaseState::Voided)), Outcome::Detected, None), OnAmended::Nothing);
        assert_eq!(on_amended(None, Outcome::Detected, None), OnAmended::Nothing);
        assert_eq!(on_amended(None, Outcome::NotDetected, Some(Outcome::Detected)), OnAmended::Detected);
    }
}
