//! Where a tube is and was: its states, why a laboratory refuses one, and how long each part of its way takes.

use std::collections::BTreeMap;

use shared::bilingual::Bilingual;
use shared::time::{Instant, SignedDuration};

/// A state of a tube on its way from the swab to the citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TubeState {
    /// It stands in the books with its orders.
    Registered,
    /// The specimen was taken.
    Collected,
    /// The site gave it to whoever carries it.
    HandedOver,
    /// The laboratory has it.
    Received,
    /// It is in a run.
    InRun,
    /// The laboratory has a result.
    Resulted,
    /// The result left for its citizen.
    Released,
    /// The laboratory refused the tube, with a code.
    Rejected,
    /// The run said nothing.
    Invalid,
    /// The result was corrected or withdrawn.
    Corrected,
}

impl TubeState {
    /// Every state, in the order of the way.
    pub const ALL: [Self; 10] = [
        Self::Registered,
        Self::Collected,
        Self::HandedOver,
        Self::Received,
        Self::InRun,
        Self::Resulted,
        Self::Released,
        Self::Rejected,
        Self::Invalid,
        Self::Corrected,
    ];
    /// What a person notes; the others are noted by the system when they happen.
    pub const BY_HAND: [Self; 5] = [Self::HandedOver, Self::Received, Self::InRun, Self::Rejected, Self::Invalid];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Collected => "collected",
            Self::HandedOver => "handed_over",
            Self::Received => "received",
            Self::InRun => "in_run",
            Self::Resulted => "resulted",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::Invalid => "invalid",
            Self::Corrected => "corrected",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Why a laboratory refuses a tube: HL7 table 0490, specimen reject reason.
pub const REJECT_CODES: [(&str, &str, &str); 9] = [
    ("EX", "Quá hạn bảo quản", "Expired"),
    ("QS", "Không đủ lượng mẫu", "Quantity not sufficient"),
    ("RB", "Ống vỡ hoặc rò rỉ", "Broken container"),
    ("RD", "Thiếu ngày lấy mẫu", "Missing collection date"),
    ("RE", "Thiếu họ tên", "Missing name"),
    ("RI", "Không xác định được mẫu của ai", "Identification problem"),
    ("RM", "Nhãn sai hoặc không đọc được", "Labelling"),
    ("RN", "Mẫu bị nhiễm", "Contamination"),
    ("RR", "Bảo quản không đúng", "Improper storage"),
];

/// The words of a reject code.
#[must_use]
pub fn reject_words(code: &str) -> Option<Bilingual> {
    REJECT_CODES.iter().find(|(known, ..)| *known == code).map(|(_, vi, en)| Bilingual::new(*vi, *en))
}

/// The parts of the way whose time is measured: from, to.
pub const SEGMENTS: [(TubeState, TubeState); 6] = [
    (TubeState::Collected, TubeState::HandedOver),
    (TubeState::HandedOver, TubeState::Received),
    (TubeState::Received, TubeState::InRun),
    (TubeState::InRun, TubeState::Resulted),
    (TubeState::Resulted, TubeState::Released),
    (TubeState::Collected, TubeState::Released),
];

/// When a tube first reached each state.
pub type Way = BTreeMap<TubeState, Instant>;

/// How long a part of the way took for those who went it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How many went it.
    pub count: usize,
    /// Half were faster.
    pub median: SignedDuration,
    /// Nine of ten were faster.
    pub p90: SignedDuration,
}

/// How long it took from one state to another. Ways that lack one of the two, or have them in the wrong order, do not count.
#[must_use]
pub fn times(ways: &[Way], from: TubeState, to: TubeState) -> Option<Times> {
    let mut taken: Vec<SignedDuration> = ways
        .iter()
        .filter_map(|way| Some(way.get(&to)?.since(*way.get(&from)?)))
        .filter(|duration| !duration.is_negative())
        .collect();
    taken.sort_unstable();
    let at = |of_ten: usize| taken.get((taken.len() * of_ten / 10).min(taken.len().saturating_sub(1))).copied();
    Some(Times { count: taken.len(), median: at(5)?, p90: at(9)? })
}

/// When the result of a tube may be expected: the last state that it and enough others of the laboratory reached, and the
/// time in which nine of ten of them had their result from there on. `None` where too few did.
#[must_use]
pub fn expected(way: &Way, others: &[Way]) -> Option<Instant> {
    /// Fewer say nothing (our policy).
    const ENOUGH: usize = 10;
    if way.contains_key(&TubeState::Released) || way.contains_key(&TubeState::Rejected) {
        return None;
    }
    let reached = [TubeState::InRun, TubeState::Received, TubeState::HandedOver, TubeState::Collected];
    reached.into_iter().find_map(|state| {
        let since = *way.get(&state)?;
        let times = times(others, state, TubeState::Released).filter(|times| times.count >= ENOUGH)?;
        Some(since.plus(times.p90))
    })
}

#[cfg(test)]
mod tests {
    use shared::time::{hours, minutes};

    use super::*;

    fn at(hour: i64) -> Instant {
        "2022-03-10T00:00:00Z".parse::<Instant>().unwrap().plus(hours(hour))
    }

    fn way(states: &[(TubeState, i64)]) -> Way {
        states.iter().map(|(state, hour)| (*state, at(*hour))).collect()
    }

    #[test]
    fn every_state_and_reject_code_is_found() {
        for state in TubeState::ALL {
            assert_eq!(TubeState::from_code(state.code()), Some(state));
        }
        assert!(reject_words("RB").is_some() && reject_words("XX").is_none());
    }

    #[test]
    fn times_are_those_of_the_tubes_that_went_the_way_in_order() {
        let ways: Vec<Way> = (1..=10)
            .map(|n| way(&[(TubeState::Received, 0), (TubeState::Released, n)]))
            .chain([way(&[(TubeState::Received, 5)]), way(&[(TubeState::Received, 9), (TubeState::Released, 1)])])
            .collect();
        let times = times(&ways, TubeState::Received, TubeState::Released).unwrap();
        assert_eq!((times.count, times.median, times.p90), (10, hours(6), hours(10)));
        assert_eq!(super::times(&ways, TubeState::InRun, TubeState::Released), None);
    }

    #[test]
    fn the_expected_time_counts_from_the_last_state_that_enough_others_reached() {
        let others: Vec<Way> = (0..10)
            .map(|_| way(&[(TubeState::Collected, 0), (TubeState::Received, 4), (TubeState::Released, 10)]))
            .collect();
        let mine = way(&[(TubeState::Collected, 20), (TubeState::Received, 23), (TubeState::InRun, 24)]);
        assert_eq!(expected(&mine, &others), Some(at(29)), "in run was noted for nobody else");
        assert_eq!(expected(&way(&[(TubeState::Collected, 20)]), &others), Some(at(30)));
        assert_eq!(expected(&mine, &others[..9]), None);
        let done = way(&[(TubeState::Collected, 20), (TubeState::Released, 23)]);
        assert_eq!(expected(&done, &others), None);
        assert!(minutes(1).is_positive());
    }
}
