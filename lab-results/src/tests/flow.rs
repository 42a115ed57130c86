//! From the swab to the result: tubes, labels, ranges of codes, custody and turnaround.

use std::collections::HashSet;

use axum::http::{StatusCode, header};
use rxing::{BarcodeFormat, DecodeHintValue, DecodeHints};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::person::PersonInput;
use shared::time::minutes;
use shared_store::audit::Actor;
use shared_store::cards::{self, CardRecord};
use shared_web::people::register::{Registrar, register};
use uuid::Uuid;

use super::{TestLab, WARD};
use crate::domain::tube::TubeCode;

pub fn person(name: &str, phone: &str) -> Value {
    json!({"full_name": name, "birth_date": "1950-02-01", "phone": phone, "ward_code": WARD})
}

/// Takes a specimen of these people and gives the answer.
pub async fn sample(lab: &TestLab, token: &str, barcode: &str, people: &[Value]) -> Value {
    let body = json!({"barcode": barcode, "people": people, "collected_at": lab.app.platform.now()});
    let answer = lab.post(token, "/api/v1/lab/samplings", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

/// A result for a tube, minutes from now.
pub fn found(accession: &str, barcode: &str, outcome: &str, at: shared::time::Instant) -> Value {
    json!({"accession": accession, "barcode": barcode, "test": {"loinc": "94500-6"}, "outcome": outcome,
           "specimen": {"kind": "nasopharyngeal_swab", "collected_at": at}, "resulted_at": at})
}

/// A personal QR of somebody of the register, as a scanner reads it; the person is made here.
async fn personal_qr(lab: &TestLab, name: &str) -> (String, PersonId) {
    let now = lab.app.platform.now();
    let mut random = lab.app.platform.random();
    let code = cards::draw(lab.app.platform.keys().token.bytes(), &mut random);
    let input: PersonInput = serde_json::from_value(person(name, "0912345678")).unwrap();
    let draft = input.parse("", now.local_date()).unwrap();
    let mut tx = lab.app.store.write().await.unwrap();
    let registrar = Registrar { service: "test", actor: Actor::System, request_id: None };
    let person_id = register(tx.as_mut(), &registrar, &draft, now, &mut random).await.unwrap().person_id;
    let card = CardRecord { id: Uuid::from_bytes(code.card), person_id, issued_at: now, revoked_at: None };
    tx.insert_card(&card).await.unwrap();
    tx.commit().await.unwrap();
    (code.address("https://antam.example"), person_id)
}

/// Whose orders are in a tube.
async fn people_in(lab: &TestLab, barcode: &str) -> Vec<PersonId> {
    let mut tx = lab.app.store.read().await.unwrap();
    let id = tx.specimen_by_code(barcode).await.unwrap().unwrap();
    let tube = tx.specimen(id).await.unwrap().unwrap();
    let mut people = Vec::new();
    for order in tube.order_ids {
        people.push(tx.order(order).await.unwrap().unwrap().person_id);
    }
    people
}

#[tokio::test]
async fn a_personal_qr_names_its_holder_at_the_swab_also_when_it_is_sent_later() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let (tam, tam_id) = personal_qr(&lab, "Lê Thị Tám").await;
    let (ba, ba_id) = personal_qr(&lab, "Lê Văn Ba").await;
    let taken = "2022-03-10T07:00:00+07:00";
    let digits = ba.rsplit('/').next().unwrap();
    let pool = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8061", "barcode": "Q-1", "collected_at": taken,
                      "people": [{"scanned": tam.as_str()}, {"scanned": digits}]});
    let one = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8062", "barcode": "Q-2", "collected_at": taken,
                     "people": [{"scanned": tam.to_lowercase()}]});
    // The phone's queue, sent twice: the answer to the first was lost.
    let batch = json!({"samplings": [pool, one]});
    for status in ["accepted", "duplicate"] {
        let sent = lab.post(&sampler, "/api/v1/lab/samplings/batch", &batch).await;
        let results = sent.json()["results"].as_array().unwrap().clone();
        assert!(results.iter().all(|result| result["status"] == status), "{}", sent.text());
    }
    assert_eq!(people_in(&lab, "Q-1").await, [tam_id, ba_id]);
    assert_eq!(people_in(&lab, "Q-2").await, [tam_id]);
    let result = lab.results(&found("A1", "Q-2", "not_detected", lab.app.platform.now())).await;
    assert_eq!(result["rows"][0]["person_id"], json!(tam_id), "{result}");
}

#[tokio::test]
async fn a_personal_qr_that_is_forged_or_ended_and_a_number_that_nobody_has_are_refused_by_name() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let (good, person_id) = personal_qr(&lab, "Lê Thị Tám").await;
    let mut forged = good.clone();
    let last = if forged.pop() == Some('7') { '8' } else { '7' };
    forged.push(last);
    let other = cards::draw(&[9; 32], &mut lab.app.platform.random()).address("https://antam.example");
    let unknown = cards::draw(lab.app.platform.keys().token.bytes(), &mut lab.app.platform.random())
        .address("https://antam.example");
    let refused = async |scanned: &str| {
        let body = json!({"people": [{"scanned": scanned}], "collected_at": "2022-03-10T07:00:00+07:00"});
        let answer = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert_eq!(answer.json()["errors"][0]["pointer"], "/people/0/scanned");
        answer.json()["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    for scanned in [&forged, &other, &unknown] {
        assert_eq!(refused(scanned).await, "personal");
    }
    assert_eq!(refused("079050000123").await, "number_unknown");
    let mut tx = lab.app.store.write().await.unwrap();
    assert_eq!(tx.revoke_cards(person_id, None, lab.app.platform.now()).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(refused(&good).await, "revoked");
}

#[tokio::test]
async fn a_number_alone_names_whoever_of_the_register_has_it() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let known = json!({"full_name": "Lê Thị Tám", "birth_date": "1950-02-01", "national_id": "079150000123",
                       "health_insurance_no": "DN4828012345678"});
    sample(&lab, &sampler, "N-1", &[known]).await;
    sample(&lab, &sampler, "N-2", &[json!({"scanned": "079150000123"})]).await;
    sample(&lab, &sampler, "N-3", &[json!({"scanned": "DN4828012345678"})]).await;
    let first = people_in(&lab, "N-1").await;
    assert_eq!((people_in(&lab, "N-2").await, people_in(&lab, "N-3").await), (first.clone(), first));
    // With a name beside it, a number that nobody has yet makes a person.
    let new = json!({"scanned": "079160000124", "full_name": "Lê Văn Ba", "birth_date": "1960-02-01"});
    sample(&lab, &sampler, "N-4", &[new]).await;
}

pub async fn sampler(lab: &TestLab) -> String {
    lab.account("sampler", Role::Sampler, None, AreaScope::Province("82".to_owned())).await
}

#[tokio::test]
async fn a_tube_is_registered_once_with_the_code_of_its_kit_and_found_by_either() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let body = json!({"id": id, "barcode": "T-1", "kit_barcode": "KIT-900", "people": [person("Lê Thị Tám", "0912345678")],
                      "collected_at": "2022-03-10T07:00:00+07:00"});
    let first = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
    assert_eq!((first.status, first.json()["id"].clone()), (StatusCode::CREATED, json!(id)));
    let again = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, first.json()));
    let mut other = body.clone();
    other["barcode"] = json!("T-2");
    assert_eq!(lab.post(&sampler, "/api/v1/lab/samplings", &other).await.status, StatusCode::CONFLICT);
    for code in ["T-1", "KIT-900"] {
        let found = lab.get(&sampler, &format!("/api/v1/lab/specimens?barcode={code}")).await.json();
        assert_eq!(found["items"][0]["id"], json!(id), "{code}");
        assert_eq!(found["items"][0]["other_barcodes"], json!(["KIT-900"]));
    }
    let report = lab.results(&found("A1", "KIT-900", "not_detected", lab.app.platform.now())).await;
    assert_eq!(report["accepted"], json!(1), "{report}");
    for taken in ["T-1", "KIT-900"] {
        let body = json!({"barcode": taken, "people": [person("Lê Văn Ba", "0987654321")],
                          "collected_at": "2022-03-10T07:00:00+07:00"});
        let refused = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
        assert_eq!(
            (refused.status, refused.json()["errors"][0]["code"].clone()),
            (StatusCode::CONFLICT, json!("barcode_taken"))
        );
    }
}

#[tokio::test]
async fn a_card_is_read_at_the_swab_and_what_it_lacks_is_typed() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let card = "082190001234|310123456|Nguyễn Thị Ẩm|01021990|Nữ|Ấp 3, Tân Phú, Tiền Giang|25072021";
    let body = json!({"people": [{"scanned": card, "phone": "0912345678", "full_name": "typed"}],
                      "collected_at": "2022-03-10T07:00:00+07:00"});
    let stored = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let path = format!("/api/v1/lab/specimens/{}/label.svg", stored.json()["id"].as_str().unwrap());
    assert!(lab.get(&sampler, &path).await.text().contains("Ẩm"), "the card's name goes before the typed one");
    let half =
        json!({"people": [{"scanned": "082190001234|310123456|Nguyễn"}], "collected_at": "2022-03-10T07:00:00+07:00"});
    let refused = lab.post(&sampler, "/api/v1/lab/samplings", &half).await;
    assert_eq!(
        (refused.status, refused.json()["errors"][0]["pointer"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("/people/0/scanned"))
    );
}

#[tokio::test]
async fn a_queue_is_taken_one_by_one_and_a_bad_one_hinders_no_other() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let one = |id: u8, barcode: &str| {
        json!({"id": format!("01890a5d-ac96-774b-bcce-b302099a80{id:02}"), "barcode": barcode,
               "people": [person("Lê Thị Tám", "0912345678")], "collected_at": "2022-03-10T07:00:00+07:00"})
    };
    let body = json!({"samplings": [one(1, "Q1"), one(2, "Q1"), {"id": "x"}, one(3, "Q3"), one(1, "Q1")]});
    let answer = lab.post(&sampler, "/api/v1/lab/samplings/batch", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let statuses: Vec<_> =
        answer.json()["results"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["accepted", "rejected", "rejected", "accepted", "duplicate"]);
    assert_eq!(answer.json()["results"][1]["errors"][0]["code"], json!("barcode_taken"));
}

#[tokio::test]
async fn every_field_at_fault_of_a_sampling_is_named_and_nobody_is_registered() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let body = json!({"id": "x", "barcode": "a\nb", "kind": "hair", "collected_at": "tomorrow", "site_id": "y",
                      "people": [{"full_name": ""}, person("Lê Thị Tám", "123")]});
    let refused = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let pointers: HashSet<String> = refused.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect();
    for pointer in ["/id", "/barcode", "/kind", "/collected_at", "/site_id", "/people/0/full_name", "/people/1/phone"] {
        assert!(pointers.contains(pointer), "{pointer}: {pointers:?}");
    }
    let twice = json!({"people": [person("Lê Thị Tám", "0912345678"), person("Lê Thị Tám", "0912345678")],
                       "collected_at": "2022-03-10T07:00:00+07:00"});
    let refused = lab.post(&sampler, "/api/v1/lab/samplings", &twice).await;
    assert_eq!(
        (refused.status, refused.json()["errors"][0]["pointer"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("/people/1"))
    );
    assert_eq!(
        lab.app
            .platform
            .shared
            .read()
            .await
            .unwrap()
            .search_people(&shared_store::people::PeopleQuery {
                name_fold: "le".into(),
                limit: 5,
                ..Default::default()
            })
            .await
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test]
async fn codes_of_a_range_are_accepted_offline_and_one_misread_character_is_caught() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let give = |size: i64| json!({"size": size, "note": "Chợ Mỹ Tho"});
    let range = lab.post(&sampler, "/api/v1/lab/tube-ranges", &give(50)).await;
    assert_eq!(range.status, StatusCode::CREATED, "{}", range.text());
    let next = lab.post(&sampler, "/api/v1/lab/tube-ranges", &give(1)).await.json();
    let range = range.json();
    let first = range["first_number"].as_i64().unwrap();
    assert_eq!(next["first_number"].as_i64(), Some(first + 50), "ranges do not meet");
    assert_eq!(lab.post(&sampler, "/api/v1/lab/tube-ranges", &give(0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = TubeCode::of_number(u64::try_from(first).unwrap() + 7);
    let typed = format!("{}-{}", code.as_str()[..4].to_lowercase(), &code.as_str()[4..]);
    let stored = sample(&lab, &sampler, &typed, &[person("Lê Thị Tám", "0912345678")]).await;
    assert_eq!(stored["barcode"], json!(code.as_str()), "written as it was printed");
    for place in 0..8 {
        let mut misread = code.as_str().as_bytes().to_vec();
        misread[place] = if misread[place] == b'7' { b'9' } else { b'7' };
        let misread = String::from_utf8(misread).unwrap();
        let body = json!({"barcode": misread, "people": [person("Lê Văn Ba", "0987654321")],
                          "collected_at": "2022-03-10T07:00:00+07:00"});
        let refused = lab.post(&sampler, "/api/v1/lab/samplings", &body).await;
        assert_eq!(
            (refused.status, refused.json()["errors"][0]["code"].clone()),
            (StatusCode::UNPROCESSABLE_ENTITY, json!("tube_misread")),
            "{misread}"
        );
    }
    let sheet = lab.get(&sampler, range["sheet_url"].as_str().unwrap()).await;
    assert_eq!(
        (sheet.status, sheet.headers[header::CONTENT_TYPE].to_str().unwrap()),
        (StatusCode::OK, "application/pdf")
    );
    assert!(sheet.bytes.starts_with(b"%PDF-"));
    // What is passed over is told from what is not reached, so that nobody looks for lost tubes.
    let path = format!("/api/v1/lab/tube-ranges/{}", range["id"].as_str().unwrap());
    let usage = lab.get(&sampler, &path).await.json();
    let gap = |from: i64, size: i64, why: &str| {
        let barcode = |n: i64| TubeCode::of_number(u64::try_from(first + n).unwrap()).to_string();
        json!({"first_barcode": barcode(from), "last_barcode": barcode(from + size - 1), "size": size, "why": why})
    };
    assert_eq!(usage["used"], json!(1));
    assert_eq!(usage["gaps"], json!([gap(0, 7, "skipped"), gap(8, 42, "not_reached")]));
    let missing = "/api/v1/lab/tube-ranges/01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(lab.get(&sampler, missing).await.status, StatusCode::NOT_FOUND);
    let page = lab.get(&sampler, &format!("/lab/labels?range={}", range["id"].as_str().unwrap())).await.text();
    let last = TubeCode::of_number(u64::try_from(first + 6).unwrap());
    assert!(page.contains(&format!("{} – {last}", TubeCode::of_number(u64::try_from(first).unwrap()))), "{page}");
    assert!(page.contains("1 trên 50 mã") && page.contains("Bị bỏ qua"), "{page}");
}

#[tokio::test]
async fn labels_are_served_in_four_formats_and_are_read_back() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let stored = sample(&lab, &sampler, "", &[person("Nguyễn Thị Ẩm", "0912345678")]).await;
    let (id, code) = (stored["id"].as_str().unwrap(), stored["barcode"].as_str().unwrap());
    assert!(TubeCode::parse(code).is_some(), "a drawn code has a check character");
    for (format, kind) in
        [("svg", "image/svg+xml"), ("png", "image/png"), ("pdf", "application/pdf"), ("zpl", "application/zpl")]
    {
        let label = lab.get(&sampler, &format!("/api/v1/lab/specimens/{id}/label.{format}")).await;
        assert_eq!((label.status, label.headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, kind));
        match format {
            "png" => {
                let picture = image::load_from_memory(&label.bytes).unwrap().to_luma8();
                for symbol in [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128] {
                    let mut hints =
                        DecodeHints::default().with(DecodeHintValue::PossibleFormats(HashSet::from([symbol])));
                    let (width, height) = picture.dimensions();
                    let read = rxing::helpers::detect_in_luma_with_hints(
                        picture.as_raw().clone(),
                        width,
                        height,
                        Some(symbol),
                        &mut hints,
                    )
                    .unwrap();
                    assert_eq!(read.getText(), code);
                }
            }
            "svg" => assert!(label.text().contains("Nguyễn") && label.text().contains("1950")),
            "zpl" => assert!(label.text().starts_with("^XA") && label.text().contains(code)),
            _ => assert!(label.bytes.starts_with(b"%PDF-")),
        }
    }
    let missing = lab.get(&sampler, "/api/v1/lab/specimens/01890a5d-ac96-774b-bcce-b302099a8057/label.svg").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let far = lab.account("far", Role::Sampler, None, AreaScope::Ward("28249".to_owned())).await;
    assert_eq!(
        lab.get(&far, &format!("/api/v1/lab/specimens/{id}/label.svg")).await.status,
        StatusCode::NOT_FOUND,
        "a team elsewhere sees no name"
    );
}

#[tokio::test]
async fn custody_tells_who_had_a_tube_when_and_where_and_how_long_each_part_took() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    for n in 0..12 {
        let barcode = format!("T{n}");
        sample(&lab, &sampler, &barcode, &[person(&format!("Lê Văn {}", (b'A' + n) as char), "0912345678")]).await;
        for (state, after) in [("handed_over", 1), ("received", 2), ("in_run", 1)] {
            lab.clock.advance(minutes(after));
            let token = if state == "handed_over" { &sampler } else { &lab.lab };
            let noted = lab.post(token, "/api/v1/lab/custody", &json!({"barcodes": [barcode], "state": state})).await;
            assert_eq!(noted.json()["noted"], json!(1), "{}", noted.text());
        }
        if n < 11 {
            lab.clock.advance(minutes(4));
            let result = found(&format!("A{n}"), &barcode, "not_detected", lab.app.platform.now().minus(minutes(1)));
            assert_eq!(lab.results(&result).await["accepted"], json!(1));
        }
    }
    let turnaround = lab.get(&lab.lab, "/api/v1/lab/turnaround").await.json();
    let segment = |from: &str, to: &str| {
        let segments = turnaround["segments"].as_array().unwrap().iter();
        segments.clone().find(|one| one["from"] == json!(from) && one["to"] == json!(to)).unwrap().clone()
    };
    assert_eq!(segment("handed_over", "received")["median_minutes"], json!(2));
    assert_eq!(segment("in_run", "resulted")["median_minutes"], json!(3));
    assert_eq!(segment("collected", "released")["count"], json!(11));
    let waiting = lab.get(&sampler, "/api/v1/lab/specimens?barcode=T11").await.json()["items"][0].clone();
    assert_eq!((waiting["state"].clone(), waiting["late"].clone()), (json!("in_run"), json!(false)));
    let states: Vec<_> = waiting["custody"].as_array().unwrap().iter().map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["registered", "collected", "handed_over", "received", "in_run"]);
    assert!(waiting["custody"][4]["lab_code"] == json!("TG-CDC") && waiting["custody"][2]["lab_code"].is_null());
    let done = lab.get(&sampler, "/api/v1/lab/specimens?barcode=T1").await.json()["items"][0].clone();
    let lines = done["custody"].as_array().unwrap();
    let by = |state: &str| lines.iter().find(|line| line["state"] == state).unwrap()["account_id"].clone();
    assert!(by("received").is_string());
    assert_eq!((by("resulted"), by("released")), (by("received"), by("received")), "whoever sent the result");
    let expected: shared::time::Instant = waiting["expected_at"].as_str().unwrap().parse().unwrap();
    let since = expected.since(lab.app.platform.now());
    assert_eq!(since, minutes(5), "nine of ten had theirs five minutes after the run began");
    lab.clock.advance(minutes(6));
    assert_eq!(lab.get(&sampler, "/api/v1/lab/specimens?barcode=T11").await.json()["items"][0]["late"], json!(true));
}

#[tokio::test]
async fn a_tube_is_refused_with_a_code_and_bad_input_is_named() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    sample(&lab, &sampler, "T1", &[person("Lê Thị Tám", "0912345678")]).await;
    let note = |body: Value| {
        let lab = &lab;
        async move { lab.post(&lab.lab, "/api/v1/lab/custody", &body).await }
    };
    let pointer = |answer: &super::Answer| answer.json()["errors"][0]["pointer"].clone();
    for (body, at) in [
        (json!({"barcodes": [], "state": "received"}), "/barcodes"),
        (json!({"barcodes": ["T1"], "state": "released"}), "/state"),
        (json!({"barcodes": ["T1"], "state": "rejected"}), "/code"),
        (json!({"barcodes": ["T1"], "state": "received", "at": "2022-03-11T00:00:00Z"}), "/at"),
        (json!({"barcodes": ["T1"], "state": "received", "site_id": "x"}), "/site_id"),
    ] {
        let refused = note(body).await;
        assert_eq!((refused.status, pointer(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, json!(at)));
    }
    let noted = note(json!({"barcodes": ["T1", "NOWHERE"], "state": "rejected", "code": "rb"})).await.json();
    assert_eq!((noted["noted"].clone(), noted["unknown"].clone()), (json!(1), json!(1)));
    assert_eq!(noted["rows"][1]["errors"][0]["code"], json!("unknown_barcode"));
    let again = note(json!({"barcodes": ["T1"], "state": "rejected", "code": "RB"})).await.json();
    assert_eq!(again["duplicate"], json!(1), "a repeat is noted once");
    let tube = lab.get(&sampler, "/api/v1/lab/specimens?barcode=T1").await.json()["items"][0].clone();
    assert_eq!((tube["state"].clone(), tube["custody"][2]["code"].clone()), (json!("rejected"), json!("RB")));
}
