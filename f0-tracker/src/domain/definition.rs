//! Who is an F0: the case definition in force on a day, as dated data in `f0-tracker/protocols/case_definitions.json`.
//!
//! 11042/BYT-DP (29 December 2021) and 1909/BYT-DP (15 April 2022), as f0-care.md 3.3 quotes them. A detected PCR is
//! always a case. An antigen test counts where staff took it or watched it, in person or remotely, with a licensed kit
//! (11042); a test that nobody watched proves nothing.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::time::Date;

const BUILTIN: &str = include_str!("../../protocols/case_definitions.json");

/// Something that is known of a person when a test turns out positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A PCR found the virus.
    Pcr,
    /// An antigen test that counts found it.
    Antigen,
    /// A second one found it again, within the hours of the definition.
    AntigenAgain,
    /// The person is a contact (F1) of a case.
    F1,
    /// Clinical signs.
    Signs,
    /// An epidemiological factor.
    Factor,
}

/// One way to be a case: all of these facts together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its code.
    pub id: String,
    /// What it needs.
    pub needs: BTreeSet<Fact>,
}

/// One definition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its id, such as `byt-11042-2021`.
    pub id: String,
    /// The first day that it counts.
    pub from: Date,
    /// The document, with where it was read.
    pub source: String,
    /// The ways to be a case.
    pub clauses: Vec<Clause>,
    /// A second antigen test counts within so many hours; none where the definition knows no second test.
    pub again_within_hours: Option<i64>,
    /// What must be known for a second test to decide.
    pub again_needs: BTreeSet<Fact>,
}

/// What a definition says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// An F0, by this clause.
    Case {
        /// The code of the clause.
        clause: String,
    },
    /// Not yet: a second antigen test within so many hours decides.
    TestAgain {
        /// The hours.
        within_hours: i64,
    },
    /// A suspected case; a PCR would decide.
    Suspected,
    /// Nothing was found that counts.
    NotCase,
}

impl Verdict {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Case { .. } => "case",
            Self::TestAgain { .. } => "test_again",
            Self::Suspected => "suspected",
            Self::NotCase => "not_case",
        }
    }

    /// What to do, in words.
    #[must_use]
    pub fn advice(&self) -> Bilingual {
        match self {
            Self::Case { .. } => Bilingual::new("Là ca F0: hồ sơ được mở", "A confirmed case: a case is opened"),
            Self::TestAgain { within_hours } => Bilingual::new(
                format!("Chưa phải F0: xét nghiệm kháng nguyên lần hai trong {within_hours} giờ"),
                format!("Not a case yet: a second antigen test within {within_hours} hours decides"),
            ),
            Self::Suspected => Bilingual::new(
                "Ca nghi ngờ: cần PCR, hoặc có triệu chứng hay yếu tố dịch tễ",
                "A suspected case: a PCR, symptoms or an epidemiological factor would decide",
            ),
            Self::NotCase => Bilingual::new("Không phải ca F0", "Not a case"),
        }
    }
}

impl Definition {
    /// Judges what is known.
    #[must_use]
    pub fn judge(&self, facts: &BTreeSet<Fact>) -> Verdict {
        if let Some(clause) = self.clauses.iter().find(|clause| clause.needs.is_subset(facts)) {
            return Verdict::Case { clause: clause.id.clone() };
        }
        match self.again_within_hours {
            _ if !facts.contains(&Fact::Antigen) => Verdict::NotCase,
            Some(within_hours) if self.again_needs.is_subset(facts) => Verdict::TestAgain { within_hours },
            _ => Verdict::Suspected,
        }
    }
}

/// The definitions by their days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// What a reader must know.
    pub note: Bilingual,
    definitions: Vec<Definition>,
}

impl Definitions {
    /// Those that are compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN_DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
        BUILTIN_DEFINITIONS.get_or_init(|| {
            serde_json::from_str(BUILTIN).expect("the compiled file never changes, and a test reads it")
        })
    }

    /// The definition in force on a day; before the first one, the first one.
    #[must_use]
    pub fn on(&self, day: Date) -> &Definition {
        let latest = self.definitions.iter().filter(|definition| definition.from <= day).max_by_key(|d| d.from);
        latest
            .or_else(|| self.definitions.iter().min_by_key(|d| d.from))
            .expect("the compiled file holds definitions, and a test reads it")
    }
}

#[cfg(test)]
mod tests {
    use super::Fact::{Antigen, AntigenAgain, F1, Factor, Pcr, Signs};
    use super::*;

    fn verdict(on: &str, facts: &[Fact]) -> Verdict {
        Definitions::builtin().on(on.parse().unwrap()).judge(&facts.iter().copied().collect())
    }

    fn is_case(on: &str, facts: &[Fact]) -> bool {
        matches!(verdict(on, facts), Verdict::Case { .. })
    }

    /// 11042/BYT-DP, f0-care.md 3.3; E14 and E16 of 2.4.
    #[test]
    fn by_11042_an_antigen_test_needs_a_contact_or_signs_with_a_factor_or_a_second_test_with_a_factor() {
        const DAY: &str = "2022-03-10";
        assert!(is_case(DAY, &[Pcr]));
        assert!(is_case(DAY, &[Antigen, F1]), "E14");
        assert!(is_case(DAY, &[Antigen, Signs, Factor]));
        assert!(!is_case(DAY, &[Antigen, Signs]));
        assert_eq!(verdict(DAY, &[Antigen, Factor]), Verdict::TestAgain { within_hours: 8 }, "E16");
        assert!(is_case(DAY, &[Antigen, AntigenAgain, Factor]), "E16, the second test");
        assert!(!is_case(DAY, &[Antigen, AntigenAgain]));
    }

    /// 1909/BYT-DP; E18 of 2.4.
    #[test]
    fn by_1909_an_antigen_test_needs_signs_or_a_factor() {
        const DAY: &str = "2022-04-15";
        assert!(is_case(DAY, &[Pcr]) && is_case(DAY, &[Antigen, Signs]) && is_case(DAY, &[Antigen, Factor]));
        assert_eq!(verdict(DAY, &[Antigen]), Verdict::Suspected, "E18");
        assert_eq!(verdict(DAY, &[Antigen, AntigenAgain]), Verdict::Suspected);
    }

    #[test]
    fn the_definition_changes_with_its_day_and_nothing_found_is_no_case() {
        assert!(!is_case("2022-04-14", &[Antigen, Signs]) && is_case("2022-04-15", &[Antigen, Signs]));
        assert_eq!(Definitions::builtin().on("2021-06-01".parse().unwrap()).id, "byt-11042-2021");
        assert_eq!(verdict("2022-03-10", &[Signs, Factor, F1]), Verdict::NotCase);
    }
}
