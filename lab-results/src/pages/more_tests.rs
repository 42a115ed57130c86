//! The sections of the laboratory's page, the sampling team's phone and the page of a tube: rendered in both languages with
//! something in them, and their forms.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

use crate::tests::flow::{found, person, sample, sampler};
use crate::tests::{Answer, TestLab, result};

/// Words of a page that look like a key of a catalogue.
fn missing_keys(page: &str) -> Vec<&str> {
    let texts = page.split(['<', '>']).skip(2).step_by(2);
    let words = texts.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')));
    let keys = ["lab-", "pool-", "member-", "tube-", "undo-", "sampling-", "slip-", "result-", "shell-", "nav-"];
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
