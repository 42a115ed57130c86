//! The templates in both languages, and what the filters of a report lead to.

use askama::Template;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use shared::bilingual::Lang;
use shared::events::{Method, Outcome};
use shared::ids::{PersonId, ResultId};
use shared::time::Instant;
use shared_store::people::{SessionKind, SessionOwner};
use shared_web::auth::session::new_session;
use shared_web::caller::{Caller, SESSION_COOKIE, token_hash};
use shared_web::context::RequestContext;
use uuid::Uuid;

use super::citizen::{Asked, CodePage, MissingPage, ResultPage};
use super::figure;
use crate::app::citizen::{Linked, Shown};
use crate::domain::codes::SpecimenKind;
use crate::domain::result::Status;
use crate::domain::version::ContentHash;
use crate::store::model::{Content, State, StoredResult};
use crate::tests::{TestLab, multipart};

const OUTCOMES: [Outcome; 4] = [Outcome::Detected, Outcome::NotDetected, Outcome::Inconclusive, Outcome::Invalid];

fn now() -> Instant {
    "2022-03-10T01:00:00Z".parse().unwrap()
}

fn caller(lang: Lang) -> Caller {
    let path = "/r/7ZK40QW9M1XT".to_owned();
    let context = RequestContext { lang, path, ..RequestContext::default() }.into();
    Caller { context, ..Caller::default() }
}

fn stored(outcome: Outcome, status: Status) -> StoredResult {
    let person_id = PersonId::from_uuid(Uuid::from_u128(7));
    StoredResult {
        id: ResultId::from_uuid(Uuid::from_u128(1)),
        lab_code: "TG-CDC".to_owned(),
        accession: "TG-22-00412".to_owned(),
        version: 2,
        content: Content {
            person_id: Some(person_id),
            outcome,
            method: Some(Method::Pcr),
            loinc: "94500-6".to_owned(),
            specimen_kind: SpecimenKind::NasopharyngealSwab,
            collected_at: "2022-03-09T01:00:00Z".parse().unwrap(),
            resulted_at: "2022-03-09T13:00:00Z".parse().unwrap(),
            ct_value: None,
            status,
            content_hash: ContentHash::from_bytes([0; 32]),
            upload_id: None,
        },
        specimen_id: None,
        ward_code: None,
        state: State::Released,
        hold_reasons: Vec::new(),
        link_code: "7ZK40QW9M1XT".parse().unwrap(),
        created_at: now(),
        updated_at: now(),
    }
}

fn result_page(lang: Lang, outcome: Outcome, status: Status, before: Option<Outcome>) -> String {
    let shown = Shown {
        result: stored(outcome, status),
        full_name: "Nguyễn Thị <Hoa>".to_owned(),
        lab_name: "CDC Tiền Giang".to_owned(),
        before,
        pooled: false,
        help_phone: None,
        shared_phone: true,
    };
    ResultPage::new(&caller(lang), &shown, Some(1955), now()).render().unwrap()
}

/// A word of a page that looks like a key of a catalogue. Classes of the style sheet begin otherwise.
fn missing_keys(page: &str) -> Vec<&str> {
    let texts = page.split(['<', '>']).skip(2).step_by(2);
    let words = texts.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')));
    let keys = ["lab-", "slip-", "result-", "outcome-", "method-", "form-", "shell-", "error-"];
    words.filter(|word| keys.iter().any(|key| word.starts_with(key))).collect()
}

#[test]
fn a_result_of_every_kind_is_said_in_words_with_what_to_do() {
    let words = [
        (Lang::Vi, ["Dương tính", "Âm tính", "Chưa xác định", "Mẫu không đạt"]),
        (Lang::En, ["Positive", "Negative", "Inconclusive", "Specimen unfit"]),
    ];
    for (lang, words) in words {
        for (outcome, word) in OUTCOMES.into_iter().zip(words) {
            let page = result_page(lang, outcome, Status::Final, None);
            for shown in [word, "Nguyễn Thị &#60;Hoa&#62;", "1955", "RT-PCR", "09/03/2022 08:00", "7ZK4-0QW9-M1XT"]
            {
                assert!(page.contains(shown), "{shown}: {page}");
            }
            assert_eq!(missing_keys(&page), Vec::<&str>::new());
            assert_eq!(page.contains("href=\"/care\""), outcome == Outcome::Detected);
        }
    }
}

#[test]
fn a_correction_says_what_changed_and_a_withdrawal_that_nothing_holds() {
    for (lang, before, unchanged, withdrawn) in [
        (Lang::Vi, "Trước đó ghi: Dương tính", "Kết luận không đổi", "không còn giá trị"),
        (Lang::En, "Before, it said: Positive", "did not change", "holds no more"),
    ] {
        let corrected = result_page(lang, Outcome::NotDetected, Status::Corrected, Some(Outcome::Detected));
        assert!(corrected.contains(before) && !corrected.contains(unchanged));
        let details = result_page(lang, Outcome::Detected, Status::Corrected, Some(Outcome::Detected));
        assert!(details.contains(unchanged) && !details.contains(before));
        let page = result_page(lang, Outcome::Detected, Status::Withdrawn, Some(Outcome::Detected));
        assert!(
            page.contains(withdrawn) && !page.contains("href=\"/care\"") && !page.contains("data-level=\"urgent\"")
        );
        for page in [corrected, details, page] {
            assert_eq!(missing_keys(&page), Vec::<&str>::new());
        }
    }
}

#[test]
fn the_page_of_the_code_tells_nothing_of_the_person_at_any_step() {
    let linked =
        Linked { result: stored(Outcome::Detected, Status::Final), person_id: PersonId::from_uuid(Uuid::from_u128(7)) };
    for lang in [Lang::Vi, Lang::En] {
        let caller = caller(lang);
        let phone = || "0273 3872 222".to_owned();
        let new = |asked| CodePage::new(&caller, &linked, asked, phone());
        let mut sent = new(Asked::Sent);
        sent.masked = "•••• ••• 678".to_owned();
        let wrong = CodePage::wrong(&caller, &linked, phone());
        let pages = [new(Asked::Not), sent, new(Asked::NoPhone), new(Asked::TooMany), wrong];
        for page in pages.map(|page| page.render().unwrap()) {
            assert!(page.contains("0273 3872 222"), "the laboratory's phone stands on every step");
            assert_eq!(missing_keys(&page), Vec::<&str>::new());
            for secret in ["TG-22-00412", "TG-CDC", "RT-PCR", "Dương tính", "Positive"] {
                assert!(!page.contains(secret), "{secret}");
            }
        }
        let missing = MissingPage::new(&caller).render().unwrap();
        assert_eq!(missing_keys(&missing), Vec::<&str>::new());
    }
}

#[test]
fn a_number_is_grouped_as_the_language_does() {
    for (number, vi, en) in
        [(0, "0", "0"), (999, "999", "999"), (1_000, "1.000", "1,000"), (1_234_567, "1.234.567", "1,234,567")]
    {
        assert_eq!((figure(Lang::Vi, number), figure(Lang::En, number)), (vi.to_owned(), en.to_owned()));
    }
}

const FILE: &str = "Mã xét nghiệm;Họ và tên;Năm sinh;Ngày lấy mẫu;Ngày trả kết quả;Phương pháp;Kết quả\n\
    A1;Lê Thị <Tám>;1950;09/03/2022;09/03/2022;PCR;có lẽ\n\
    A2;Trần Văn Ba;1980;09/03/2022;09/03/2022;PCR;âm tính\n\
    A3;Lý Thị Tư;1981;09/03/2022;09/03/2022;PCR;nghi ngờ dương tính\n";

async fn upload(lab: &TestLab, token: &str, lang: &str, file: &[u8]) -> (StatusCode, String) {
    let (content_type, body) = multipart("file", file);
    let request = Request::post("/lab/upload")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, lang)
        .header(header::CONTENT_TYPE, content_type);
    let answer = lab.send(request.body(Body::from(body)).unwrap()).await;
    (answer.status, answer.text())
}

/// The address of the filter that ends so.
fn filter(page: &str, end: &str) -> String {
    let links = page.split("href=\"").filter_map(|part| part.split('"').next());
    links.filter(|link| link.starts_with("/lab/uploads/")).find(|link| link.ends_with(end)).unwrap().to_owned()
}

#[tokio::test]
async fn without_script_each_count_leads_to_its_rows_with_their_cells() {
    let lab = TestLab::sqlite().await;
    let (status, page) = upload(&lab, &lab.lab, "vi", FILE.as_bytes()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<span class=\"cell-bad\">có lẽ</span>"), "the bad cell is marked: {page}");
    assert!(page.contains("Lê Thị &#60;Tám&#62;") && !page.contains("Lý Thị Tư"), "rejected rows stand first");
    assert!(!page.contains("status=duplicate"), "a count of nothing leads nowhere");
    assert_eq!(missing_keys(&page), Vec::<&str>::new());
    let held = lab.get(&lab.lab, &filter(&page, "status=held")).await;
    assert!(held.text().contains("Lý Thị Tư") && !held.text().contains("<Tám>") && !held.text().contains("có lẽ"));
    let all = lab.get(&lab.lab, &filter(&page, "status=all")).await.text();
    assert!(["A1", "A2", "A3"].iter().all(|accession| all.contains(accession)));
    let foreign = lab.get(&lab.officer, &filter(&page, "status=all")).await;
    assert_eq!((foreign.status, foreign.bytes.len()), (StatusCode::SEE_OTHER, 0));
    assert_eq!(foreign.headers[header::LOCATION], "/lab?done=report-gone");
}

#[tokio::test]
async fn the_example_is_taken_as_it_is_and_what_was_just_done_is_said() {
    let lab = TestLab::sqlite().await;
    for token in [&lab.lab, &lab.officer] {
        let example = lab.get(token, "/lab/template.csv").await;
        assert!(example.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
        assert!(upload(&lab, token, "vi", &example.bytes).await.1.contains("Xong. Đã nhận"));
    }
    let other = String::from_utf8(lab.get(&lab.lab, "/lab/template.csv").await.bytes).unwrap().replace("MAU-", "X-");
    let (_, page) = upload(&lab, &lab.lab, "en", other.as_bytes()).await;
    assert!(page.contains("Every row of the file was accepted"), "{page}");
    let page = lab.get(&lab.lab, "/lab?done=released").await.text();
    assert!(page.contains("Đã trả kết quả") && missing_keys(&page).is_empty());
    let page = lab.get(&lab.lab, "/lab?done=%3Cscript%3E").await.text();
    assert!(!page.contains("role=\"status\"><svg"), "only what is known is said");
}

#[tokio::test]
async fn whoever_only_takes_specimens_does_not_see_the_work_list() {
    let lab = TestLab::sqlite().await;
    let area = shared::access::AreaScope::Province("82".to_owned());
    let sampler = lab.account("sampler", shared::access::Role::Sampler, None, area).await;
    assert_eq!(upload(&lab, &sampler, "vi", b"PK\x03\x04").await.0, StatusCode::FORBIDDEN);
    assert_eq!(lab.get(&sampler, "/lab").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_sent_once_more_leads_to_the_page_that_is_open_already() {
    let lab = TestLab::sqlite().await;
    lab.results(&crate::tests::result(&[])).await;
    let mut tx = lab.app.store.read().await.unwrap();
    let result = tx.results_of("TG-CDC", &["A1"]).await.unwrap().pop().unwrap();
    drop(tx);
    let person = SessionOwner::Person(result.content.person_id.unwrap());
    let (session, begun) = new_session(&lab.app.platform, person, SessionKind::Cookie, lab.app.platform.now());
    let mut tx = lab.app.platform.shared.write().await.unwrap();
    tx.insert_session(&session, &token_hash(&begun.token), lab.app.platform.now()).await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("/r/{}", result.link_code);
    let request = Request::post(&path)
        .header(header::COOKIE, format!("{SESSION_COOKIE}={}", begun.token))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = lab.send(request.body(Body::from("code=123456")).unwrap()).await;
    assert_eq!((answer.status, answer.headers[header::LOCATION].to_str().unwrap()), (StatusCode::SEE_OTHER, &*path));
}
