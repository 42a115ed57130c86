//! Synthetic people, places and events. All names and numbers are made up.

use serde_json::json;
use shared::event::CloudEvent;
use shared::ids::{AccountId, EventId, PersonId, PlaceId};
use shared::person::{FullName, Person, PersonDraft, Sex};
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::random::Random;
use shared::time::Instant;
use shared_store::people::StoredAccount;

/// When every test begins: 10 March 2022, eight in the morning.
pub fn start() -> Instant {
    Instant::from_micros(1_646_874_000_000_000).expect("an instant of the year 2022")
}

/// Randomness that differs from test to test by its seed.
pub fn random(seed: u64) -> impl Random + Clone + 'static {
    shared_testkit::random::seeded(seed)
}

/// A person of whom only the name is known.
pub fn person(name: &str, random: &mut dyn Random) -> anyhow::Result<Person> {
    Ok(Person {
        id: PersonId::new(start(), random),
        full_name: FullName::parse(name)?,
        birth: None,
        sex: Sex::Unknown,
        phone: None,
        national_id: None,
        health_insurance_no: None,
        address: None,
        ward_code: None,
    })
}

/// A person of whom everything is known.
pub fn known_person(name: &str, random: &mut dyn Random) -> anyhow::Result<Person> {
    Ok(Person {
        birth: Some(shared::person::Birth::Date("1990-02-28".parse()?)),
        sex: Sex::Female,
        phone: Some(shared::phone::Phone::parse("0912345678")?),
        national_id: Some(shared::identity::NationalId::parse("082190123456")?),
        health_insurance_no: Some(shared::identity::HealthInsuranceNo::parse("GD4828212345678")?),
        address: Some("tổ 7, ấp Hậu Vinh".to_owned()),
        ward_code: Some(shared::area::WardCode::parse("28252")?),
        ..person(name, random)?
    })
}

/// What somebody would give who is this person.
pub fn draft_of(person: &Person) -> PersonDraft {
    PersonDraft {
        full_name: person.full_name.clone(),
        birth: person.birth,
        sex: person.sex,
        phone: person.phone.clone(),
        national_id: person.national_id.clone(),
        health_insurance_no: person.health_insurance_no.clone(),
        address: person.address.clone(),
        ward_code: person.ward_code.clone(),
        warnings: Vec::new(),
    }
}

/// A café.
pub fn place(name: &str, random: &mut dyn Random) -> anyhow::Result<Place> {
    Ok(Place {
        id: PlaceId::new(start(), random),
        code: PlaceCode::new(random),
        name: name.to_owned(),
        kind: PlaceKind::Cafe,
        address: "12 Trưng Trắc".to_owned(),
        ward_code: shared::area::WardCode::parse("28252")?,
        capacity: None,
        parent_id: None,
    })
}

/// An account that may sign in.
pub fn account(username: &str, random: &mut dyn Random) -> StoredAccount {
    StoredAccount {
        account: shared::access::Account {
            id: AccountId::new(start(), random),
            username: username.to_owned(),
            display_name: format!("Trạm y tế {username}"),
            roles: vec![shared::access::Role::Nurse],
            area: shared::access::AreaScope::Ward("28252".to_owned()),
            lab_code: None,
        },
        password_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g".to_owned(),
        active: true,
    }
}

/// An event of a kind about nothing.
pub fn event(kind: &str, time: Instant, random: &mut dyn Random) -> CloudEvent {
    CloudEvent {
        specversion: "1.0".to_owned(),
        id: EventId::new(time, random),
        source: "/antam/tests".to_owned(),
        kind: kind.to_owned(),
        subject: "nobody".to_owned(),
        time,
        datacontenttype: "application/json".to_owned(),
        data: json!({"word": "Đặng"}),
    }
}
