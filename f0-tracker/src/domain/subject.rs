//! The patient as the rules see one.

use std::collections::BTreeSet;

use shared::person::Birth;
use shared::time::Date;

use super::age::Age;
use super::condition::Condition;

/// What the rules need to know of a patient. Where no birth is known the rules of adults apply, and an assessment says
/// so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Date or year of birth, where known.
    pub birth: Option<Birth>,
    /// Underlying diseases.
    pub conditions: BTreeSet<Condition>,
    /// Whether pregnant, where known.
    pub pregnant: Option<bool>,
}

impl Subject {
    /// The age on a day, where a birth is known.
    #[must_use]
    pub fn age_on(&self, day: Date) -> Option<Age> {
        self.birth.map(|birth| Age::on(birth, day))
    }

    /// Completed years on a day, where a birth is known.
    #[must_use]
    pub fn age_years_on(&self, day: Date) -> Option<u32> {
        self.age_on(day).map(Age::years)
    }

    /// Days since birth, where the date of birth is known.
    #[must_use]
    pub fn age_days_on(&self, day: Date) -> Option<i64> {
        self.birth.and_then(|birth| birth.age_in_days(day))
    }

    /// Whether known to be pregnant.
    #[must_use]
    pub fn is_pregnant(&self) -> bool {
        self.pregnant == Some(true)
    }

    /// Whether one of the diseases that Decision 4038 lists is known.
    #[must_use]
    pub fn has_underlying_disease(&self) -> bool {
        self.conditions.iter().any(|condition| condition.is_listed())
    }
}
