//! From a station's test to the paper that says that isolation is over.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::time::{days, hours};
use shared_store::people::{SessionKind, SessionOwner};
use tower::ServiceExt as _;

use super::http::{Site, adult};
use super::stage::{OTHER_WARD, Stage, WARD, amended, ask, detected, grounds, province, signed_in, token};
use crate::app::papers::{Check, check};
use crate::domain::case::CaseState;
use crate::papers::signing::Signer;
use crate::store::PaperKind;

async fn pdf(site: &Site, token: &str, path: &str) -> (u16, Vec<u8>) {
    let request = Request::builder()
        .uri(format!("/api/v1/f0/{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let response = site.running.router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

/// The token of the valid paper of a case, as its symbol holds it.
async fn paper_token(site: &Site, case: &str, kind: PaperKind) -> String {
    let app = &site.stage.app;
    let papers = app.store.read().await.unwrap().papers_of(case.parse().unwrap()).await.unwrap();
    let paper = papers.into_iter().find(|paper| paper.kind == kind).unwrap();
    let keys = app.platform.keys();
    let text = keys.sealer.open("f0_papers.sealed", paper.id.uuid().as_bytes(), &paper.sealed).unwrap();
    Signer::of(&keys).sign(&serde_json::from_slice(&text).unwrap())
}

#[tokio::test]
async fn a_case_ends_on_day_seven_with_a_negative_test_and_its_paper_is_there_at_once() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let alert = site.get(&site.doctor, "alerts?status=open").await.1["items"][0]["id"].clone();
        let alert = alert.as_str().unwrap();
        assert_eq!(site.post(&site.doctor, &format!("alerts/{alert}/acknowledge"), json!({"note": ""})).await.0, 200);
        let (status, early) = site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await;
        assert_eq!((status, &early["unmet"][0]["code"]), (409, &json!("days")), "{early}");
        assert_eq!(pdf(&site, &site.doctor, &format!("cases/{case}/certificate.pdf")).await.0, 409);
        assert_eq!(site.get(&site.doctor, &format!("cases/{case}/sick-leave")).await.0, 409);
        let (status, order) = pdf(&site, &site.doctor, &format!("cases/{case}/isolation-order.pdf")).await;
        assert_eq!((status, order.starts_with(b"%PDF")), (200, true));
        let order = paper_token(&site, &case, PaperKind::IsolationOrder).await;
        assert!(matches!(check(&site.stage.app, &order).await.unwrap(), Check::Valid(_)));

        site.stage.clock.advance(days(6));
        let path = format!("cases/{case}/tests");
        let (status, unwatched) =
            site.post(&site.doctor, &path, json!({"outcome": "not_detected", "watch": "unwatched"})).await;
        assert_eq!((status, &unwatched["counts"]), (201, &json!(false)));
        assert_eq!(
            unwatched["closing"]["unmet"][0]["code"], "negative_test",
            "a test that nobody watched ends nothing"
        );
        let body = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "antigen", "result": "negative"});
        let (status, taken) = site.post(&site.doctor, &path, body.clone()).await;
        assert_eq!((status, &taken["closing"]["may_close"]), (201, &json!(true)), "{taken}");
        assert_eq!(site.post(&site.doctor, &path, body).await.0, 200, "the same again");
        let other = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "result": "positive"});
        assert_eq!(site.post(&site.doctor, &path, other).await.0, 409);
        let preview = site.get(&site.doctor, &format!("cases/{case}/closing")).await.1;
        assert_eq!((&preview["day"], &preview["ends_on"]), (&json!(7), &json!("2022-03-16")), "{preview}");

        let (status, closed) = site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await;
        assert_eq!((status, &closed["status"]), (201, &json!("closed")));
        let (status, certificate) = pdf(&site, &site.doctor, &format!("cases/{case}/certificate.pdf")).await;
        assert_eq!((status, certificate.starts_with(b"%PDF")), (200, true));
        assert_eq!(pdf(&site, &site.doctor, &format!("cases/{case}/isolation-order.pdf")).await.0, 409);
        assert_eq!(site.post(&site.doctor, &path, json!({"outcome": "detected"})).await.0, 409, "the case has ended");
        let messages = site.stage.app.platform.shared.read().await.unwrap().messages(None, 50).await.unwrap();
        assert_eq!(
            messages.iter().filter(|m| m.message.template == "paper_issued").count(),
            2,
            "order and certificate"
        );

        let (status, leave) = site.get(&site.doctor, &format!("cases/{case}/sick-leave")).await;
        assert_eq!((status, &leave["table"], &leave["days"]), (200, &json!("XML11"), &json!(8)), "{leave}");
        assert_eq!((&leave["from"], &leave["MA_LK"]), (&json!("2022-03-09"), &json!(case.replace('-', ""))));

        let certificate = paper_token(&site, &case, PaperKind::Completion).await;
        let Check::Valid(facts) = check(&site.stage.app, &certificate).await.unwrap() else { panic!("not valid") };
        assert_eq!((facts.from.to_string(), facts.to.to_string()), ("2022-03-09".to_owned(), "2022-03-16".to_owned()));
        assert!(matches!(check(&site.stage.app, &order).await.unwrap(), Check::Revoked(_)));
        let told = site.get("", &format!("papers/check/{certificate}")).await.1;
        assert_eq!((&told["state"], &told["full_name"]), (&json!("valid"), &json!("Nguyễn Thị Hoa")));
        let forged = certificate.replacen(&certificate[20..24], "AAAA", 1);
        assert_eq!(site.get("", &format!("papers/check/{forged}")).await.1["state"], "forged");
        let papers = site.get(&site.doctor, &format!("cases/{case}/papers")).await.1;
        let id = papers["items"].as_array().unwrap().iter().find(|p| p["kind"] == "completion").unwrap()["id"].clone();
        let path = format!("papers/{}/revoke", id.as_str().unwrap());
        assert_eq!(site.post(&site.doctor, &path, json!({"reason": "sai tên"})).await.0, 201);
        assert_eq!(site.post(&site.doctor, &path, json!({"reason": "sai tên"})).await.0, 409);
        assert_eq!(site.get("", &format!("papers/check/{certificate}")).await.1["state"], "revoked");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn the_patient_reads_the_own_certificate_and_a_stranger_does_not() {
    let site = Site::on(grounds().await.remove(0)).await;
    let case = site.case(adult("Nguyễn Thị Hoa")).await;
    let person: PersonId = {
        let case = site.get(&site.doctor, &format!("cases/{case}")).await.1;
        case["person_id"].as_str().unwrap().parse().unwrap()
    };
    let app = &site.stage.app;
    let patient = token(app, SessionOwner::Person(person), SessionKind::Bearer).await;
    let stranger = site.stage.person("Trần Văn Nam", None, None, WARD).await;
    let stranger = token(app, SessionOwner::Person(stranger), SessionKind::Bearer).await;
    let path = format!("cases/{case}/isolation-order.pdf");
    assert_eq!(pdf(&site, &patient, &path).await.0, 200);
    assert_eq!(pdf(&site, &stranger, &path).await.0, 404);
    let nurse = signed_in(app, "Ha", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
    assert_eq!(pdf(&site, &nurse, &path).await.0, 404);
    assert_eq!(site.post(&nurse, &format!("cases/{case}/tests"), json!({"outcome": "detected"})).await.0, 404);
    site.running.stop().await;
}

#[tokio::test]
async fn many_cases_are_closed_at_once_and_one_that_may_not_end_holds_up_no_other() {
    let site = Site::on(grounds().await.remove(0)).await;
    let ready = site.case(adult("Nguyễn Thị Hoa")).await;
    site.stage.clock.advance(days(13));
    let person = json!({"full_name": "Trần Văn Nam", "birth_year": 1980, "ward_code": WARD});
    let late = json!({"person": person, "diagnosed_at": "2022-03-22"});
    let fresh = site.post(&site.doctor, "cases", late).await.1["id"].as_str().unwrap().to_owned();
    for alert in site.get(&site.doctor, "alerts?status=open").await.1["items"].as_array().unwrap() {
        let path = format!("alerts/{}/resolve", alert["id"].as_str().unwrap());
        site.post(&site.doctor, &path, json!({"note": "đã gọi"})).await;
    }
    let (status, told) = site.post(&site.doctor, "closings", json!({"case_ids": [ready, fresh]})).await;
    assert_eq!((status, &told["closed"], &told["refused"]), (201, &json!(1), &json!(1)), "{told}");
    assert_eq!(told["results"][1]["unmet"][0]["code"], "days");
    assert_eq!(site.post(&site.doctor, "closings", json!({"case_ids": []})).await.0, 422);
    site.running.stop().await;
}

#[tokio::test]
async fn day_zero_is_a_setting_of_the_officer() {
    let site = Site::on(grounds().await.remove(0)).await;
    let officer = signed_in(&site.stage.app, "Officer", Role::Officer, province()).await;
    let set = |token: String, value: &'static str| {
        let router = site.running.router.clone();
        async move { ask(&router, &token, Method::PUT, "/api/v1/f0/settings", Some(json!({"day_zero": value}))).await }
    };
    assert_eq!(set(site.doctor.clone(), "onset").await.0, 403);
    assert_eq!(set(officer.clone(), "birthday").await.0, 422);
    assert_eq!(set(officer, "onset").await.1["day_zero"], "onset");
    let body = json!({"person": adult("Nguyễn Thị Hoa"), "diagnosed_at": "2022-03-09", "symptom_onset": "2022-03-05"});
    let case = site.post(&site.doctor, "cases", body).await.1["id"].as_str().unwrap().to_owned();
    assert_eq!(site.get(&site.doctor, &format!("cases/{case}/closing")).await.1["day"], 5);
    site.running.stop().await;
}

async fn tested(site: &Site, more: Value) -> Value {
    let mut body = json!({"person": adult("Nguyễn Thị Hoa"), "outcome": "detected"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, told) = site.post(&site.doctor, "tests", body).await;
    assert_eq!(status, 201, "{told}");
    told
}

#[tokio::test]
async fn a_rapid_test_opens_a_case_by_the_definition_of_its_day_and_only_once() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        // E16: no signs, a factor, one antigen test: a second one within 8 hours decides.
        let first = tested(&site, json!({"epidemiological_factor": true})).await;
        assert_eq!((&first["verdict"], &first["opened"]), (&json!("test_again"), &json!(false)), "{first}");
        assert_eq!(first["definition"], "byt-11042-2021");
        let unwatched = tested(&site, json!({"epidemiological_factor": true, "watch": "unwatched"})).await;
        assert_eq!(unwatched["verdict"], "not_case");
        site.stage.clock.advance(hours(7));
        let second = tested(&site, json!({"epidemiological_factor": true, "watch": "remote"})).await;
        assert_eq!((&second["verdict"], &second["opened"]), (&json!("case"), &json!(true)), "{second}");
        let again = tested(&site, json!({"symptoms": ["fever"], "epidemiological_factor": true})).await;
        assert_eq!((&again["opened"], &again["case_id"]), (&json!(false), &second["case_id"]));
        assert_eq!(site.stage.cases().await.len(), 1);
        let file = site.get(&site.doctor, &format!("cases/{}", second["case_id"].as_str().unwrap())).await.1;
        assert_eq!(file["results"].as_array().unwrap().len(), 3, "the first test stands behind the case too");
        // A laboratory's result of the same illness joins the case.
        let person = site.stage.cases().await[0].person_id;
        site.stage.hear(&detected(&site.stage, person)).await;
        assert_eq!(site.stage.cases().await.len(), 1);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_case_with_a_counted_test_outlives_the_withdrawal_of_the_laboratorys_result() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        let result = detected(&stage, person);
        stage.hear(&result).await;
        let nurse = super::stage::account(&stage.app, "Ha", Role::Nurse, province()).await;
        let caller = shared_web::caller::Caller {
            identity: shared_web::caller::Identity::Account(Box::new(nurse)),
            ..shared_web::caller::Caller::default()
        };
        let case = stage.cases().await[0].id;
        let input = serde_json::from_value(json!({"outcome": "detected"})).unwrap();
        crate::app::take_test::of_case(&stage.app, &caller, case, &input, "hash").await.unwrap();
        stage.hear(&amended(&result, shared::events::Outcome::Detected, true)).await;
        assert_eq!(stage.cases().await[0].state, CaseState::Open);
    }
}
