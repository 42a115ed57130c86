//! Kinds of specimens: our codes, SNOMED CT codes, names and the words that files use.

use std::collections::HashMap;
use std::sync::LazyLock;

use shared::bilingual::Bilingual;
use shared::fold::fold;

use super::lines;

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
    for fields in lines(include_str!("../../../codes/specimens.tsv")) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_the_table_and_reads_back() {
        assert_eq!(lines(include_str!("../../../codes/specimens.tsv")).count(), SpecimenKind::ALL.len());
        for &kind in SpecimenKind::ALL {
            assert!(SPECIMENS.names.contains_key(&kind), "{kind:?}");
            assert_eq!(SpecimenKind::from_code(kind.code()), Some(kind));
            for word in [kind.code(), &kind.name().vi, &kind.name().en, kind.snomed().unwrap_or(kind.code())] {
                assert_eq!(SpecimenKind::read(word), Some(kind), "{word}");
            }
        }
    }

    #[test]
    fn a_second_code_and_a_word_without_marks_are_read() {
        assert_eq!(SpecimenKind::read("1293160008"), Some(SpecimenKind::MidTurbinateSwab));
        assert_eq!(SpecimenKind::read("dich ty hau"), Some(SpecimenKind::NasopharyngealSwab));
        assert_eq!(SpecimenKind::read("tóc"), None);
    }
}
