use jiff::civil::date;

use super::table::{MERGER, heap_bytes, tables};
use super::*;
use crate::access::AreaScope;

const EARLY_2022: Date = date(2022, 3, 10);
const LATE_2022: Date = date(2022, 10, 1);
const TODAY: Date = date(2026, 9, 1);

fn names(units: &[&Unit]) -> Vec<String> {
    units.iter().map(|unit| unit.label()).collect()
}

fn province_scope(code: &str) -> AreaScope {
    AreaScope::Province(code.to_owned())
}

#[test]
fn the_counts_are_those_of_the_statistics_office() {
    let counts = |on| {
        let provinces = provinces(on);
        let districts: usize = provinces.iter().map(|p| districts_of_province(p.code, on).len()).sum();
        let wards: usize = provinces.iter().map(|p| wards_of_province(p.code, on).len()).sum();
        (provinces.len(), districts, wards)
    };
    assert_eq!(counts(FIRST_DAY), (63, 705, 10_599));
    assert_eq!(counts(EARLY_2022), (63, 705, 10_599));
    assert_eq!(counts(LATE_2022), (63, 705, 10_599));
    assert_eq!(counts(date(2025, 6, 30)), (63, 705, 10_599));
    assert_eq!(counts(MERGER), (34, 0, 3_321));
    assert_eq!(counts(date(2021, 10, 31)), (0, 0, 0));
}

#[test]
fn tien_giang_had_11_districts_and_its_known_types_of_wards() {
    let types = |on| {
        let wards = wards_of_province("82", on);
        ["Phường", "Thị trấn", "Xã"].map(|kind| wards.iter().filter(|unit| unit.name.starts_with(kind)).count())
    };
    assert_eq!(districts_of_province("82", EARLY_2022).len(), 11);
    assert_eq!(types(EARLY_2022), [22, 7, 143]);
    assert_eq!(types(LATE_2022), [22, 8, 142]);
    assert_eq!(wards_of_district("815", EARLY_2022).len(), 17);
    assert_eq!(wards_of_province("82", TODAY).len(), 102);
}

#[test]
fn a_code_means_what_it_meant_on_the_day() {
    assert_eq!(ward("28270", EARLY_2022).unwrap().label(), "Phường 6, Thành phố Mỹ Tho, Tỉnh Tiền Giang");
    assert_eq!(ward("28270", TODAY).unwrap().label(), "Phường Thới Sơn, Tỉnh Đồng Tháp");
    assert_eq!(province("82", EARLY_2022).unwrap().name, "Tỉnh Tiền Giang");
    assert_eq!(province("82", TODAY).unwrap().name, "Tỉnh Đồng Tháp");
    assert_eq!(ward("28252", TODAY), None);
    assert_eq!(district("815", EARLY_2022).unwrap().name, "Thành phố Mỹ Tho");
    assert_eq!(district("815", TODAY), None);
}

#[test]
fn a_change_of_name_within_2022_takes_effect_on_its_day() {
    assert_eq!(ward("28471", date(2022, 9, 30)).unwrap().name, "Xã Bình Phú");
    assert_eq!(ward("28471", LATE_2022).unwrap().name, "Thị trấn Bình Phú");
    assert_eq!(ward("05860", date(2022, 4, 9)).unwrap().district_name, Some("Thị xã Phổ Yên"));
    assert_eq!(ward("05860", date(2022, 4, 10)).unwrap().district_name, Some("Thành phố Phổ Yên"));
}

#[test]
fn no_code_has_two_units_on_one_day() {
    let wards = &tables().wards;
    for pair in wards.windows(2).filter(|pair| pair[0].code == pair[1].code) {
        assert!(pair[0].valid_to.is_some_and(|last| last < pair[1].valid_from), "{}", pair[0].code);
    }
    assert!(wards.iter().all(|unit| WardCode::parse(unit.code).is_ok() && !unit.name.is_empty()));
}

#[test]
fn the_unit_of_2022_comes_first_where_no_day_is_given() {
    assert_eq!(ward_any("28270").unwrap().name, "Phường 6");
    assert_eq!(ward_any("28471").unwrap().name, "Thị trấn Bình Phú");
    let only_new = tables().wards.iter().find(|unit| ward_before_merger(unit.code).is_none());
    assert!(only_new.is_none_or(|unit| ward_any(unit.code) == Some(unit)));
    assert_eq!(ward_any("99999"), None);
}

#[test]
fn the_wards_of_tien_giang_went_into_57_units_of_dong_thap() {
    let old = wards_of_province("82", LATE_2022);
    let new: std::collections::BTreeSet<_> =
        old.iter().flat_map(|unit| successors(unit.code)).map(|unit| (unit.province_code, unit.code)).collect();
    assert_eq!(new.len(), 57);
    assert!(new.iter().all(|(province, _)| *province == "82"));
    assert_eq!(names(&successors("28252")), ["Phường Đạo Thạnh, Tỉnh Đồng Tháp"]);
}

#[test]
fn the_successor_that_took_most_comes_first_and_an_unknown_one_is_not_guessed() {
    assert_eq!(names(&successors("00007")), ["Phường Ngọc Hà, Thành phố Hà Nội", "Phường Giảng Võ, Thành phố Hà Nội"]);
    assert!(successors("00223").is_empty());
    assert!(successors("99999").is_empty());
    let resolved = wards_of_province("01", LATE_2022).iter().filter(|unit| !successors(unit.code).is_empty()).count();
    assert!(resolved > 500);
}

#[test]
fn every_successor_is_a_unit_of_2025() {
    let unknown: Vec<_> = wards_of_province("82", LATE_2022)
        .into_iter()
        .chain(wards_of_province("01", LATE_2022))
        .flat_map(|unit| table::successors(unit.code))
        .filter(|code| ward(code, MERGER).is_none())
        .collect();
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn a_duty_covers_what_lies_in_it_before_the_merger() {
    let ward_scope = AreaScope::Ward("28252".to_owned());
    let district_scope = AreaScope::District("815".to_owned());
    assert!(covers(&ward_scope, "28252", EARLY_2022));
    assert!(!covers(&ward_scope, "28249", EARLY_2022));
    assert!(covers(&district_scope, "28252", EARLY_2022));
    assert!(!covers(&district_scope, "28300", EARLY_2022));
    assert!(covers(&province_scope("82"), "28300", EARLY_2022));
    assert!(!covers(&province_scope("01"), "28300", EARLY_2022));
    assert!(covers(&province_scope("82"), WardCode::parse("28252").unwrap(), EARLY_2022));
}

#[test]
fn a_ward_of_old_dong_thap_is_not_tien_giangs_before_the_merger_and_is_in_82_after_it() {
    let (old_dong_thap, reused) = ("87", "29869");
    assert_eq!(ward(reused, EARLY_2022).unwrap().province_code, old_dong_thap);
    assert!(!covers(&province_scope("82"), reused, EARLY_2022));
    assert!(covers(&province_scope("82"), reused, TODAY));
    for gone in wards_of_province(old_dong_thap, LATE_2022) {
        assert!(covers(&province_scope("82"), gone.code, TODAY), "{}", gone.code);
    }
}

#[test]
fn codes_of_2022_are_covered_after_the_merger_as_before_it() {
    for code in ["28249", "28252", "28270"] {
        assert!(covers(&AreaScope::District("815".to_owned()), code, TODAY), "{code}");
        assert!(covers(&province_scope("82"), code, TODAY), "{code}");
        assert!(!covers(&AreaScope::District("816".to_owned()), code, TODAY), "{code}");
        assert!(!covers(&province_scope("01"), code, TODAY), "{code}");
    }
    assert!(covers(&province_scope("87"), "29869", TODAY));
}

#[test]
fn no_duty_covers_a_code_that_no_table_knows_but_one_for_that_code() {
    assert!(!covers(&province_scope("82"), "99999", TODAY));
    assert!(!covers(&AreaScope::District("815".to_owned()), "99999", TODAY));
    assert!(!covers(&province_scope("99"), "28252", TODAY));
    assert!(covers(&AreaScope::Ward("99999".to_owned()), "99999", TODAY));
}

#[test]
fn a_ward_is_found_without_diacritics_in_any_order_of_words() {
    let first = |text: &str, on| search(text, on, 5).first().map(|unit| unit.label());
    let ward_4 = Some("Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang".to_owned());
    assert_eq!(first("phuong 4 my tho", EARLY_2022), ward_4);
    assert_eq!(first("Mỹ Tho, Phường 4", EARLY_2022), ward_4);
    assert_eq!(first("dao thanh dong thap", TODAY), Some("Phường Đạo Thạnh, Tỉnh Đồng Tháp".to_owned()));
    assert_eq!(first("khong co noi nay", TODAY), None);
    assert!(search(" ", TODAY, 5).is_empty());
}

#[test]
fn whole_words_come_before_beginnings_and_the_limit_holds() {
    let found = names(&search("phuong 1 tien giang", EARLY_2022, 4));
    assert!(found[..3].iter().all(|label| label.starts_with("Phường 1, ")), "{found:?}");
    assert_eq!(found[3], "Phường 10, Thành phố Mỹ Tho, Tỉnh Tiền Giang");
    assert_eq!(search("phuong", EARLY_2022, 7).len(), 7);
}

#[test]
fn a_ward_code_keeps_its_zeros_and_has_five_digits() {
    assert_eq!(WardCode::parse(" 00001 ").unwrap().as_str(), "00001");
    for text in ["", "1", "0001", "000001", "0000a", "２８２５２"] {
        assert_eq!(WardCode::parse(text), Err(WardCodeError), "{text}");
    }
}

#[test]
fn the_index_and_the_folded_names_stay_under_three_megabytes() {
    assert!(heap_bytes() + search::heap_bytes() < 3_000_000, "{} {}", heap_bytes(), search::heap_bytes());
}

#[test]
fn every_province_went_into_one_and_a_code_that_lives_on_went_into_its_own_name() {
    for old in provinces(LATE_2022) {
        let new = province(old.became.unwrap(), MERGER).unwrap();
        assert!(new.became.is_none());
        assert!(province(old.code, MERGER).is_none() || new.code == old.code, "{}", old.code);
    }
}
