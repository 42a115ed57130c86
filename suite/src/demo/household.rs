//! Households: who lives together, how old they are, and what they share.

use jiff::ToSpan;
use shared::person::Sex;
use shared::phone::Phone;
use shared::time::Date;

use super::address;
use super::area::Areas;
use super::draw::{Draw, Purpose, Streams};
use super::identifiers;
use super::names::{self, Generation};

/// People are laid out in blocks of so many, and a household never crosses from one block into the next: so the
/// household of person number 900,000 is found without making those before.
const BLOCK: u32 = 60;

/// How common each size of household is.
const SIZES: &[(u32, u32)] = &[(8, 1), (16, 2), (21, 3), (28, 4), (16, 5), (11, 6)];

/// Somebody in a household.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Family, middle and given name.
    pub(super) full_name: String,
    /// Female or male.
    pub(super) sex: Sex,
    /// Age in years.
    pub(super) age: i64,
    /// The day of birth.
    pub(super) birth: Date,
}

/// People at one address.
#[derive(Debug, Clone)]
pub(super) struct Household {
    /// Its number.
    pub(super) number: u64,
    /// The index of its first member; the others follow.
    pub(super) first: u32,
    /// The number of the commune.
    pub(super) ward: usize,
    /// The address line.
    pub(super) address: String,
    /// The phone that answers for those who have none of their own.
    pub(super) phone: Option<Phone>,
    /// Who lives there, the head of the household first.
    pub(super) members: Vec<Member>,
}

/// Makes households.
pub(super) struct Households<'a> {
    /// Where its draws come from.
    pub(super) streams: &'a Streams,
    /// Where they live.
    pub(super) areas: &'a Areas,
    /// What day it is.
    pub(super) today: Date,
}

impl Households<'_> {
    /// The household in which person number `index` lives.
    pub(super) fn of(&self, index: u32) -> Household {
        let (block, offset) = (index / BLOCK, index % BLOCK);
        let mut first = 0;
        for (nth, size) in self.sizes(block).into_iter().enumerate() {
            if offset < first + size {
                return self.make(u64::from(block) * u64::from(BLOCK) + nth as u64, block * BLOCK + first, size);
            }
            first += size;
        }
        self.make(u64::from(block) * u64::from(BLOCK), index, 1)
    }

    /// The sizes of the households of a block, which sum up to [`BLOCK`].
    fn sizes(&self, block: u32) -> Vec<u32> {
        let mut draw = self.streams.draw(Purpose::Layout, u64::from(block));
        let mut sizes = Vec::with_capacity(24);
        let mut left = BLOCK;
        while left > 0 {
            let size = (*draw.weighted(SIZES)).min(left);
            sizes.push(size);
            left -= size;
        }
        sizes
    }

    fn make(&self, number: u64, first: u32, size: u32) -> Household {
        let mut draw = self.streams.draw(Purpose::Household, number);
        let ward = self.areas.draw(&mut draw);
        let address = address::line(self.areas.ward(ward), ward, &mut draw);
        let phone = identifiers::mobile(&mut draw);
        let members = family(size, &mut draw)
            .into_iter()
            .map(|(family_name, sex, age)| {
                let personal = names::personal(sex, Generation::of_age(age), &mut draw);
                let birth = self.today.saturating_sub(age.years().days(draw.between(0, 364)));
                Member { full_name: format!("{family_name} {personal}"), sex, age, birth }
            })
            .collect();
        Household { number, first, ward, address, phone, members }
    }
}

type Kin = (&'static str, Sex, i64);

/// The people of a household of that size: one alone, a couple, or a couple with children and perhaps parents.
fn family(size: u32, draw: &mut Draw) -> Vec<Kin> {
    let name = names::family(draw);
    match size {
        1 => {
            let age = if draw.percent(50) { draw.between(62, 88) } else { draw.between(21, 60) };
            vec![(name, either(draw), age)]
        }
        2 => match draw.below(10) {
            0..4 => couple(name, (52, 80), draw),
            4..7 => couple(name, (22, 40), draw),
            _ => {
                let mother = draw.between(24, 66);
                let child = (mother - draw.between(20, 34)).max(0);
                vec![(names::family(draw), Sex::Female, mother), (name, either(draw), child)]
            }
        },
        _ => three_generations(name, size, draw),
    }
}

fn either(draw: &mut Draw) -> Sex {
    if draw.per_mille(505) { Sex::Female } else { Sex::Male }
}

/// A man and a woman, each with the family name they were born with, as Vietnamese couples keep it.
fn couple(name: &'static str, (low, high): (i64, i64), draw: &mut Draw) -> Vec<Kin> {
    let woman = draw.between(low, high);
    let man = (woman + draw.between(-2, 7)).max(20);
    vec![(name, Sex::Male, man), (names::family(draw), Sex::Female, woman)]
}

fn three_generations(name: &'static str, size: u32, draw: &mut Draw) -> Vec<Kin> {
    let mother = (draw.between(23, 62) + draw.between(23, 52)) / 2;
    let father = (mother + draw.between(-2, 7)).max(21);
    let mut kin = vec![(name, Sex::Male, father), (names::family(draw), Sex::Female, mother)];
    let parents = match size {
        3 => 0,
        4 => u32::from(draw.percent(30)),
        5 => 1 + u32::from(draw.percent(25)),
        _ => 1 + u32::from(draw.percent(45)),
    };
    let grandmother = father + draw.between(20, 31);
    if parents > 0 && grandmother <= 94 {
        kin.push((names::family(draw), Sex::Female, grandmother));
        if parents > 1 {
            kin.push((name, Sex::Male, (grandmother + draw.between(-1, 6)).min(96)));
        }
    }
    let mut child = mother - draw.between(20, 32);
    while kin.len() < size as usize {
        kin.push((name, either(draw), child.max(0)));
        child -= draw.between(2, 7);
        if child < 0 {
            child = draw.between(0, 3);
        }
    }
    kin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(check: impl Fn(&Household)) {
        let (streams, areas) = (Streams::new(11), Areas::for_people(6_000));
        let makes = Households { streams: &streams, areas: &areas, today: "2022-03-29".parse().unwrap() };
        let mut index = 0;
        while index < 6_000 {
            let household = makes.of(index);
            check(&household);
            index += u32::try_from(household.members.len()).unwrap();
        }
    }

    #[test]
    fn households_have_one_to_six_people_and_an_adult() {
        sample(|household| {
            assert!((1..=6).contains(&household.members.len()));
            assert!(household.members.iter().any(|member| member.age >= 20), "{household:?}");
        });
    }

    #[test]
    fn everybody_is_as_old_as_the_birthday_says() {
        let today: Date = "2022-03-29".parse().unwrap();
        sample(|household| {
            for member in &household.members {
                let had_birthday = (today.month(), today.day()) >= (member.birth.month(), member.birth.day());
                let age = i64::from(today.year() - member.birth.year()) - i64::from(!had_birthday);
                assert_eq!(age, member.age, "{member:?}");
                assert!((0..=97).contains(&member.age));
            }
        });
    }

    #[test]
    fn a_household_is_found_from_each_of_its_members() {
        let (streams, areas) = (Streams::new(11), Areas::for_people(600));
        let makes = Households { streams: &streams, areas: &areas, today: "2022-03-29".parse().unwrap() };
        for index in 0..600 {
            let household = makes.of(index);
            let end = household.first + u32::try_from(household.members.len()).unwrap();
            assert!((household.first..end).contains(&index));
            assert_eq!(makes.of(household.first).number, household.number);
        }
    }
}
