//! People and places for the measures of check-in, registered in a store of their own.

use anyhow::Context;
use shared::area::WardCode;
use shared::ids::{PersonId, PlaceId};
use shared::person::{Birth, FullName, Person, Sex};
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::random::Random;
use shared_web::Platform;
use tests::sample::now;

/// People and places.
pub struct Town {
    /// Who visits.
    pub people: Vec<PersonId>,
    /// Where.
    pub places: Vec<PlaceId>,
    /// The codes of the places, in their order.
    pub codes: Vec<PlaceCode>,
}

/// Registers so many people and places in one transaction.
///
/// # Errors
/// When the store fails.
pub async fn register(
    platform: &Platform,
    people: usize,
    places: usize,
    random: &mut dyn Random,
) -> anyhow::Result<Town> {
    let now = now();
    let ward = WardCode::parse(tests::sample::WARD).ok().context("a ward")?;
    let mut town = Town { people: Vec::new(), places: Vec::new(), codes: Vec::new() };
    let mut tx = platform.shared.write().await?;
    for _ in 0..people {
        let person = Person {
            id: PersonId::new(now, random),
            full_name: FullName::parse("Nguyễn Văn Đo").ok().context("a name")?,
            birth: Some(Birth::Year(1980)),
            sex: Sex::Unknown,
            phone: None,
            national_id: None,
            health_insurance_no: None,
            address: None,
            ward_code: Some(ward.clone()),
        };
        tx.insert_person(&person, now).await?;
        town.people.push(person.id);
    }
    for n in 0..places {
        let place = Place {
            id: PlaceId::new(now, random),
            code: PlaceCode::new(random),
            name: format!("Chợ số {n}"),
            kind: PlaceKind::Market,
            address: "1 Hùng Vương".to_owned(),
            ward_code: ward.clone(),
            capacity: None,
            parent_id: None,
        };
        tx.insert_place(&place, None, "", now).await?;
        town.places.push(place.id);
        town.codes.push(place.code);
    }
    tx.commit().await?;
    Ok(town)
}
