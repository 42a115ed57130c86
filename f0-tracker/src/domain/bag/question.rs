//! What is asked before a bag is ordered, because the record cannot tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;

/// A question that the record cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Pregnant.
    Pregnant,
    /// Breast-feeding.
    BreastFeeding,
    /// Gastric or duodenal ulcer.
    GastricUlcer,
    /// Liver or kidney failure.
    LiverOrKidneyFailure,
    /// A disease in which one bleeds easily.
    BleedingDisease,
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 5] =
        [Self::Pregnant, Self::BreastFeeding, Self::GastricUlcer, Self::LiverOrKidneyFailure, Self::BleedingDisease];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pregnant => "pregnant",
            Self::BreastFeeding => "breast_feeding",
            Self::GastricUlcer => "gastric_ulcer",
            Self::LiverOrKidneyFailure => "liver_or_kidney_failure",
            Self::BleedingDisease => "bleeding_disease",
        }
    }

    /// What is asked.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::Pregnant => ("Đang mang thai", "Pregnant"),
            Self::BreastFeeding => ("Đang cho con bú", "Breast-feeding"),
            Self::GastricUlcer => ("Loét dạ dày, tá tràng", "Gastric or duodenal ulcer"),
            Self::LiverOrKidneyFailure => ("Suy gan, suy thận", "Liver or kidney failure"),
            Self::BleedingDisease => ("Bệnh dễ chảy máu", "A disease with easy bleeding"),
        };
        Bilingual::new(vi, en)
    }

    /// Whether only women are asked.
    pub(super) const fn of_women(self) -> bool {
        matches!(self, Self::Pregnant | Self::BreastFeeding)
    }
}

/// What a doctor or a nurse answered.
pub type Answers = BTreeMap<Question, bool>;
