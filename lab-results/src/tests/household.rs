//! One link for a household, pages of one length, and slips that anybody can check.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::time::{days, minutes};

use super::flow::{found, person, sample, sampler};
use super::{Answer, TestLab, WARD, result};
use crate::app::slip;
use crate::store::model::StoredResult;

async fn browse(lab: &TestLab, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, cookie);
    lab.send(request.header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap()).await
}

async fn post(lab: &TestLab, path: &str, form: &str, cookie: &str) -> Answer {
    let request = Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    lab.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

fn cookie(answer: &Answer) -> String {
    answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn code(lab: &TestLab) -> String {
    let messages = lab.app.platform.shared.read().await.unwrap().messages(None, 1).await.unwrap();
    messages[0].message.text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).unwrap().to_owned()
}

async fn stored(lab: &TestLab, accession: &str) -> StoredResult {
    lab.app.store.read().await.unwrap().results_of("TG-CDC", &[accession]).await.unwrap().pop().unwrap()
}

fn one(accession: &str, name: &str, birth: &str, outcome: &str) -> Value {
    let person = json!({"full_name": name, "birth_date": birth, "phone": "0912345678", "ward_code": WARD});
    result(&[("/accession", json!(accession)), ("/person", person), ("/outcome", json!(outcome))])
}

/// Asks for the code of a link, gives it, and gives the answer.
async fn prove(lab: &TestLab, link: &str) -> Answer {
    post(lab, &format!("{link}/code"), "", "").await;
    post(lab, link, &format!("code={}", code(lab).await), "").await
}

#[tokio::test]
async fn a_shared_phone_opens_a_list_of_given_names_and_each_their_own_by_birth_date() {
    let lab = TestLab::sqlite().await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    lab.results(&one("A2", "Nguyễn Văn Bình", "1980-05-06", "not_detected")).await;
    let (tam, binh) = (stored(&lab, "A1").await, stored(&lab, "A2").await);
    let link = format!("/r/{}", tam.link_code);
    let list = prove(&lab, &link).await;
    assert_eq!(list.status, StatusCode::OK);
    for shown in ["Tám", "Bình", "1022"] {
        assert!(list.text().contains(shown), "{shown}");
    }
    for secret in ["Lê Thị", "Nguyễn Văn", "Dương tính", "Âm tính", "1950", "1980"] {
        assert!(!list.text().contains(secret), "{secret}");
    }
    let home = cookie(&list);
    assert!(browse(&lab, &link, &home).await.text().contains("Bình"), "the list stays open for a while");
    assert!(!browse(&lab, &link, "").await.text().contains("Bình"), "and for nobody else");

    let member = |of: &StoredResult, birth: &str| format!("member={}&birth={birth}", of.link_code);
    let wrong = post(&lab, &format!("{link}/member"), &member(&binh, "01/02/1950"), &home).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("<title>Lỗi:") && wrong.text().contains("Còn 9 lần"), "{}", wrong.text());
    let right = post(&lab, &format!("{link}/member"), &member(&binh, "06051980"), &home).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text());
    let path = right.headers[header::LOCATION].to_str().unwrap().to_owned();
    assert_eq!(path, format!("/r/{}", binh.link_code));
    let opened = browse(&lab, &path, &cookie(&right)).await.text();
    assert!(opened.contains("Nguyễn Văn Bình") && opened.contains("Âm tính") && !opened.contains("Tám"));

    for _ in 0..10 {
        post(&lab, &format!("{link}/member"), &member(&tam, "02/02/1950"), &home).await;
    }
    let locked = post(&lab, &format!("{link}/member"), &member(&tam, "01/02/1950"), &home).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(locked.text().contains("Đã khóa với người này"), "the right date comes too late");
    let other = post(&lab, &format!("{link}/member"), &member(&binh, "1980-05-06"), &home).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "who guesses for one locks out no other");

    let resent = lab.post(&lab.lab, &format!("/api/v1/lab/results/{}/resend", tam.id), &json!({})).await;
    assert_eq!(resent.status, StatusCode::OK, "{}", resent.text());
    let sent = lab.app.platform.shared.read().await.unwrap().messages(Some("+84912345678"), 1).await.unwrap();
    assert!(sent[0].message.text.contains(&link) && !sent[0].message.text.contains("ương tính"));
    let opened = post(&lab, &format!("{link}/member"), &member(&tam, "01/02/1950"), &home).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "whoever helps lets them in again");
}

#[tokio::test]
async fn who_sees_their_own_result_is_led_to_the_others_of_the_phone() {
    let lab = TestLab::sqlite().await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    let link = format!("/r/{}", stored(&lab, "A1").await.link_code);
    let alone = prove(&lab, &link).await;
    let session = cookie(&alone);
    assert!(alone.text().contains("Lê Thị Tám") && !alone.text().contains("?all=1"), "nobody shares the phone yet");
    lab.results(&one("A2", "Nguyễn Văn Bình", "1980-05-06", "not_detected")).await;
    let own = browse(&lab, &link, &session).await;
    assert!(own.text().contains("Lê Thị Tám") && own.text().contains(&format!("{link}?all=1")));
    let asked = browse(&lab, &format!("{link}?all=1"), &session).await;
    assert!(asked.text().contains("/code") && !asked.text().contains("Bình"), "the list asks for a code of its own");
    post(&lab, &format!("{link}/code"), "", &session).await;
    let list = post(&lab, link.as_str(), &format!("code={}", code(&lab).await), &session).await;
    assert!(list.text().contains("Bình") && list.text().contains("Tám") && !list.text().contains("Dương tính"));
    // A spent code sent once more by a browser that is signed in: back to the result, no error.
    let again = post(&lab, link.as_str(), "code=000000", &session).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_step_and_error_names_the_laboratorys_phone() {
    let lab = TestLab::sqlite().await;
    let registered = json!({"code": "TG-CDC", "name": "CDC Tiền Giang", "ward_code": WARD, "licence_no": "1",
                            "phone": "0273 3872 222", "kinds": ["pcr"]});
    let put = lab.post(&lab.officer, "/api/v1/lab/laboratories", &registered).await;
    assert!(put.status.is_success(), "{}", put.text());
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    let link = format!("/r/{}", stored(&lab, "A1").await.link_code);
    let phone = |answer: &Answer| answer.text().contains("+842733872222") || answer.text().contains("0273 3872 222");
    assert!(phone(&browse(&lab, &link, "").await));
    for _ in 0..6 {
        let asked = post(&lab, &format!("{link}/code"), "", "").await;
        assert!(phone(&asked), "{}", asked.text());
    }
    assert!(phone(&post(&lab, &link, "code=000000", "").await));
}

#[tokio::test]
async fn a_browser_without_the_code_opens_nobody() {
    let lab = TestLab::sqlite().await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    lab.results(&one("A2", "Nguyễn Văn Bình", "1980-05-06", "not_detected")).await;
    let tam = stored(&lab, "A1").await;
    let form = format!("member={}&birth=01/02/1950", tam.link_code);
    for cookie in ["", "__Host-antam-home=nonsense"] {
        let refused = post(&lab, &format!("/r/{}/member", tam.link_code), &form, cookie).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER);
        assert!(refused.headers.get(header::SET_COOKIE).is_none());
    }
}

/// What an onlooker of the line sees of one citizen's visit, and the work that the service did for it: for each answer its
/// status, its headers by name and its length, and how many lines the visit wrote.
async fn seen(lab: &TestLab, accession: &str) -> (Vec<(StatusCode, Vec<String>, usize)>, i64) {
    let lines = async || lab.app.platform.shared.read().await.unwrap().audit_counts().await.unwrap().0;
    // The codes go out one after the other, so that the newest is this one's.
    lab.clock.advance(minutes(1));
    let before = lines().await;
    let link = format!("/r/{}", stored(lab, accession).await.link_code);
    let opened = prove(lab, &link).await;
    let session = cookie(&opened);
    let slip = browse(lab, &format!("{link}/slip.pdf"), &session).await;
    assert_eq!(slip.headers[header::CONTENT_TYPE], "application/pdf");
    let answers = [browse(lab, &link, "").await, opened, browse(lab, &link, &session).await, slip];
    let of = |answer: &Answer| {
        let names = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        assert_eq!(answer.headers[header::CONTENT_ENCODING], "identity");
        (answer.status, names, answer.bytes.len())
    };
    (answers.iter().map(of).collect(), lines().await - before)
}

#[tokio::test]
async fn every_outcome_looks_the_same_on_the_line_and_costs_the_same_work() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let changes = |n: usize, outcome: &str| {
        let name = ["An", "Ba", "Cần", "Dũng", "Én", "Giang"][n];
        let person =
            json!({"full_name": format!("Lê Văn {name}"), "birth_year": 1960, "phone": format!("091234567{n}")});
        result(&[("/accession", json!(format!("A{n}"))), ("/person", person), ("/outcome", json!(outcome))])
    };
    let outcomes = ["detected", "not_detected", "inconclusive", "invalid", "not_detected", "not_detected"];
    for (n, outcome) in outcomes.into_iter().enumerate() {
        lab.results(&changes(n, outcome)).await;
    }
    for (n, outcome, status) in [(4, "inconclusive", "corrected"), (5, "not_detected", "withdrawn")] {
        let mut again = changes(n, outcome);
        again["status"] = json!(status);
        lab.results(&again).await;
    }
    sample(&lab, &sampler, "P1", &[person("Lê Văn Hai", "0912345681"), person("Lê Văn Sáu", "0912345682")]).await;
    lab.results(&found("P", "P1", "not_detected", lab.app.platform.now())).await;
    let first = seen(&lab, "A0").await;
    for accession in ["A1", "A2", "A3", "A4", "A5", "P/1"] {
        assert_eq!(seen(&lab, accession).await, first, "{accession}");
    }
}

#[tokio::test]
async fn a_page_names_the_phone_of_the_site_then_of_the_laboratory_then_the_hotline() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    let described = format!("/r/{}", stored(&lab, "A1").await.link_code);
    assert!(browse(&lab, &described, "").await.text().contains("hoặc gọi 1022"));
    assert!(
        browse(&lab, "/r/7ZK40QW9M1XT", "").await.text().contains("gọi <a href=\"tel:1022\">1022"),
        "also where there is nothing"
    );
    let registered = json!({"code": "TG-CDC", "name": "CDC Tiền Giang", "ward_code": WARD, "licence_no": "1",
                            "phone": "0273 387 2222"});
    let put = lab.post(&lab.officer, "/api/v1/lab/laboratories", &registered).await;
    assert!(put.status.is_success(), "{}", put.text());
    let shown = browse(&lab, &described, "").await.text();
    assert!(shown.contains("2733872222") && !shown.contains("hoặc gọi 1022"), "{shown}");
    let site = site(&lab, "0273 355 5555").await;
    let body = json!({"barcode": "T1", "people": [person("Lê Văn An", "0912345671")], "site_id": site,
                      "collected_at": lab.app.platform.now()});
    assert_eq!(lab.post(&sampler, "/api/v1/lab/samplings", &body).await.status, StatusCode::CREATED);
    lab.results(&found("B1", "T1", "detected", lab.app.platform.now())).await;
    let link = format!("/r/{}", stored(&lab, "B1").await.link_code);
    assert!(browse(&lab, &link, "").await.text().contains("0273 355 5555"));
    assert!(prove(&lab, &link).await.text().contains("0273 355 5555"));
}

/// A place with a phone.
async fn site(lab: &TestLab, phone: &str) -> PlaceId {
    let now = lab.app.platform.now();
    let mut random = lab.app.platform.random();
    let place = Place {
        id: PlaceId::new(now, &mut random),
        code: PlaceCode::new(&mut random),
        name: "Trạm y tế phường 4".to_owned(),
        kind: PlaceKind::HealthStation,
        address: "Phường 4".to_owned(),
        ward_code: shared::area::WardCode::parse(WARD).unwrap(),
        capacity: None,
        parent_id: None,
    };
    let mut tx = lab.app.platform.shared.write().await.unwrap();
    let phone = shared::phone::Phone::parse(phone).unwrap();
    tx.insert_place(&place, Some(phone.as_str()), "", now).await.unwrap();
    tx.commit().await.unwrap();
    place.id
}

#[tokio::test]
async fn a_citizen_has_the_link_sent_once_more_but_not_again_and_again() {
    let lab = TestLab::sqlite().await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    let link = format!("/r/{}", stored(&lab, "A1").await.link_code);
    assert!(browse(&lab, &link, "").await.text().contains(&format!("action=\"{link}/again\"")));
    let sent = async || {
        let messages = lab.app.platform.shared.read().await.unwrap().messages(None, 50).await.unwrap();
        let sent =
            messages.iter().filter(|one| one.message.text.contains(&link)).map(|one| one.message.recipient.clone());
        sent.collect::<Vec<_>>()
    };
    let first = post(&lab, &format!("{link}/again"), "", "").await;
    assert_eq!((first.status, sent().await), (StatusCode::OK, vec!["+84912345678".to_owned()]));
    assert!(first.text().contains("678") && !first.text().contains("0912345678") && !first.text().contains("Tám"));
    let soon = post(&lab, &format!("{link}/again"), "", "").await;
    assert_eq!((soon.status, sent().await.len()), (StatusCode::TOO_MANY_REQUESTS, 1));
    assert_eq!(first.bytes.len(), soon.bytes.len());
    lab.clock.advance(minutes(61));
    assert_eq!(post(&lab, &format!("{link}/again"), "", "").await.status, StatusCode::OK);
    assert_eq!(sent().await.len(), 2);
    assert_eq!(post(&lab, "/r/7ZK40QW9M1XT/again", "", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_is_good_for_ten_days_and_then_for_a_new_code() {
    let lab = TestLab::sqlite().await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    let link = format!("/r/{}", stored(&lab, "A1").await.link_code);
    assert!(!browse(&lab, &link, "").await.text().contains("quá 10 ngày"));
    lab.clock.advance(days(11));
    assert!(browse(&lab, &link, "").await.text().contains("quá 10 ngày"));
    assert!(prove(&lab, &link).await.text().contains("Lê Thị Tám"));
}

#[tokio::test]
async fn a_pools_negative_says_that_the_sample_was_pooled() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    sample(&lab, &sampler, "P1", &[person("Lê Văn An", "0912345671"), person("Lê Văn Ba", "0912345672")]).await;
    lab.results(&found("A1", "P1", "not_detected", lab.app.platform.now())).await;
    let link = format!("/r/{}", stored(&lab, "A1/1").await.link_code);
    assert!(prove(&lab, &link).await.text().contains("mẫu gộp"));
    let pool = format!("/r/{}", stored(&lab, "A1").await.link_code);
    assert_eq!(browse(&lab, &pool, "").await.status, StatusCode::NOT_FOUND, "the pool itself is nobody's");
}

#[tokio::test]
async fn a_slip_is_checked_by_anybody_and_recalled_with_its_result() {
    let lab = TestLab::sqlite().await;
    lab.results(&one("A1", "Lê Thị Tám", "1950-02-01", "detected")).await;
    let first = stored(&lab, "A1").await;
    let link = format!("/r/{}", first.link_code);
    let closed = browse(&lab, &format!("{link}/slip.pdf"), "").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "no slip without the code");
    let opened = prove(&lab, &link).await;
    let paper = browse(&lab, &format!("{link}/slip.pdf"), &cookie(&opened)).await;
    assert_eq!(paper.headers[header::CONTENT_TYPE], "application/pdf");
    assert!(paper.bytes.starts_with(b"%PDF-"));
    let address = slip::address(&lab.app, &first);
    assert_eq!(address, address.to_uppercase());
    let path = format!("/S/{}", address.rsplit('/').next().unwrap());
    let good = browse(&lab, &path, "").await.text();
    assert!(
        good.contains("Phiếu thật")
            && good.contains("Dương tính")
            && good.contains("L. T. T.")
            && !good.contains("Tám")
    );
    let mut corrected = one("A1", "Lê Thị Tám", "1950-02-01", "not_detected");
    corrected["status"] = json!("corrected");
    lab.results(&corrected).await;
    let old = browse(&lab, &path.to_lowercase(), "").await.text();
    assert!(old.contains("đã đính chính") && old.contains("Âm tính"), "{old}");
    corrected["status"] = json!("withdrawn");
    lab.results(&corrected).await;
    assert!(browse(&lab, &path, "").await.text().contains("đã bị thu hồi"));
    for forged in ["/S/ABC", &format!("{}A", &path[..path.len() - 1]).replace('0', "1")] {
        assert!(browse(&lab, forged, "").await.text().contains("Không phải phiếu của An Tâm"));
    }
    let key = lab.get(&lab.lab, "/api/v1/lab/slip-key").await.json();
    assert_eq!((key["algorithm"].clone(), key["public_key"].as_str().unwrap().len()), (json!("Ed25519"), 43));
}
