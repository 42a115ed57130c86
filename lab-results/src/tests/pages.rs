//! Every page in both languages: no key of the catalogue is missing, and what is typed stays text.

use super::{TestLab, multipart, result};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

/// The keys of a catalogue that stand in a page instead of their texts.
fn missing_keys(page: &str) -> Vec<String> {
    let texts = [include_str!("../../i18n/vi/lab.ftl"), include_str!("../../i18n/en/lab.ftl")];
    let keys = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
    let words: Vec<&str> = page.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).collect();
    // The sections of the work page are named like this as well.
    let named = ["lab-upload", "lab-waiting", "lab-uploads", "lab-results", "result-todo"];
    keys.filter(|key| words.contains(key) && !named.contains(key)).map(str::to_owned).collect()
}

async fn page(lab: &TestLab, path: &str, lang: &str) -> String {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", lab.lab))
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, lang);
    let answer = lab.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

#[test]
fn both_languages_have_the_same_keys() {
    let keys = |text: &'static str| -> Vec<&str> {
        text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).collect()
    };
    assert_eq!(keys(include_str!("../../i18n/vi/lab.ftl")), keys(include_str!("../../i18n/en/lab.ftl")));
}

#[tokio::test]
async fn the_work_page_shows_uploads_what_waits_and_the_newest_results() {
    let lab = TestLab::sqlite().await;
    for (lang, title, empty) in
        [("vi", "Phòng xét nghiệm", "Không có gì đang chờ"), ("en", "Laboratory", "Nothing waits")]
    {
        let page = page(&lab, "/lab", lang).await;
        assert!(page.contains(title) && page.contains(empty));
        assert_eq!(missing_keys(&page), Vec::<String>::new());
    }
    lab.results(&json!([
        result(&[]),
        result(&[("/accession", json!("<b>A2</b>")), ("/outcome", json!("presumptive positive"))]),
        result(&[("/accession", json!("A3")), ("/outcome", json!("invalid"))]),
        result(&[("/accession", json!("A3")), ("/outcome", json!("invalid")), ("/status", json!("withdrawn"))]),
    ]))
    .await;
    for (lang, positive, why) in
        [("vi", "Dương tính", "Nghi ngờ dương tính"), ("en", "Positive", "Presumptive positive")]
    {
        let page = page(&lab, "/lab", lang).await;
        assert!(page.contains(positive) && page.contains(why) && page.contains("data-upload-stage"));
        assert!(!page.contains("<b>A2</b>") && page.contains("A2"));
        assert_eq!(page.matches("Tám").count(), 1, "a name stands where somebody must decide, and nowhere else");
        assert_eq!(missing_keys(&page), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_browser_without_script_gets_its_report_as_a_page() {
    let lab = TestLab::sqlite().await;
    let bad = "Mã xét nghiệm,Họ và tên,Năm sinh,Ngày lấy mẫu,Ngày trả kết quả,Phương pháp,Kết quả\n\
               A1,Lê Thị Tám,1950,09/03/2022,09/03/2022,PCR,có lẽ\n\
               A2,Lê Thị Tám,1950,09/03/2022,09/03/2022,PCR,dương tính\n";
    for (lang, rejected) in [("vi", "Bị từ chối"), ("en", "Rejected")] {
        let (content_type, body) = multipart("file", bad.as_bytes());
        let request = Request::post("/lab/upload")
            .header(header::AUTHORIZATION, format!("Bearer {}", lab.lab))
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, lang)
            .header(header::CONTENT_TYPE, content_type);
        let answer = lab.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(answer.text().contains(rejected) && answer.text().contains("Kết quả"));
        assert_eq!(missing_keys(&answer.text()), Vec::<String>::new());
    }
    let (content_type, body) = multipart("file", b"PK\x03\x04");
    let answer = lab.post_as(&lab.lab, "/lab/upload", &content_type, body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Excel") && answer.text().contains("data-error-summary"));
}
