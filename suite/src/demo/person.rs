//! The people of the demo province.

use shared::area::WardCode;
use shared::identity::{HealthInsuranceNo, NationalId};
use shared::ids::PersonId;
use shared::person::{Birth, FullName, Person, Sex};
use shared::phone::Phone;
use shared::time::{Instant, days, minutes};

use super::Demo;
use super::draw::{Draw, Purpose};
use super::household::{Household, Member};
use super::identifiers;

/// Somebody of the demo province.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// The person's number in the demo, from 0.
    pub index: u32,
    /// The number of the household; those who share it share the address, and often the phone.
    pub household: u64,
    /// When the person was first registered.
    pub registered_at: Instant,
    /// The id.
    pub id: PersonId,
    /// The full name: family, middle, given.
    pub full_name: FullName,
    /// The day of birth, or for some elders only the year.
    pub birth: Birth,
    /// Female or male.
    pub sex: Sex,
    /// A phone of one's own, or the household's.
    pub phone: Option<Phone>,
    /// The identity card, where there is one.
    pub national_id: Option<NationalId>,
    /// The health insurance card, where there is one.
    pub health_insurance_no: Option<HealthInsuranceNo>,
    /// Number and street, or group and hamlet; without the commune, which the ward code names.
    pub address: String,
    /// Where the person lives.
    pub ward_code: WardCode,
}

impl DemoPerson {
    /// The person as the registry keeps it.
    #[must_use]
    pub fn to_person(&self) -> Person {
        Person {
            id: self.id,
            full_name: self.full_name.clone(),
            birth: Some(self.birth),
            sex: self.sex,
            phone: self.phone.clone(),
            national_id: self.national_id.clone(),
            health_insurance_no: self.health_insurance_no.clone(),
            address: Some(self.address.clone()),
            ward_code: Some(self.ward_code.clone()),
        }
    }
}

/// A person of the demo with what other parts are made from.
pub(super) struct Resident {
    /// The household.
    pub(super) household: Household,
    /// Which of its members the person is.
    pub(super) nth: usize,
}

impl Resident {
    /// The member that the person is.
    pub(super) fn member(&self) -> &Member {
        &self.household.members[self.nth]
    }
}

impl Demo {
    /// Everybody, in the order of their numbers, household by household.
    pub fn people(&self) -> impl Iterator<Item = DemoPerson> + '_ {
        let mut next = 0;
        core::iter::from_fn(move || {
            (next < self.people).then(|| {
                let household = self.households().of(next);
                next = household.first.saturating_add(u32::try_from(household.members.len()).unwrap_or(1));
                household
            })
        })
        .flat_map(move |household| {
            let count = household.members.len();
            (0..count).filter_map(move |nth| self.make_person(&household, nth)).collect::<Vec<_>>()
        })
    }

    /// The person of that number; `None` beyond the last.
    #[must_use]
    pub fn person(&self, index: u32) -> Option<DemoPerson> {
        if index >= self.people {
            return None;
        }
        let resident = self.resident(index);
        self.make_person(&resident.household, resident.nth)
    }

    /// Where and with whom the person of that number lives.
    pub(super) fn resident(&self, index: u32) -> Resident {
        let household = self.households().of(index);
        let nth = usize::try_from(index - household.first).unwrap_or(0);
        Resident { household, nth }
    }

    /// The id of the person of that number.
    pub(super) fn person_id(&self, index: u32) -> PersonId {
        self.registration(index).1
    }

    /// When the person was registered, the id, and the rest of the stream.
    fn registration(&self, index: u32) -> (Instant, PersonId, Draw) {
        let mut draw = self.streams.draw(Purpose::Identity, u64::from(index));
        let registered_at = self.now.minus(days(draw.between(12, 74))).minus(minutes(draw.between(0, 1_439)));
        let id = PersonId::new(registered_at, draw.random());
        (registered_at, id, draw)
    }

    fn make_person(&self, household: &Household, nth: usize) -> Option<DemoPerson> {
        let index = household.first + u32::try_from(nth).ok()?;
        if index >= self.people {
            return None;
        }
        let member = household.members.get(nth)?;
        let (registered_at, id, mut draw) = self.registration(index);
        let serial = self.serials.at(u64::from(index))?;
        let national_id = identifiers::national_id(member.sex, member.birth, member.age, serial, &mut draw);
        let health_insurance_no = identifiers::health_insurance(member.age, serial, &mut draw);
        let phone = phone(household, nth, member.age, &mut draw);
        let year_only = member.age >= 65 && draw.percent(12);
        Some(DemoPerson {
            index,
            household: household.number,
            registered_at,
            id,
            full_name: FullName::parse(&member.full_name).ok()?,
            birth: if year_only { Birth::Year(member.birth.year()) } else { Birth::Date(member.birth) },
            sex: member.sex,
            phone,
            national_id,
            health_insurance_no,
            address: household.address.clone(),
            ward_code: self.areas.ward(household.ward).code.clone(),
        })
    }
}

/// The head answers the household's phone; most other adults have their own; children and many elders are reached
/// through the household.
fn phone(household: &Household, nth: usize, age: i64, draw: &mut Draw) -> Option<Phone> {
    let own = match age {
        _ if nth == 0 => 0,
        ..14 => 0,
        14..18 => 45,
        18..65 => 86,
        _ => 30,
    };
    if draw.percent(own) {
        return identifiers::mobile(draw);
    }
    if nth == 0 || draw.percent(95) { household.phone.clone() } else { None }
}
