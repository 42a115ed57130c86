use super::*;
use crate::domain::disposition::{HoldReason, IgnoreReason};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: &str = "2022-03-10T01:00:00Z";

fn wire() -> Value {
    json!({
        "lab_code": "TG-CDC", "accession": "A1", "barcode": "T1",
        "specimen": {"kind": "nasopharyngeal_swab", "collected_at": "2022-03-09T08:00:00+07:00"},
        "test": {"loinc": "94500-6"}, "outcome": "detected", "resulted_at": "2022-03-09T20:00:00+07:00",
    })
}

fn parse_as(wire: Value, credential: Option<&str>) -> Result<Parsed, Vec<FieldError>> {
    let input = ResultInput::read(wire, "/0").map_err(|e| vec![e])?;
    input.parse("/0", NOW.parse().unwrap(), "2022-03-10".parse().unwrap(), credential)
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut wire = wire();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    wire.pointer_mut(parent).unwrap()[field] = value;
    wire
}

/// The pointer and code of every error after one field was changed.
fn errors(pointer: &str, value: Value) -> Vec<(String, String)> {
    let errors = parse_as(changed(pointer, value), None).unwrap_err();
    errors.into_iter().map(|e| (e.pointer, e.code)).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(format!("/0{pointer}"), code.to_owned())]
}

fn disposition(pointer: &str, value: Value) -> Disposition {
    parse_as(changed(pointer, value), None).unwrap().disposition_hint
}

#[test]
fn a_result_of_the_contract_is_accepted() {
    let parsed = parse_as(wire(), None).unwrap();
    assert_eq!(parsed.disposition_hint, Disposition::Accept);
    assert_eq!(parsed.draft.outcome, Outcome::Detected);
    assert_eq!(parsed.draft.method, Some(Method::Pcr));
    assert_eq!(parsed.draft.status, Status::Final);
    assert_eq!(parsed.draft.collected_at, "2022-03-09T01:00:00Z".parse().unwrap());
}

#[test]
fn a_specimen_that_nobody_knows_is_another_specimen_with_a_warning() {
    for word in ["hair", "123038009"] {
        let parsed = parse_as(changed("/specimen/kind", json!(word)), None).unwrap();
        assert_eq!(parsed.draft.specimen_kind, SpecimenKind::Other);
        assert_eq!(
            (parsed.warnings[0].column.as_str(), parsed.warnings[0].code.as_str()),
            ("/0/specimen/kind", "specimen_kind")
        );
    }
}

#[test]
fn every_field_at_fault_is_named_at_once() {
    let errors = parse_as(json!({}), None).unwrap_err();
    let found: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
    assert_eq!(
        found,
        [
            ("/0/lab_code", "required"),
            ("/0/accession", "required"),
            ("/0/barcode", "subject_required"),
            ("/0/specimen/kind", "required"),
            ("/0/specimen/collected_at", "required"),
            ("/0/resulted_at", "required"),
            ("/0/test/loinc", "required"),
            ("/0/outcome", "required"),
        ]
    );
}

#[test]
fn each_field_has_an_error_of_its_own() {
    assert_eq!(errors("/id", json!("7")), one("/id", "uuid"));
    assert_eq!(errors("/outcome", json!("maybe")), one("/outcome", "outcome"));
    assert_eq!(errors("/status", json!("maybe")), one("/status", "status"));
    assert_eq!(errors("/test/loinc", json!("94500-7")), one("/test/loinc", "loinc"));
    assert_eq!(errors("/resulted_at", json!("10/03/2022")), one("/resulted_at", "time"));
    assert_eq!(errors("/accession", json!("x".repeat(65))), one("/accession", "length"));
    assert_eq!(errors("/test/method", json!("antigen")), one("/test/method", "method_differs"));
    assert_eq!(errors("/specimen", json!("swab")), one("", "json"));
    assert_eq!(errors("/outcome", json!(true)), one("", "json"));
    assert_eq!(parse_as(json!([]), None).unwrap_err()[0].code, "json");
}

#[test]
fn the_cycle_threshold_lies_between_5_and_50() {
    for wrong in [json!(4.99), json!(50.1), json!("abc"), json!("NaN"), json!("inf")] {
        assert_eq!(errors("/ct_value", wrong), one("/ct_value", "ct_value"));
    }
    for (right, value) in [(json!(5), 5.0), (json!("24,5"), 24.5), (json!(50.0), 50.0)] {
        assert_eq!(parse_as(changed("/ct_value", right), None).unwrap().draft.ct_value, Some(value));
    }
}

#[test]
fn times_in_the_future_out_of_order_or_too_old_are_refused() {
    assert_eq!(errors("/resulted_at", json!("2022-03-10T01:05:01Z")), one("/resulted_at", "in_future"));
    assert!(parse_as(changed("/resulted_at", json!("2022-03-10T01:05:00Z")), None).is_ok());
    let collected = "/specimen/collected_at";
    assert_eq!(errors(collected, json!("2022-03-09T13:00:01Z")), one(collected, "collected_after_resulted"));
    assert_eq!(errors(collected, json!("2019-11-30T16:59:59Z")), one(collected, "too_old"));
    assert!(parse_as(changed(collected, json!("2019-11-30T17:00:00Z")), None).is_ok());
}

#[test]
fn a_laboratory_speaks_for_itself_only() {
    let mut without = wire();
    without.as_object_mut().unwrap().remove("lab_code");
    assert_eq!(parse_as(without, Some("TG-CDC")).unwrap().draft.lab_code.as_str(), "TG-CDC");
    let parsed = parse_as(changed("/lab_code", json!("tg-cdc")), Some("TG-CDC")).unwrap();
    assert_eq!(parsed.draft.lab_code.as_str(), "TG-CDC");
    let wrong = parse_as(wire(), Some("HCM-PASTEUR")).unwrap_err();
    assert_eq!((wrong[0].pointer.as_str(), wrong[0].code.as_str()), ("/0/lab_code", "wrong_lab"));
}

#[test]
fn a_person_is_an_id_or_a_description() {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let parsed = parse_as(changed("/person", json!({"id": id})), None).unwrap();
    assert_eq!(parsed.draft.subject.person(), Some(&PersonRef::Known(id.parse().unwrap())));
    assert_eq!(parsed.draft.subject.barcode().unwrap().as_str(), "T1");
    assert_eq!(errors("/person", json!({"id": "7"})), one("/person/id", "uuid"));
    let mut described = changed("/person", json!({"full_name": "Lê Thị Tám", "birth_year": 1950}));
    described.as_object_mut().unwrap().remove("barcode");
    let Subject::Person(PersonRef::Described { id: None, draft }) = parse_as(described, None).unwrap().draft.subject
    else {
        panic!("a description was sent")
    };
    assert_eq!(draft.full_name.as_str(), "Lê Thị Tám");
    let errors = errors("/person", json!({"full_name": "Lê Thị Tám", "birth_date": "31/02/1950"}));
    assert_eq!(errors[0].0, "/0/person/birth_date");
}

#[test]
fn what_a_person_must_look_at_is_held() {
    use HoldReason::{AmbiguousTest, NotAResult, NotDone, NotPresence, Pooled, Preliminary, Presumptive};
    let hold = |reason| Disposition::Hold(vec![reason]);
    assert_eq!(disposition("/outcome", json!("presumptive positive")), hold(Presumptive));
    assert_eq!(disposition("/outcome", json!("462371000124108")), hold(Pooled));
    assert_eq!(disposition("/outcome", json!(895231008)), hold(Pooled));
    assert_eq!(disposition("/outcome", json!("373121007")), hold(NotDone));
    assert_eq!(disposition("/outcome", json!("840539006")), hold(NotAResult));
    assert_eq!(disposition("/test/loinc", json!("95423-0")), hold(AmbiguousTest));
    assert_eq!(disposition("/test/loinc", json!("94745-7")), hold(NotPresence));
    assert_eq!(disposition("/status", json!("preliminary")), hold(Preliminary));
}

#[test]
fn what_is_no_virus_result_is_ignored_whatever_its_value() {
    let ignore = |reason| Disposition::Ignore(reason);
    assert_eq!(disposition("/test/loinc", json!("94563-4")), ignore(IgnoreReason::Antibody));
    assert_eq!(disposition("/test/loinc", json!("92142-9")), ignore(IgnoreReason::OtherTest));
    assert_eq!(disposition("/test", json!({"method": "kháng thể"})), ignore(IgnoreReason::Antibody));
    let mut titre = changed("/test/loinc", json!("94505-5"));
    titre["outcome"] = json!("12.5 AU/mL");
    assert_eq!(parse_as(titre, None).unwrap().disposition_hint, ignore(IgnoreReason::Antibody));
}

#[test]
fn a_method_stands_for_its_usual_loinc_code() {
    let parsed = parse_as(changed("/test", json!({"method": "Test nhanh"})), None).unwrap();
    assert_eq!((&*parsed.draft.loinc, parsed.draft.method), ("94558-4", Some(Method::Antigen)));
}

#[test]
fn an_unknown_person_is_a_clear_error() {
    assert_eq!(unknown_person("").pointer, "/person/id");
}

proptest! {
    #[test]
    fn any_text_in_any_field_is_read_or_refused_without_panic(text in ".*", field in 0..8_usize) {
        let pointers =
            ["/id", "/accession", "/barcode", "/outcome", "/status", "/ct_value", "/resulted_at", "/test/loinc"];
        let _ = parse_as(changed(pointers[field], json!(text)), Some("TG-CDC"));
    }
}
