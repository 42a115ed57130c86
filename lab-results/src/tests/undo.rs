//! What is still to undo after a positive was corrected or withdrawn, and laboratories with their keys.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::event::CloudEvent;
use shared::events::CaseVoided;
use shared::ids::{CaseId, PersonId};
use shared_bus::Handler as _;
use shared_testkit::random::seeded;
use uuid::Uuid;

use super::pools::through;
use super::{TestLab, result};
use crate::consumers::Undone;

async fn open(lab: &TestLab) -> Vec<(String, String)> {
    let list = lab.get(&lab.lab, "/api/v1/lab/undo").await.json();
    let text = |task: &Value, field: &str| task[field].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|task| (text(task, "kind"), text(task, "person_id"))).collect()
}

fn kinds(open: &[(String, String)]) -> Vec<&str> {
    open.iter().map(|(kind, _)| kind.as_str()).collect()
}

#[tokio::test]
async fn a_withdrawn_positive_stands_on_the_list_until_each_thing_is_done() {
    let lab = TestLab::sqlite().await;
    lab.results(&result(&[])).await;
    assert_eq!(open(&lab).await, []);
    lab.results(&result(&[("/status", json!("withdrawn"))])).await;
    lab.results(&result(&[("/status", json!("withdrawn"))])).await;
    let tasks = open(&lab).await;
    assert_eq!(kinds(&tasks), ["case", "certificate", "citizen", "report"]);
    let person_id: PersonId = tasks[0].1.parse().unwrap();
    let now = lab.app.platform.now();
    let voided = CaseVoided { case_id: CaseId::from_uuid(Uuid::from_u128(5)), person_id, voided_at: now };
    let event = CloudEvent::new(&voided, now, &mut seeded(3));
    for _ in 0..2 {
        Undone(lab.app.clone()).handle(&event).await.unwrap();
    }
    assert_eq!(kinds(&open(&lab).await), ["citizen", "report"]);
    let list = lab.get(&lab.lab, "/api/v1/lab/undo").await.json();
    let id = |kind: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|task| task["kind"] == json!(kind)).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let path = |kind: &str| format!("/api/v1/lab/undo/{}/done", id(kind));
    let done = lab.post(&lab.lab, &path("report"), &json!({"note": "Đã báo CDC"})).await;
    assert_eq!((done.status, done.json()["note"].clone()), (StatusCode::OK, json!("Đã báo CDC")));
    assert_eq!(lab.post(&lab.lab, &path("report"), &json!({})).await.status, StatusCode::CONFLICT);
    let other = lab.account("other", Role::Lab, Some("HCM-PASTEUR"), AreaScope::Province("79".to_owned())).await;
    assert_eq!(lab.post(&other, &path("citizen"), &json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(kinds(&open(&lab).await), ["citizen"]);
}

#[tokio::test]
async fn a_long_list_of_what_is_to_undo_is_read_page_by_page_also_while_it_is_worked_on() {
    let lab = TestLab::sqlite().await;
    for n in 0..13 {
        let person = json!({"full_name": format!("Lê Văn {}", ["An", "Bé", "Cò"][n % 3]), "phone": format!("09123456{n:02}"),
            "birth_date": format!("19{}-01-02", 50 + n)});
        let of = |status: &str| {
            result(&[("/accession", json!(format!("U{n}"))), ("/person", person.clone()), ("/status", json!(status))])
        };
        assert_eq!(lab.results(&of("final")).await["accepted"], json!(1));
        assert_eq!(lab.results(&of("withdrawn")).await["amended"], json!(1));
    }
    let page =
        async |cursor: &str| lab.get(&lab.lab, &format!("/api/v1/lab/undo?limit=20&cursor={cursor}")).await.json();
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = page("").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/lab/undo/{cursor}/done");
    assert_eq!(lab.post(&lab.lab, &path, &json!({})).await.status, StatusCode::OK);
    let second = page(cursor).await;
    let last = page(second["next_cursor"].as_str().unwrap()).await;
    assert_eq!((ids(&last).len(), last["next_cursor"].clone()), (12, Value::Null));
    let mut all = [ids(&first), ids(&second), ids(&last)].concat();
    assert_eq!(all.len(), 52);
    let wrong = lab.get(&lab.lab, "/api/v1/lab/undo?cursor=x").await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], json!("/cursor"));
    all.retain(|id| id != cursor);
    let pages = through(&lab, &lab.lab, "/lab/undo", ("action=\"/lab/undo/", "\"")).await;
    assert_eq!((pages[0].len(), pages.concat()), (50, all));
}

#[tokio::test]
async fn a_positive_of_the_wrong_patient_is_undone_for_the_one_and_told_to_the_other() {
    let lab = TestLab::sqlite().await;
    let first = lab.results(&result(&[])).await["rows"][0]["person_id"].clone();
    lab.events().await;
    let other = json!({"full_name": "Trần Văn Ba", "birth_year": 1980, "phone": "0987654321"});
    lab.results(&result(&[("/person", other), ("/status", json!("corrected"))])).await;
    let tasks = open(&lab).await;
    assert_eq!(kinds(&tasks), ["case", "certificate", "citizen", "report"]);
    assert!(tasks.iter().all(|(_, person)| json!(person) == first), "the one whose it is not");
    let told = lab.events().await;
    assert_eq!((told.len(), told[0].data["previous_person_id"].clone()), (1, first));
}

#[tokio::test]
async fn a_citizen_who_reads_the_correction_is_told() {
    let lab = TestLab::sqlite().await;
    lab.results(&result(&[])).await;
    lab.results(&result(&[("/outcome", json!("not_detected")), ("/status", json!("corrected"))])).await;
    assert!(kinds(&open(&lab).await).contains(&"citizen"));
    let stored = lab.app.store.read().await.unwrap().results_of("TG-CDC", &["A1"]).await.unwrap().pop().unwrap();
    let link = format!("/r/{}", stored.link_code);
    let send = |path: String, form: String| {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        lab.send(request.body(Body::from(form)).unwrap())
    };
    send(format!("{link}/code"), String::new()).await;
    let messages = lab.app.platform.shared.read().await.unwrap().messages(None, 1).await.unwrap();
    let text = messages[0].message.text.clone();
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).unwrap();
    assert!(send(link, format!("code={code}")).await.text().contains("Trước đó ghi: Dương tính"));
    assert!(!kinds(&open(&lab).await).contains(&"citizen"));
}

#[tokio::test]
async fn a_licence_that_ended_or_is_for_another_test_holds_results_and_an_ended_laboratory_sends_none() {
    let lab = TestLab::sqlite().await;
    let register = async |licensed_until: &str, kinds: &[&str], active: bool| {
        let body = json!({"code": "TG-CDC", "name": "CDC Tiền Giang", "ward_code": "28252", "licence_no": "1/GPHĐ",
                          "licensed_until": licensed_until, "kinds": kinds, "active": active});
        assert_eq!(lab.post(&lab.officer, "/api/v1/lab/laboratories", &body).await.status, StatusCode::OK);
    };
    let codes = |report: &Value| -> Vec<String> {
        let errors = report["rows"][0]["errors"].as_array().unwrap().iter();
        errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    };
    register("2022-03-08", &["antigen"], true).await;
    let report = lab.results(&result(&[])).await;
    assert_eq!((&report["held"], codes(&report)), (&json!(1), vec!["licence_ended".into(), "not_licensed".into()]));
    assert!(lab.events().await.is_empty());
    let dry = lab.post(&lab.lab, "/api/v1/lab/validate", &result(&[("/accession", json!("A2"))])).await.json();
    assert_eq!(dry["held"], json!(1), "{dry}");
    register("2022-03-31", &["antigen", "pcr"], false).await;
    let report = lab.results(&result(&[])).await;
    assert_eq!((&report["rejected"], codes(&report)), (&json!(1), vec!["lab_ended".into()]));
    // Renewed, and the same sent again: what waited for the licence alone is released.
    register("2022-03-31", &["antigen", "pcr"], true).await;
    assert_eq!(lab.results(&result(&[])).await["accepted"], json!(1));
    assert_eq!(lab.events().await.len(), 1);
}

#[tokio::test]
async fn a_laboratory_is_registered_by_an_officer_and_its_key_speaks_for_it_alone() {
    let lab = TestLab::sqlite().await;
    let body = json!({"code": "bv-cai-lay", "name": "BVĐK Cai Lậy", "ward_code": "28252", "phone": "02733826000",
                      "licence_no": "123/GPHĐ", "licensed_until": "2026-12-31", "kinds": ["pcr"]});
    let made = lab.post(&lab.officer, "/api/v1/lab/laboratories", &body).await;
    assert_eq!(
        (made.status, made.json()["code"].clone()),
        (StatusCode::CREATED, json!("BV-CAI-LAY")),
        "{}",
        made.text()
    );
    assert_eq!(lab.post(&lab.officer, "/api/v1/lab/laboratories", &body).await.status, StatusCode::OK);
    assert_eq!(lab.post(&lab.lab, "/api/v1/lab/laboratories", &body).await.status, StatusCode::FORBIDDEN);
    let wrong = json!({"code": "a b", "name": "", "ward_code": "1", "phone": "x", "licence_no": "", "kinds": ["blood"],
                       "licensed_until": "soon"});
    let refused = lab.post(&lab.officer, "/api/v1/lab/laboratories", &wrong).await;
    let pointers: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    for pointer in ["/code", "/name", "/ward_code", "/phone", "/licence_no", "/kinds/0", "/licensed_until"] {
        assert!(pointers.contains(&json!(pointer)), "{pointer}: {pointers:?}");
    }
    let key = lab.post(&lab.officer, "/api/v1/lab/laboratories/BV-CAI-LAY/keys", &json!({"label": "LIS"})).await;
    assert_eq!(key.status, StatusCode::CREATED, "{}", key.text());
    let (token, id) = (key.json()["key"].as_str().unwrap().to_owned(), key.json()["id"].as_str().unwrap().to_owned());
    let sent = lab.post(&token, "/api/v1/lab/results", &result(&[])).await;
    assert_eq!(sent.json()["accepted"], json!(1), "{}", sent.text());
    let other = result(&[("/lab_code", json!("TG-CDC")), ("/accession", json!("A2"))]);
    assert_eq!(lab.post(&token, "/api/v1/lab/results", &other).await.json()["rejected"], json!(1));
    let shown = lab.get(&lab.officer, "/api/v1/lab/laboratories/BV-CAI-LAY").await;
    assert!(!shown.text().contains(&token), "a key is told once");
    assert_eq!((shown.json()["good_records"].clone(), shown.json()["badge"].clone()), (json!(1), json!(false)));
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/laboratories/BV-CAI-LAY").await.status, StatusCode::FORBIDDEN);
    let revoked = Request::delete(format!("/api/v1/lab/keys/{id}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", lab.officer));
    assert_eq!(lab.send(revoked.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    assert_eq!(lab.post(&token, "/api/v1/lab/results", &result(&[])).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_badge_comes_after_a_hundred_good_records() {
    let lab = TestLab::sqlite().await;
    let good =
        async |lab: &TestLab| lab.get(&lab.lab, "/api/v1/lab/laboratories/TG-CDC").await.json()["good_records"].clone();
    let same = result(&[("/accession", json!("A0"))]);
    for _ in 0..3 {
        lab.results(&json!(vec![same.clone(); 40])).await;
    }
    assert_eq!(good(&lab).await, json!(1), "a record that is sent a hundred times is one");
    let message =
        |code: &str, number: u8| format!("OBX|{number}|CWE|{code}^x^LN||260415000^x^SCT||||||F|||20220309080000\r");
    let two_tests = format!(
        "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-1|P|2.5.1\rPID|1||||Lê^Thị Chín||19510201|F\r\
         ORC|RE||M1\rOBR|1||M1|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r{}{}",
        message("94500-6", 1),
        message("94558-4", 2)
    );
    let sent = lab.post_as(&lab.lab, "/api/v1/lab/hl7", "application/hl7-v2", two_tests).await;
    assert!(sent.text().contains("MSA|AA"), "{}", sent.text());
    assert_eq!(good(&lab).await, json!(2), "a message with two results is one");
    let many: Vec<Value> = (0..98)
        .map(|n| {
            let person = json!({"full_name": format!("Lê Văn {n}"), "birth_year": 1980});
            result(&[("/accession", json!(format!("B{n}"))), ("/person", person)])
        })
        .collect();
    assert_eq!(lab.results(&json!(many)).await["accepted"], json!(98));
    let badge = || async { lab.get(&lab.lab, "/api/v1/lab/laboratories/TG-CDC").await.json()["badge"].clone() };
    assert_eq!(badge().await, json!(true));
    for n in 0..2 {
        lab.results(&result(&[("/accession", json!(format!("C{n}"))), ("/outcome", json!("maybe"))])).await;
    }
    assert_eq!(badge().await, json!(false), "too many bad ones take it away");
}
