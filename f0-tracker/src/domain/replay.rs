//! A proposed set of protocols, run over reports of the past: what would have been different.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::events::AlertLevel;
use shared::ids::CaseId;

/// A doctor screens so many patients a day (Hà Nội's companion doctors: 40 to 50, briardforce.com).
const PATIENTS_PER_DOCTOR_DAY: usize = 45;

/// How many reports came to each level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// No alert.
    pub none: usize,
    /// Watch.
    pub watch: usize,
    /// Urgent.
    pub urgent: usize,
    /// Emergency.
    pub emergency: usize,
}

impl Levels {
    const fn count(&mut self, level: AlertLevel) {
        match level {
            AlertLevel::None => self.none += 1,
            AlertLevel::Watch => self.watch += 1,
            AlertLevel::Urgent => self.urgent += 1,
            AlertLevel::Emergency => self.emergency += 1,
        }
    }
}

/// Before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// As it was judged.
    pub before: Levels,
    /// As the proposal would have judged it.
    pub after: Levels,
}

/// One ward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfWard {
    /// The ward, where known.
    pub ward_code: Option<String>,
    /// Its reports by level.
    #[serde(flatten)]
    pub levels: Change,
}

/// What would have been different.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Over so many days.
    pub days: i64,
    /// So many reports.
    pub reports: usize,
    /// By level.
    pub all: Change,
    /// By ward, those with most changes first.
    pub wards: Vec<OfWard>,
    /// Patients of whom at least one report would have come to another level.
    pub patients_changed: usize,
    /// Doctors a day that the urgent and emergency patients needed.
    pub doctors_before: usize,
    /// Doctors a day that they would have needed.
    pub doctors_after: usize,
}

/// Counts reports one by one.
#[derive(Debug, Default)]
pub struct Counter {
    all: Change,
    wards: BTreeMap<Option<String>, (Change, usize)>,
    reports: usize,
    changed: BTreeSet<CaseId>,
    before: BTreeSet<(CaseId, i64)>,
    after: BTreeSet<(CaseId, i64)>,
}

impl Counter {
    /// Counts a report of a case on a day, as it was judged and as it would have been.
    pub fn count(&mut self, case: CaseId, ward: Option<&str>, day: i64, before: AlertLevel, after: AlertLevel) {
        self.reports += 1;
        self.all.before.count(before);
        self.all.after.count(after);
        let (levels, changed) = self.wards.entry(ward.map(str::to_owned)).or_default();
        levels.before.count(before);
        levels.after.count(after);
        if before != after {
            *changed += 1;
            self.changed.insert(case);
        }
        if before >= AlertLevel::Urgent {
            self.before.insert((case, day));
        }
        if after >= AlertLevel::Urgent {
            self.after.insert((case, day));
        }
    }

    /// What was counted over so many days.
    #[must_use]
    pub fn finish(self, days: i64) -> Replay {
        let doctors =
            |patients: usize| patients.div_ceil(PATIENTS_PER_DOCTOR_DAY * usize::try_from(days.max(1)).unwrap_or(1));
        let mut wards: Vec<_> = self.wards.into_iter().collect();
        wards.sort_by(|(a, (_, more)), (b, (_, less))| less.cmp(more).then_with(|| a.cmp(b)));
        Replay {
            days,
            reports: self.reports,
            all: self.all,
            wards: wards.into_iter().map(|(ward_code, (levels, _))| OfWard { ward_code, levels }).collect(),
            patients_changed: self.changed.len(),
            doctors_before: doctors(self.before.len()),
            doctors_after: doctors(self.after.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(n: u128) -> CaseId {
        CaseId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn what_changed_is_counted_by_ward_patient_and_doctor() {
        use AlertLevel::{Emergency, None as Quiet, Urgent, Watch};
        let mut counter = Counter::default();
        counter.count(case(1), Some("28252"), 1, Quiet, Quiet);
        counter.count(case(1), Some("28252"), 1, Watch, Urgent);
        counter.count(case(1), Some("28252"), 2, Watch, Urgent);
        counter.count(case(2), Some("28249"), 1, Emergency, Emergency);
        counter.count(case(3), None, 1, Urgent, Quiet);
        let replay = counter.finish(14);
        assert_eq!((replay.reports, replay.patients_changed), (5, 2));
        assert_eq!((replay.all.before.watch, replay.all.after.watch, replay.all.after.urgent), (2, 0, 2));
        let wards: Vec<_> = replay.wards.iter().map(|ward| ward.ward_code.as_deref()).collect();
        assert_eq!(wards, [Some("28252"), None, Some("28249")]);
        assert_eq!((replay.doctors_before, replay.doctors_after), (1, 1));
    }

    #[test]
    fn forty_five_patients_a_day_are_one_doctor() {
        let mut counter = Counter::default();
        for n in 0..46 {
            counter.count(case(n), None, 1, AlertLevel::None, AlertLevel::Urgent);
        }
        let replay = counter.finish(1);
        assert_eq!((replay.doctors_before, replay.doctors_after), (0, 2));
    }
}
