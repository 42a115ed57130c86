//! Owners register venues themselves, the health station vouches, staff join by invitation.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use shared::access::{AreaScope, Role};

use super::support::{Town, WARD, on_both};

struct Answer {
    status: StatusCode,
    location: String,
    cookie: String,
    html: String,
}

async fn page(town: &Town, method: Method, path: &str, bearer: Option<&str>, form: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "text/html");
    if let Some(token) = bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = town.send(request.body(Body::from(form.to_owned())).unwrap()).await;
    let text = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (status, location, cookie) = (response.status(), text(header::LOCATION), text(header::SET_COOKIE));
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let html = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(!html.contains(">checkin-"), "a text is missing on {path}: {html}");
    Answer { status, location, cookie, html }
}

fn form(phone: &str) -> String {
    format!(
        "name=Qu%C3%A1n+%E1%BA%A8m&kind=restaurant&address=1+L%C3%AA+L%E1%BB%A3i&ward_code={WARD}&capacity=20\
         &phone={phone}&owner=Nguy%E1%BB%85n+Th%E1%BB%8B+Lan&password=m%E1%BA%ADt+kh%E1%BA%A9u+d%C3%A0i"
    )
}

/// The code of the newest message to a phone.
async fn code_for(town: &Town, phone: &str) -> String {
    let messages = town.app.platform.shared.read().await.unwrap().messages(Some(phone), 10).await.unwrap();
    let text = messages.first().map(|stored| stored.message.text.clone()).unwrap();
    let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 6).collect();
    digits[0].to_owned()
}

async fn registered_by_code(town: &Town, phone: &str) -> (String, Answer) {
    let asked = page(town, Method::POST, "/venue/new/code", None, &form(phone)).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.html);
    let code = code_for(town, &format!("+84{}", &phone[1..])).await;
    let path = format!("{}/code", asked.location);
    let wrong = page(town, Method::POST, &path, None, "code=000000x").await;
    if code != "000000" {
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let done = page(town, Method::POST, &path, None, &format!("code={code}")).await;
    (path, done)
}

async fn an_owner_registers_with_a_code_and_is_signed_in(town: Town) {
    assert_eq!(page(&town, Method::GET, "/venue/new", None, "").await.status, StatusCode::OK);
    let (path, done) = registered_by_code(&town, "0912345678").await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/venue"));
    assert!(done.cookie.starts_with("__Host-antam="), "{}", done.cookie);
    let mut tx = town.app.platform.shared.read().await.unwrap();
    let account = tx.account_by_username("0912345678").await.unwrap().unwrap().account;
    assert_eq!((account.roles.as_slice(), account.display_name.as_str()), (&[Role::Venue][..], "Nguyễn Thị Lan"));
    let places = tx.places(Some(account.id), 10, 0).await.unwrap();
    assert_eq!(places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>(), ["Quán Ẩm"]);
    drop(tx);
    let again = page(&town, Method::POST, &path, None, "code=123456").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "a registration is confirmed once");
    let (_, second) = registered_by_code(&town, "0912345678").await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY, "the phone has an account: sign in");
}

async fn what_is_wrong_is_said_at_its_field_and_codes_are_not_sent_without_end(town: Town) {
    let bad = page(&town, Method::POST, "/venue/new/code", None, "name=&password=short&phone=02733872222").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name-error", "kind-error", "ward_code-error", "password-error", "owner-error"] {
        assert!(bad.html.contains(field), "{field}");
    }
    for n in 0..6 {
        let asked = page(&town, Method::POST, "/venue/new/code", None, &form("0987654321")).await;
        let expected = if n < 5 { StatusCode::SEE_OTHER } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(asked.status, expected, "{n}");
    }
    let unknown = "/venue/new/01890a5d-ac96-774b-bcce-b302099a8057/code";
    assert_eq!(page(&town, Method::POST, unknown, None, "code=123456").await.status, StatusCode::NOT_FOUND);
}

async fn the_health_station_vouches_for_an_owner_of_its_ward(town: Town) {
    let asked = page(&town, Method::POST, "/venue/new/code", None, &form("0912345678")).await;
    let id = asked.location.rsplit('/').next().unwrap().to_owned();
    let nurse = town.sign_in("nurse", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let far = town.sign_in("far", Role::Nurse, AreaScope::Ward("00001".to_owned())).await;
    let list = page(&town, Method::GET, "/venue/waiting", Some(&nurse), "").await;
    assert!(list.html.contains("Quán Ẩm") && list.html.contains(&id));
    assert!(!page(&town, Method::GET, "/venue/waiting", Some(&far), "").await.html.contains("Quán Ẩm"));
    let path = format!("/venue/waiting/{id}");
    assert_eq!(page(&town, Method::POST, &path, Some(&far), "").await.status, StatusCode::NOT_FOUND);
    let done = page(&town, Method::POST, &path, Some(&nurse), "").await;
    assert_eq!((done.status, done.cookie.as_str()), (StatusCode::SEE_OTHER, ""), "the nurse stays who she is");
    let account = town.app.platform.shared.read().await.unwrap().account_by_username("0912345678").await.unwrap();
    assert!(account.is_some());
    assert!(!page(&town, Method::GET, "/venue/waiting", Some(&nurse), "").await.html.contains(&id));
}

async fn staff_join_by_an_invitation_that_works_once(town: Town) {
    let owner = town.sign_in("owner", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    let body = serde_json::json!({"name": "Quán", "kind": "cafe", "address": "1 Lê Lợi", "ward_code": WARD,
                                  "phone": "0912345678", "capacity": 1});
    let (_, venue) = town.call(Method::POST, "/api/v1/checkin/venues", Some(&owner), Some(body)).await;
    let base = format!("/venue/{}", venue["id"].as_str().unwrap());
    let invited = page(&town, Method::POST, &format!("{base}/staff"), Some(&owner), "").await;
    let link = invited.html.split("/venue/join/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/venue/join/{link}");
    assert!(page(&town, Method::GET, &path, None, "").await.html.contains("Quán"));
    let join = format!("{path}/code");
    let bad = page(&town, Method::POST, &join, None, "username=X&password=short").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = "owner=Tr%E1%BA%A7n+V%C4%83n+Ba&username=ba.quan&password=mot+mat+khau+dai";
    let joined = page(&town, Method::POST, &join, None, typed).await;
    assert_eq!((joined.status, joined.location.as_str()), (StatusCode::SEE_OTHER, "/venue"), "{}", joined.html);
    assert_eq!(page(&town, Method::POST, &join, None, typed).await.status, StatusCode::NOT_FOUND);
    let staff = page(&town, Method::GET, &format!("{base}/staff"), Some(&owner), "").await;
    assert!(staff.html.contains("Trần Văn Ba"));
    let stranger = town.sign_in("stranger", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    for path in ["staff", "sign"] {
        let path = format!("{base}/{path}");
        assert_eq!(page(&town, Method::GET, &path, Some(&stranger), "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(page(&town, Method::GET, &path, Some(&owner), "").await.status, StatusCode::OK);
    }
    // It holds one: the sign says so as soon as somebody is inside, and that there is room when they have left.
    let sign = || async { page(&town, Method::GET, &format!("{base}/sign"), Some(&owner), "").await.html };
    let empty = sign().await;
    assert!(empty.contains("data-full=\"false\"") && empty.contains("sign-number\">0<"), "{empty}");
    let visit =
        serde_json::json!({"venue_code": venue["code"], "visitor": {"full_name": "Lê Thị Hoa", "phone": "0987654321"}});
    let (status, came) = town.post("/api/v1/checkin/visits", visit).await;
    assert_eq!(status, StatusCode::CREATED, "{came}");
    let full = sign().await;
    for text in ["data-full=\"true\"", "sign-number\">1<", "Đã đủ người. Xin chờ một lát."] {
        assert!(full.contains(text), "{text}: {full}");
    }
    let out = format!("/api/v1/checkin/visits/{}/checkout", came["id"].as_str().unwrap());
    let (status, left) = town.call(Method::POST, &out, Some(&owner), None).await;
    assert_eq!(status, StatusCode::OK, "{left}");
    assert!(sign().await.contains("data-full=\"false\""));
    let ba = town.app.platform.shared.read().await.unwrap().account_by_username("ba.quan").await.unwrap().unwrap();
    let gone = format!("account={}", ba.account.id);
    page(&town, Method::POST, &format!("{base}/staff/remove"), Some(&owner), &gone).await;
    assert!(!page(&town, Method::GET, &format!("{base}/staff"), Some(&owner), "").await.html.contains("Trần Văn Ba"));
}

async fn a_keeper_mends_what_was_typed_wrong_and_the_code_stays(town: Town) {
    let owner = town.sign_in("owner", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    let stranger = town.sign_in("stranger", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    let registered = serde_json::json!({
        "id": "01890a5d-ac96-774b-bcce-b302099a8057", "name": "Quán Âm", "kind": "cafe", "address": "1 Lê Lợi",
        "ward_code": WARD, "phone": "0912345678", "capacity": 20, "opening_hours": "Mo-Su 06:00-22:00",
        "position": {"latitude": 10.36, "longitude": 106.36},
    });
    let venues = "/api/v1/checkin/venues";
    let (_, venue) = town.call(Method::POST, venues, Some(&owner), Some(registered.clone())).await;
    let path = format!("/venue/{}/change", venue["id"].as_str().unwrap());
    let shown = page(&town, Method::GET, &path, Some(&owner), "").await;
    for typed in ["value=\"Quán Âm\"", "value=\"20\"", "value=\"1 Lê Lợi\"", "06:00-22:00", "912345678"] {
        assert!(shown.html.contains(typed), "{typed}: {}", shown.html);
    }

    let bad = page(&town, Method::POST, &path, Some(&owner), "name=&capacity=many&kind=cafe").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.html.contains("name-error") && bad.html.contains("capacity-error"), "{}", bad.html);
    let good = format!(
        "name=Qu%C3%A1n+%E1%BA%A8m&kind=restaurant&address=2+L%C3%AA+L%E1%BB%A3i&ward_code={WARD}&phone=0987654321"
    );
    for (method, form) in [(Method::GET, ""), (Method::POST, good.as_str()), (Method::POST, "name=")] {
        assert_eq!(page(&town, method, &path, Some(&stranger), form).await.status, StatusCode::NOT_FOUND);
    }
    let one = format!("{venues}/{}", venue["id"].as_str().unwrap());
    assert_eq!(town.call(Method::GET, &one, Some(&owner), None).await.1["name"], "Quán Âm");

    let done = page(&town, Method::POST, &path, Some(&owner), &good).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/venue"), "{}", done.html);
    let (_, changed) = town.call(Method::GET, &one, Some(&owner), None).await;
    assert_eq!(
        (&changed["name"], &changed["kind"], &changed["capacity"]),
        (&"Quán Ẩm".into(), &"restaurant".into(), &serde_json::Value::Null)
    );
    assert_eq!((&changed["code"], &changed["position"]), (&venue["code"], &venue["position"]), "what the form has not");
    assert!(changed.get("opening_hours").is_none(), "hours that were taken out");
    let shown = page(&town, Method::GET, &path, Some(&owner), "").await;
    assert!(shown.html.contains("987654321") && !shown.html.contains("912345678"));
    let code = venue["code"].as_str().unwrap();
    assert!(page(&town, Method::GET, &format!("/c/{code}"), None, "").await.html.contains("Quán Ẩm"), "at once");
    let (again, _) = town.call(Method::POST, venues, Some(&owner), Some(registered)).await;
    assert_eq!(again, StatusCode::OK, "a registration that comes late is known");
    let lines = town.app.platform.shared.read().await.unwrap().audit_lines(None, None, 100).await.unwrap();
    let line = lines.iter().find(|line| line.action == "venue.change").expect("every change is on record");
    let before: serde_json::Value = serde_json::from_str(&line.detail).unwrap();
    assert_eq!(before["before"]["name"], "Quán Âm");
}

async fn an_officer_changes_a_venue_of_the_area_by_the_api_and_no_other(town: Town) {
    let owner = town.sign_in("owner", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    let near = town.sign_in("near", Role::Officer, AreaScope::Ward(WARD.to_owned())).await;
    let far = town.sign_in("far", Role::Officer, AreaScope::Ward("00001".to_owned())).await;
    let body = |name: &str| {
        serde_json::json!({"name": name, "kind": "cafe", "address": "1 Lê Lợi", "ward_code": WARD,
                           "phone": "0912345678", "capacity": 3})
    };
    let (_, venue) = town.call(Method::POST, "/api/v1/checkin/venues", Some(&owner), Some(body("Quán"))).await;
    let one = format!("/api/v1/checkin/venues/{}", venue["id"].as_str().unwrap());
    let (status, _) = town.call(Method::PUT, &one, Some(&far), Some(body("Quán khác"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, problem) = town.call(Method::PUT, &one, Some(&near), Some(serde_json::json!({"name": "Quán"}))).await;
    assert_eq!(
        (status, &problem["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &"/kind".into()),
        "{problem}"
    );
    let (status, changed) = town.call(Method::PUT, &one, Some(&near), Some(body("Quán khác"))).await;
    assert_eq!((status, &changed["name"], &changed["code"]), (StatusCode::OK, &"Quán khác".into(), &venue["code"]));
}

on_both!(change, super::a_keeper_mends_what_was_typed_wrong_and_the_code_stays);
on_both!(officer, super::an_officer_changes_a_venue_of_the_area_by_the_api_and_no_other);
on_both!(by_code, super::an_owner_registers_with_a_code_and_is_signed_in);
on_both!(faults, super::what_is_wrong_is_said_at_its_field_and_codes_are_not_sent_without_end);
on_both!(vouching, super::the_health_station_vouches_for_an_owner_of_its_ward);
on_both!(invitations, super::staff_join_by_an_invitation_that_works_once);
