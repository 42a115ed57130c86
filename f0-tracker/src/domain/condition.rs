//! Underlying diseases.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;

/// An underlying disease: the twenty of annex 1 of Decision 4038/QĐ-BYT (21 August 2021), and one that only the score
/// NEWS2 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Diabetes.
    Diabetes,
    /// COPD and other lung disease.
    Copd,
    /// Cancer.
    Cancer,
    /// Chronic kidney disease.
    ChronicKidneyDisease,
    /// Organ or stem-cell transplant.
    Transplant,
    /// Obesity, overweight.
    Obesity,
    /// Heart failure, coronary disease, cardiomyopathy.
    CardiovascularDisease,
    /// Cerebrovascular disease.
    CerebrovascularDisease,
    /// Down syndrome.
    DownSyndrome,
    /// HIV/AIDS.
    Hiv,
    /// Neurological disease, dementia among them.
    NeurologicalDisease,
    /// Sickle cell disease, thalassaemia, other chronic blood disease.
    BloodDisease,
    /// Asthma.
    Asthma,
    /// Hypertension.
    Hypertension,
    /// Immune deficiency.
    ImmuneDeficiency,
    /// Liver disease.
    LiverDisease,
    /// Substance use disorder.
    SubstanceUseDisorder,
    /// Takes corticoids or other immunosuppressants.
    Immunosuppressants,
    /// Systemic disease.
    SystemicDisease,
    /// In children: pulmonary hypertension, congenital heart disease, inborn metabolic or endocrine disorder.
    ChildhoodDisease,
    /// A clinician set an SpO2 target of 88 to 92 % for hypercapnic failure: NEWS2 reads SpO2 on scale 2. Not on the
    /// list of 4038.
    HypercapnicFailure,
}

impl Condition {
    /// Every condition, in the order of the annex.
    pub const ALL: [Self; 21] = [
        Self::Diabetes,
        Self::Copd,
        Self::Cancer,
        Self::ChronicKidneyDisease,
        Self::Transplant,
        Self::Obesity,
        Self::CardiovascularDisease,
        Self::CerebrovascularDisease,
        Self::DownSyndrome,
        Self::Hiv,
        Self::NeurologicalDisease,
        Self::BloodDisease,
        Self::Asthma,
        Self::Hypertension,
        Self::ImmuneDeficiency,
        Self::LiverDisease,
        Self::SubstanceUseDisorder,
        Self::Immunosuppressants,
        Self::SystemicDisease,
        Self::ChildhoodDisease,
        Self::HypercapnicFailure,
    ];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Diabetes => "diabetes",
            Self::Copd => "copd",
            Self::Cancer => "cancer",
            Self::ChronicKidneyDisease => "chronic_kidney_disease",
            Self::Transplant => "transplant",
            Self::Obesity => "obesity",
            Self::CardiovascularDisease => "cardiovascular_disease",
            Self::CerebrovascularDisease => "cerebrovascular_disease",
            Self::DownSyndrome => "down_syndrome",
            Self::Hiv => "hiv",
            Self::NeurologicalDisease => "neurological_disease",
            Self::BloodDisease => "blood_disease",
            Self::Asthma => "asthma",
            Self::Hypertension => "hypertension",
            Self::ImmuneDeficiency => "immune_deficiency",
            Self::LiverDisease => "liver_disease",
            Self::SubstanceUseDisorder => "substance_use_disorder",
            Self::Immunosuppressants => "immunosuppressants",
            Self::SystemicDisease => "systemic_disease",
            Self::ChildhoodDisease => "childhood_disease",
            Self::HypercapnicFailure => "hypercapnic_failure",
        }
    }

    /// The condition that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.code() == code)
    }

    /// Whether annex 1 of Decision 4038 lists it.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::HypercapnicFailure)
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::Diabetes => ("Đái tháo đường (tiểu đường)", "Diabetes"),
            Self::Copd => ("Bệnh phổi tắc nghẽn mạn tính và bệnh phổi khác", "COPD and other lung disease"),
            Self::Cancer => ("Ung thư", "Cancer"),
            Self::ChronicKidneyDisease => ("Bệnh thận mạn tính", "Chronic kidney disease"),
            Self::Transplant => ("Đã ghép tạng hoặc tế bào gốc", "Organ or stem-cell transplant"),
            Self::Obesity => ("Béo phì, thừa cân", "Obesity, overweight"),
            Self::CardiovascularDisease => {
                ("Bệnh tim mạch (suy tim, mạch vành, cơ tim)", "Heart disease (failure, coronary, cardiomyopathy)")
            }
            Self::CerebrovascularDisease => ("Bệnh mạch máu não", "Cerebrovascular disease (stroke)"),
            Self::DownSyndrome => ("Hội chứng Down", "Down syndrome"),
            Self::Hiv => ("HIV/AIDS", "HIV/AIDS"),
            Self::NeurologicalDisease => ("Bệnh thần kinh, sa sút trí tuệ", "Neurological disease, dementia"),
            Self::BloodDisease => (
                "Hồng cầu hình liềm, thalassemia, bệnh máu mạn tính khác",
                "Sickle cell, thalassaemia, other chronic blood disease",
            ),
            Self::Asthma => ("Hen phế quản", "Asthma"),
            Self::Hypertension => ("Tăng huyết áp", "High blood pressure"),
            Self::ImmuneDeficiency => ("Suy giảm miễn dịch", "Immune deficiency"),
            Self::LiverDisease => ("Bệnh gan", "Liver disease"),
            Self::SubstanceUseDisorder => ("Rối loạn do sử dụng chất gây nghiện", "Substance use disorder"),
            Self::Immunosuppressants => {
                ("Đang dùng corticoid hoặc thuốc ức chế miễn dịch", "Takes corticoids or other immunosuppressants")
            }
            Self::SystemicDisease => ("Bệnh hệ thống", "Systemic disease"),
            Self::ChildhoodDisease => (
                "Trẻ em: tăng áp phổi, tim bẩm sinh, rối loạn chuyển hóa bẩm sinh, nội tiết",
                "In children: pulmonary hypertension, congenital heart, inborn metabolic or endocrine disorder",
            ),
            Self::HypercapnicFailure => (
                "Suy hô hấp tăng CO2, bác sĩ đặt mục tiêu SpO2 88-92%",
                "Hypercapnic failure, SpO2 target 88-92 % set by a doctor",
            ),
        };
        Bilingual::new(vi, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_annex_has_twenty_diseases_and_every_code_reads_back() {
        assert_eq!(Condition::ALL.iter().filter(|c| c.is_listed()).count(), 20);
        for condition in Condition::ALL {
            assert_eq!(Condition::from_code(condition.code()), Some(condition));
            assert_eq!(serde_json::to_value(condition).unwrap(), condition.code());
        }
    }
}
