//! The numbers that people carry: identity card, health insurance, mobile phone.
//!
//! All are random. A number of the right form may by chance be somebody's, as with any synthetic data; nothing is ever
//! sent to one, because in demo mode messages stay in the demo outbox.

use shared::identity::{HealthInsuranceNo, NationalId};
use shared::person::Sex;
use shared::phone::Phone;
use shared::time::Date;

use super::draw::Draw;

/// From this age everybody has a card of their own (in 2022 children below 14 had none).
const CARD_FROM_AGE: i64 = 14;

/// Operators' prefixes with weights: Viettel first, then VinaPhone and MobiFone.
const MOBILE: &[(u32, &str)] = &[
    (10, "097"),
    (9, "098"),
    (6, "096"),
    (6, "086"),
    (5, "032"),
    (5, "033"),
    (5, "034"),
    (5, "035"),
    (4, "036"),
    (4, "037"),
    (5, "038"),
    (5, "039"),
    (7, "091"),
    (6, "094"),
    (4, "088"),
    (3, "081"),
    (3, "082"),
    (3, "083"),
    (2, "084"),
    (2, "085"),
    (6, "090"),
    (5, "093"),
    (3, "089"),
    (2, "070"),
    (2, "076"),
    (2, "077"),
    (2, "078"),
    (2, "079"),
    (1, "092"),
    (1, "056"),
    (1, "058"),
];

/// Provinces that a few people come from: Đồng Tháp, Long An, Bến Tre, Hồ Chí Minh City, Vĩnh Long, An Giang.
const ELSEWHERE: &[&str] = &["087", "080", "083", "079", "086", "089"];

/// A mobile number.
pub(super) fn mobile(draw: &mut Draw) -> Option<Phone> {
    let prefix = draw.weighted(MOBILE);
    Phone::parse(&format!("{prefix}{:07}", draw.below(10_000_000))).ok()
}

/// An identity card: twelve digits `PPP G YY RRRRRR` that agree with sex and birth (Circular 59/2021/TT-BCA art. 4),
/// or for some elders still the old card of nine, or none for a child. `serial` is below a million and nobody else's,
/// so that no two people share a number.
pub(super) fn national_id(sex: Sex, birth: Date, age: i64, serial: u64, draw: &mut Draw) -> Option<NationalId> {
    if age < CARD_FROM_AGE || draw.percent(3) {
        return None;
    }
    if age >= 65 && draw.percent(28) {
        return NationalId::parse(&format!("31{}{serial:06}", draw.below(10))).ok();
    }
    let place = if draw.percent(6) { *draw.pick(ELSEWHERE) } else { "082" };
    let century = if birth.year() < 2000 { 0 } else { 2 };
    let century_and_sex = century + u8::from(sex != Sex::Male);
    NationalId::parse(&format!("{place}{century_and_sex}{:02}{serial:06}", birth.year().rem_euclid(100))).ok()
}

/// A health insurance number, which about 85 in a hundred have: the ten digits of a new card, or the fifteen characters
/// of an old one whose group fits the age.
pub(super) fn health_insurance(age: i64, serial: u64, draw: &mut Draw) -> Option<HealthInsuranceNo> {
    if !draw.percent(85) {
        return None;
    }
    let number = format!("82{:02}{serial:06}", draw.below(100));
    if draw.percent(60) {
        return HealthInsuranceNo::parse(&number).ok();
    }
    let group = match age {
        ..6 => "TE1",
        6..18 => "HS4",
        18..60 => draw.pick(&["GD4", "GD4", "DN4", "DN4", "CN3"]),
        _ => draw.pick(&["GD4", "HT3", "GD4", "HN2"]),
    };
    HealthInsuranceNo::parse(&format!("{group}82{number}")).ok()
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn a_card_agrees_with_sex_and_birth() {
        let mut draw = Streams::new(1).draw(Purpose::Identity, 0);
        let born: Date = "2001-05-06".parse().unwrap();
        let id = (0..50).find_map(|_| national_id(Sex::Female, born, 21, 123, &mut draw)).unwrap();
        assert_eq!(&id.as_str()[3..], "301000123");
        let born: Date = "1987-05-06".parse().unwrap();
        let id = (0..50).find_map(|_| national_id(Sex::Male, born, 35, 7, &mut draw)).unwrap();
        assert_eq!(&id.as_str()[3..], "087000007");
    }

    #[test]
    fn children_have_no_card() {
        let mut draw = Streams::new(1).draw(Purpose::Identity, 1);
        let born: Date = "2010-05-06".parse().unwrap();
        assert!((0..100).all(|serial| national_id(Sex::Male, born, 13, serial, &mut draw).is_none()));
    }

    #[test]
    fn every_number_that_is_made_parses() {
        let mut draw = Streams::new(1).draw(Purpose::Identity, 2);
        assert!((0..2_000).all(|_| mobile(&mut draw).is_some_and(|phone| phone.is_mobile())));
        let insured = (0..4_000).filter(|n| health_insurance(i64::from(n % 90), 12, &mut draw).is_some()).count();
        assert!((3_300..3_500).contains(&insured), "{insured}");
    }
}
