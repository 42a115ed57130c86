//! Pools: tubes with the specimens of several people, and what follows from what is found in them.
//!
//! There are two kinds, and a positive one means something else for each. In a swab pool (gộp que) several swabs stand in
//! one tube at the sampling site: nothing is kept of any one person, so all are called back and sampled anew. In a
//! laboratory pool (gộp dịch) the laboratory mixed a little of several tubes and keeps them: each is tested again, and
//! nobody is called. A positive pool is nobody's diagnosis (labs.md 2.2, CDC's guidance on pooling): it opens no case and
//! is shown to no member.

use shared::time::{SignedDuration, hours};

use super::codes::Finding;

/// The fewest members.
pub const SMALLEST: usize = 2;
/// The most members (contract: 2 to 10).
pub const LARGEST: usize = 10;

/// How the specimens came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// Swabs of several people in one tube at the site.
    Swab,
    /// Fluid of several kept tubes, mixed in the laboratory.
    Lab,
}

impl PoolKind {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Swab => "swab",
            Self::Lab => "lab",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Swab, Self::Lab].into_iter().find(|kind| kind.code() == code)
    }

    /// How long there is for every member to be sampled or tested again. Our policy: a swab pool's people are at home
    /// and not isolated, so they are reached within a day; kept tubes are at hand.
    #[must_use]
    pub fn deadline(self) -> SignedDuration {
        match self {
            Self::Swab => hours(24),
            Self::Lab => hours(12),
        }
    }
}

/// What was found in a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PoolState {
    /// Nothing yet, or what was found was withdrawn.
    Waiting,
    /// No virus: all members are negative.
    Negative,
    /// The virus, in at least one of them.
    Positive,
    /// The test does not decide, or could not be run.
    Unclear,
}

impl PoolState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Negative, Self::Positive, Self::Unclear];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Negative => "negative",
            Self::Positive => "positive",
            Self::Unclear => "unclear",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What a finding in the tube of a pool makes of it.
    #[must_use]
    pub const fn found(finding: Finding) -> Self {
        match finding {
            Finding::NotDetected | Finding::PoolNotDetected => Self::Negative,
            Finding::Detected | Finding::Presumptive | Finding::PoolDetected => Self::Positive,
            Finding::Inconclusive
            | Finding::Invalid
            | Finding::PoolIndeterminate
            | Finding::NotDone
            | Finding::NotAResult => Self::Unclear,
        }
    }
}

/// How far one member of a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// Waits for the pool's result.
    Waiting,
    /// Got the pool's negative result.
    Released,
    /// Must be called back.
    ToCall,
    /// Was called and will come.
    Called,
    /// Did not answer.
    Unreachable,
    /// The kept tube must be tested alone.
    ToRetest,
    /// Has a result of their own.
    Done,
}

impl MemberState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Released, Self::ToCall, Self::Called, Self::Unreachable, Self::ToRetest, Self::Done];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Released => "released",
            Self::ToCall => "to_call",
            Self::Called => "called",
            Self::Unreachable => "unreachable",
            Self::ToRetest => "to_retest",
            Self::Done => "done",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether somebody still has to do something about this member.
    #[must_use]
    pub const fn open(self) -> bool {
        matches!(self, Self::ToCall | Self::Called | Self::Unreachable | Self::ToRetest)
    }
}

/// What is to be done about a member, now that a pool is in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// Release the pool's negative to them.
    Release,
    /// Order a single test, and call them back.
    CallBack,
    /// Order a single test of the kept tube.
    Retest,
    /// Take back to waiting what was begun.
    Wait,
}

/// The step for a member. Applying it again does nothing: a result that comes twice changes nothing.
#[must_use]
pub const fn step(kind: PoolKind, pool: PoolState, member: MemberState) -> Step {
    match (pool, member) {
        // Whoever has a result of their own needs nothing more of the pool.
        (_, MemberState::Done) => Step::Nothing,
        (PoolState::Negative, MemberState::Released) => Step::Nothing,
        (PoolState::Negative, _) => Step::Release,
        (PoolState::Waiting, MemberState::Waiting) => Step::Nothing,
        (PoolState::Waiting, _) => Step::Wait,
        (PoolState::Positive | PoolState::Unclear, MemberState::Waiting | MemberState::Released) => match kind {
            PoolKind::Swab => Step::CallBack,
            PoolKind::Lab => Step::Retest,
        },
        (PoolState::Positive | PoolState::Unclear, _) => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_that_nothing_was_found_makes_a_pool_negative() {
        for finding in Finding::ALL {
            let negative = matches!(finding, Finding::NotDetected | Finding::PoolNotDetected);
            assert_eq!(PoolState::found(finding) == PoolState::Negative, negative, "{finding:?}");
        }
    }

    #[test]
    fn a_positive_pool_calls_back_whose_swab_is_gone_and_tests_again_what_is_kept() {
        for state in [PoolState::Positive, PoolState::Unclear] {
            assert_eq!(step(PoolKind::Swab, state, MemberState::Waiting), Step::CallBack);
            assert_eq!(step(PoolKind::Lab, state, MemberState::Waiting), Step::Retest);
            assert_eq!(step(PoolKind::Swab, state, MemberState::Called), Step::Nothing);
        }
    }

    #[test]
    fn a_negative_releases_to_all_who_have_no_result_of_their_own() {
        for kind in [PoolKind::Swab, PoolKind::Lab] {
            for member in MemberState::ALL {
                let expected = match member {
                    MemberState::Released | MemberState::Done => Step::Nothing,
                    _ => Step::Release,
                };
                assert_eq!(step(kind, PoolState::Negative, member), expected);
            }
        }
    }

    #[test]
    fn codes_are_read_back() {
        for state in PoolState::ALL {
            assert_eq!(PoolState::from_code(state.code()), Some(state));
        }
        for state in MemberState::ALL {
            assert_eq!(MemberState::from_code(state.code()), Some(state));
        }
        assert_eq!(PoolKind::from_code("swab"), Some(PoolKind::Swab));
    }
}
