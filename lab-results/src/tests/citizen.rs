//! The citizen's result page: nothing personal before the one-time code, ten tries, one's own results only.

use super::{Answer, TestLab, result};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use shared::events::ResultReported;

async fn link(lab: &TestLab, changes: &[(&str, serde_json::Value)]) -> String {
    lab.results(&result(changes)).await;
    let events = lab.events().await;
    let reported: ResultReported = events.last().unwrap().data().unwrap();
    format!("/r/{}", reported.link_code)
}

async fn browse(lab: &TestLab, path: &str, cookie: Option<&str>) -> Answer {
    let mut request = Request::get(path).header(header::ACCEPT, "text/html");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    lab.send(request.body(Body::empty()).unwrap()).await
}

async fn post(lab: &TestLab, path: &str, form: &str) -> Answer {
    let request = Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    lab.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

/// The code in the newest message.
async fn code(lab: &TestLab) -> String {
    let messages = lab.app.platform.shared.read().await.unwrap().messages(None, 1).await.unwrap();
    messages[0].message.text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).unwrap().to_owned()
}

#[tokio::test]
async fn the_link_shows_nothing_before_the_code_and_the_result_after_it() {
    let lab = TestLab::sqlite().await;
    let link = link(&lab, &[]).await;
    let closed = browse(&lab, &link, None).await;
    assert_eq!(closed.status, StatusCode::OK);
    for secret in ["Tám", "Dương tính", "TG-CDC", "A1", "0912", "678"] {
        assert!(!closed.text().contains(secret), "{secret}");
    }
    let asked = post(&lab, &format!("{link}/code"), "").await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.text().contains("678") && !asked.text().contains("0912345678") && !asked.text().contains("Tám"));
    let opened = post(&lab, &link, &format!("code={}", code(&lab).await)).await;
    assert_eq!(opened.status, StatusCode::OK);
    for shown in ["Lê Thị Tám", "Dương tính", "RT-PCR", "CDC Tiền Giang", "09/03/2022 08:00", "115"] {
        assert!(opened.text().contains(shown), "{shown}");
    }
    let cookie = opened.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(browse(&lab, &link, Some(&cookie)).await.text().contains("Lê Thị Tám"));
    let person = lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"][0]["person_id"].clone();
    let subject = format!("person:{}", person.as_str().unwrap());
    let lines = lab.app.platform.shared.read().await.unwrap().audit_lines(Some(&subject), None, 50).await.unwrap();
    let reads: Vec<_> = lines.iter().filter(|line| line.action == "result.read").collect();
    assert_eq!(reads.len(), 2);
    assert!(reads.iter().all(|line| line.actor == subject));

    let other = json!({"full_name": "Trần Văn Ba", "birth_year": 1980, "phone": "0987654321"});
    let foreign = self::link(&lab, &[("/accession", json!("A2")), ("/person", other)]).await;
    let closed = browse(&lab, &foreign, Some(&cookie)).await;
    assert!(!closed.text().contains("Trần Văn Ba") && closed.text().contains("/code"));
}

#[tokio::test]
async fn wrong_codes_count_and_after_ten_the_right_one_is_refused_too() {
    let lab = TestLab::sqlite().await;
    let link = link(&lab, &[]).await;
    post(&lab, &format!("{link}/code"), "").await;
    let right = code(&lab).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..10 {
        let refused = post(&lab, &link, &format!("code={wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("<title>Lỗi:"), "GOV.UK: the title says that something is wrong");
        assert!(refused.headers.get(header::SET_COOKIE).is_none());
    }
    assert_eq!(post(&lab, &link, &format!("code={right}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn too_many_codes_and_no_phone_are_said() {
    let lab = TestLab::sqlite().await;
    let link = link(&lab, &[]).await;
    for _ in 0..5 {
        assert_eq!(post(&lab, &format!("{link}/code"), "").await.status, StatusCode::OK);
    }
    assert_eq!(post(&lab, &format!("{link}/code"), "").await.status, StatusCode::TOO_MANY_REQUESTS);
    let without = json!({"full_name": "Trần Văn Ba", "birth_year": 1980});
    let other = self::link(&lab, &[("/accession", json!("A2")), ("/person", without)]).await;
    assert!(post(&lab, &format!("{other}/code"), "").await.text().contains("trạm y tế"));
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_a_friendly_404() {
    let lab = TestLab::sqlite().await;
    for path in ["/r/7ZK40QW9M1XT", "/r/nonsense", "/r/%20"] {
        let answer = browse(&lab, path, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text().contains("Không tìm thấy kết quả"), "{}", answer.text());
    }
    assert_eq!(post(&lab, "/r/7ZK40QW9M1XT/code", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_held_result_has_no_page_yet() {
    let lab = TestLab::sqlite().await;
    lab.results(&result(&[("/outcome", json!("presumptive positive"))])).await;
    let mut tx = lab.app.store.read().await.unwrap();
    let held = tx.results_of("TG-CDC", &["A1"]).await.unwrap().pop().unwrap();
    drop(tx);
    assert_eq!(browse(&lab, &format!("/r/{}", held.link_code), None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_correction_and_a_withdrawal_are_said_plainly() {
    let lab = TestLab::sqlite().await;
    let link = link(&lab, &[]).await;
    let corrected = [("/outcome", json!("not_detected")), ("/status", json!("corrected"))];
    lab.results(&result(&corrected)).await;
    post(&lab, &format!("{link}/code"), "").await;
    let opened = post(&lab, &link, &format!("code={}", code(&lab).await)).await;
    let cookie = opened.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(opened.text().contains("Trước đó ghi: Dương tính") && opened.text().contains("Âm tính"));
    let withdrawn = [("/outcome", json!("not_detected")), ("/status", json!("withdrawn"))];
    lab.results(&result(&withdrawn)).await;
    let page = browse(&lab, &link, Some(&cookie)).await.text();
    assert!(page.contains("thu hồi") && !page.contains("Không thấy vi rút"));
}
