//! What a laboratory found, by SNOMED CT code or word.

use std::collections::HashMap;
use std::sync::LazyLock;

use shared::events::Outcome;
use shared::fold::fold;

use super::lines;
use crate::domain::disposition::HoldReason;

/// What the laboratory's value means, finer than the four outcomes that leave the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// Detected, positive, reactive.
    Detected,
    /// Not detected, negative, non-reactive.
    NotDetected,
    /// Inconclusive, equivocal, indeterminate.
    Inconclusive,
    /// The run or the specimen was unfit.
    Invalid,
    /// Presumptive positive: a person looks first.
    Presumptive,
    /// Detected in a pooled specimen: not a person's result.
    PoolDetected,
    /// Not detected in a pooled specimen.
    PoolNotDetected,
    /// Indeterminate in a pooled specimen.
    PoolIndeterminate,
    /// The test was not done.
    NotDone,
    /// A code of a disease, organism, exposure or vaccination: senders do send them, and they are no result.
    NotAResult,
}

impl Finding {
    /// Every finding.
    pub const ALL: [Self; 10] = [
        Self::Detected,
        Self::NotDetected,
        Self::Inconclusive,
        Self::Invalid,
        Self::Presumptive,
        Self::PoolDetected,
        Self::PoolNotDetected,
        Self::PoolIndeterminate,
        Self::NotDone,
        Self::NotAResult,
    ];

    /// A stable code for the content hash, the database and the work queue.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::NotDetected => "not_detected",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
            Self::Presumptive => "presumptive",
            Self::PoolDetected => "pool_detected",
            Self::PoolNotDetected => "pool_not_detected",
            Self::PoolIndeterminate => "pool_indeterminate",
            Self::NotDone => "not_done",
            Self::NotAResult => "not_a_result",
        }
    }

    /// The outcome that it says when it is released as it stands. Never more than the laboratory said: a presumptive
    /// positive or a positive pool is inconclusive for the person, so it cannot open a case.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Detected => Outcome::Detected,
            Self::NotDetected | Self::PoolNotDetected => Outcome::NotDetected,
            Self::Inconclusive | Self::Presumptive | Self::PoolDetected | Self::PoolIndeterminate => {
                Outcome::Inconclusive
            }
            Self::Invalid | Self::NotDone | Self::NotAResult => Outcome::Invalid,
        }
    }

    /// Why a person looks first at such a value.
    #[must_use]
    pub const fn hold_reason(self) -> Option<HoldReason> {
        match self {
            Self::Presumptive => Some(HoldReason::Presumptive),
            Self::PoolDetected | Self::PoolNotDetected | Self::PoolIndeterminate => Some(HoldReason::Pooled),
            Self::NotDone => Some(HoldReason::NotDone),
            Self::NotAResult => Some(HoldReason::NotAResult),
            Self::Detected | Self::NotDetected | Self::Inconclusive | Self::Invalid => None,
        }
    }

    /// What a SNOMED CT code or a word in Vietnamese or English means.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "+" | "(+)" => Some(Self::Detected),
            "(-)" => Some(Self::NotDetected),
            text => FINDINGS.get(&fold(without_ct(text))).copied(),
        }
    }
}

/// A text without the cycle threshold that instruments and people put behind it: `Dương tính (CT=25,4)`.
fn without_ct(text: &str) -> &str {
    let cut = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let is_ct = |inner: &str| {
        let rest = inner.trim().strip_prefix(['C', 'c']).and_then(|rest| rest.strip_prefix(['T', 't', 'Q', 'q']));
        rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || " =:.,~<>".contains(c)))
    };
    cut.filter(|(word, inner)| !word.trim().is_empty() && is_ct(inner)).map_or(text, |(word, _)| word.trim())
}

static FINDINGS: LazyLock<HashMap<String, Finding>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for fields in lines(include_str!("../../../codes/outcomes.tsv")) {
        let [code, snomed, words] = fields[..] else { continue };
        let Some(finding) = Finding::ALL.into_iter().find(|f| f.code() == code) else { continue };
        let words = snomed.split('|').chain(words.split('|')).chain([code]);
        table.extend(words.map(fold).filter(|k| !k.is_empty()).map(|k| (k, finding)));
    }
    table
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_detected_can_open_a_case() {
        for finding in Finding::ALL {
            assert_eq!(finding.outcome() == Outcome::Detected, finding == Finding::Detected);
        }
    }

    #[test]
    fn every_finding_is_in_the_table() {
        assert_eq!(lines(include_str!("../../../codes/outcomes.tsv")).count(), Finding::ALL.len());
        for finding in Finding::ALL {
            assert_eq!(Finding::read(finding.code()), Some(finding));
        }
    }

    #[test]
    fn words_are_read_with_or_without_marks_and_codes_as_they_are() {
        for (text, finding) in [
            ("Dương tính", Finding::Detected),
            ("duong tinh", Finding::Detected),
            ("(+)", Finding::Detected),
            ("ÂM TÍNH (-)", Finding::NotDetected),
            ("Không phát hiện", Finding::NotDetected),
            ("260373001", Finding::Detected),
            ("840539006", Finding::NotAResult),
            ("Nghi ngờ dương tính", Finding::Presumptive),
            ("Dương tính (CT=25,4)", Finding::Detected),
            ("Positive (Ct: 31.2)", Finding::Detected),
            ("Có phát hiện SARS-CoV-2", Finding::Detected),
            ("Hủy mẫu", Finding::NotDone),
        ] {
            assert_eq!(Finding::read(text), Some(finding), "{text}");
        }
        assert_eq!(Finding::read(""), None);
        assert_eq!(Finding::read("âm tính, dương tính"), None);
        for text in ["dương tính (âm tính)", "dương tính (CT âm tính)", "(CT=25)", "dương tính (ct"] {
            assert_eq!(Finding::read(text), None, "{text}");
        }
    }
}
