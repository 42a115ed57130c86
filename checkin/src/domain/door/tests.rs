//! Rules at doors, as tables.

use super::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn now() -> Instant {
    at("2022-03-10T08:30:00+07:00")
}

fn rules(rules: &str) -> Result<DoorRules, DoorRulesError> {
    DoorRules::read(&format!(
        r#"{{"source": "test", "kept_days": {{"source": "test", "negative_test": 14, "vaccination": 365}}, "rules": [{rules}]}}"#
    ))
}

const FACTORY: &str = r#"{"id": "factory", "source": "test", "valid_from": "2022-03-01", "valid_until": "2022-03-31",
    "kinds": ["factory"], "proof": ["vaccination", "negative_test"], "test_hours": 72, "vaccination_days": 365,
    "otherwise": "red"}"#;
const ALL: &str =
    r#"{"id": "all", "source": "test", "valid_from": "2022-03-05", "declaration": true, "otherwise": "amber"}"#;

fn codes(door: &Door) -> Vec<&'static str> {
    door.reasons.iter().map(Reason::code).collect()
}

fn proof(kind: ProofKind, hours_ago: i64, verified: bool) -> Proof {
    Proof { kind, at: now().minus(hours(hours_ago)), verified }
}

#[test]
fn what_the_program_brings_asks_for_nothing() {
    let ours = DoorRules::ours();
    for kind in PlaceKind::ALL {
        assert!(ours.in_force(*kind, now().local_date()).is_empty());
    }
    assert_eq!(judge(&[], &Standing::default(), now()), Door::GREEN);
}

#[test]
fn a_rule_holds_for_its_kinds_from_its_first_day_to_its_last() {
    let rules = rules(&format!("{FACTORY}, {ALL}")).unwrap();
    let ids = |kind, day: &str| -> Vec<String> {
        rules.in_force(kind, day.parse().unwrap()).iter().map(|rule| rule.id.clone()).collect()
    };
    assert_eq!(ids(PlaceKind::Factory, "2022-02-28"), [""; 0]);
    assert_eq!(ids(PlaceKind::Factory, "2022-03-01"), ["factory"]);
    assert_eq!(ids(PlaceKind::Factory, "2022-03-31"), ["factory", "all"]);
    assert_eq!(ids(PlaceKind::Factory, "2022-04-01"), ["all"]);
    assert_eq!(ids(PlaceKind::Market, "2022-03-31"), ["all"]);
}

#[test]
fn any_proof_that_is_young_enough_is_good_and_an_unverified_one_is_looked_at() {
    let rules = rules(FACTORY).unwrap();
    let rules = rules.in_force(PlaceKind::Factory, now().local_date());
    use ProofKind::{NegativeTest, Vaccination};
    for (proofs, level, reasons) in [
        (vec![], Level::Red, vec!["proof_missing"]),
        (vec![proof(NegativeTest, 72, true)], Level::Green, vec![]),
        (vec![proof(NegativeTest, 73, true)], Level::Red, vec!["proof_missing"]),
        (vec![proof(NegativeTest, -1, true)], Level::Red, vec!["proof_missing"]),
        (vec![proof(Vaccination, 24 * 365, false)], Level::Amber, vec!["proof_unverified"]),
        (vec![proof(Vaccination, 24 * 366, false)], Level::Red, vec!["proof_missing"]),
        (vec![proof(Vaccination, 24, false), proof(NegativeTest, 2, true)], Level::Green, vec![]),
    ] {
        let door = judge(&rules, &Standing { proofs: &proofs, ..Standing::default() }, now());
        assert_eq!((door.level, codes(&door)), (level, reasons), "{proofs:?}");
    }
    let nothing = judge(&rules, &Standing { companions: 2, ..Standing::default() }, now());
    assert_eq!(codes(&nothing), ["proof_missing", "companions"], "the strictest first");
    assert_eq!(
        nothing.reasons[0].detail().en,
        "This place asks for: a full vaccination or a negative test of the last 72 hours"
    );
}

#[test]
fn a_declaration_is_due_where_a_rule_asks_and_counts_wherever_it_came_along() {
    let rules = rules(ALL).unwrap();
    let rules = rules.in_force(PlaceKind::Market, now().local_date());
    use Verdict::{Advise, Clear, Stop};
    for (asked, declared, on_record, level, reasons) in [
        (true, None, None, Level::Amber, vec!["declaration_due"]),
        (true, None, Some(Clear), Level::Green, vec![]),
        (true, None, Some(Stop), Level::Red, vec!["declaration_stop"]),
        (true, Some(Clear), Some(Stop), Level::Green, vec![]),
        (true, Some(Advise), None, Level::Amber, vec!["declaration_advise"]),
        (false, None, Some(Stop), Level::Green, vec![]),
        (false, Some(Stop), None, Level::Red, vec!["declaration_stop"]),
    ] {
        let standing = Standing { declared, on_record, ..Standing::default() };
        let door = judge(if asked { &rules } else { &[] }, &standing, now());
        assert_eq!((door.level, codes(&door)), (level, reasons), "{asked} {declared:?} {on_record:?}");
    }
}

#[test]
fn a_file_that_asks_for_what_cannot_be_is_refused_with_the_rule_and_why() {
    for (from, to, words) in [
        (r#""otherwise": "red""#, r#""otherwise": "green""#, "amber or red"),
        (r#""proof": ["vaccination", "negative_test"],"#, "", "asks for nothing"),
        (r#""test_hours": 72,"#, "", "test_hours"),
        (r#""test_hours": 72,"#, r#""test_hours": 337,"#, "test_hours"),
        (r#""vaccination_days": 365,"#, r#""vaccination_days": 366,"#, "vaccination_days"),
        (r#""source": "test""#, r#""source": " ""#, "source"),
        (r#""factory", "source""#, r#""factory", "sauce": 1, "source""#, "sauce"),
    ] {
        let error = rules(&FACTORY.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(words), "{error} does not say {words}");
    }
    assert!(rules(&format!("{FACTORY}, {FACTORY}")).unwrap_err().to_string().contains("same id"));
}

#[test]
fn no_reason_names_an_illness_or_a_sign() {
    let words = Bilingual::new("tiêm đủ liều", "a full vaccination");
    let all = [
        Reason::DeclarationStop,
        Reason::DeclarationAdvise,
        Reason::DeclarationDue,
        Reason::ProofMissing(words),
        Reason::ProofUnverified,
        Reason::Companions,
    ];
    for reason in all {
        let detail = reason.detail();
        for word in ["F0", "dương tính", "positive", "COVID", "fever", "sốt", "contact", "tiếp xúc"] {
            assert!(!detail.vi.contains(word) && !detail.en.contains(word), "{detail:?}");
        }
        assert!(!detail.vi.contains('\n') && !reason.code().is_empty() && reason.pointer().starts_with('/'));
    }
}
