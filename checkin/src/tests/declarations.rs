//! Health declarations through HTTP.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shared::place::PlaceKind;
use shared::time::{days, minutes};

use super::support::{Town, on_both};

const DECLARATIONS: &str = "/api/v1/checkin/declarations";
const VISITS: &str = "/api/v1/checkin/visits";
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn lan() -> Value {
    json!({"full_name": "Nguyễn Thị Lan", "phone": "0912 345 678"})
}

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn a_declaration_has_a_verdict_and_its_reasons(town: Town) {
    let body = |symptoms: &[&str], contact: bool, travel: Value| json!({"person": lan(), "symptoms": symptoms, "contact_with_case": contact, "travel": travel});
    for (body, verdict, codes) in [
        (body(&[], false, json!([])), "clear", json!([])),
        (body(&["cough"], false, json!([])), "advise", json!(["cough"])),
        (body(&[], false, json!(["Long An", {"country": "KH"}])), "advise", json!(["travel"])),
        (body(&["fever", "cough"], true, json!([])), "stop", json!(["fever", "contact_with_case"])),
    ] {
        let (status, done) = town.post(DECLARATIONS, body).await;
        assert_eq!((status, &done["verdict"]), (StatusCode::CREATED, &json!(verdict)), "{done}");
        assert_eq!(done["reason_codes"], codes);
        assert_eq!(done["reasons"].as_array().unwrap().len(), codes.as_array().unwrap().len());
        assert_eq!(done["valid_until"], town.now().plus(days(1)).to_string());
    }
    let mut body = body(&["fever"], false, json!([]));
    body["id"] = json!(ID);
    let (status, first) = town.post(DECLARATIONS, body.clone()).await;
    assert_eq!((status, &first["reasons"]), (StatusCode::CREATED, &json!(["Fever"])));
    town.clock.advance(minutes(7));
    assert_eq!(town.post(DECLARATIONS, body.clone()).await, (StatusCode::OK, first));
    body["symptoms"] = json!([]);
    assert_eq!(town.post(DECLARATIONS, body).await.0, StatusCode::CONFLICT);
    let (status, problem) = town.post(DECLARATIONS, json!({"id": "x", "symptoms": ["ho"]})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(pointers(&problem), ["/id", "/person", "/symptoms/0", "/contact_with_case"]);
    let (_, questions) = town.get("/api/v1/checkin/declarations/questions", None).await;
    assert_eq!(questions["symptoms"][0]["name"], json!({"vi": "Sốt", "en": "Fever"}));
}

async fn a_phone_alone_declares_for_nobody_and_a_one_time_code_does(town: Town) {
    let person = town.person("Lê Thị Hoa", None).await;
    let answers = |symptoms: &[&str]| json!({"symptoms": symptoms, "contact_with_case": false, "travel": []});
    let mut body = answers(&["fever"]);
    body["person"] = json!({"device_token": town.token(person)});
    let (status, problem) = town.post(DECLARATIONS, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!((pointers(&problem), &problem["errors"][0]["code"]), (vec!["/person/device_token"], &json!("not_here")));
    let latest = || async { town.app.store.read().await.unwrap().latest_declaration(person).await.unwrap() };
    assert_eq!(latest().await, None);
    let citizen = town.citizen(person).await;
    let (status, done) = town.call(Method::POST, DECLARATIONS, Some(&citizen), Some(answers(&["fever"]))).await;
    assert_eq!((status, &done["verdict"]), (StatusCode::CREATED, &json!("stop")), "{done}");
    assert!(latest().await.is_some());
}

async fn a_visitor_whose_declaration_says_stop_is_refused_and_no_visit_is_kept(town: Town) {
    let place = town.place("Nhà máy", PlaceKind::Factory).await;
    let body = |symptoms: &[&str]| {
        let declaration = json!({"symptoms": symptoms, "contact_with_case": false, "travel": []});
        json!({"id": ID, "venue_code": place.code, "visitor": lan(), "declaration": declaration})
    };
    let (status, done) = town.post(VISITS, body(&["fever"])).await;
    assert_eq!((status, &done["status"]), (StatusCode::CREATED, &json!("refused")), "{done}");
    assert_eq!(done["reason_codes"], json!(["declaration_stop"]));
    assert!(!done["reasons"][0].as_str().unwrap().to_lowercase().contains("fever"), "the door sees no answer: {done}");
    let (status, again) = town.post(VISITS, body(&["fever"])).await;
    assert_eq!((status, &again["status"], &again["id"]), (StatusCode::OK, &json!("refused"), &json!(ID)));
    assert_eq!(town.post(VISITS, body(&[])).await.0, StatusCode::CONFLICT);
    let mut tx = town.app.store.read().await.unwrap();
    let inside = crate::app::venues::inside(tx.as_mut(), &place, town.now()).await.unwrap();
    assert_eq!((inside, tx.visits(&[ID.parse().unwrap()]).await.unwrap().len()), (0, 0));
    drop(tx);

    let mut clear = body(&[]);
    clear["id"] = json!("01890a5d-ac96-774b-bcce-b302099a8058");
    let (status, done) = town.post(VISITS, clear.clone()).await;
    assert_eq!((status, &done["status"], &done["reasons"]), (StatusCode::CREATED, &json!("accepted"), &json!([])));
    assert_eq!(town.post(VISITS, clear).await.0, StatusCode::OK);
    // What an offline door tells of has happened: it is kept whatever was declared.
    let mut late = body(&["fever"]);
    late["id"] = json!("01890a5d-ac96-774b-bcce-b302099a8059");
    late["at"] = json!(town.now().minus(minutes(50)).to_string());
    let (status, report) = town.post("/api/v1/checkin/visits/batch", json!({"visits": [late]})).await;
    assert_eq!((status, &report["results"][0]["status"]), (StatusCode::OK, &json!("accepted")), "{report}");
    let mut now = body(&["fever"]);
    now["id"] = json!("01890a5d-ac96-774b-bcce-b302099a805a");
    let (_, report) = town.post("/api/v1/checkin/visits/batch", json!({"visits": [now]})).await;
    assert_eq!(report["results"][0]["status"], "rejected", "what is not kept is not called accepted: {report}");
    assert_eq!(report["results"][0]["errors"][0]["code"], "declaration_stop");
    let mut half = body(&[]);
    half["declaration"] = json!({"symptoms": []});
    let (_, problem) = town.post(VISITS, half).await;
    assert_eq!(pointers(&problem), ["/declaration/contact_with_case"]);
    let mut tx = town.app.store.write().await.unwrap();
    assert_eq!(tx.delete_declarations_before(town.now()).await.unwrap(), 0);
    assert_eq!(tx.delete_declarations_before(town.now().plus(minutes(1))).await.unwrap(), 4);
}

async fn a_citizen_sees_their_own_page_after_a_code_only(town: Town) {
    let place = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let (_, visit) = town.post(VISITS, json!({"venue_code": place.code, "visitor": lan()})).await;
    let look = |path: &'static str, cookie: Option<String>| {
        let town = &town;
        async move { town.page(Method::GET, path, None, cookie.as_deref(), "").await }
    };
    for (lang, text) in [("/me?lang=vi", "Trang của tôi"), ("/me?lang=en", "My page")] {
        let page = look(lang, None).await;
        assert!(page.html.contains(text) && !page.html.contains("Lan"));
    }
    let form = "full_name=nguyen+thi+lan&phone=0912345678";
    let asked = town.page(Method::POST, "/me/code", None, None, form).await;
    let stranger = town.page(Method::POST, "/me/code", None, None, "full_name=Ai&phone=0987654321").await;
    assert_eq!((asked.status, stranger.status), (StatusCode::OK, StatusCode::OK), "nobody learns who is known");
    let mut tx = town.app.store.read().await.unwrap();
    let messages = tx.messages(None, 10).await.unwrap();
    drop(tx);
    assert_eq!(messages.len(), 1);
    let code: String = messages[0].message.text.chars().filter(char::is_ascii_digit).take(6).collect();
    let wrong = town.page(Method::POST, "/me", None, None, &format!("{form}&code=12")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let opened = town.page(Method::POST, "/me", None, None, &format!("{form}&code={code}")).await;
    assert_eq!((opened.status, opened.location.as_deref()), (StatusCode::SEE_OTHER, Some("/me")));
    let cookie = opened.session.unwrap();
    let page = look("/me", Some(cookie.clone())).await;
    let id = visit["id"].as_str().unwrap();
    for text in ["Nguyễn Thị Lan", "Chợ Mỹ Tho", "<path d=\"M", id, "đang ở đó"] {
        assert!(page.html.contains(text), "{text} is not on {}", page.html);
    }
    let left = town.page(Method::POST, "/me/out", None, Some(&cookie), &format!("visit={id}")).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.html);
    let after = look("/me", Some(cookie.clone())).await;
    assert!(!after.html.contains("đang ở đó"));
    let path = |html: &str| html.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(path(&after.html), path(&page.html));
    assert_eq!(town.page(Method::POST, "/me/card", None, Some(&cookie), "").await.status, StatusCode::SEE_OTHER);
    assert_ne!(path(&look("/me", Some(cookie)).await.html), path(&page.html));
    let card = look("/P/0123", None).await;
    assert!(card.html.contains("Mã cá nhân An Tâm"));
}

async fn the_form_declares_without_script(town: Town) {
    for (path, text) in [("/declare?lang=vi", "Khai cho ai?"), ("/declare?lang=en", "Whom is it about?")] {
        let page = town.page(Method::GET, path, None, None, "").await;
        assert!(page.html.contains(text), "{}", page.html);
    }
    let empty = town.page(Method::POST, "/declare", None, None, "full_name=Lan").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in
        ["href=\"#phone\"", "href=\"#symptoms\"", "href=\"#contact_with_case\"", "value=\"Lan\"", "<title>Lỗi: "]
    {
        assert!(empty.html.contains(text), "{text} is not on {}", empty.html);
    }
    let person = "full_name=Lan&phone=0912345678";
    for (answers, word) in [
        ("no_symptoms=1&contact_with_case=no&travel=", "Được vào"),
        ("symptoms=cough&contact_with_case=no", "cần chú ý"),
        ("symptoms=fever&contact_with_case=yes", "Chưa vào được"),
    ] {
        let done = town.page(Method::POST, "/declare", None, None, &format!("{person}&{answers}")).await;
        assert_eq!(done.status, StatusCode::OK);
        assert!(done.html.contains(word), "{word} is not on {}", done.html);
    }
}

on_both!(verdict, super::a_declaration_has_a_verdict_and_its_reasons);
on_both!(token, super::a_phone_alone_declares_for_nobody_and_a_one_time_code_does);
on_both!(refused, super::a_visitor_whose_declaration_says_stop_is_refused_and_no_visit_is_kept);
on_both!(own_page, super::a_citizen_sees_their_own_page_after_a_code_only);
on_both!(form, super::the_form_declares_without_script);
