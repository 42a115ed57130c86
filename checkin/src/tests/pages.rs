//! The pages, in both languages, with and without what they show.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use shared::access::{AreaScope, Role};
use shared::events::CaseOpened;
use shared::ids::CaseId;
use shared::place::PlaceKind;
use shared::time::{hours, minutes};

use super::support::{Town, WARD, on_both};
use crate::seed::insert_visits;

/// One answer: the status, the cookie that it sets, where it sends, and the page.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) cookie: Option<String>,
    /// Name and value of the session's cookie.
    pub(super) session: Option<String>,
    pub(super) location: Option<String>,
    pub(super) html: String,
}

impl Town {
    pub(super) async fn page(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        cookie: Option<&str>,
        form: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "text/html");
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie).header("sec-fetch-site", "same-origin");
        }
        if !form.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let response = self.send(request.body(Body::from(form.to_owned())).unwrap()).await;
        let text = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let session = text(header::SET_COOKIE).filter(|line| line.starts_with("__Host-antam="));
        let session = session.map(|line| line.split(';').next().unwrap().to_owned());
        let device = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .find(|line| line.starts_with("__Host-device"));
        let (status, location) = (response.status(), text(header::LOCATION));
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!html.contains("checkin-"), "a text is missing on {path}: {}", around(&html, "checkin-"));
        assert!(!html.contains("style=") && !html.contains("onclick"), "nothing inline on {path}");
        Answer { status, cookie: device, session, location, html }
    }

    pub(super) async fn look(&self, path: &str, bearer: Option<&str>) -> Answer {
        self.page(Method::GET, path, bearer, None, "").await
    }
}

fn around<'a>(html: &'a str, needle: &str) -> &'a str {
    let at = html.find(needle).unwrap_or(0);
    html.get(at..at + 40).unwrap_or_default()
}

/// What stands between two texts of a page.
fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let rest = html.split_once(before).unwrap_or_else(|| panic!("{before} is not on the page")).1;
    rest.split_once(after).unwrap().0
}

/// The visit that a page offers to end.
fn visit_on(html: &str) -> &str {
    between(html, "name=\"visit\" value=\"", "\"")
}

async fn the_door_works_without_script(town: Town) {
    let place = town.place("Nhà thuốc Bình An", PlaceKind::Pharmacy).await;
    let door = format!("/c/{}", place.code);
    for path in [door.clone(), door.to_lowercase(), format!("/C/{}", place.code)] {
        let page = town.look(&path, None).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for text in ["Nhà thuốc Bình An", "12 Lê Lợi, Phường 4", "Tôi vào đây", "name=\"full_name\"", "checkin.js"]
        {
            assert!(page.html.contains(text), "{text} is not on the page");
        }
    }
    assert!(town.look(&format!("{door}?lang=en"), None).await.html.contains("I am coming in"));

    let empty = town.page(Method::POST, &door, None, None, "full_name=&phone=12&party=Con").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.html.contains("<title>Lỗi: ") && empty.html.contains("href=\"#full_name\""), "{}", empty.html);
    assert!(empty.html.contains("value=\"12\"") && empty.html.contains("value=\"Con\""), "what was typed is kept");
    assert!(empty.cookie.is_none());
    let nothing = town.page(Method::POST, &door, None, None, "full_name=Lan&phone=").await;
    assert!(nothing.html.contains("Hãy nhập số điện thoại"), "{}", nothing.html);

    let id = between(&town.look(&door, None).await.html, "name=\"id\" value=\"", "\"").to_owned();
    let form =
        format!("id={id}&full_name=Nguy%E1%BB%85n+Th%E1%BB%8B+Lan&phone=0912345678&party=B%C3%A9+Na&party=&party=");
    let welcome = town.page(Method::POST, &door, None, None, &form).await;
    assert_eq!(welcome.status, StatusCode::OK, "{}", welcome.html);
    // 10 March 2022 is a Thursday.
    for text in ["data-day=\"4\"", "data-status=\"accepted\"", "Mời vào", "08:30", "10/03/2022", "2 người", "Ra về"]
    {
        assert!(welcome.html.contains(text), "{text} is not on the screen");
    }
    assert_eq!(visit_on(&welcome.html), id);
    let line = welcome.cookie.unwrap();
    for attribute in ["; Path=/;", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(line.contains(attribute), "{line}");
    }
    let again = town.page(Method::POST, &door, None, None, &form).await;
    assert_eq!((again.status, visit_on(&again.html)), (StatusCode::OK, id.as_str()), "sent twice, stored once");
    let other = form.replace("Lan", "Mai");
    assert_eq!(town.page(Method::POST, &door, None, None, &other).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let cookie = line.split(';').next().unwrap();
    let known = town.page(Method::GET, &door, None, Some(cookie), "").await;
    assert!(known.html.contains("data-first-visit hidden") && known.html.contains("Máy này đã khai báo"));
    assert!(!known.html.contains("Lan"), "a device shows nobody's name");
    let other_hands = town.page(Method::GET, &format!("{door}?new=1"), None, Some(cookie), "").await;
    assert!(other_hands.html.contains("data-known hidden"));

    town.clock.advance(minutes(30));
    let one_tap = town.page(Method::POST, &door, None, Some(cookie), "full_name=&phone=").await;
    assert!(one_tap.html.contains("09:00") && one_tap.html.contains("1 người"), "{}", one_tap.html);
    let visit = visit_on(&one_tap.html).to_owned();
    let leave = format!("{door}/out");
    let form = format!("visit={visit}");
    assert_eq!(town.page(Method::POST, &leave, None, None, &form).await.status, StatusCode::NOT_FOUND);
    town.clock.advance(minutes(10));
    let bye = town.page(Method::POST, &leave, None, Some(cookie), &form).await;
    assert_eq!(bye.status, StatusCode::OK);
    assert!(bye.html.contains("Đã ra về") && bye.html.contains("09:10") && !bye.html.contains("name=\"visit\""));
    town.clock.advance(minutes(10));
    let before = town.page(Method::POST, &leave, None, Some(cookie), &form).await;
    assert!(before.html.contains("đã ra về trước đó") && before.html.contains("09:10"));
}

async fn a_code_that_nobody_has_gives_a_page_that_says_so(town: Town) {
    let unknown = shared::place::PlaceCode::new(&mut town.app.platform.random());
    for code in [unknown.as_str(), "nonsense"] {
        let page = town.look(&format!("/c/{code}"), None).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.html.contains("Không có địa điểm với mã này"), "{}", page.html);
    }
}

async fn a_form_of_another_site_does_not_use_the_cookie(town: Town) {
    let place = town.place("Chợ", PlaceKind::Market).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    let request = Request::post(format!("/c/{}", place.code))
        .header(header::COOKIE, format!("__Host-device={}", town.token(person)))
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = town.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

async fn an_owner_registers_a_venue_and_finds_its_posters(town: Town) {
    let owner = town.sign_in("venue", Role::Venue, AreaScope::Province("82".to_owned())).await;
    let sent_away = town.look("/venue", None).await;
    assert_eq!((sent_away.status, sent_away.location.as_deref()), (StatusCode::SEE_OTHER, Some("/login?next=/venue")));
    for (lang, text) in [("vi", "Chưa có địa điểm nào"), ("en", "No venue yet")] {
        let page = town.look(&format!("/venue?lang={lang}"), Some(&owner)).await;
        assert!(page.html.contains(text) && page.html.contains("value=\"28252\""), "{lang}");
    }
    let wrong = town.page(Method::POST, "/venue", Some(&owner), None, "name=Ti%E1%BB%87m&kind=shop&capacity=x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["href=\"#ward_code\"", "href=\"#capacity\"", "href=\"#phone\"", "value=\"Tiệm\"", "\"shop\" selected"]
    {
        assert!(wrong.html.contains(text), "{text}");
    }
    let form = format!(
        "name=Ti%E1%BB%87m+C%C3%B4+T%C6%B0&kind=shop&address=5+%E1%BA%A4p+B%E1%BA%AFc&ward_code={WARD}&capacity=20\
         &phone=0912345678"
    );
    let done = town.page(Method::POST, "/venue", Some(&owner), None, &form).await;
    assert_eq!((done.status, done.location.as_deref()), (StatusCode::SEE_OTHER, Some("/venue")), "{}", done.html);
    let page = town.look("/venue", Some(&owner)).await;
    for text in [
        "Tiệm Cô Tư",
        "poster.pdf?size=a6&amp;lang=en",
        "occupancy-number\">0<",
        "max=\"20\"",
        "js/venue.js",
        "data-occupancy",
    ] {
        assert!(page.html.contains(text), "{text}");
    }
    // Somebody comes in: the page asks for this part of it again.
    let code = between(&page.html, "href=\"/c/", "\"").to_owned();
    let mut tx = town.app.store.read().await.unwrap();
    let place = tx.place(&shared_store::people::PlaceKey::Code(code)).await.unwrap().unwrap();
    drop(tx);
    let person = town.person("Nguyễn Thị Lan", None).await;
    assert!(town.visit(&place, person).await.0.is_success());
    let part = town.look("/venue/fragments/occupancy", Some(&owner)).await.html;
    let shown = between(&part, &format!("data-occupancy=\"{}\"", place.id), "</div>");
    assert!(shown.contains("occupancy-number\">1<") && shown.contains("value=\"1\""), "{part}");
    assert!(!part.contains("<html"), "{part}");
    let other = town.sign_in("other", Role::Venue, AreaScope::Province("82".to_owned())).await;
    assert!(!town.look("/venue/fragments/occupancy", Some(&other)).await.html.contains("data-occupancy"));
}

async fn an_officer_follows_a_cluster(town: Town) {
    let officer = town.officer().await;
    let far = town.sign_in("far", Role::Officer, AreaScope::Ward("28249".to_owned())).await;
    assert!(town.look("/exposures", Some(&officer)).await.html.contains("Chưa có ca nào"));
    let place = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let (case, binh) = (town.person("Nguyễn Văn An", Some(WARD)).await, town.person("Trần Thị Bình", Some(WARD)).await);
    let from = town.now().minus(hours(5));
    let mut random = town.app.platform.random();
    let mut row = |who, minute| {
        let at = from.plus(minutes(minute));
        (shared::ids::VisitId::new(at, &mut random), place.id, who, at, Some(at.plus(minutes(40))))
    };
    let rows = [row(case, 0), row(binh, 10)];
    insert_visits(&town.app, rows).await.unwrap();
    let opened = CaseOpened {
        case_id: CaseId::new(town.now(), &mut random),
        person_id: case,
        symptom_onset: None,
        specimen_at: town.now(),
        isolated_from: None,
        ward_code: Some(WARD.to_owned()),
        opened_at: town.now(),
    };
    town.hear(&opened).await;
    for (lang, texts) in [("vi", ["Tiếp xúc gần", "Gần"]), ("en", ["Close contacts", "Close"])] {
        let list = town.look(&format!("/exposures?lang={lang}"), Some(&officer)).await;
        assert!(list.html.contains("Nguyễn Văn An") && list.html.contains(texts[0]), "{}", list.html);
        let path = format!("/exposures?case_id={}&lang={lang}", opened.case_id);
        let cluster = town.look(&path, Some(&officer)).await;
        assert_eq!(cluster.status, StatusCode::OK);
        for text in
            ["Trần Thị Bình", "Quán cơm", "badge-urgent", "10/03/2022 03:30 – 10/03/2022 04:10", ">30", texts[1]]
        {
            assert!(cluster.html.contains(text), "{text} is not on {}", cluster.html);
        }
    }
    let path = format!("/exposures?case_id={}", opened.case_id);
    assert_eq!(town.look(&path, Some(&far)).await.status, StatusCode::NOT_FOUND);
    assert!(!town.look("/exposures", Some(&far)).await.html.contains("Nguyễn Văn An"));
    let mut tx = town.app.store.write().await.unwrap();
    let lines = tx.audit_lines(None, None, 100).await.unwrap();
    for action in ["exposures.list", "exposures.read"] {
        assert!(lines.iter().any(|line| line.action == action), "{action}");
    }
}

on_both!(door, super::the_door_works_without_script);
on_both!(unknown, super::a_code_that_nobody_has_gives_a_page_that_says_so);
on_both!(cross_site, super::a_form_of_another_site_does_not_use_the_cookie);
on_both!(venue, super::an_owner_registers_a_venue_and_finds_its_posters);
on_both!(officer, super::an_officer_follows_a_cluster);
