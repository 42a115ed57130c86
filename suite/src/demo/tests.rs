use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use shared::events::{Method, Outcome};
use shared::identity::NationalIdKind;
use shared::ids::PersonId;
use shared::person::Sex;
use shared::time::{days, minutes};

use super::*;

const NOW: &str = "2022-03-29T15:20:00+07:00";

fn demo(people: u32) -> Demo {
    Demo::new(7, people, NOW.parse().unwrap())
}

/// One number for everything that a demo says.
fn digest(demo: &Demo) -> u64 {
    let mut hash = DefaultHasher::new();
    for person in demo.people() {
        let id = person.national_id.as_ref().map(|id| id.as_str().to_owned());
        let insurance = person.health_insurance_no.as_ref().map(|no| no.as_str().to_owned());
        let phone = person.phone.as_ref().map(|phone| phone.as_str().to_owned());
        (person.id, person.full_name.as_str(), person.birth, person.sex, id, insurance, phone).hash(&mut hash);
        (person.address, person.ward_code.as_str(), person.registered_at).hash(&mut hash);
    }
    demo.places().iter().for_each(|place| format!("{:?} {}", place.id, place.name).hash(&mut hash));
    demo.visits().for_each(|visit| format!("{visit:?}").hash(&mut hash));
    demo.results().for_each(|result| format!("{result:?}").hash(&mut hash));
    demo.cases().for_each(|case| format!("{case:?}").hash(&mut hash));
    demo.reports().for_each(|report| format!("{report:?}").hash(&mut hash));
    hash.finish()
}

#[test]
fn two_runs_agree_to_the_byte_and_another_seed_differs() {
    let now = NOW.parse().unwrap();
    assert_eq!(digest(&Demo::new(7, 400, now)), digest(&Demo::new(7, 400, now)));
    assert_ne!(digest(&Demo::new(7, 400, now)), digest(&Demo::new(8, 400, now)));
}

#[test]
fn a_person_made_alone_is_the_one_of_the_list() {
    let demo = demo(300);
    let people: Vec<DemoPerson> = demo.people().collect();
    assert_eq!(people.len(), 300);
    for (index, person) in people.iter().enumerate() {
        let alone = demo.person(u32::try_from(index).unwrap()).unwrap();
        assert_eq!(alone.index as usize, index);
        assert!(alone.to_person() == person.to_person() && alone.household == person.household);
    }
    assert!(demo.person(300).is_none());
}

#[test]
fn everybody_has_an_id_of_their_own_and_no_card_is_used_twice() {
    let demo = demo(20_000);
    let (mut ids, mut cards, mut insured) = (HashSet::new(), HashSet::new(), HashSet::new());
    for person in demo.people() {
        assert!(ids.insert(person.id));
        assert!(person.national_id.is_none_or(|card| cards.insert(card.as_str().to_owned())));
        assert!(person.health_insurance_no.is_none_or(|card| insured.insert(card.key().to_owned())));
    }
    assert_eq!(ids.len(), 20_000);
    assert!(cards.len() > 14_000 && (16_500..17_500).contains(&insured.len()), "{} {}", cards.len(), insured.len());
}

#[test]
fn cards_agree_with_sex_and_birth() {
    let demo = demo(3_000);
    let today = demo.now.local_date();
    let mut of_elders = 0;
    for person in demo.people() {
        let Some(card) = &person.national_id else { continue };
        assert!(person.birth.age_on(today) >= 14);
        assert!(card.warnings(Some(person.birth), person.sex, today).is_empty());
        of_elders += usize::from(card.kind() == NationalIdKind::Cmnd);
    }
    assert!(of_elders > 20, "{of_elders} old cards");
}

#[test]
fn everybody_lives_in_a_commune_of_tien_giang() {
    let demo = demo(20_000);
    let mut wards = HashSet::new();
    for person in demo.people() {
        let unit = shared::area::ward_any(person.ward_code.as_str()).unwrap();
        assert_eq!((unit.province_code, unit.province_name.contains("Tiền Giang")), (PROVINCE, true));
        wards.insert(unit.code);
    }
    assert_eq!(wards.len(), 172);
    assert!(
        demo.places()
            .iter()
            .all(|place| shared::area::ward_any(place.ward_code.as_str()).unwrap().province_code == PROVINCE)
    );
}

#[test]
fn a_household_shares_its_address_and_often_its_phone() {
    let demo = demo(3_000);
    let mut households: HashMap<u64, Vec<DemoPerson>> = HashMap::new();
    demo.people().for_each(|person| households.entry(person.household).or_default().push(person));
    let (mut of_several, mut sharing) = (0, 0);
    for members in households.values().filter(|members| members.len() > 1) {
        assert!(
            members
                .iter()
                .all(|member| member.address == members[0].address && member.ward_code == members[0].ward_code)
        );
        let mut phones: Vec<&str> = members.iter().filter_map(|member| Some(member.phone.as_ref()?.as_str())).collect();
        let all = phones.len();
        phones.sort_unstable();
        phones.dedup();
        of_several += 1;
        sharing += usize::from(phones.len() < all);
    }
    assert!(sharing * 100 > of_several * 40, "{sharing} of {of_several} share a phone");
    assert!((3.0..4.2).contains(&(3_000.0 / households.len() as f64)), "{} households", households.len());
}

#[test]
fn ages_and_sexes_look_like_a_provinces() {
    let demo = demo(20_000);
    let today = demo.now.local_date();
    let people: Vec<DemoPerson> = demo.people().collect();
    let share = |of: &dyn Fn(&DemoPerson) -> bool| people.iter().filter(|person| of(person)).count() / 200;
    let (children, elders) = (share(&|p| p.birth.age_on(today) < 15), share(&|p| p.birth.age_on(today) >= 65));
    assert!((17..=28).contains(&children), "{children} % below 15");
    assert!((7..=15).contains(&elders), "{elders} % past 65");
    assert!((47..=54).contains(&share(&|p| p.sex == Sex::Female)));
    assert!((35..=42).contains(&share(&|p| p.full_name.as_str().starts_with("Nguyễn "))));
    assert!((75..=98).contains(&share(&|p| p.phone.is_some())));
}

#[test]
fn places_have_names_and_codes_of_their_own() {
    let demo = demo(20_000);
    let codes: HashSet<_> = demo.places().iter().map(|place| place.code).collect();
    let names: HashSet<_> = demo.places().iter().map(|place| (&place.name, &place.ward_code)).collect();
    assert_eq!((codes.len(), names.len()), (demo.places().len(), demo.places().len()));
    assert_eq!((demo.institutions().len(), demo.venues().len()), (172 + 11, 334));
    assert!(
        demo.institutions()
            .iter()
            .any(|place| place.name == "Trạm y tế Phường 4" && place.ward_code.as_str() == NURSE_WARD)
    );
    assert!(demo.venues().iter().all(|venue| venue.capacity.is_some_and(|capacity| capacity >= 10)));
}

#[test]
fn visits_are_of_the_last_ten_days_never_ahead_and_never_in_isolation() {
    let demo = demo(2_000);
    let specimens: HashMap<PersonId, Instant> = demo.cases().map(|case| (case.person_id, case.specimen_at)).collect();
    let mut last: HashMap<PersonId, Instant> = HashMap::new();
    let visits: Vec<DemoVisit> = demo.visits().collect();
    for visit in &visits {
        assert!(visit.checked_in_at <= demo.now && visit.checked_in_at > demo.now.minus(days(10)));
        assert!(visit.checked_out_at.is_none_or(|out| out > visit.checked_in_at && out <= demo.now));
        assert!(specimens.get(&visit.person_id).is_none_or(|specimen| visit.checked_in_at < *specimen));
        let before = last.insert(visit.person_id, visit.checked_out_at.unwrap_or(visit.checked_in_at));
        assert!(before.is_none_or(|before| before < visit.checked_in_at));
    }
    assert!((1_900..3_000).contains(&visits.len()), "{} visits", visits.len());
    let forgotten = visits.iter().filter(|visit| visit.checked_out_at.is_none()).count() * 100 / visits.len();
    assert!((12..35).contains(&forgotten), "{forgotten} % without a check-out");
}

#[test]
fn cases_met_others_at_a_venue_while_they_were_infectious() {
    let demo = demo(2_000);
    let visits: Vec<DemoVisit> = demo.visits().collect();
    let met = |case: &DemoCase| {
        let window = case.specimen_at.minus(days(2))..case.specimen_at;
        visits.iter().filter(|visit| visit.person_id == case.person_id && window.contains(&visit.checked_in_at)).any(
            |own| {
                let near = |other: &&DemoVisit| {
                    let apart = other.checked_in_at.since(own.checked_in_at).as_secs().abs();
                    other.place_id == own.place_id && other.person_id != own.person_id && apart < 2_700
                };
                visits.iter().filter(near).count() >= 4
            },
        )
    };
    assert!(demo.cases().filter(met).count() >= 5);
}

#[test]
fn density_is_how_often_people_check_in() {
    let busy = demo(1_000).with_visits(VisitDensity { people_per_mille: 1_000, visits_per_mille: 1_000 });
    let count = busy.visits().count();
    assert!((6_500..10_100).contains(&count), "{count}");
}

#[test]
fn the_wave_grows_is_mostly_antigen_and_three_in_ten_are_positive() {
    let demo = demo(20_000);
    let results: Vec<DemoResult> = demo.results().collect();
    let keys: HashSet<_> = results.iter().map(|result| (result.lab_code, result.accession.clone())).collect();
    assert_eq!(keys.len(), results.len());
    let positives: Vec<_> = results.iter().filter(|result| result.outcome == Outcome::Detected).collect();
    assert_eq!(positives.len() as u64, demo.case_count());
    let positivity = positives.len() * 100 / results.len();
    assert!((27..=31).contains(&positivity), "{positivity} %");
    let antigen = positives.iter().filter(|result| result.method == Method::Antigen).count() * 1_000 / positives.len();
    assert!((955..=985).contains(&antigen), "{antigen} of a thousand");
    assert!(positives.iter().all(|result| result.ct_value.is_some() == (result.method == Method::Pcr)));
    for result in &results {
        assert!(result.collected_at < result.resulted_at && result.resulted_at <= demo.now);
        assert!(demo.labs().iter().any(|lab| lab.code == result.lab_code));
    }
    let of_day = |day: i64| {
        let date = Instant::start_of(demo.first_day()).plus(days(day)).local_date();
        positives.iter().filter(|result| result.collected_at.local_date() == date).count()
    };
    assert!(of_day(8) > of_day(5) && of_day(5) > of_day(2), "{} {} {}", of_day(2), of_day(5), of_day(8));
}

#[test]
fn each_positive_opens_one_case_and_reports_never_precede_it() {
    let demo = demo(2_000);
    let positives: HashSet<_> =
        demo.results().filter(|result| result.outcome == Outcome::Detected).map(|result| result.id).collect();
    let cases: Vec<DemoCase> = demo.cases().collect();
    let people: HashSet<_> = cases.iter().map(|case| case.person_id).collect();
    assert!((60..=80).contains(&cases.len()) && people.len() == cases.len());
    for case in &cases {
        assert!(positives.contains(&case.result_id));
        assert!(case.symptom_onset.is_none_or(|onset| onset <= case.specimen_at.local_date()));
        assert!(!case.household.contains(&case.person_id));
        let reports = demo.reports_of(case);
        assert!(reports.iter().all(|report| report.at > case.diagnosed_at && report.at <= demo.now));
        assert!(reports.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(reports.iter().all(|report| report.case_id == case.id));
    }
    assert!(cases.iter().all(|case| case.course != Course::Emergency || case.symptom_onset.is_some()));
    let nurse = cases.iter().filter(|case| case.ward_code.as_str() == NURSE_WARD).count();
    assert!(nurse >= 3, "{nurse} cases in the nurse's ward");
}

#[test]
fn the_board_has_something_to_show() {
    let demo = demo(2_000);
    let of = |course| demo.cases().filter(|case| case.course == course).collect::<Vec<_>>();
    assert_eq!((of(Course::Emergency).len(), of(Course::Urgent).len(), of(Course::Watch).len()), (2, 2, 2));
    for case in of(Course::Emergency) {
        let reports = demo.reports_of(&case);
        let last = reports.last().unwrap();
        assert!(last.at > demo.now.minus(minutes(10)) && last.vitals.spo2_pct.unwrap() < 94 && reports.len() > 1);
    }
    for case in of(Course::Urgent) {
        let reports = demo.reports_of(&case);
        let readings: Vec<_> = reports.iter().rev().take(2).map(|report| report.vitals.spo2_pct).collect();
        assert_eq!(readings, [Some(95), Some(95)]);
    }
    for case in of(Course::Silent) {
        let reports = demo.reports_of(&case);
        assert!(!reports.is_empty() && reports.iter().all(|report| report.at < demo.now.minus(days(1))));
    }
}

#[test]
fn every_size_and_hour_makes_a_province() {
    for people in [0, 1, 2, 59, 200] {
        for now in ["2022-03-29T00:00:00+07:00", "2022-03-29T07:30:00+07:00", "2026-11-23T23:59:59+07:00"] {
            let demo = Demo::new(1, people, now.parse().unwrap());
            assert_eq!(demo.people().count(), people as usize);
            assert_eq!(demo.venues().len(), people.div_ceil(60) as usize);
            assert!(demo.results().all(|result| result.resulted_at <= demo.now));
            assert!(demo.reports().all(|report| report.at <= demo.now));
            assert!(demo.visits().all(|visit| visit.checked_in_at <= demo.now));
            assert_eq!(demo.cases().count() as u64, demo.case_count());
        }
    }
}

#[test]
fn the_last_of_many_is_made_without_the_others() {
    let demo = demo(100_000);
    assert_eq!(demo.person(99_999).unwrap().index, 99_999);
    assert!(demo.case(demo.case_count() - 1).is_some() && demo.case(demo.case_count()).is_none());
}
