//! Handing over a shift: a list that is made from what is in hand, accepted line by line.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::ids::{AccountId, ActId, AlertId, CaseId};
use shared::time::Instant;

use super::observation::Observation;
use super::vital::{Tenths, Vital};

/// A fall of SpO2 over the newest reports that is worth a line, in percent. The product's policy.
const WORRYING_FALL: i32 = 2;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineKind {
    /// An alert that the giver owns or has.
    Alert {
        /// Which.
        alert_id: AlertId,
    },
    /// A call that the giver promised.
    Promise {
        /// Which.
        act_id: ActId,
        /// When it is due.
        due_at: Option<Instant>,
    },
    /// A patient of the giver who gets worse.
    Trend,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is about.
    #[serde(flatten)]
    pub kind: LineKind,
    /// Whose case; none for a promise to somebody without one.
    pub case_id: Option<CaseId>,
    /// How dangerous.
    pub level: AlertLevel,
    /// In words, without a name.
    pub text: Bilingual,
    /// Who accepted it.
    pub accepted_by: Option<AccountId>,
    /// When.
    pub accepted_at: Option<Instant>,
}

impl Line {
    /// A line that nobody accepted yet.
    #[must_use]
    pub const fn new(kind: LineKind, case_id: Option<CaseId>, level: AlertLevel, text: Bilingual) -> Self {
        Self { kind, case_id, level, text, accepted_by: None, accepted_at: None }
    }
}

/// Why a patient's trend is worth a line: SpO2 that falls over the newest reports, the newest first.
#[must_use]
pub fn worry(newest_first: &[Observation]) -> Option<Bilingual> {
    let values: Vec<Tenths> = newest_first.iter().filter_map(|seen| seen.vitals.get(Vital::Spo2Pct)).collect();
    let (newest, highest) = (values.first()?, values.iter().skip(1).max()?);
    let fall = highest.tenths() - newest.tenths();
    (fall >= WORRYING_FALL * 10).then(|| {
        Bilingual::new(
            format!("SpO2 giảm từ {highest} xuống {newest}%"),
            format!("SpO2 fell from {highest} to {newest} %"),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::observation::Reporter;
    use crate::domain::vital::Vitals;

    fn seen(spo2: Option<i32>) -> Observation {
        let vitals = spo2.map_or_else(Vitals::default, |v| Vitals::default().with(Vital::Spo2Pct, Tenths::whole(v)));
        let at = "2022-03-10T01:00:00Z".parse().unwrap();
        Observation { id: None, at, by: Reporter::Patient, vitals, on_oxygen: false, symptoms: BTreeSet::new() }
    }

    #[test]
    fn a_saturation_that_falls_by_two_is_worth_a_line() {
        let told = |values: &[Option<i32>]| worry(&values.iter().map(|v| seen(*v)).collect::<Vec<_>>()).is_some();
        assert!(told(&[Some(96), Some(98)]));
        assert!(told(&[Some(96), None, Some(97), Some(98)]));
        assert!(!told(&[Some(97), Some(98)]));
        assert!(!told(&[Some(98), Some(96)]), "it rises");
        assert!(!told(&[None, Some(98)]) && !told(&[Some(90)]) && !told(&[]), "one value is no trend");
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let kind = LineKind::Alert { alert_id: AlertId::from_uuid(uuid::Uuid::from_u128(4)) };
        let line = Line::new(kind, None, AlertLevel::Urgent, Bilingual::new("a", "b"));
        let text = serde_json::to_string(&line).unwrap();
        assert!(text.contains(r#""kind":"alert""#));
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
    }
}
