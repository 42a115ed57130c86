//! What becomes of a record, decided from the record, what holds now under its accession, and whose tube it is.

use crate::app::reason::Reason;
use crate::domain::disposition::{Disposition, HoldReason, IgnoreReason};
use crate::domain::pool::PoolState;
use crate::domain::result::{Parsed, Status};
use crate::domain::version::{CurrentVersion, Judgement, judge};

/// What stands under the accession of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The version that holds now.
    pub version: CurrentVersion,
    /// It has left the service.
    pub released: bool,
    /// It waits only for what the laboratory can still send (that it is final, whose it is): that takes its place.
    pub only_preliminary: bool,
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Keep nothing but the report.
    Ignore(IgnoreReason),
    /// It was here before.
    Duplicate,
    /// Store it as the first version and release it.
    Accept,
    /// The same content waited for something that is there now: release it.
    Release,
    /// Other content takes the place of a preliminary one that was never released.
    Replace,
    /// A new version, which becomes the current one.
    Amend,
    /// Store it as the first version in the work queue.
    HoldNew(Vec<Reason>),
    /// Put it into the work queue beside what holds now.
    Queue(Vec<Reason>),
}

/// Decides. `found` are the reasons that the register gives.
#[must_use]
pub fn decide(known: Option<&Known>, parsed: &Parsed, found: &[Reason]) -> Decision {
    let hint = match &parsed.disposition_hint {
        Disposition::Ignore(reason) => return Decision::Ignore(*reason),
        Disposition::Accept => &[],
        Disposition::Hold(reasons) => reasons.as_slice(),
    };
    let reasons: Vec<Reason> = hint.iter().copied().map(Reason::Record).chain(found.iter().copied()).collect();
    let clear = reasons.is_empty();
    let was_preliminary = known.is_some_and(|k| !k.released && k.only_preliminary && !k.version.withdrawn);
    match judge(known.map(|k| &k.version), &parsed.draft) {
        Judgement::New if clear => Decision::Accept,
        Judgement::New => Decision::HoldNew(reasons),
        Judgement::Duplicate if was_preliminary && clear => Decision::Release,
        Judgement::Duplicate => Decision::Duplicate,
        // What is withdrawn says nothing any more, whatever it said.
        Judgement::Amend if clear || parsed.draft.status == Status::Withdrawn => Decision::Amend,
        Judgement::Amend => Decision::Queue(reasons),
        Judgement::Hold(HoldReason::ContentDiffers) if was_preliminary && clear => Decision::Replace,
        Judgement::Hold(reason) => Decision::Queue(std::iter::once(Reason::Record(reason)).chain(reasons).collect()),
    }
}

/// Decides about a result of a pool that we know. What was found in it concerns the pool, so that it is a pool holds back
/// nothing but a first positive: somebody should see that people are called back.
#[must_use]
pub fn decide_pool(known: Option<&Known>, parsed: &Parsed) -> Decision {
    let hint = match &parsed.disposition_hint {
        Disposition::Ignore(reason) => return Decision::Ignore(*reason),
        Disposition::Accept => &[],
        Disposition::Hold(reasons) => reasons.as_slice(),
    };
    let hints: Vec<Reason> =
        hint.iter().copied().filter(|reason| *reason != HoldReason::Pooled).map(Reason::Record).collect();
    let found = PoolState::found(parsed.draft.finding);
    let mut reasons = hints.clone();
    if found != PoolState::Negative {
        reasons.push(Reason::Pool);
    }
    let was_preliminary = known.is_some_and(|k| !k.released && k.only_preliminary && !k.version.withdrawn);
    match judge(known.map(|k| &k.version), &parsed.draft) {
        Judgement::New if reasons.is_empty() => Decision::Accept,
        Judgement::New => Decision::HoldNew(reasons),
        Judgement::Duplicate if was_preliminary && hints.is_empty() => Decision::Replace,
        Judgement::Duplicate => Decision::Duplicate,
        Judgement::Amend if hints.is_empty() || parsed.draft.status == Status::Withdrawn => Decision::Amend,
        Judgement::Amend => Decision::Queue(reasons),
        Judgement::Hold(HoldReason::ContentDiffers) if was_preliminary && hints.is_empty() => Decision::Replace,
        Judgement::Hold(reason) => Decision::Queue(std::iter::once(Reason::Record(reason)).chain(reasons).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::result::ResultInput;
    use crate::domain::version::content_hash;
    use serde_json::{Value, json};

    fn parsed(changes: &[(&str, Value)]) -> Parsed {
        let mut wire = json!({
            "lab_code": "TG-CDC", "accession": "A1", "barcode": "T1", "test": {"loinc": "94500-6"},
            "specimen": {"kind": "nasopharyngeal_swab", "collected_at": "2022-03-09T08:00:00+07:00"},
            "outcome": "detected", "status": "final", "resulted_at": "2022-03-09T20:00:00+07:00",
        });
        for (pointer, value) in changes {
            *wire.pointer_mut(pointer).unwrap() = value.clone();
        }
        let now = "2022-03-10T01:00:00Z".parse().unwrap();
        ResultInput::read(wire, "").unwrap().parse("", now, "2022-03-10".parse().unwrap(), None).unwrap()
    }

    fn known(parsed: &Parsed, released: bool, only_preliminary: bool) -> Known {
        let version = CurrentVersion {
            content_hash: content_hash(&parsed.draft),
            version: 1,
            outcome: parsed.draft.outcome,
            withdrawn: parsed.draft.status == Status::Withdrawn,
        };
        Known { version, released, only_preliminary }
    }

    #[test]
    fn a_first_record_is_accepted_held_or_ignored() {
        assert_eq!(decide(None, &parsed(&[]), &[]), Decision::Accept);
        assert_eq!(decide(None, &parsed(&[]), &[Reason::Pool]), Decision::HoldNew(vec![Reason::Pool]));
        let antibody = parsed(&[("/test/loinc", json!("94563-4"))]);
        assert_eq!(decide(None, &antibody, &[]), Decision::Ignore(IgnoreReason::Antibody));
        assert_eq!(decide(None, &parsed(&[("/status", json!("corrected"))]), &[]), Decision::Accept);
        let withdrawal = parsed(&[("/status", json!("withdrawn"))]);
        let unknown = Decision::Queue(vec![Reason::Record(HoldReason::UnknownAccession)]);
        assert_eq!(decide(None, &withdrawal, &[]), unknown);
    }

    #[test]
    fn a_final_result_takes_the_place_of_a_preliminary_one() {
        let known = known(&parsed(&[]), false, true);
        assert_eq!(decide(Some(&known), &parsed(&[]), &[]), Decision::Release);
        let other = parsed(&[("/outcome", json!("not_detected"))]);
        assert_eq!(decide(Some(&known), &other, &[]), Decision::Replace);
        let again = parsed(&[("/status", json!("preliminary"))]);
        assert_eq!(decide(Some(&known), &again, &[]), Decision::Duplicate);
    }

    #[test]
    fn what_a_person_must_look_at_never_replaces_what_was_released() {
        let known = known(&parsed(&[]), true, false);
        let doubtful = parsed(&[("/outcome", json!("presumptive positive")), ("/status", json!("corrected"))]);
        let queued = Decision::Queue(vec![Reason::Record(HoldReason::Presumptive)]);
        assert_eq!(decide(Some(&known), &doubtful, &[]), queued);
        let withdrawal = parsed(&[("/status", json!("withdrawn"))]);
        assert_eq!(decide(Some(&known), &withdrawal, &[Reason::OtherPerson]), Decision::Amend);
    }
}
