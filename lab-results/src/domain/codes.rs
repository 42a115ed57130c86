//! The small code tables of the service: LOINC tests, specimen kinds and result values, each with the words that files use.
//!
//! The tables lie in `codes/*.tsv` with their origin and licence; the database keeps only our own codes.

use std::collections::HashMap;
use std::sync::LazyLock;

use shared::bilingual::Bilingual;
use shared::events::{Method, Outcome};
use shared::fold::fold;

/// The LOINC code that stands for "PCR" where a file names only the method.
pub const DEFAULT_PCR: &str = "94500-6";
/// The LOINC code that stands for "rapid antigen test" where a file names only the method.
pub const DEFAULT_ANTIGEN: &str = "94558-4";

/// The lines of a table that are no comment, each cut at its tabs.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| l.split('\t').collect())
}

/// What a LOINC code says about a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKind {
    /// It looks for the virus by this method.
    Virus(Method),
    /// It looks for several viruses at once: "detected" does not say which. Held.
    Ambiguous(Method),
    /// A sequence, a viral load or a Ct value: says nothing by itself. Held.
    NotPresence,
    /// Antibodies: never opens a case. Ignored.
    Antibody,
    /// A well-formed LOINC code outside our table: not a test for SARS-CoV-2. Ignored.
    Other,
}

impl TestKind {
    /// How the virus was looked for, where the test looks for a virus.
    #[must_use]
    pub const fn method(self) -> Option<Method> {
        match self {
            Self::Virus(method) | Self::Ambiguous(method) => Some(method),
            Self::NotPresence | Self::Antibody | Self::Other => None,
        }
    }

    fn from_table(code: &str) -> Option<Self> {
        Some(match code {
            "pcr" => Self::Virus(Method::Pcr),
            "antigen" => Self::Virus(Method::Antigen),
            "ambiguous_pcr" => Self::Ambiguous(Method::Pcr),
            "ambiguous_antigen" => Self::Ambiguous(Method::Antigen),
            "not_presence" => Self::NotPresence,
            "antibody" => Self::Antibody,
            _ => return None,
        })
    }
}

/// One LOINC code of our table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loinc {
    /// The code, such as `94500-6`.
    pub code: &'static str,
    /// How we treat it.
    pub kind: TestKind,
    /// The long name in English.
    pub name: &'static str,
}

static LOINC: LazyLock<HashMap<&'static str, Loinc>> = LazyLock::new(|| {
    lines(include_str!("../../codes/loinc.tsv"))
        .filter_map(|f| {
            let (code, kind, name) = (*f.first()?, TestKind::from_table(f.get(1)?)?, *f.get(2)?);
            Some((code, Loinc { code, kind, name }))
        })
        .collect()
});

/// The entry of a LOINC code in our table.
#[must_use]
pub fn loinc(code: &str) -> Option<&'static Loinc> {
    LOINC.get(code.trim())
}

/// How a test is treated; [`TestKind::Other`] for a well-formed code outside the table, `None` for what is no LOINC code.
#[must_use]
pub fn test_kind(code: &str) -> Option<TestKind> {
    loinc(code).map(|l| l.kind).or_else(|| is_loinc(code.trim()).then_some(TestKind::Other))
}

/// Whether a text is a LOINC code: one to seven digits, a hyphen, and the check digit (modulus 10, LOINC Users' Guide).
#[must_use]
pub fn is_loinc(code: &str) -> bool {
    let Some((number, check)) = code.split_once('-') else { return false };
    if !(1..=7).contains(&number.len()) || check.len() != 1 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            if i % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    check.parse() == Ok((10 - sum % 10) % 10)
}

/// The words for a method, folded.
static METHODS: LazyLock<HashMap<String, TestKind>> = LazyLock::new(|| {
    const PCR: &str = "pcr|rt-pcr|rt pcr|rrt-pcr|real-time pcr|realtime pcr|real-time rt-pcr|realtime rt-pcr|rt-qpcr|qpcr|naat|naa|\
                       lamp|rt-lamp|molecular|xét nghiệm pcr|sinh học phân tử|xét nghiệm sinh học phân tử|khuếch đại gen";
    const ANTIGEN: &str = "antigen|ag|rapid|rapid antigen|rapid antigen test|antigen rapid test|rat|rdt|ag-rdt|test nhanh|\
                           kháng nguyên|test nhanh kháng nguyên|xét nghiệm nhanh|xét nghiệm nhanh kháng nguyên|xét nghiệm kháng nguyên|\
                           kháng nguyên nhanh";
    const ANTIBODY: &str = "antibody|antibodies|serology|kháng thể|test nhanh kháng thể|xét nghiệm kháng thể|huyết thanh học|igg|igm|igg igm";
    let kinds = [
        (PCR, TestKind::Virus(Method::Pcr)),
        (ANTIGEN, TestKind::Virus(Method::Antigen)),
        (ANTIBODY, TestKind::Antibody),
    ];
    kinds.iter().flat_map(|(words, kind)| words.split('|').map(|w| (fold(w), *kind))).collect()
});

/// The method that a word names: `PCR`, `test nhanh`, `kháng thể`.
#[must_use]
pub fn method(word: &str) -> Option<TestKind> {
    METHODS.get(&fold(word)).copied()
}

/// The LOINC code that stands for a method.
#[must_use]
pub const fn default_loinc(method: Method) -> &'static str {
    match method {
        Method::Pcr => DEFAULT_PCR,
        Method::Antigen => DEFAULT_ANTIGEN,
    }
}

macro_rules! specimen_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What was taken. Our own codes; SNOMED CT only in the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SpecimenKind {
            $($(#[$doc])* $name,)*
        }

        impl SpecimenKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code on the wire and in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

specimen_kinds! {
    /// Nasopharyngeal swab (dịch tỵ hầu), the usual one in Vietnam.
    NasopharyngealSwab = "nasopharyngeal_swab";
    /// Throat swab (dịch hầu họng).
    ThroatSwab = "throat_swab";
    /// Nasopharyngeal and oropharyngeal swab in one tube.
    NasopharyngealAndThroatSwab = "nasopharyngeal_and_throat_swab";
    /// Swab of the internal nose (dịch mũi).
    NoseSwab = "nose_swab";
    /// Anterior nares swab.
    AnteriorNaresSwab = "anterior_nares_swab";
    /// Mid-turbinate swab.
    MidTurbinateSwab = "mid_turbinate_swab";
    /// Saliva (nước bọt).
    Saliva = "saliva";
    /// Sputum (đờm).
    Sputum = "sputum";
    /// Bronchoalveolar lavage (dịch rửa phế quản phế nang).
    BronchoalveolarLavage = "bronchoalveolar_lavage";
    /// Nasopharyngeal aspirate.
    NasopharyngealAspirate = "nasopharyngeal_aspirate";
    /// Nasopharyngeal washings.
    NasopharyngealWashings = "nasopharyngeal_washings";
    /// Another specimen.
    Other = "other";
    /// The sender does not say.
    Unknown = "unknown";
}

struct SpecimenTable {
    by_key: HashMap<String, SpecimenKind>,
    snomed: HashMap<SpecimenKind, &'static str>,
    names: HashMap<SpecimenKind, Bilingual>,
}

static SPECIMENS: LazyLock<SpecimenTable> = LazyLock::new(|| {
    let mut table = SpecimenTable { by_key: HashMap::new(), snomed: HashMap::new(), names: HashMap::new() };
    for fields in lines(include_str!("../../codes/specimens.tsv")) {
        let [code, snomed, vi, en, words] = fields[..] else { continue };
        let Some(kind) = SpecimenKind::ALL.iter().copied().find(|k| k.code() == code) else { continue };
        let codes = snomed.split('|').filter(|c| !c.is_empty());
        if let Some(first) = codes.clone().next() {
            table.snomed.insert(kind, first);
        }
        table.by_key.extend(codes.chain([code, vi, en]).chain(words.split('|')).map(|w| (fold(w), kind)));
        table.names.insert(kind, Bilingual::new(vi, en));
    }
    table
});

impl SpecimenKind {
    /// The kind that our code, a SNOMED CT code or a word in Vietnamese or English names.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        SPECIMENS.by_key.get(&fold(text)).copied()
    }

    /// The kind of one of our own codes, as the database keeps it.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.code() == code)
    }

    /// The SNOMED CT code that is sent for it; `None` for `other` and `unknown`.
    #[must_use]
    pub fn snomed(self) -> Option<&'static str> {
        SPECIMENS.snomed.get(&self).copied()
    }

    /// Its name in both languages.
    #[must_use]
    pub fn name(self) -> Bilingual {
        SPECIMENS.names.get(&self).cloned().unwrap_or_else(|| Bilingual::new(self.code(), self.code()))
    }
}

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

    /// What a SNOMED CT code or a word in Vietnamese or English means.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "+" | "(+)" => Some(Self::Detected),
            "(-)" => Some(Self::NotDetected),
            text => FINDINGS.get(&fold(text)).copied(),
        }
    }
}

static FINDINGS: LazyLock<HashMap<String, Finding>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for fields in lines(include_str!("../../codes/outcomes.tsv")) {
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
    fn every_loinc_code_of_the_table_has_a_right_check_digit() {
        assert!(LOINC.len() > 60);
        for code in LOINC.keys().filter(|c| !c.starts_with("LP")) {
            assert!(is_loinc(code), "{code}");
        }
        assert!(!is_loinc("94500-7"));
        assert!(!is_loinc("94500"));
        assert!(!is_loinc("-6"));
    }

    #[test]
    fn every_line_of_every_table_is_read() {
        assert_eq!(lines(include_str!("../../codes/loinc.tsv")).count(), LOINC.len());
        assert_eq!(lines(include_str!("../../codes/specimens.tsv")).count(), SPECIMENS.names.len());
        assert_eq!(SPECIMENS.names.len(), SpecimenKind::ALL.len());
        assert_eq!(lines(include_str!("../../codes/outcomes.tsv")).count(), Finding::ALL.len());
        for finding in Finding::ALL {
            assert!(FINDINGS.values().any(|f| *f == finding), "{finding:?}");
        }
    }

    #[test]
    fn no_word_of_a_table_means_two_things() {
        for table in [include_str!("../../codes/outcomes.tsv"), include_str!("../../codes/specimens.tsv")] {
            let mut seen: HashMap<String, &str> = HashMap::new();
            for fields in lines(table) {
                let words = fields[1..].iter().flat_map(|f| f.split('|'));
                for word in words.map(fold).filter(|w| !w.is_empty()) {
                    let before = seen.insert(word.clone(), fields[0]);
                    assert!(before.is_none_or(|b| b == fields[0]), "{word}: {before:?} and {}", fields[0]);
                }
            }
        }
    }

    #[test]
    fn tests_are_told_apart_by_their_loinc_code() {
        assert_eq!(test_kind(DEFAULT_PCR), Some(TestKind::Virus(Method::Pcr)));
        assert_eq!(test_kind(DEFAULT_ANTIGEN), Some(TestKind::Virus(Method::Antigen)));
        assert_eq!(test_kind("94563-4"), Some(TestKind::Antibody));
        assert_eq!(test_kind("95423-0"), Some(TestKind::Ambiguous(Method::Pcr)));
        assert_eq!(test_kind("94745-7"), Some(TestKind::NotPresence));
        assert_eq!(test_kind("92142-9"), Some(TestKind::Other));
        assert_eq!(test_kind("PCR"), None);
    }

    #[test]
    fn vietnamese_and_english_words_are_read_with_or_without_marks() {
        assert_eq!(Finding::read("Dương tính"), Some(Finding::Detected));
        assert_eq!(Finding::read("duong tinh"), Some(Finding::Detected));
        assert_eq!(Finding::read("ÂM TÍNH (-)"), Some(Finding::NotDetected));
        assert_eq!(Finding::read("Không phát hiện"), Some(Finding::NotDetected));
        assert_eq!(Finding::read("260373001"), Some(Finding::Detected));
        assert_eq!(Finding::read("840539006"), Some(Finding::NotAResult));
        assert_eq!(Finding::read(""), None);
        assert_eq!(SpecimenKind::read("Dịch tỵ hầu"), Some(SpecimenKind::NasopharyngealSwab));
        assert_eq!(SpecimenKind::read("1293160008"), Some(SpecimenKind::MidTurbinateSwab));
        assert_eq!(method("Test nhanh"), Some(TestKind::Virus(Method::Antigen)));
        assert_eq!(method("Realtime RT-PCR"), Some(TestKind::Virus(Method::Pcr)));
        assert_eq!(method("kháng thể"), Some(TestKind::Antibody));
    }

    #[test]
    fn only_a_plain_detected_can_open_a_case() {
        for finding in Finding::ALL {
            assert_eq!(finding.outcome() == Outcome::Detected, finding == Finding::Detected);
        }
    }
}
