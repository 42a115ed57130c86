//! The sections of the laboratory's page, the sampling team's phone and the page of a tube: rendered in both languages with
//! something in them, and their forms.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode, PlaceKind};

use crate::tests::flow::{found, person, sample, sampler};
use crate::tests::{Answer, TestLab, WARD, multipart, result};

/// Words of a page that look like a key of a catalogue.
fn missing_keys(page: &str) -> Vec<&str> {
    let texts = page.split(['<', '>']).skip(2).step_by(2);
    let words = texts.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')));
    let keys = [
        "lab-",
        "pool-",
        "member-",
        "tube-",
        "undo-",
        "sampling-",
        "slip-",
        "result-",
        "outcome-",
        "method-",
        "shell-",
        "nav-",
    ];
    words.filter(|word| keys.iter().any(|key| word.starts_with(key))).collect()
}

async fn browse(lab: &TestLab, token: &str, path: &str, lang: &str) -> Answer {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT_LANGUAGE, lang)
        .header(header::ACCEPT, "text/html");
    lab.send(request.body(Body::empty()).unwrap()).await
}

async fn form(lab: &TestLab, token: &str, path: &str, body: &str) -> Answer {
    lab.post_as(token, path, "application/x-www-form-urlencoded", body.to_owned()).await
}

#[tokio::test]
async fn the_sampling_page_offers_the_places_of_the_team_and_what_is_taken() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let own = site(&lab, "Chợ Mỹ Tho", PlaceKind::Market).await;
    let station = site(&lab, "Trạm y tế phường 4", PlaceKind::HealthStation).await;
    site(&lab, "Quán cà phê", PlaceKind::Cafe).await;
    let mut tx = lab.app.platform.shared.write().await.unwrap();
    let account = tx.account_by_username("sampler").await.unwrap().unwrap().account.id;
    tx.add_staff(own, account).await.unwrap();
    tx.commit().await.unwrap();
    let page = browse(&lab, &sampler, "/sampling", "vi").await.text();
    let place = |id: PlaceId| page.find(&format!("<option value=\"{id}\">"));
    assert!(place(own).is_some() && place(own) < place(station), "{page}");
    assert!(!page.contains("Quán cà phê"), "a café takes no specimens");
    assert!(page.contains("value=\"saliva\">Nước bọt<") && !page.contains("value=\"unknown\""), "{page}");
}

/// A place of the ward.
async fn site(lab: &TestLab, name: &str, kind: PlaceKind) -> PlaceId {
    let now = lab.app.platform.now();
    let mut random = lab.app.platform.random();
    let place = Place {
        id: PlaceId::new(now, &mut random),
        code: PlaceCode::new(&mut random),
        name: name.to_owned(),
        kind,
        address: "Phường 4".to_owned(),
        ward_code: shared::area::WardCode::parse(WARD).unwrap(),
        capacity: None,
        parent_id: None,
    };
    let mut tx = lab.app.platform.shared.write().await.unwrap();
    tx.insert_place(&place, None, "", now).await.unwrap();
    tx.commit().await.unwrap();
    place.id
}

#[tokio::test]
async fn every_section_is_shown_in_both_languages_with_something_in_it() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let tube =
        sample(&lab, &sampler, "P1", &[person("Lê Văn An", "0912345671"), person("Lê Văn Ba", "0912345672")]).await;
    let own = sample(&lab, &sampler, "", &[person("Lê Văn Cần", "0912345673")]).await;
    lab.results(&found("A1", "P1", "detected", lab.app.platform.now())).await;
    lab.results(&result(&[("/accession", json!("B1"))])).await;
    lab.results(&result(&[("/accession", json!("B1")), ("/status", json!("withdrawn"))])).await;
    lab.post(&sampler, "/api/v1/lab/tube-ranges", &json!({"size": 10, "note": "Chợ"})).await;
    let pool = format!("/lab/pools/{}", tube["id"].as_str().unwrap());
    let tube_page = format!("/t/{}", own["barcode"].as_str().unwrap());
    let pages = [
        (&lab.lab, "/lab"),
        (&lab.lab, "/lab/tubes?barcode=P1"),
        (&sampler, "/lab/pools"),
        (&sampler, &*pool),
        (&sampler, "/lab/labels"),
        (&lab.officer, "/lab/undo"),
        (&lab.officer, "/lab/labs"),
        (&lab.lab, "/lab/bench"),
        (&lab.lab, "/lab/words"),
        (&lab.officer, "/lab/words?lab=TG-CDC"),
        (&sampler, "/sampling"),
        (&sampler, &*tube_page),
    ];
    for (token, path) in pages {
        for lang in ["vi", "en"] {
            let page = browse(&lab, token, path, lang).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
            assert_eq!(missing_keys(&page.text()), Vec::<&str>::new(), "{path} {lang}");
        }
    }
    let list = browse(&lab, &sampler, &pool, "vi").await.text();
    assert!(list.contains("Lê Văn An") && list.contains("tel:+84912345671") && list.contains("Gọi lại từng người"));
    let own = browse(&lab, "", &tube_page, "vi").await.text();
    assert!(
        own.contains("Đã lấy mẫu") && !own.contains("Lê Văn") && !own.contains("912345673"),
        "no person on a tube's page"
    );
    for path in ["/t/P1", "/t/G0000000", "/t/%20"] {
        assert_eq!(browse(&lab, "", path, "vi").await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_forms_do_what_they_say_and_name_what_is_wrong() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let tube =
        sample(&lab, &sampler, "P1", &[person("Lê Văn An", "0912345671"), person("Lê Văn Ba", "0912345672")]).await;
    let noted = form(&lab, &lab.lab, "/lab/custody", "barcodes=P1&state=received&code=").await;
    assert_eq!(noted.headers[header::LOCATION], "/lab/tubes?noted=1");
    let wrong = form(&lab, &lab.lab, "/lab/custody", "barcodes=P1%0AX9&state=rejected&code=").await.text();
    assert!(wrong.contains("<title>Lỗi:") && wrong.contains("Lý do từ chối"));
    let part = "barcodes=P1%0AX9&state=received&code=";
    let partly = form(&lab, &lab.lab, "/lab/custody", part).await.text();
    assert!(partly.contains(" required>X9</textarea>"), "what was noted is not asked for again: {partly}");
    assert!(partly.contains("value=\"received\" selected"), "{partly}");
    let wrong = form(&lab, &lab.lab, "/lab/custody", "barcodes=X9&state=received&code=").await.text();
    assert!(wrong.contains("Không có ống mẫu nào mang mã X9"));
    let lost = browse(&lab, &lab.lab, "/lab/tubes?barcode=NOWHERE", "vi").await.text();
    assert!(lost.contains("<title>Lỗi:"));
    assert_eq!(form(&lab, &sampler, "/lab/labels", "size=20&note=x").await.status, StatusCode::SEE_OTHER);
    assert_eq!(form(&lab, &sampler, "/lab/labels", "size=many&note=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);

    lab.results(&found("A1", "P1", "detected", lab.app.platform.now())).await;
    let pool = format!("/lab/pools/{}", tube["id"].as_str().unwrap());
    let called = form(&lab, &sampler, &format!("{pool}/members/2"), "state=called&note=Chi%E1%BB%81u").await;
    assert_eq!(called.status, StatusCode::SEE_OTHER);
    assert!(browse(&lab, &sampler, &pool, "vi").await.text().contains("Đã gọi"));

    let empty = form(&lab, &lab.officer, "/lab/labs", "code=&name=&ward_code=&licence_no=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = "code=BV1&name=BV&ward_code=28252&licence_no=1&licensed_until=&phone=&pcr=1";
    assert_eq!(form(&lab, &lab.officer, "/lab/labs", body).await.status, StatusCode::SEE_OTHER);
    let key = form(&lab, &lab.officer, "/lab/labs/BV1/keys", "label=LIS").await.text();
    let token = key.split(['>', '<']).find(|text| text.starts_with("at_lab_") && text.len() > 20).unwrap().to_owned();
    let sent = result(&[("/accession", json!("K1")), ("/status", json!("final"))]);
    assert_eq!(lab.post(&token, "/api/v1/lab/results", &sent).await.json()["accepted"], json!(1));
    let page = browse(&lab, &lab.officer, "/lab/labs", "vi").await.text();
    assert!(!page.contains(&token) && page.contains("at_lab_"));
    let action = page.split('"').find(|text| text.starts_with("/lab/keys/")).unwrap().to_owned();
    assert_eq!(form(&lab, &lab.officer, &action, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(lab.post(&token, "/api/v1/lab/results", &sent).await.status, StatusCode::UNAUTHORIZED);

    lab.results(&result(&[("/accession", json!("K2"))])).await;
    lab.results(&result(&[("/accession", json!("K2")), ("/status", json!("withdrawn"))])).await;
    let page = browse(&lab, &lab.officer, "/lab/undo", "vi").await.text();
    let action = page.split('"').find(|text| text.starts_with("/lab/undo/")).unwrap().to_owned();
    assert_eq!(form(&lab, &lab.officer, &action, "note=xong").await.status, StatusCode::SEE_OTHER);
    assert!(!browse(&lab, &lab.officer, "/lab/undo", "vi").await.text().contains(&action));
}

#[tokio::test]
async fn the_bench_reads_what_is_pasted_and_stores_nothing() {
    let lab = TestLab::sqlite().await;
    let pasted = result(&[("/outcome", json!("maybe"))]).to_string();
    let encoded: String = pasted.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let page = form(&lab, &lab.lab, "/lab/bench", &format!("body={encoded}")).await.text();
    assert!(page.contains("/outcome:") && page.contains("Bị từ chối"), "{page}");
    let good: String = result(&[]).to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert!(form(&lab, &lab.lab, "/lab/bench", &format!("body={good}")).await.text().contains("Đã nhận"));
    let csv = "Mã xét nghiệm;Họ và tên;Năm sinh;Ngày lấy mẫu;Ngày trả kết quả;Phương pháp;Kết quả\n\
               A1;Lê Thị Tám;1950;09/03/2022;09/03/2022;PCR;có lẽ\n";
    let csv: String = csv.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert!(form(&lab, &lab.lab, "/lab/bench", &format!("body={csv}")).await.text().contains("Kết quả:"));
    assert!(form(&lab, &lab.lab, "/lab/bench", "body=hm").await.text().contains("<title>Lỗi:"));
    let stored = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    assert_eq!(stored["items"], json!([]), "nothing is stored");
}

#[tokio::test]
async fn the_bench_shows_field_by_field_what_was_sent_and_what_it_was_read_as() {
    let lab = TestLab::sqlite().await;
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let csv = "Mã xét nghiệm;Họ và tên;Năm sinh;Ngày lấy mẫu;Ngày trả kết quả;Phương pháp;Kết quả;Ghi chú\n\
               A1;Lê Thị Tám;1950;09/03/2022 08:00;09/03/2022;PCR;âm tính;gấp\n";
    let page = form(&lab, &lab.lab, "/lab/bench", &format!("body={}", encoded(csv))).await.text();
    for shown in
        ["09/03/2022 08:00", "Lê Thị Tám", "âm tính", "Âm tính (not_detected)", "Không dùng đến", "gấp", "1950"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let hl7 = "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000+0700||ORU^R01|1|P|2.5.1\rPID|1||||Lê^Thị Tám||1950\r\
               OBR|1||A9|94500-6^^LN\rOBX|1|CWE|94500-6^^LN||có lẽ||||||F\r";
    let page = form(&lab, &lab.lab, "/lab/bench", &format!("body={}", encoded(hl7))).await.text();
    for shown in ["HL7", "OBX-5", "có lẽ", "PID-5", "Lê^Thị Tám"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let (content_type, body) = multipart("file", csv.as_bytes());
    let file = lab.post_as(&lab.lab, "/lab/bench/file", &content_type, body).await.text();
    assert!(file.contains("Âm tính (not_detected)"), "{file}");
    let (content_type, body) = multipart("other", csv.as_bytes());
    let none = lab.post_as(&lab.lab, "/lab/bench/file", &content_type, body).await.text();
    assert!(none.contains("<title>Lỗi:") && none.contains("Chọn một tệp"), "{none}");
}

#[tokio::test]
async fn a_laboratory_says_on_a_page_what_its_own_words_mean() {
    let lab = TestLab::sqlite().await;
    let file = "So ho so;Benh nhan;Nam;Luc lay;Luc tra;Ma test;KQ cuoi\n\
                A1;Lê Thị Tám;1950;09/03/2022;09/03/2022;XN-7;OK\n";
    assert_eq!(lab.upload("", file.as_bytes()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (kind, local, target) in [
        ("header", "So ho so", "accession"),
        ("header", "Benh nhan", "full_name"),
        ("header", "Nam", "birth_year"),
        ("header", "Luc lay", "collected_at"),
        ("header", "Luc tra", "resulted_at"),
        ("header", "Ma test", "loinc"),
        ("header", "KQ cuoi", "outcome"),
        ("test", "XN-7", "94500-6"),
        ("outcome", "OK", "not_detected"),
    ] {
        let body = format!("kind={kind}&local={}&target={target}", local.replace(' ', "+"));
        let said = form(&lab, &lab.lab, "/lab/words", &body).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
    }
    let page = browse(&lab, &lab.lab, "/lab/words", "vi").await.text();
    assert!(page.contains("so ho so") && page.contains("Mã xét nghiệm") && page.contains("94500-6"), "{page}");
    let report = lab.upload("", file.as_bytes()).await;
    assert_eq!(report.json()["accepted"], json!(1), "{}", report.text());

    for (body, error) in [
        ("kind=test&local=XN-8&target=XN", "Một mã LOINC"),
        ("kind=outcome&local=&target=detected", "Từ 1 đến 100 ký tự"),
        ("kind=outcome&local=x&target=", "Hãy chọn nghĩa"),
    ] {
        let refused = form(&lab, &lab.lab, "/lab/words", body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("<title>Lỗi:") && refused.text().contains(error), "{}", refused.text());
    }
    assert_eq!(
        form(&lab, &lab.lab, "/lab/words", "kind=outcome&local=OK&remove=1").await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!browse(&lab, &lab.lab, "/lab/words", "vi").await.text().contains(">ok<"));
    // An officer says it for a laboratory; another laboratory's account says nothing for this one.
    let overseen = form(&lab, &lab.officer, "/lab/words", "lab=TG-CDC&kind=outcome&local=OK&target=invalid").await;
    assert_eq!(overseen.headers[header::LOCATION], "/lab/words?lab=TG-CDC");
    let other = form(&lab, &lab.lab, "/lab/words", "lab=HCM-PASTEUR&kind=outcome&local=OK&target=invalid").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}
