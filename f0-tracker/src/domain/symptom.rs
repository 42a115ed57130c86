//! Symptoms that a patient, the family or staff may tick.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;

/// A symptom or danger sign, by the codes of the wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symptom {
    /// Feels feverish; the measured temperature is a vital sign of its own.
    Fever,
    /// Cough.
    Cough,
    /// Sore throat.
    SoreThroat,
    /// Runny or blocked nose.
    RunnyNose,
    /// Headache.
    Headache,
    /// Muscle pain.
    MusclePain,
    /// Tired; a child that will not play.
    Fatigue,
    /// Lost the sense of taste or smell.
    LossOfTasteOrSmell,
    /// Diarrhoea.
    Diarrhoea,
    /// Short of breath.
    Dyspnoea,
    /// Grunting, chest indrawing, nasal flaring, stridor.
    AbnormalBreathing,
    /// Frequent chest pain or tightness.
    ChestPain,
    /// Confused, drowsy, hard to wake.
    AlteredConsciousness,
    /// Convulsion.
    Convulsion,
    /// Blue lips or nails, pale skin, cold fingers or toes.
    Cyanosis,
    /// Cannot drink.
    CannotDrink,
    /// Feeds or eats poorly.
    PoorFeeding,
    /// Vomits everything.
    VomitsEverything,
    /// Dry lips, sunken eyes, thirst, little urine.
    Dehydration,
    /// High fever that does not fall, or no better after 48 hours.
    FeverNotFalling,
    /// Coughing fits that do not stop.
    CoughFits,
    /// The look of MIS-C, Kawasaki-like.
    MiscSigns,
    /// Another acute illness, such as dengue.
    OtherAcuteIllness,
    /// Anything else that the patient feels must be reported.
    Unsettled,
}

impl Symptom {
    /// Every symptom, in the order of a form: everyday ones first, danger signs after.
    pub const ALL: [Self; 24] = [
        Self::Fever,
        Self::Cough,
        Self::SoreThroat,
        Self::RunnyNose,
        Self::Headache,
        Self::MusclePain,
        Self::Fatigue,
        Self::LossOfTasteOrSmell,
        Self::Diarrhoea,
        Self::Dyspnoea,
        Self::AbnormalBreathing,
        Self::ChestPain,
        Self::AlteredConsciousness,
        Self::Convulsion,
        Self::Cyanosis,
        Self::CannotDrink,
        Self::PoorFeeding,
        Self::VomitsEverything,
        Self::Dehydration,
        Self::FeverNotFalling,
        Self::CoughFits,
        Self::MiscSigns,
        Self::OtherAcuteIllness,
        Self::Unsettled,
    ];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fever => "fever",
            Self::Cough => "cough",
            Self::SoreThroat => "sore_throat",
            Self::RunnyNose => "runny_nose",
            Self::Headache => "headache",
            Self::MusclePain => "muscle_pain",
            Self::Fatigue => "fatigue",
            Self::LossOfTasteOrSmell => "loss_of_taste_or_smell",
            Self::Diarrhoea => "diarrhoea",
            Self::Dyspnoea => "dyspnoea",
            Self::AbnormalBreathing => "abnormal_breathing",
            Self::ChestPain => "chest_pain",
            Self::AlteredConsciousness => "altered_consciousness",
            Self::Convulsion => "convulsion",
            Self::Cyanosis => "cyanosis",
            Self::CannotDrink => "cannot_drink",
            Self::PoorFeeding => "poor_feeding",
            Self::VomitsEverything => "vomits_everything",
            Self::Dehydration => "dehydration",
            Self::FeverNotFalling => "fever_not_falling",
            Self::CoughFits => "cough_fits",
            Self::MiscSigns => "misc_signs",
            Self::OtherAcuteIllness => "other_acute_illness",
            Self::Unsettled => "unsettled",
        }
    }

    /// The symptom that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|symptom| symptom.code() == code)
    }

    /// What a patient reads beside the box to tick.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::Fever => ("Sốt", "Fever"),
            Self::Cough => ("Ho", "Cough"),
            Self::SoreThroat => ("Đau họng", "Sore throat"),
            Self::RunnyNose => ("Sổ mũi, nghẹt mũi", "Runny or blocked nose"),
            Self::Headache => ("Đau đầu", "Headache"),
            Self::MusclePain => ("Đau mỏi người", "Aching muscles"),
            Self::Fatigue => ("Mệt mỏi; trẻ mệt, không chịu chơi", "Tired; a child that will not play"),
            Self::LossOfTasteOrSmell => ("Mất vị giác hoặc khứu giác", "Lost taste or smell"),
            Self::Diarrhoea => ("Tiêu chảy", "Diarrhoea"),
            Self::Dyspnoea => ("Khó thở, hụt hơi", "Short of breath"),
            Self::AbnormalBreathing => (
                "Thở rên, thở rít, rút lõm lồng ngực, phập phồng cánh mũi",
                "Grunting, noisy breathing, chest pulling in, nostrils flaring",
            ),
            Self::ChestPain => ("Đau tức ngực thường xuyên", "Frequent chest pain or tightness"),
            Self::AlteredConsciousness => ("Lơ mơ, lú lẫn, khó đánh thức", "Confused, drowsy, hard to wake"),
            Self::Convulsion => ("Co giật", "Fits (convulsion)"),
            Self::Cyanosis => ("Tím môi, tím móng tay, đầu ngón lạnh", "Blue lips or nails, cold fingers or toes"),
            Self::CannotDrink => ("Không uống được nước", "Cannot drink"),
            Self::PoorFeeding => ("Trẻ bú kém, ăn kém", "A child feeds or eats poorly"),
            Self::VomitsEverything => ("Nôn mọi thứ", "Vomits everything"),
            Self::Dehydration => {
                ("Môi khô, mắt trũng, khát nước, tiểu ít", "Dry lips, sunken eyes, thirsty, little urine")
            }
            Self::FeverNotFalling => (
                "Sốt cao không hạ, hoặc không đỡ sau 48 giờ",
                "High fever that does not fall, or no better after 48 hours",
            ),
            Self::CoughFits => ("Ho thành cơn không dứt", "Coughing fits that do not stop"),
            Self::MiscSigns => (
                "Trẻ sốt cao, mắt đỏ, môi đỏ, lưỡi đỏ, ngón tay ngón chân sưng đỏ, nổi ban",
                "A child with high fever, red eyes, lips and tongue, swollen red fingers or toes, rash",
            ),
            Self::OtherAcuteIllness => (
                "Bệnh cấp tính khác (sốt xuất huyết, tay chân miệng…)",
                "Another acute illness (dengue, hand-foot-mouth…)",
            ),
            Self::Unsettled => ("Thấy bất ổn, muốn báo bác sĩ", "Something feels wrong, want to tell the doctor"),
        };
        Bilingual::new(vi, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_agrees_with_the_wire() {
        for symptom in Symptom::ALL {
            assert_eq!(Symptom::from_code(symptom.code()), Some(symptom));
            assert_eq!(serde_json::to_value(symptom).unwrap(), symptom.code());
        }
        assert_eq!(Symptom::from_code("nose_bleed"), None);
    }

    #[test]
    fn no_two_symptoms_share_a_name() {
        let names: std::collections::BTreeSet<_> = Symptom::ALL.iter().map(|s| s.name().vi).collect();
        assert_eq!(names.len(), Symptom::ALL.len());
    }
}
