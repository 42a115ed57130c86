//! The communes that the demo's people live in: Tiền Giang as it was in March 2022.

use shared::area::{District, Unit, WardCode, districts_of_province, wards_of_district};
use shared::time::Date;

use super::draw::Draw;

/// The code of Tiền Giang in the General Statistics Office's table of 2022.
pub const PROVINCE: &str = "82";

/// The day whose communes are used, whatever day the demo runs on: the highest day that was found of the wave of 2022.
const ON: Date = jiff::civil::date(2022, 3, 29);

/// Phường 4 of Mỹ Tho: the ward of the demo's nurse.
pub const NURSE_WARD: &str = "28252";

/// So many people of a small province live in the nurse's ward, so that her work list is never empty.
const NURSE_WARD_PEOPLE: u64 = 240;

/// A commune: a ward (phường), a township (thị trấn) or a rural commune (xã).
#[derive(Debug, Clone)]
pub(super) struct Ward {
    /// The code.
    pub(super) code: WardCode,
    /// The name with its type, "Phường 4".
    pub(super) name: &'static str,
    /// The name without its type, "Đạo Thạnh".
    pub(super) bare_name: &'static str,
    /// The district's code.
    pub(super) district_code: &'static str,
    /// The district's name with its type, "Thành phố Mỹ Tho".
    pub(super) district_name: &'static str,
    /// Streets with numbers, rather than hamlets.
    pub(super) urban: bool,
}

/// All communes with how many of the people live in each.
#[derive(Debug, Clone)]
pub(super) struct Areas {
    wards: Vec<Ward>,
    weights: Vec<(u32, usize)>,
}

impl Areas {
    /// The communes of the province, for a demo of so many people.
    pub(super) fn for_people(people: u32) -> Self {
        let wards: Vec<Ward> = districts_of_province(PROVINCE, ON)
            .into_iter()
            .flat_map(|district| {
                wards_of_district(district.code, ON).into_iter().filter_map(|unit| ward(unit, district))
            })
            .collect();
        let weights = weights(&wards, people);
        Self { wards, weights }
    }

    /// All of them, by district.
    pub(super) fn wards(&self) -> &[Ward] {
        &self.wards
    }

    /// The commune of that number.
    pub(super) fn ward(&self, number: usize) -> &Ward {
        &self.wards[number]
    }

    /// The number of a commune where somebody lives.
    pub(super) fn draw(&self, draw: &mut Draw) -> usize {
        *draw.weighted(&self.weights)
    }
}

fn ward(unit: &'static Unit, district: &'static District) -> Option<Ward> {
    const TYPES: [(&str, bool); 3] = [("Phường ", true), ("Thị trấn ", true), ("Xã ", false)];
    let (bare_name, urban) = TYPES
        .iter()
        .find_map(|(kind, urban)| unit.name.strip_prefix(kind).map(|bare| (bare, *urban)))
        .unwrap_or((unit.name, false));
    Some(Ward {
        code: WardCode::parse(unit.code).ok()?,
        name: unit.name,
        bare_name,
        district_code: district.code,
        district_name: district.name,
        urban,
    })
}

/// Communes of the delta are of like size, the rural ones a little larger; 30 of 172 are urban, so about a sixth of the
/// people live in streets. These are weights for a demo, not a census.
fn weights(wards: &[Ward], people: u32) -> Vec<(u32, usize)> {
    let mut weights: Vec<(u32, usize)> = wards
        .iter()
        .enumerate()
        .map(|(number, ward)| {
            let spread = u32::try_from(number * 37 % 41).unwrap_or(0);
            (if ward.urban { 70 + spread } else { 85 + spread }, number)
        })
        .collect();
    let total: u64 = weights.iter().map(|(weight, _)| u64::from(*weight)).sum();
    let share = (u64::from(people) / 8).min(NURSE_WARD_PEOPLE);
    let wanted = total * share / u64::from(people).saturating_sub(share).max(1);
    for (weight, number) in &mut weights {
        if wards[*number].code.as_str() == NURSE_WARD {
            *weight = (*weight).max(u32::try_from(wanted).unwrap_or(*weight));
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn tien_giang_has_eleven_districts_and_172_communes() {
        let areas = Areas::for_people(2_000);
        assert_eq!(areas.wards().len(), 172);
        let mut districts: Vec<&str> = areas.wards().iter().map(|ward| ward.district_code).collect();
        districts.dedup();
        assert_eq!(districts.len(), 11);
    }

    #[test]
    fn the_nurses_ward_has_work_in_a_small_province_and_its_natural_share_in_a_large_one() {
        let share = |people| {
            let areas = Areas::for_people(people);
            let mut draw = Streams::new(1).draw(Purpose::Household, 1);
            let here = (0..20_000).filter(|_| areas.ward(areas.draw(&mut draw)).code.as_str() == NURSE_WARD).count();
            here * 1_000 / 20_000
        };
        assert!((100..150).contains(&share(1_000)), "{}", share(1_000));
        assert!((1..12).contains(&share(1_000_000)), "{}", share(1_000_000));
    }
}
