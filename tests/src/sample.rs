//! Synthetic people, places and results for tests. The numbers are made up; people differ by their index alone.

use anyhow::Context;
use serde_json::{Value, json};
use shared::time::{Instant, minutes};
use uuid::Uuid;

use crate::client::Client;

/// A ward of the demo province: phường 4, Mỹ Tho.
pub const WARD: &str = "28252";

/// The present instant.
#[must_use]
pub fn now() -> Instant {
    shared::clock::Clock::now(&shared_store::runtime::SystemClock)
}

/// A fresh UUIDv7.
#[must_use]
pub fn id() -> Uuid {
    shared::ids::uuid_v7(now(), &mut shared_store::runtime::system_random())
}

/// A person with everything that a match needs.
#[must_use]
pub fn person(n: u32) -> Value {
    json!({
        "full_name": format!("Nguyễn Thị Kiểm Thử {}", words(n)),
        "birth_date": format!("19{:02}-0{}-1{}", 60 + n % 40, 1 + n % 9, n % 10),
        "sex": "female",
        "phone": format!("09{:08}", 10_000_000 + n),
        "national_id": format!("0821{:02}{:06}", 60 + n % 40, 100_000 + n),
        "ward_code": WARD,
    })
}

/// A number in letters, so that names hold no digits.
fn words(mut n: u32) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'a' + u8::try_from(n % 26).unwrap_or(0)));
        n /= 26;
        if n == 0 {
            return text;
        }
    }
}

/// A venue.
#[must_use]
pub fn venue(name: &str) -> Value {
    json!({
        "name": name,
        "kind": "cafe",
        "address": "12 Trưng Trắc",
        "ward_code": WARD,
        "capacity": 40,
        "phone": "0912345678",
    })
}

/// A PCR result of the demo laboratory for a person.
#[must_use]
pub fn result(accession: &str, person: &Value, outcome: &str) -> Value {
    let now = now();
    json!({
        "lab_code": "TG-CDC",
        "accession": accession,
        "person": person,
        "specimen": {"kind": "nasopharyngeal_swab", "collected_at": now.minus(minutes(90)).to_string()},
        "test": {"loinc": "94500-6"},
        "outcome": outcome,
        "resulted_at": now.minus(minutes(10)).to_string(),
    })
}

/// Lets the demo's nurse end a case of her station that may end, which issues its certificate; its id.
///
/// # Errors
/// When none may end: the demo has some from its first day on.
pub async fn ended_case(url: &str) -> anyhow::Result<String> {
    let nurse = Client::signed_in(url, "nurse").await?;
    let list = nurse.get("/api/v1/f0/station").await?.expect(200)?;
    let patients = list["patients"].as_array().context("the patients of the station")?;
    let ready = patients.iter().find(|one| one["closing"]["unmet"] == json!([]));
    let id = ready.and_then(|one| one["case"]["id"].as_str()).context("a case that may end")?;
    nurse.post(&format!("/api/v1/f0/cases/{id}/close"), &json!({})).await?.expect(201)?;
    Ok(id.to_owned())
}
