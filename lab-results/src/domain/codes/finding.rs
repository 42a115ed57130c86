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

    /// What the same word means where the specimen is a pool.
    #[must_use]
    pub const fn in_pool(self) -> Self {
        match self {
            Self::Detected => Self::PoolDetected,
            Self::NotDetected => Self::PoolNotDetected,
            Self::Inconclusive | Self::Invalid => Self::PoolIndeterminate,
            other => other,
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
            text => {
                let folded = fold(without_ct(text));
                let known = |word: &str| FINDINGS.get(word).copied();
                known(&folded).or_else(|| known(&without_the_virus(&folded)))
            }
        }
    }
}

/// Words that say what was looked for, or stress what was found, as the result descriptions of the LIVD table and
/// ReportStream's test_result.csv have them. `sars cov 2` and its like go first, as one.
const VIRUS: [&str; 9] = [
    "sars cov 2 virus",
    "sars cov 2",
    "sars cov2",
    "sarscov 2",
    "sarscov2",
    "2019 ncov",
    "covid 19",
    "covid19",
    "covid",
];
/// Single words of the same kind.
const BESIDE: [&str; 16] = [
    "rna", "virus", "is", "was", "for", "the", "result", "test", "abnormal", "alpha", "high", "low", "voi", "vi",
    "rut", "ncov",
];

/// A folded value without the words that name the virus: `positive for sars cov 2` is `positive`. What is left must be a word
/// of the table, so that another virus, an antibody or a whole sentence is none.
fn without_the_virus(folded: &str) -> String {
    let mut text = format!(" {folded} ");
    for name in VIRUS {
        text = text.replace(&format!(" {name} "), " ");
    }
    text.split(' ').filter(|word| !word.is_empty() && !BESIDE.contains(word)).collect::<Vec<_>>().join(" ")
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
        for (text, finding) in [
            ("Positive (Abnormal)", Finding::Detected),
            ("Positive (Alpha Abnormal)", Finding::Detected),
            ("Negative *** High ***", Finding::NotDetected),
            ("Positive  *** Low ***", Finding::Detected),
            ("SARS-CoV-2 Inconclusive", Finding::Inconclusive),
            ("SARS-CoV-2 Presumptive Positive", Finding::Presumptive),
            ("Presumptive positive for 2019-nCoV", Finding::Presumptive),
            ("positive for SARS-CoV-2", Finding::Detected),
            ("SARS-CoV-2 RNA is not detected", Finding::NotDetected),
            ("COVID-19 Positive", Finding::Detected),
            ("Negative Result", Finding::NotDetected),
            ("Negative (-)", Finding::NotDetected),
            ("Non-reactive (negative)", Finding::NotDetected),
            ("Void", Finding::Invalid),
            ("Không phát hiện RNA SARS-CoV-2", Finding::NotDetected),
            ("Dương tính với vi rút SARS-CoV-2", Finding::Detected),
        ] {
            assert_eq!(Finding::read(text), Some(finding), "{text}");
        }
        for text in ["Influenza A Positive", "SARS-CoV-2 IgG positive", "SARS-CoV-2", "Flu A and SARS-CoV-2 detected"] {
            assert_eq!(Finding::read(text), None, "{text}");
        }
        assert_eq!(Finding::read(""), None);
        assert_eq!(Finding::read("âm tính, dương tính"), None);
        for text in ["dương tính (âm tính)", "dương tính (CT âm tính)", "(CT=25)", "dương tính (ct"] {
            assert_eq!(Finding::read(text), None, "{text}");
        }
    }
}
