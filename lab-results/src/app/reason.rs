//! Why a record waits for a person: what the record alone tells, and what the register adds.

use shared::bilingual::Bilingual;

use crate::domain::disposition::HoldReason;

/// Every reason that a record alone, or its versions, can give.
const OF_RECORD: [HoldReason; 9] = [
    HoldReason::Presumptive,
    HoldReason::Pooled,
    HoldReason::NotDone,
    HoldReason::NotAResult,
    HoldReason::AmbiguousTest,
    HoldReason::NotPresence,
    HoldReason::Preliminary,
    HoldReason::ContentDiffers,
    HoldReason::UnknownAccession,
];

/// Why a record waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The record or the versions before it say so.
    Record(HoldReason),
    /// The tube holds specimens of several people.
    Pool,
    /// The record names another person than the one whose tube it is.
    OtherPerson,
}

impl Reason {
    /// The stable code in the row report and in the work queue.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Record(reason) => reason.code(),
            Self::Pool => "pool",
            Self::OtherPerson => "other_person",
        }
    }

    /// The reason that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let record = OF_RECORD.into_iter().map(Self::Record);
        record.chain([Self::Pool, Self::OtherPerson]).find(|reason| reason.code() == code)
    }

    /// The field of a record that it is about, as a JSON Pointer.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Record(reason) => reason.pointer(),
            Self::Pool => "/barcode",
            Self::OtherPerson => "/person/full_name",
        }
    }

    /// What it means and what to do.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Record(reason) => reason.detail(),
            Self::Pool => Bilingual::new(
                "Ống này gộp mẫu của nhiều người: chờ người phụ trách xem",
                "This tube pools the specimens of several people: a person looks at it",
            ),
            Self::OtherPerson => Bilingual::new(
                "Người trong dòng này khác với người có mẫu trong ống: chờ người phụ trách đối chiếu",
                "The person of this row is not the one whose specimen is in the tube: a person compares them",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_found_by_its_code() {
        let all = OF_RECORD.into_iter().map(Reason::Record).chain([Reason::Pool, Reason::OtherPerson]);
        for reason in all {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_code("bored"), None);
    }
}
