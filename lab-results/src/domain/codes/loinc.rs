//! Tests by their LOINC code or the name of their method.

use std::collections::HashMap;
use std::sync::LazyLock;

use shared::events::Method;
use shared::fold::fold;

use super::lines;

/// The LOINC code that stands for "PCR" where a file names only the method.
pub const DEFAULT_PCR: &str = "94500-6";
/// The LOINC code that stands for "rapid antigen test" where a file names only the method.
pub const DEFAULT_ANTIGEN: &str = "94558-4";

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
    /// A laboratory's own code of a test for SARS-CoV-2, which it has not mapped. Held.
    Local,
    /// A well-formed LOINC code outside our table: not a test for SARS-CoV-2. Ignored.
    Other,
}

impl TestKind {
    /// How the virus was looked for, where the test looks for a virus.
    #[must_use]
    pub const fn method(self) -> Option<Method> {
        match self {
            Self::Virus(method) | Self::Ambiguous(method) => Some(method),
            Self::NotPresence | Self::Local | Self::Antibody | Self::Other => None,
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
    lines(include_str!("../../../codes/loinc.tsv"))
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

/// How a test is treated; [`TestKind::Other`] for a well-formed code outside the table, `None` for what is no LOINC
/// code.
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
    let mut table = HashMap::new();
    for fields in lines(include_str!("../../../codes/methods.tsv")) {
        let [kind, words] = fields[..] else { continue };
        table.extend(TestKind::from_table(kind).into_iter().flat_map(|k| words.split('|').map(move |w| (fold(w), k))));
    }
    table
});

/// The method that a word names: `PCR`, `test nhanh`, `kháng thể`.
#[must_use]
pub fn method(word: &str) -> Option<TestKind> {
    let folded = fold(word);
    METHODS.get(&folded).copied().or_else(|| METHODS.get(&without_the_virus(&folded)).copied())
}

/// A folded name of a test without the words that every test for the virus has: `xet nghiem sars cov 2 bang rt pcr`.
fn without_the_virus(folded: &str) -> String {
    let mut text = format!(" {folded} ");
    for words in [
        "sars cov 2",
        "sarscov2",
        "covid 19",
        "covid19",
        "covid",
        "xet nghiem",
        "phat hien",
        "ky thuat",
        "bang",
        "vi rut",
        "virus",
    ] {
        text = text.replace(&format!(" {words} "), " ");
    }
    text.trim().to_owned()
}

/// The LOINC code that stands for a method.
#[must_use]
pub const fn default_loinc(method: Method) -> &'static str {
    match method {
        Method::Pcr => DEFAULT_PCR,
        Method::Antigen => DEFAULT_ANTIGEN,
    }
}

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
    fn every_line_of_the_table_is_read() {
        assert_eq!(lines(include_str!("../../../codes/loinc.tsv")).count(), LOINC.len());
        assert_eq!(lines(include_str!("../../../codes/methods.tsv")).count(), 3);
    }

    #[test]
    fn a_method_is_read_with_or_without_marks() {
        assert_eq!(method("Test nhanh"), Some(TestKind::Virus(Method::Antigen)));
        assert_eq!(method("test nhanh khang nguyen"), Some(TestKind::Virus(Method::Antigen)));
        assert_eq!(method("Realtime RT-PCR"), Some(TestKind::Virus(Method::Pcr)));
        assert_eq!(method("kháng thể"), Some(TestKind::Antibody));
        assert_eq!(method("Xét nghiệm SARS-CoV-2 bằng kỹ thuật RT-PCR"), Some(TestKind::Virus(Method::Pcr)));
        assert_eq!(method("SARS-CoV-2 Ag"), Some(TestKind::Virus(Method::Antigen)));
        assert_eq!((method("94500-6"), method("SARS-CoV-2"), method("Cúm A PCR")), (None, None, None));
    }
}
