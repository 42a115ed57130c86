//! Names as people of the Mekong delta bear them: family, middle and given name, by sex and generation.
//!
//! The weights are plausible for the south (Huỳnh and Võ rather than Hoàng and Vũ), not statistics, and every full
//! name is put together by chance.

mod tables;

use shared::person::Sex;

use super::draw::Draw;
use tables::{FAMILY, MEN_ADULT, MEN_ELDER, MEN_YOUNG, WOMEN_ADULT, WOMEN_ELDER, WOMEN_YOUNG};

/// When somebody was named: fashions of names change with the decades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Past 55.
    Elder,
    /// From 20 to 55.
    Adult,
    /// Below 20.
    Young,
}

impl Generation {
    /// The generation of somebody of that age in years.
    pub(super) const fn of_age(age: i64) -> Self {
        match age {
            ..20 => Self::Young,
            20..=55 => Self::Adult,
            _ => Self::Elder,
        }
    }
}

/// A family name.
pub(super) fn family(draw: &mut Draw) -> &'static str {
    draw.weighted::<&str>(FAMILY)
}

/// Middle and given name.
pub(super) fn personal(sex: Sex, generation: Generation, draw: &mut Draw) -> String {
    let (middle, given) = match (sex, generation) {
        (Sex::Male, Generation::Elder) => MEN_ELDER,
        (Sex::Male, Generation::Adult) => MEN_ADULT,
        (Sex::Male, Generation::Young) => MEN_YOUNG,
        (_, Generation::Elder) => WOMEN_ELDER,
        (_, Generation::Adult) => WOMEN_ADULT,
        (_, Generation::Young) => WOMEN_YOUNG,
    };
    let middle = draw.weighted(middle);
    let mut given = draw.pick(given);
    for _ in 0..4 {
        // "Minh Minh" is no name that parents give.
        if middle.split(' ').all(|part| part != *given) {
            break;
        }
        given = draw.pick(if sex == Sex::Male { MEN_ADULT.1 } else { WOMEN_ADULT.1 });
    }
    format!("{middle} {given}")
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn nguyen_is_borne_by_about_two_in_five() {
        let mut draw = Streams::new(3).draw(Purpose::Household, 0);
        let often = (0..10_000).filter(|_| family(&mut draw) == "Nguyễn").count();
        assert!((3_600..4_100).contains(&often), "{often}");
    }

    #[test]
    fn no_name_repeats_a_word() {
        let mut draw = Streams::new(3).draw(Purpose::Household, 1);
        for generation in [Generation::Elder, Generation::Adult, Generation::Young] {
            for sex in [Sex::Female, Sex::Male] {
                for _ in 0..2_000 {
                    let name = personal(sex, generation, &mut draw);
                    let mut words: Vec<&str> = name.split(' ').collect();
                    words.dedup();
                    assert_eq!(words.join(" "), name);
                }
            }
        }
    }

    #[test]
    fn most_women_past_55_have_thi_in_their_name_and_few_girls() {
        let mut draw = Streams::new(3).draw(Purpose::Household, 2);
        let mut share = |generation| {
            (0..1_000).filter(|_| personal(Sex::Female, generation, &mut draw).starts_with("Thị ")).count()
        };
        assert!(share(Generation::Elder) > 850);
        assert!(share(Generation::Young) < 100);
    }
}
