//! The synthetic cards that lie with the tables of units, and texts that no card is.

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::fold::test_vectors;
use crate::person::{Birth, Sex};

const TODAY: Date = date(2022, 3, 10);
const CCCD: &str = "082090000001|310000001|Nguyễn Văn A|01021990|Nam|Ấp Mỹ Thạnh, Xã Mỹ Phong|15042021";
const BHYT: &str = "8200000001|4e677579e1bb856e2056c4836e2041|01/02/1990|1|-|82 - 001|01/01/2022|-|05/01/2022|0|-|4|01/01/2027|0|4|54|$";
const PC_COVID: &str = "082090000001|NGUYEN VAN A|1990-02-01|0|Q0000000001|";

fn vectors(group: &str) -> Vec<Value> {
    let all = test_vectors::read();
    all[group].as_array().unwrap().clone()
}

fn scanned(text: &str) -> Card {
    match read_text(text).unwrap() {
        Scanned::Card(card) => *card,
        other => panic!("{other:?}"),
    }
}

fn text<'a>(expected: &'a Value, name: &str) -> Option<&'a str> {
    expected[name].as_str()
}

#[test]
fn the_identity_cards_are_read_as_they_say() {
    let vectors = vectors("cccd_qr");
    assert!(vectors.len() >= 8);
    for vector in vectors {
        let (raw, expected) = (vector["raw"].as_str().unwrap(), &vector["expect"]);
        if let Some(error) = text(expected, "error") {
            let wrong = match error {
                "dob" => ScanError::Card(CardKind::Cccd, Field::Birth),
                _ => ScanError::Link,
            };
            assert_eq!(read_text(raw), Err(wrong), "{vector}");
            continue;
        }
        let card = scanned(raw);
        assert_eq!(card.kind, CardKind::Cccd);
        // The youngest card of the vectors was issued in 2025.
        let draft = card.draft(date(2026, 1, 1)).unwrap();
        let number = draft.national_id.as_ref().map(NationalId::as_str);
        assert_eq!(number, Some(raw.split('|').next().unwrap()));
        for (name, found) in [
            ("id", number.map(str::to_owned)),
            ("name", Some(draft.full_name.to_string())),
            ("dob", draft.birth.and_then(Birth::date).map(|day| day.to_string())),
            ("sex", Some(draft.sex.code().to_owned())),
            ("address", draft.address.clone()),
        ] {
            if let Some(expected) = text(expected, name) {
                assert_eq!(found.as_deref(), Some(expected), "{name} of {vector}");
            }
        }
        let warnings: Vec<&str> = draft.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(warnings, Vec::from_iter(text(expected, "warning")), "{vector}");
    }
}

#[test]
fn nothing_of_a_cards_tail_is_kept() {
    let card = scanned(&format!("{CCCD}|Nguyễn Văn Cha|Trần Thị Mẹ|"));
    let kept = serde_json::to_string(&card.person).unwrap();
    for dropped in ["Cha", "Mẹ", "310000001", "2021"] {
        assert!(!kept.contains(dropped), "{dropped} in {kept}");
    }
}

#[test]
fn the_insurance_cards_are_read_as_they_say() {
    let vectors = vectors("bhyt_qr");
    assert!(vectors.len() >= 3);
    for vector in vectors {
        let (raw, expected) = (vector["raw"].as_str().unwrap(), &vector["expect"]);
        if text(expected, "name_raw").is_some() {
            assert_eq!(read_text(raw), Err(ScanError::Card(CardKind::Bhyt, Field::Name)), "a name that is no hex");
            continue;
        }
        let draft = scanned(raw).draft(TODAY).unwrap();
        let number = draft.health_insurance_no.unwrap();
        assert_eq!(Some(number.as_str()), text(expected, "code"));
        assert_eq!(Some(draft.sex.code()), text(expected, "sex"));
        for (name, found) in [
            ("name", draft.full_name.to_string()),
            ("dob", draft.birth.unwrap().to_string()),
            ("bhxh", number.key().to_owned()),
        ] {
            if let Some(expected) = text(expected, name) {
                assert_eq!(found, expected);
            }
        }
    }
}

#[test]
fn the_codes_of_pc_covid_are_read_and_a_masked_number_is_no_identity() {
    let vectors = vectors("pccovid_qr");
    assert!(vectors.len() >= 2);
    for vector in vectors {
        let card = scanned(vector["raw"].as_str().unwrap());
        assert_eq!((card.kind, card.key.as_deref()), (CardKind::PcCovid, Some("qid:Q0000000001")));
        let draft = card.draft(TODAY).unwrap();
        assert_eq!(draft.full_name.as_str(), "NGUYEN VAN A");
        if vector["expect"]["doc_masked"] == true {
            assert_eq!((draft.national_id, draft.birth), (None, Some(Birth::Year(1990))));
        } else {
            assert_eq!(draft.national_id.unwrap().as_str(), "082090000001");
            assert_eq!(draft.birth, Some(Birth::Date(date(1990, 2, 1))));
        }
    }
    let published = "001093029317|NGUYEN LE KHA HAN|1987-01-18|0|162979388586171100|<1<HS4828200000002<0912345678<";
    let card = scanned(published);
    assert_eq!(card.person.phone, None, "the order of the extension is not published");
    let passport = scanned("B1234567|NGUYEN VAN B|1987-01-18|1|Q2|").draft(TODAY).unwrap();
    assert_eq!(passport.national_id, None);
}

#[test]
fn what_scanners_do_to_a_card_is_undone() {
    let plain = scanned(CCCD);
    for changed in [
        format!("\u{FEFF}{CCCD}\r\n"),
        format!("CCCD: {CCCD}"),
        format!("]Q1{CCCD}\0\0"),
        CCCD.replace('|', "\t"),
        CCCD.replace('|', ";"),
        CCCD.replace('|', " | "),
        format!("{CCCD}||||\0"),
    ] {
        assert_eq!(scanned(&changed), plain, "{changed:?}");
    }
    // A keyboard that rewrites letters leaves the digits alone, and the number says the sex.
    let garbled = scanned(&CCCD.replace("Nam", "N4m")).draft(TODAY).unwrap();
    assert_eq!((garbled.sex, garbled.national_id.unwrap().as_str()), (Sex::Unknown, "082090000001"));
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd(CCCD).collect();
    assert_eq!(scanned(&decomposed), plain);
}

#[test]
fn what_a_card_says_against_itself_is_a_warning_and_what_cannot_be_is_refused() {
    let codes = |raw: &str| -> Vec<&str> {
        scanned(raw).draft(TODAY).unwrap().warnings.iter().map(|warning| warning.code).collect()
    };
    assert_eq!(codes(&CCCD.replace("Nam", "Nữ")), ["sex_mismatch"]);
    assert_eq!(codes(&CCCD.replace("01021990", "01021991")), ["birth_mismatch"]);
    let fault = |raw: &str| scanned(raw).draft(TODAY).unwrap_err();
    assert_eq!(fault(&CCCD.replace("01021990", "01022990")), ScanError::Card(CardKind::Cccd, Field::Birth));
    assert_eq!(fault(&CCCD.replace("082090000001", "082990000001")), ScanError::Card(CardKind::Cccd, Field::Number));
    assert_eq!(
        read_text(&CCCD.replace("01021990", "19900201")),
        Err(ScanError::Card(CardKind::Cccd, Field::Birth)),
        "year and day are exchanged"
    );
    assert_eq!(read_text(&CCCD.replace("Nguyễn Văn A", "12")), Err(ScanError::Card(CardKind::Cccd, Field::Name)));
}

#[test]
fn every_part_of_a_card_is_a_part_and_never_somebody() {
    for (whole, kind, fields) in
        [(CCCD, CardKind::Cccd, 5), (BHYT, CardKind::Bhyt, 16), (PC_COVID, CardKind::PcCovid, 4)]
    {
        for (at, _) in whole.char_indices().skip(1) {
            let part = &whole[..at];
            if part.matches('|').count() < fields {
                let read = read_text(part);
                assert!(!matches!(read, Ok(Scanned::Card(_))), "{part} is {read:?}");
                if part.matches('|').count() > 2 {
                    assert!(
                        matches!(read, Err(ScanError::HalfCard(k) | ScanError::Card(k, _)) if k == kind),
                        "{part}: {read:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn other_texts_are_told_for_what_they_are() {
    let code = "4WT59M5Y";
    let poster = PlaceCode::parse(code).map(Scanned::Poster);
    let screen = "HTTPS://ANTAM.EXAMPLE.VN/C/4WT59M5Y/7K3M9T2X";
    let printed = ["HTTPS://ANTAM.EXAMPLE.VN/C/4WT59M5Y", "https://antam.example.vn/c/4wt59m5y?lang=en"];
    for address in printed.into_iter().chain([screen, code]) {
        assert_eq!(read_text(address).ok(), poster.clone().ok(), "{address}");
    }
    for address in ["https://example.invalid/abc", "www.example.vn", "example.vn/x", "HTTP://A.VN/C/AAAAAAAA"] {
        assert_eq!(read_text(address), Err(ScanError::Link), "{address}");
    }
    assert!(matches!(read_text("082090000001"), Ok(Scanned::NationalId(_))));
    assert!(matches!(read_text("310000001"), Ok(Scanned::NationalId(_))));
    assert!(matches!(read_text("0912 345 678"), Ok(Scanned::Phone(_))));
    assert!(matches!(read_text("+84 912 345 678"), Ok(Scanned::Phone(_))));
    assert!(matches!(read_text("HS4828200000002"), Ok(Scanned::Insurance(_))));
    for nothing in ["", " ", "\r\n\0", "\u{FEFF}"] {
        assert_eq!(read_text(nothing), Err(ScanError::Empty), "{nothing:?}");
    }
    for unknown in ["hello", "|", "||||||", "1|2", "Nguyễn Văn A", "12345", "\u{1b}[31m", "{\"a\":1}", "SMSTO:0912:x"]
    {
        assert_eq!(read_text(unknown), Err(ScanError::Unknown), "{unknown:?}");
    }
    assert_eq!(read(&[0xff, 0xfe, 0x31]), Err(ScanError::NotUtf8));
    assert_eq!(read_text("08209\u{FFFD}|x"), Err(ScanError::NotUtf8));
    assert_eq!(read_text(&"x".repeat(10_240)), Err(ScanError::TooLong));
}

#[test]
fn a_card_read_in_another_encoding_is_told() {
    let latin1: String = CCCD.bytes().map(char::from).collect();
    assert_eq!(read_text(&latin1), Err(ScanError::NotUtf8));
    assert_eq!(read_text("082090000001||Nguyá»…n VÄƒn A|01021990|Nam|X|15042021"), Err(ScanError::NotUtf8));
}

#[test]
fn every_refusal_is_one_line_in_both_languages() {
    let kinds = [CardKind::Cccd, CardKind::Bhyt, CardKind::PcCovid, CardKind::Hcert];
    let fields = [Field::Number, Field::Name, Field::Birth, Field::Other];
    let mut errors = vec![
        ScanError::Empty,
        ScanError::TooLong,
        ScanError::NotUtf8,
        ScanError::Link,
        ScanError::Personal,
        ScanError::Unknown,
    ];
    errors.extend(kinds.map(ScanError::HalfCard));
    errors.extend(kinds.into_iter().flat_map(|kind| fields.map(|field| ScanError::Card(kind, field))));
    for error in errors {
        let detail = error.detail();
        for line in [&detail.vi, &detail.en] {
            assert!(!line.is_empty() && !line.contains('\n') && line.chars().count() <= 120, "{line}");
        }
        assert!(!error.code().is_empty());
    }
}

/// A certificate of France's test set (DCC quality assurance, FR, a negative PCR).
#[test]
fn a_certificate_says_who_and_what_it_claims() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/lab/dcc/FR_test_pcr_ok.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let prefix = file["PREFIX"].as_str().unwrap();
    let card = scanned(prefix);
    assert_eq!(card.kind, CardKind::Hcert);
    assert_eq!(card.person.full_name.as_deref(), Some("Dupond Marie"));
    assert_eq!(card.person.birth_date.as_deref(), Some("1962-07-01"));
    assert_eq!(card.claims, [Claim::TestedNegative { at: "2021-05-16T14:34:56Z".parse().unwrap() }]);
    assert!(card.key.unwrap().starts_with("uvci:URN:UVCI:V1:FR:"));
    for (at, _) in prefix.char_indices().skip(4) {
        assert!(!matches!(read_text(&prefix[..at]), Ok(Scanned::Card(_))), "a part of {at} characters");
    }
}

fn code() -> impl Strategy<Value = PersonalCode> {
    (any::<[u8; 16]>(), any::<[u8; 8]>()).prop_map(|(card, proof)| PersonalCode { card, proof })
}

/// Whatever is scanned, nobody half: a card names somebody with something that tells them apart, or is refused.
fn is_whole(read: &Result<Scanned, ScanError>) -> bool {
    match read {
        Ok(Scanned::Card(card)) => card.draft(TODAY).is_err() || card.person.full_name.is_some(),
        _ => true,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(is_whole(&read(&bytes)));
    }

    #[test]
    fn any_text_of_fields_is_answered(text in "[0-9A-Za-z|/$*ễ\\-]{0,200}") {
        prop_assert!(is_whole(&read_text(&text)));
    }

    #[test]
    fn any_certificate_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[0-9A-Z $%*+./:-]{0,200}") {
        let certificate = format!("HC1:{text}");
        prop_assert!(is_whole(&read_text(&certificate)));
        let _ = read(&[b"HC1:".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_changed_character_never_makes_another_person(at in 0_usize..200, to in any::<char>()) {
        for whole in [CCCD, BHYT, PC_COVID] {
            let mut letters: Vec<char> = whole.chars().collect();
            let at = at % letters.len();
            letters[at] = to;
            let read = read_text(&letters.into_iter().collect::<String>());
            prop_assert!(is_whole(&read));
        }
    }

    #[test]
    fn a_card_reads_back(
        number in "0(0[1246]|82)[0-3][0-9]{8}", old in "([0-9]{9})?", name in "[A-ZĐẠỄ]{1,8}( [A-ZĐẠỄ]{1,8}){1,3}",
        day in 1_i8..=28, month in 1_i8..=12, year in 1903_i16..=2021, female: bool, tail in "[^|\\t;]{0,20}",
    ) {
        let sex = if female { "Nữ" } else { "Nam" };
        let raw = format!("{number}|{old}|{name}|{day:02}{month:02}{year}|{sex}|Ấp 4|02012022|{tail}");
        if let Ok(Scanned::Card(card)) = read_text(&raw) {
            prop_assert_eq!(card.person.national_id.as_deref(), Some(number.as_str()));
            prop_assert_eq!(card.person.full_name, Some(crate::fold::nfc(&name)));
            prop_assert_eq!(card.person.birth_date, Some(date(year, month, day).to_string()));
        } else {
            prop_assert!(tail.contains('\u{FFFD}'), "{}", raw);
        }
    }

    #[test]
    fn a_personal_code_reads_back_and_a_wrong_digit_is_another_code(code in code(), at in 0_usize..64, to in 0_u8..10) {
        let digits = code.digits();
        prop_assert_eq!(PersonalCode::parse(&digits), Ok(code));
        let address = code.address("https://antam.example.vn/");
        prop_assert_eq!(&address, &format!("HTTPS://ANTAM.EXAMPLE.VN/P/{digits}"));
        // A keyboard with Telex makes another word of the host; the digits stay.
        for text in [address.clone(), digits.clone(), format!("HTTPS;//ÂNTM.ÊXMPLE.VN/P/{digits}\r"), address.to_lowercase()] {
            prop_assert_eq!(read_text(&text).ok(), Some(Scanned::Personal(code)), "{}", text);
        }
        let mut wrong = digits.clone().into_bytes();
        wrong[at] = b'0' + to;
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assert!(wrong == digits || PersonalCode::parse(&wrong) != Ok(code));
        for part in [&digits[..60], &digits[1..]] {
            prop_assert_eq!(read_text(part).err(), Some(ScanError::Personal));
        }
    }
}
