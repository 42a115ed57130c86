//! What follows from a positive, and must be undone when it is corrected or withdrawn.

use shared::events::Outcome;

/// Something to undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UndoKind {
    /// The case: closed as an error, its contacts told. Done when f0-tracker voids it.
    Case,
    /// The citizen: told in plain words. Done when they open the page that says so, or somebody spoke with them.
    Citizen,
    /// The certificate and the slip: recalled. A slip says so at once when its QR is scanned; papers go with the case.
    Certificate,
    /// The report to the province: corrected by whoever wrote it.
    Report,
}

impl UndoKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Case, Self::Citizen, Self::Certificate, Self::Report];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Citizen => "citizen",
            Self::Certificate => "certificate",
            Self::Report => "report",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What a version of a result said, as far as undoing needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The outcome.
    pub outcome: Outcome,
    /// It says nothing any more.
    pub withdrawn: bool,
    /// It had left the service.
    pub released: bool,
}

impl Said {
    const fn positive(self) -> bool {
        matches!(self.outcome, Outcome::Detected) && !self.withdrawn && self.released
    }
}

/// Whether something is to undo for the person of the version before: it said positive of them, and does so no more.
#[must_use]
pub const fn is_to_undo(before: Said, now: Said, same_person: bool) -> bool {
    before.positive() && !(now.positive() && same_person)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITIVE: Said = Said { outcome: Outcome::Detected, withdrawn: false, released: true };

    #[test]
    fn only_a_positive_that_holds_no_more_is_to_undo() {
        let negative = Said { outcome: Outcome::NotDetected, ..POSITIVE };
        let withdrawn = Said { withdrawn: true, ..POSITIVE };
        let held = Said { released: false, ..POSITIVE };
        assert!(is_to_undo(POSITIVE, negative, true));
        assert!(is_to_undo(POSITIVE, withdrawn, true));
        assert!(is_to_undo(POSITIVE, POSITIVE, false), "it was somebody else's");
        assert!(!is_to_undo(POSITIVE, POSITIVE, true), "the Ct value was corrected");
        assert!(!is_to_undo(negative, POSITIVE, true));
        assert!(!is_to_undo(held, negative, true), "nobody was told");
    }

    #[test]
    fn codes_are_read_back() {
        for kind in UndoKind::ALL {
            assert_eq!(UndoKind::from_code(kind.code()), Some(kind));
        }
    }
}
