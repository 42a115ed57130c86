//! Visits as phones send them.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::random::Random;
use shared::time::{days, minutes};

use super::*;

struct Zeros;
impl Random for Zeros {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn now() -> Instant {
    "2022-03-10T08:30:00+07:00".parse().unwrap()
}

fn code() -> PlaceCode {
    PlaceCode::new(&mut Zeros)
}

fn parse(body: Value) -> Result<VisitDraft, Vec<FieldError>> {
    let input: VisitInput = serde_json::from_value(body).unwrap();
    input.parse(now(), now().local_date())
}

/// Pointers and codes of the errors.
fn errors(body: Value) -> Vec<(String, String)> {
    parse(body).unwrap_err().into_iter().map(|error| (error.pointer, error.code)).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

fn an() -> Value {
    json!({"full_name": "Nguyễn Văn An", "phone": "0912 345 678"})
}

fn body_at(at: &str) -> Value {
    json!({"venue_code": code().as_str(), "visitor": an(), "at": at})
}

#[test]
fn a_name_and_a_phone_are_enough() {
    let draft = parse(json!({"venue_code": code().as_str().to_lowercase(), "visitor": an()})).unwrap();
    assert_eq!((draft.id, draft.venue_code, draft.at), (None, code(), now()));
    let Visitor::Person(person) = draft.visitor else { panic!("a person was sent") };
    assert_eq!(person.full_name.as_str(), "Nguyễn Văn An");
    assert_eq!(person.phone.unwrap().as_str(), "+84912345678");
}

#[test]
fn a_device_token_is_enough() {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let draft = parse(json!({"id": id, "venue_code": code().as_str(), "visitor": {"device_token": "abc"}})).unwrap();
    assert_eq!(draft.id, id.parse().ok());
    assert!(draft.visitor == Visitor::Device("abc".to_owned()));
}

#[test]
fn a_token_beside_a_person_is_refused_because_one_of_them_is_somebody_else() {
    let visitor = json!({"device_token": "abc", "full_name": "Trần Thị Bình", "phone": "0912345678"});
    assert_eq!(
        errors(json!({"venue_code": code().as_str(), "visitor": visitor})),
        one("/visitor/device_token", "conflict")
    );
}

#[test]
fn every_fault_is_found_at_once_and_pointed_at() {
    let body = json!({
        "id": "7", "venue_code": "ABC", "at": "yesterday",
        "visitor": {"full_name": "Nguyễn Văn An", "phone": "12"},
        "party": [{"full_name": ""}, {"full_name": "Bé Na"}, {"full_name": "Bà Tư", "birth_year": 2050}],
    });
    let found: Vec<String> = errors(body).into_iter().map(|(pointer, _)| pointer).collect();
    let expected = ["/id", "/venue_code", "/at", "/visitor/phone", "/party/0/full_name", "/party/2/birth_year"];
    assert_eq!(found, expected);
}

#[test]
fn what_is_missing_is_said_where_the_form_asks_for_it() {
    assert_eq!(errors(json!({})), [one("/venue_code", "required"), one("/visitor", "required")].concat());
    let nameless = errors(json!({"venue_code": code().as_str(), "visitor": {"phone": "0912345678"}}));
    assert_eq!(nameless, one("/visitor/full_name", "required"));
    let without_phone = errors(json!({"venue_code": code().as_str(), "visitor": {"full_name": "Lê Thị Cúc"}}));
    assert_eq!(without_phone, one("/visitor/phone", "required"));
}

#[test]
fn a_code_with_a_wrong_character_is_refused() {
    let mut wrong = code().as_str().to_owned();
    wrong.replace_range(0..1, if wrong.starts_with('7') { "8" } else { "7" });
    assert_eq!(errors(json!({"venue_code": wrong, "visitor": an()})), one("/venue_code", "venue_code"));
}

#[test]
fn members_of_the_party_are_reached_through_the_visitor() {
    let party = json!([{"full_name": "Bé Na"}, {"full_name": "Bà Tư", "phone": "0987654321"}]);
    let draft = parse(json!({"venue_code": code().as_str(), "visitor": an(), "party": party})).unwrap();
    let phones: Vec<_> = draft.party.iter().map(|member| member.phone.as_ref().map(Phone::as_str)).collect();
    assert_eq!(phones, [Some("+84912345678"), Some("+84987654321")]);

    let visitor = json!({"device_token": "abc"});
    let draft = parse(json!({"venue_code": code().as_str(), "visitor": visitor, "party": party})).unwrap();
    let phones: Vec<_> = draft.party.iter().map(|member| member.phone.as_ref().map(Phone::as_str)).collect();
    assert_eq!(phones, [None, Some("+84987654321")], "the token's owner is not known here");
}

#[test]
fn a_party_has_at_most_twenty_members() {
    let party = |n: usize| json!(vec![json!({"full_name": "Bé Na"}); n]);
    let body = |n| json!({"venue_code": code().as_str(), "visitor": an(), "party": party(n)});
    assert_eq!(parse(body(20)).unwrap().party.len(), 20);
    assert_eq!(errors(body(21)), one("/party", "too_many"));
}

#[test]
fn a_clock_that_is_slightly_ahead_means_now() {
    assert_eq!(parse(body_at("2022-03-10T08:35:00+07:00")).unwrap().at, now());
    assert_eq!(errors(body_at("2022-03-10T08:35:01+07:00")), one("/at", "in_future"));
}

#[test]
fn a_visit_older_than_visits_are_kept_is_refused() {
    let oldest = now().minus(days(21));
    assert_eq!(parse(body_at(&oldest.to_string())).unwrap().at, oldest);
    assert_eq!(errors(body_at(&oldest.minus(minutes(1)).to_string())), one("/at", "too_old"));
}

#[test]
fn nobody_is_printed() {
    let body = json!({"venue_code": code().as_str(), "visitor": an(), "party": [an()]});
    let input: VisitInput = serde_json::from_value(body.clone()).unwrap();
    let printed = format!("{input:?} {:?}", parse(body).unwrap());
    assert!(!printed.contains("Nguyễn") && !printed.contains("345"), "{printed}");
}

#[test]
fn a_check_out_without_a_time_is_now() {
    assert_eq!(check_out(now().minus(minutes(30)), None, now()), Ok(now()));
}

#[test]
fn clocks_that_go_wrong_are_held_at_the_bounds() {
    let checked_in = now().minus(minutes(30));
    assert_eq!(check_out(checked_in, Some(now().plus(minutes(5))), now()), Ok(now()));
    assert_eq!(check_out(checked_in, Some(now().plus(minutes(6))), now()), Err(CheckoutError::InFuture));
    assert_eq!(check_out(checked_in, Some(checked_in.minus(minutes(5))), now()), Ok(checked_in));
    assert_eq!(check_out(checked_in, Some(checked_in.minus(minutes(6))), now()), Err(CheckoutError::BeforeCheckIn));
}

proptest! {
    #[test]
    fn an_accepted_check_out_lies_between_the_check_in_and_now(stayed in 0_i64..900, off in -1_000_i64..1_000) {
        let checked_in = now().minus(minutes(stayed));
        if let Ok(out) = check_out(checked_in, Some(checked_in.plus(minutes(off))), now()) {
            prop_assert!(checked_in <= out && out <= now());
        }
    }

    #[test]
    fn no_text_in_any_field_makes_it_panic(text in ".{0,40}") {
        let body = json!({
            "id": text, "venue_code": text, "at": text,
            "visitor": {"full_name": text, "phone": text, "birth_date": text, "birth_year": text, "national_id": text},
            "party": [{"full_name": text, "ward_code": text}],
        });
        prop_assert!(parse(body).is_err());
    }
}
