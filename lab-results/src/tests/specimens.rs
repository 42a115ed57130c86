//! Orders, tubes, and results that find their person by the tube.

use super::{Answer, TestLab, errors, result, statuses};
use axum::http::StatusCode;
use serde_json::{Value, json};

fn person(name: &str) -> Value {
    json!({"full_name": name, "birth_year": 1980, "phone": "0912345678"})
}

async fn order(lab: &TestLab, body: &Value) -> Answer {
    lab.post(&lab.lab, "/api/v1/lab/orders", body).await
}

async fn specimen(lab: &TestLab, barcode: &str, orders: &[&Value]) -> Answer {
    let body = json!({
        "barcode": barcode, "order_ids": orders, "kind": "saliva", "collected_at": "2022-03-09T08:00:00+07:00",
    });
    lab.post(&lab.lab, "/api/v1/lab/specimens", &body).await
}

fn of_tube(barcode: &str, accession: &str) -> Value {
    let mut wire = result(&[("/barcode", json!(barcode)), ("/accession", json!(accession))]);
    wire.as_object_mut().unwrap().remove("person");
    wire
}

#[tokio::test]
async fn a_result_finds_its_person_by_the_tube() {
    let lab = TestLab::sqlite().await;
    let first = order(&lab, &json!({"person": person("Lê Thị Tám"), "reason": "F1"})).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let tube = specimen(&lab, "T1", &[&first.json()["id"]]).await;
    assert_eq!(tube.status, StatusCode::CREATED, "{}", tube.text());
    let report = lab.results(&of_tube("T1", "A1")).await;
    assert_eq!(statuses(&report), ["accepted"]);
    assert_eq!(report["rows"][0]["person_id"], first.json()["person_id"]);
    let mut named = of_tube("T1", "A2");
    named["person"] = json!({"full_name": "le thi tam"});
    assert_eq!(statuses(&lab.results(&named).await), ["accepted"]);
    named["accession"] = json!("A3");
    named["person"] = json!({"full_name": "Nguyễn Văn Ba"});
    let report = lab.results(&named).await;
    assert_eq!(errors(&report), [("/person/full_name".to_owned(), "other_person".to_owned())]);
    assert_eq!(statuses(&report), ["held"]);
}

#[tokio::test]
async fn a_positive_pool_is_nobodys_result_whoever_says_whose() {
    let lab = TestLab::sqlite().await;
    let one = order(&lab, &json!({"person": person("Lê Thị Tám")})).await.json();
    let other = order(&lab, &json!({"person": person("Trần Văn Ba")})).await.json();
    assert_eq!(specimen(&lab, "P1", &[&one["id"], &other["id"]]).await.status, StatusCode::CREATED);
    // Positive in plain words, in the words of pools, and in a tube that is not ours.
    let mut strange = result(&[("/accession", json!("A3")), ("/outcome", json!("462371000124108"))]);
    strange["barcode"] = json!("NOT-OURS");
    for (record, reason) in [
        (of_tube("P1", "A1"), "pool"),
        (with(of_tube("P1", "A2"), "outcome", "462371000124108"), "pool"),
        (strange, "pooled"),
    ] {
        let report = lab.results(&record).await;
        assert_eq!(statuses(&report), ["held"], "{report}");
        assert!(errors(&report).iter().any(|(_, code)| code == reason), "{report}");
    }
    lab.events().await;
    let queue = lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"].clone();
    assert_eq!(queue.as_array().unwrap().len(), 3);
    for held in queue.as_array().unwrap() {
        let path = format!("/api/v1/lab/held/{}/release", held["id"].as_str().unwrap());
        for body in [json!({}), json!({"person_id": other["person_id"]})] {
            let refused = lab.post(&lab.lab, &path, &body).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{held}: {}", refused.text());
        }
    }
    assert!(lab.events().await.is_empty(), "no event, so no case and no message");
    let listed = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    assert!(listed["items"].as_array().unwrap().iter().all(|one| one["state"] == "held" && one["person_id"].is_null()));
    assert_eq!(lab.get(&lab.lab, "/api/v1/lab/held").await.json()["items"], queue, "each waits as before");
}

fn with(mut record: Value, field: &str, value: &str) -> Value {
    record[field] = json!(value);
    record
}

#[tokio::test]
async fn the_same_order_again_answers_with_the_first() {
    let lab = TestLab::sqlite().await;
    let id = json!("01890a5d-ac96-774b-bcce-b302099a8057");
    let body = json!({"id": id, "person": person("Lê Thị Tám"), "reason": "F1"});
    assert_eq!(order(&lab, &body).await.status, StatusCode::CREATED);
    let again = order(&lab, &body).await;
    assert_eq!((again.status, again.json()["id"].clone()), (StatusCode::OK, id.clone()));
    let changed = json!({"id": id, "person": person("Lê Thị Tám"), "reason": "F2"});
    assert_eq!(order(&lab, &changed).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_is_wrong_with_an_order_or_a_tube_is_told_at_its_field() {
    let lab = TestLab::sqlite().await;
    let nobody = json!("01890a5d-ac96-774b-bcce-b302099a8057");
    let pointer = |answer: &Answer| answer.json()["errors"][0]["pointer"].clone();
    let unknown = order(&lab, &json!({"person": {"id": nobody}})).await;
    assert_eq!((unknown.status, pointer(&unknown)), (StatusCode::UNPROCESSABLE_ENTITY, json!("/person/id")));
    let site = order(&lab, &json!({"person": person("Lê Thị Tám"), "site_id": nobody})).await;
    assert_eq!(pointer(&site), json!("/site_id"));
    assert_eq!(pointer(&specimen(&lab, "T1", &[&nobody]).await), json!("/order_ids/0"));
    assert_eq!(pointer(&specimen(&lab, "T1", &[]).await), json!("/order_ids"));
    let made = order(&lab, &json!({"person": person("Lê Thị Tám")})).await.json();
    assert_eq!(pointer(&specimen(&lab, "T1", &[&made["id"], &made["id"]]).await), json!("/order_ids/1"));
    assert_eq!(specimen(&lab, "T1", &[&made["id"]]).await.status, StatusCode::CREATED);
    let taken = specimen(&lab, "T1", &[&made["id"]]).await;
    assert_eq!((taken.status, pointer(&taken)), (StatusCode::CONFLICT, json!("/barcode")));
    let drawn = specimen(&lab, "", &[&made["id"]]).await;
    assert_eq!(drawn.json()["barcode"].as_str().unwrap().len(), 8);
}
