use jiff::civil::date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::person::{FullName, Sex};

const NAME: &str = "Nguyễn Văn A";
const PHONE: &str = "0912345678";
const CCCD: &str = "082090000001";
const DAY: Birth = Birth::Date(date(1990, 2, 1));

fn draft(name: &str, birth: Option<Birth>, phone: Option<&str>, national_id: Option<&str>) -> PersonDraft {
    PersonDraft {
        full_name: FullName::parse(name).unwrap(),
        birth,
        sex: Sex::Unknown,
        phone: phone.map(|text| Phone::parse(text).unwrap()),
        national_id: national_id.map(|text| NationalId::parse(text).unwrap()),
        health_insurance_no: None,
        address: None,
        ward_code: None,
        warnings: Vec::new(),
    }
}

fn candidate(id: u128, draft: &PersonDraft) -> Candidate {
    Candidate {
        id: PersonId::from_uuid(uuid::Uuid::from_u128(id)),
        full_name_fold: draft.full_name.folded(),
        birth: draft.birth,
        phone: draft.phone.clone(),
        national_id: draft.national_id.clone(),
    }
}

fn person(id: u128) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(id))
}

/// What matching a draft with one known person says.
fn decide(draft: &PersonDraft, known: &PersonDraft) -> MatchDecision {
    match_person(draft, &[candidate(1, known)])
}

fn same() -> MatchDecision {
    MatchDecision::Same(person(1))
}

fn doubt(reason: &'static str) -> MatchDecision {
    MatchDecision::New { review: vec![(person(1), reason)] }
}

fn new() -> MatchDecision {
    MatchDecision::New { review: Vec::new() }
}

#[test]
fn the_identity_number_and_the_name_or_the_birth_make_the_same_person() {
    let known = draft(NAME, Some(DAY), None, Some(CCCD));
    assert_eq!(decide(&draft("NGUYEN VAN A", None, None, Some(CCCD)), &known), same());
    assert_eq!(decide(&draft(NAME, Some(Birth::Year(1991)), None, Some(CCCD)), &known), same());
    assert_eq!(decide(&draft("Nguyễn Văn Á Châu", Some(DAY), None, Some(CCCD)), &known), same());
}

#[test]
fn the_identity_number_with_another_name_and_no_birth_that_confirms_it_is_a_doubt() {
    let known = draft(NAME, Some(DAY), Some(PHONE), Some(CCCD));
    let other = |birth| draft("Trần Thị Bưởi", birth, Some(PHONE), Some(CCCD));
    assert_eq!(decide(&other(Some(Birth::Year(1960))), &known), doubt(SAME_ID_OTHER_NAME));
    assert_eq!(decide(&other(None), &known), doubt(SAME_ID_OTHER_NAME));
}

#[test]
fn name_birth_and_phone_together_make_the_same_person() {
    let known = draft(NAME, Some(DAY), Some(PHONE), None);
    assert_eq!(decide(&draft("Nguyen van A", Some(DAY), Some(PHONE), None), &known), same());
    assert_eq!(decide(&draft(NAME, Some(Birth::Year(1990)), Some(PHONE), Some(CCCD)), &known), same());
}

#[test]
fn name_and_birth_without_a_common_phone_are_a_doubt() {
    let known = draft(NAME, Some(DAY), Some(PHONE), None);
    assert_eq!(decide(&draft(NAME, Some(DAY), None, None), &known), doubt(SAME_NAME_AND_BIRTH));
    assert_eq!(decide(&draft(NAME, Some(Birth::Year(1990)), None, None), &known), doubt(SAME_NAME_AND_BIRTH));
    assert_eq!(decide(&draft(NAME, Some(DAY), Some("0987654321"), None), &known), doubt(SAME_NAME_AND_BIRTH));
}

#[test]
fn name_and_year_with_two_different_phones_are_coincidence() {
    let known = draft(NAME, Some(DAY), Some(PHONE), None);
    assert_eq!(decide(&draft(NAME, Some(Birth::Year(1990)), Some("0987654321"), None), &known), new());
}

#[test]
fn name_and_phone_without_a_birth_are_a_doubt_and_with_another_birth_two_people() {
    let known = draft(NAME, Some(DAY), Some(PHONE), None);
    assert_eq!(decide(&draft(NAME, None, Some(PHONE), None), &known), doubt(SAME_NAME_AND_PHONE));
    assert_eq!(decide(&draft(NAME, Some(Birth::Year(1962)), Some(PHONE), None), &known), new());
}

#[test]
fn two_identity_numbers_of_one_kind_are_two_people() {
    let known = draft(NAME, Some(DAY), Some(PHONE), Some(CCCD));
    assert_eq!(decide(&draft(NAME, Some(DAY), Some(PHONE), Some("082090000002")), &known), new());
}

#[test]
fn an_old_and_a_new_card_contradict_nothing() {
    let known = draft(NAME, Some(DAY), Some(PHONE), Some(CCCD));
    assert_eq!(decide(&draft(NAME, Some(DAY), Some(PHONE), Some("310000001")), &known), same());
    assert_eq!(decide(&draft(NAME, Some(DAY), None, Some("310000001")), &known), doubt(SAME_NAME_AND_BIRTH));
}

#[test]
fn the_identity_number_outweighs_name_birth_and_phone() {
    let by_number = draft(NAME, None, None, Some(CCCD));
    let by_rest = draft(NAME, Some(DAY), Some(PHONE), None);
    let known = [candidate(1, &by_rest), candidate(2, &by_number)];
    let somebody = draft(NAME, Some(DAY), Some(PHONE), Some(CCCD));
    assert_eq!(match_person(&somebody, &known), MatchDecision::Same(person(2)));
}

#[test]
fn among_equals_the_oldest_is_taken() {
    let known = draft(NAME, Some(DAY), Some(PHONE), None);
    let decision = match_person(&known, &[candidate(9, &known), candidate(3, &known), candidate(5, &known)]);
    assert_eq!(decision, MatchDecision::Same(person(3)));
}

#[test]
fn every_reason_has_its_own_text() {
    let texts = [SAME_NAME_AND_BIRTH, SAME_NAME_AND_PHONE, SAME_ID_OTHER_NAME].map(|code| review_reason(code).vi);
    assert!(texts.iter().all(|text| text.contains(' ')));
    assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
}

/// Drafts of a small world, in which every attribute often meets itself again.
fn drafts() -> impl Strategy<Value = PersonDraft> {
    let names = select(vec![NAME, "NGUYEN VAN A", "Trần Thị Bưởi"]);
    let births = select(vec![DAY, Birth::Date(date(1990, 3, 3)), Birth::Year(1990), Birth::Year(1962)]);
    let phones = select(vec![PHONE, "0987654321"]);
    let numbers = select(vec![CCCD, "082090000002", "310000001", "310000002"]);
    (names, option::of(births), option::of(phones), option::of(numbers))
        .prop_map(|(name, birth, phone, number)| draft(name, birth, phone, number))
}

fn known() -> impl Strategy<Value = Vec<Candidate>> {
    vec(drafts(), 0..8).prop_map(|known| known.iter().zip(1..).map(|(draft, id)| candidate(id, draft)).collect())
}

proptest! {
    #[test]
    fn the_order_of_candidates_says_nothing(
        somebody in drafts(),
        (known, shuffled) in known().prop_flat_map(|known| (Just(known.clone()), Just(known).prop_shuffle())),
    ) {
        prop_assert_eq!(match_person(&somebody, &known), match_person(&somebody, &shuffled));
    }

    #[test]
    fn a_phone_alone_never_matches(somebody in drafts(), mut known in known()) {
        for candidate in &mut known {
            candidate.full_name_fold = "le duc tho".to_owned();
            candidate.national_id = None;
            candidate.phone = somebody.phone.clone();
        }
        prop_assert_eq!(match_person(&somebody, &known), new());
    }

    #[test]
    fn two_numbers_of_one_kind_are_never_joined(somebody in drafts(), known in known()) {
        if let MatchDecision::Same(id) = match_person(&somebody, &known) {
            let joined = known.iter().find(|c| c.id == id).unwrap();
            let numbers = somebody.national_id.as_ref().zip(joined.national_id.as_ref());
            prop_assert!(numbers.is_none_or(|(a, b)| a == b || a.kind() != b.kind()));
        }
    }

    #[test]
    fn who_was_registered_is_found_again(somebody in drafts(), known in known()) {
        let mut known = known;
        if somebody.national_id.is_some() || (somebody.birth.is_some() && somebody.phone.is_some()) {
            known.push(candidate(99, &somebody));
            let first = match_person(&somebody, &known);
            prop_assert!(matches!(first, MatchDecision::Same(_)));
            prop_assert_eq!(match_person(&somebody, &known), first);
        }
    }

    #[test]
    fn matching_is_symmetric(a in drafts(), b in drafts()) {
        prop_assert_eq!(decide(&a, &b), decide(&b, &a));
    }

    #[test]
    fn a_review_names_each_person_once_in_order(somebody in drafts(), known in known()) {
        let twice: Vec<_> = known.iter().chain(&known).cloned().collect();
        prop_assert_eq!(match_person(&somebody, &twice), match_person(&somebody, &known));
        if let MatchDecision::New { review } = match_person(&somebody, &twice) {
            prop_assert!(review.is_sorted());
        }
    }
}
