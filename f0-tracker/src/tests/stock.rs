//! The medicine bags of a station: what is entered, what handing out takes, and what nobody is stopped by.

use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::time::minutes;

use super::http::{Site, adult};
use super::pages::sign_in;
use super::stage::{OTHER_WARD, WARD, grounds, province, signed_in};
use crate::pages::samples::assert_no_key;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// One bag of the station's list.
fn bag<'a>(stock: &'a Value, code: &str) -> &'a Value {
    stock["bags"].as_array().unwrap().iter().find(|bag| bag["bag"] == code).unwrap()
}

async fn order(site: &Site, case: &str) -> Value {
    let (status, ordered) = site.post(&site.doctor, &format!("cases/{case}/prescriptions"), json!({"bag": "A"})).await;
    assert_eq!(status, 201, "{ordered}");
    ordered
}

#[tokio::test]
async fn deliveries_and_counts_make_the_stock_and_handing_out_takes_from_it() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let nurse = signed_in(&site.stage.app, "Ha", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let first = order(&site, &case).await;
        assert_eq!(first["station_stock"], Value::Null, "nobody has counted");
        let step = |act: &Value| format!("acts/{}/steps", act["id"].as_str().unwrap());
        // What happens in one instant has no order.
        let later = || site.stage.clock.advance(minutes(1));
        let out = json!({"status": "handed_out"});
        assert_eq!(site.post(&nurse, &step(&first), out.clone()).await.0, 200, "and nobody is held up by that");

        later();
        let delivery = json!({"id": ID, "bag": "A", "kind": "delivery", "quantity": 2, "note": "thùng 3"});
        let (status, moved) = site.post(&nurse, "station/stock", delivery.clone()).await;
        assert_eq!((status, &moved["quantity"], &moved["change"]), (201, &json!(2), &json!(2)), "{moved}");
        assert_eq!(site.post(&nurse, "station/stock", delivery.clone()).await.0, 200, "sent twice, counted once");
        let mut other = delivery;
        other["quantity"] = json!(20);
        assert_eq!(site.post(&nurse, "station/stock", other).await.0, 409);

        let second = order(&site, &case).await;
        assert_eq!(second["station_stock"], 2);
        let (_, stock) = site.get(&nurse, "station/stock").await;
        let a = bag(&stock, "A");
        assert_eq!((&a["quantity"], &a["waiting"], &a["level"]), (&json!(2), &json!(1), &json!("low")), "{stock}");
        assert_eq!(bag(&stock, "B")["level"], "unknown");
        later();
        let (_, handed) = site.post(&nurse, &step(&second), out.clone()).await;
        assert_eq!(handed["station_stock"], 1);
        assert_eq!(site.post(&nurse, &step(&second), out.clone()).await.1["station_stock"], 1, "the same again");

        later();
        let count = json!({"bag": "A", "kind": "count", "quantity": 0});
        assert_eq!(site.post(&nurse, "station/stock", count).await.1["change"], -1);
        let third = order(&site, &case).await;
        assert_eq!(third["station_stock"], 0, "the order stands and says it");
        later();
        let (status, handed) = site.post(&nurse, &step(&third), out).await;
        assert_eq!((status, &handed["station_stock"]), (200, &json!(-1)), "what went out went out");
        let (_, stock) = site.get(&nurse, "station/stock").await;
        let a = bag(&stock, "A");
        assert_eq!((&a["level"], &a["handed_out"]), (&json!("below_zero"), &json!(3)), "{stock}");
        let moves = stock["moves"].as_array().unwrap();
        let told: Vec<_> = moves.iter().map(|one| (one["kind"].as_str().unwrap(), one["quantity"].as_i64())).collect();
        let expected = [
            ("handed_out", Some(-1)),
            ("count", Some(0)),
            ("handed_out", Some(1)),
            ("delivery", Some(2)),
            ("handed_out", None),
        ];
        assert_eq!(told, expected);
        assert!(moves.iter().all(|one| one["by"]["display_name"] == "BS. Ha"), "{stock}");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn what_is_entered_wrongly_is_told_and_nobody_writes_for_another_station() {
    let site = Site::on(grounds().await.remove(0)).await;
    let nurse = signed_in(&site.stage.app, "Ha", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
    let pointers = |problem: &Value| {
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (status, problem) =
        site.post(&nurse, "station/stock", json!({"bag": "D", "kind": "gift", "quantity": -1})).await;
    assert_eq!((status, pointers(&problem)), (422, ["/bag", "/kind", "/quantity"].map(str::to_owned).to_vec()));
    let elsewhere = json!({"ward_code": OTHER_WARD, "bag": "A", "kind": "count", "quantity": 1});
    let (status, problem) = site.post(&nurse, "station/stock", elsewhere.clone()).await;
    assert_eq!((status, pointers(&problem)), (422, vec!["/ward_code".to_owned()]));
    assert_eq!(site.post(&site.doctor, "station/stock", elsewhere).await.0, 403, "the station's own work");
    let (status, problem) = site.post(&nurse, "station/phone", json!({"phone": "12"})).await;
    assert_eq!((status, pointers(&problem)), (422, vec!["/phone".to_owned()]));
    let province = signed_in(&site.stage.app, "Tinh", Role::Nurse, province()).await;
    let (_, nowhere) = site.get(&province, "station/stock").await;
    assert_eq!((&nowhere["ward_code"], &nowhere["bags"]), (&Value::Null, &json!([])));
    site.running.stop().await;
}

#[tokio::test]
async fn a_station_keeps_its_bags_and_its_phone_on_a_page_and_is_told_of_referrals_there() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let nurse = sign_in(&site, "Ha", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let (status, empty) = nurse.get("/station/stock").await;
        assert!(status == 200 && empty.contains("Chưa kiểm kê"), "{empty}");
        assert_no_key(&empty);
        let entry = format!("id={ID}&ward_code={WARD}&bag=A&kind=delivery&quantity=12&note=x");
        for _ in 0..2 {
            assert_eq!(nurse.post("/station/stock", &entry).await.status(), 303, "sent twice, counted once");
        }
        let (status, wrong) =
            nurse.sent("/station/stock", &format!("ward_code={WARD}&bag=&kind=count&quantity=1,5")).await;
        assert!(status == 422 && wrong.contains("href=\"#quantity\"") && wrong.contains("value=\"1,5\""), "{wrong}");
        let (status, wrong) = nurse.sent("/station/phone", "phone=12").await;
        assert!(status == 422 && wrong.contains("href=\"#phone\"") && wrong.contains("value=\"12\""), "{wrong}");
        assert_eq!(nurse.post("/station/phone", "phone=0273%203872%20000").await.status(), 303);
        let (_, page) = nurse.get(&format!("/station/stock?ward={WARD}")).await;
        assert!(page.contains("+12") && page.contains("0273"), "{page}");
        assert_no_key(&page);
        let station = nurse.get("/station").await.1;
        assert!(station.contains("/station/stock?ward=") && station.contains("/sick-leave?ward_code="), "{station}");
        let shown = nurse.get(&format!("/cases/{case}")).await.1;
        assert!(shown.contains("(trạm còn 12)"), "{shown}");
        assert_no_key(&shown);
        let referral = json!({"reason": "SpO2 88", "to": "BV Đa khoa", "urgency": "emergency"});
        assert_eq!(site.post(&site.doctor, &format!("cases/{case}/referrals"), referral).await.0, 201);
        let all =
            site.stage.app.platform.shared.read().await.unwrap().messages(Some("+842733872000"), 10).await.unwrap();
        assert_eq!(all.len(), 1, "the commune is told where its station said how");
        assert!(nurse.get(&format!("/cases/{case}")).await.1.contains("đã nhắn trạm y tế xã"));
        assert_eq!(nurse.post("/station/phone", "phone=").await.status(), 303);
        assert!(nurse.get(&format!("/cases/{case}")).await.1.contains("chưa khai số điện thoại"));
        site.running.stop().await;
    }
}
