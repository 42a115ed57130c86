//! The alert ladder: who owns an alert, for how long, and who is next.
//!
//! The minutes are this product's policy, in `f0-tracker/protocols/ladder.json`: no Vietnamese source sets a number.
//! (CHT's COVID configuration climbs after 4, 8 and 12 hours; Penn's COVID Watch calls back within one hour.)

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::time::{Instant, minutes};

const BUILTIN: &str = include_str!("../../protocols/ladder.json");

/// Who owns an alert on a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The health station of the patient's ward.
    WardStation,
    /// The doctor on duty for the patient's area.
    DoctorOnDuty,
    /// Every doctor whose duty covers the patient's area.
    AllDoctors,
    /// The officer of the province.
    ProvincialOfficer,
}

impl Owner {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WardStation => "ward_station",
            Self::DoctorOnDuty => "doctor_on_duty",
            Self::AllDoctors => "all_doctors",
            Self::ProvincialOfficer => "provincial_officer",
        }
    }

    /// The owner that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::WardStation, Self::DoctorOnDuty, Self::AllDoctors, Self::ProvincialOfficer]
            .into_iter()
            .find(|owner| owner.code() == code)
    }

    /// The role that an account needs to be this owner.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::WardStation => Role::Nurse,
            Self::DoctorOnDuty | Self::AllDoctors => Role::Doctor,
            Self::ProvincialOfficer => Role::Officer,
        }
    }

    /// What people call them.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::WardStation => ("Trạm y tế", "Ward health station"),
            Self::DoctorOnDuty => ("Bác sĩ trực", "Doctor on duty"),
            Self::AllDoctors => ("Tất cả bác sĩ", "All doctors"),
            Self::ProvincialOfficer => ("Cán bộ y tế tỉnh", "Provincial health officer"),
        };
        Bilingual::new(vi, en)
    }
}

/// One rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Who owns the alert here.
    pub owner: Owner,
    /// How many minutes they have before it climbs; none on the last rung, where it stays until somebody takes it.
    pub minutes: Option<i64>,
}

/// Why a ladder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LadderError {
    /// It cannot be read.
    #[error("the ladder: {0}")]
    Json(#[from] serde_json::Error),
    /// A level has no rungs, a rung before the last has no positive minutes, or the last has some.
    #[error("the ladder of {0}: every rung before the last needs minutes above 0, the last has none")]
    Rungs(&'static str),
}

/// The rungs of every level, and the policy's own words about them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// What a reader must know about the minutes.
    pub note: Bilingual,
    emergency: Vec<Rung>,
    urgent: Vec<Rung>,
    watch: Vec<Rung>,
}

impl Ladder {
    /// The ladder that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static LADDER: OnceLock<Ladder> = OnceLock::new();
        LADDER.get_or_init(|| Self::read(BUILTIN).expect("the compiled file never changes, and a test reads it"))
    }

    /// Reads and checks a ladder in the format of `ladder.json`.
    ///
    /// # Errors
    /// [`LadderError`].
    pub fn read(json: &str) -> Result<Self, LadderError> {
        let ladder: Self = serde_json::from_str(json)?;
        for level in [AlertLevel::Emergency, AlertLevel::Urgent, AlertLevel::Watch] {
            let sound = ladder.rungs(level).split_last().is_some_and(|(last, before)| {
                last.minutes.is_none() && before.iter().all(|rung| rung.minutes.is_some_and(|m| m > 0))
            });
            if !sound {
                return Err(LadderError::Rungs(level.code()));
            }
        }
        Ok(ladder)
    }

    /// The rungs of a level, from the first; none for the level `none`.
    #[must_use]
    pub fn rungs(&self, level: AlertLevel) -> &[Rung] {
        match level {
            AlertLevel::None => &[],
            AlertLevel::Watch => &self.watch,
            AlertLevel::Urgent => &self.urgent,
            AlertLevel::Emergency => &self.emergency,
        }
    }

    /// Who owns an alert of a level on a rung, counted from 0.
    #[must_use]
    pub fn owner_at(&self, level: AlertLevel, rung: usize) -> Option<Rung> {
        self.rungs(level).get(rung).copied()
    }

    /// When an alert that nobody takes climbs, and to which rung; `since` is when it came to stand on `rung`. None on
    /// the last.
    #[must_use]
    pub fn next_escalation(&self, level: AlertLevel, rung: usize, since: Instant) -> Option<(Instant, usize)> {
        let wait = self.owner_at(level, rung)?.minutes?;
        Some((since.plus(minutes(wait)), rung + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Instant {
        "2022-03-10T05:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_emergency_that_nobody_takes_reaches_the_officer_after_ten_minutes() {
        let ladder = Ladder::builtin();
        let (mut rung, mut at, mut owners) = (0, noon(), vec![]);
        loop {
            owners.push(ladder.owner_at(AlertLevel::Emergency, rung).unwrap().owner);
            let Some((due, next)) = ladder.next_escalation(AlertLevel::Emergency, rung, at) else { break };
            (rung, at) = (next, due);
        }
        assert_eq!(owners, [Owner::DoctorOnDuty, Owner::AllDoctors, Owner::ProvincialOfficer]);
        assert_eq!(at, noon().plus(minutes(10)));
    }

    #[test]
    fn the_more_dangerous_an_alert_the_sooner_it_climbs() {
        let first = |level| Ladder::builtin().next_escalation(level, 0, noon()).unwrap().0;
        assert!(first(AlertLevel::Emergency) < first(AlertLevel::Urgent));
        assert!(first(AlertLevel::Urgent) < first(AlertLevel::Watch));
        assert_eq!(first(AlertLevel::Urgent), noon().plus(minutes(60)));
        assert!(first(AlertLevel::Watch).local_date() == noon().local_date());
    }

    #[test]
    fn what_is_no_alert_has_no_owner() {
        assert_eq!(Ladder::builtin().owner_at(AlertLevel::None, 0), None);
        assert_eq!(Ladder::builtin().next_escalation(AlertLevel::None, 0, noon()), None);
        assert_eq!(Ladder::builtin().owner_at(AlertLevel::Watch, 9), None);
    }

    #[test]
    fn a_ladder_that_would_lose_an_alert_is_refused() {
        let with = |from: &str, to: &str| Ladder::read(&BUILTIN.replace(from, to));
        assert!(with("", "").is_ok());
        assert!(matches!(with("\"minutes\": 480", "\"minutes\": null"), Err(LadderError::Rungs("watch"))));
        assert!(matches!(with("\"minutes\": 60", "\"minutes\": 0"), Err(LadderError::Rungs("urgent"))));
        assert!(matches!(with("\"minutes\": 5", "\"minute\": 5"), Err(LadderError::Json(_))));
    }

    #[test]
    fn every_owner_code_reads_back() {
        for level in [AlertLevel::Watch, AlertLevel::Urgent, AlertLevel::Emergency] {
            for rung in Ladder::builtin().rungs(level) {
                assert_eq!(Owner::from_code(rung.owner.code()), Some(rung.owner));
            }
        }
    }
}
