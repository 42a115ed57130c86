//! Venues in bulk on pages, and codes that are sent again.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use shared::access::{AreaScope, Role};

use super::support::{Town, WARD, on_both};

const FILE: &str = "STT;Tên;Loại;Địa chỉ;Mã xã phường;Điện thoại\n\
    1;Quán Ẩm;restaurant;1 Lê Lợi;28252;0912345678\n\
    2;Tiệm Ở;bar;2 Lê Lợi;28252;0912345678\n\
    3;Chợ;market;3 Lê Lợi;28252;0912345678\n";

impl Town {
    async fn upload(&self, path: &str, bearer: &str, field: &str, file: &str) -> (StatusCode, String) {
        let body = format!(
            "--X\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"v.csv\"\r\n\r\n{file}\r\n--X--\r\n"
        );
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X");
        let response = self.send(request.body(Body::from(body)).unwrap()).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }
}

async fn a_file_is_tried_then_imported_and_the_bad_line_says_why(town: Town) {
    let owner = town.sign_in("venue", Role::Venue, AreaScope::Province("82".to_owned())).await;
    for (lang, text) in [("vi", "Nhập địa điểm từ tệp"), ("en", "Venues from a file")] {
        let page = town.page(Method::GET, &format!("/venue/import?lang={lang}"), Some(&owner), None, "").await;
        assert!(page.html.contains(text) && page.html.contains("name=\"file\""), "{lang}");
    }
    let (status, tried) = town.upload("/venue/import?dry_run=true", &owner, "file", FILE).await;
    assert_eq!(status, StatusCode::OK, "{tried}");
    assert!(tried.contains("chưa lưu gì") && tried.contains("<strong>Loại</strong>"), "{tried}");
    let empty = town.page(Method::GET, "/venue", Some(&owner), None, "").await;
    assert!(empty.html.contains("Chưa có địa điểm nào") && !empty.html.contains("/venue/posters"));
    let (status, done) = town.upload("/venue/import", &owner, "file", FILE).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    assert!(done.contains("Đã nhập xong") && done.contains("stat-value\">2<") && done.contains("stat-value\">1<"));
    let (_, again) = town.upload("/venue/import", &owner, "file", FILE).await;
    assert!(again.contains("stat-value\">2<"), "known by now: {again}");
    let page = town.page(Method::GET, "/venue", Some(&owner), None, "").await;
    assert!(page.html.contains("Quán Ẩm") && page.html.contains("action=\"/venue/posters\""));
    for (field, file, text) in [("file", "tên\nX", "Thiếu cột"), ("other", FILE, "Chọn một tệp")] {
        let (status, page) = town.upload("/venue/import", &owner, field, file).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains(text) && page.contains("<title>Lỗi: "), "{page}");
    }
}

async fn the_posters_of_all_venues_are_made_while_a_page_tells_how_far_they_are(town: Town) {
    let owner = town.sign_in("venue", Role::Venue, AreaScope::Province("82".to_owned())).await;
    let none = town.page(Method::POST, "/venue/posters", Some(&owner), None, "size=a6&lang=vi").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    town.upload("/venue/import", &owner, "file", FILE).await;
    let begun = town.page(Method::POST, "/venue/posters", Some(&owner), None, "size=a6&lang=vi").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.html);
    let path = begun.location.unwrap();
    let mut page = town.page(Method::GET, &path, Some(&owner), None, "").await;
    for _ in 0..600 {
        if page.html.contains("posters.pdf") {
            break;
        }
        assert!(page.html.contains("Đang vẽ"), "{}", page.html);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        page = town.page(Method::GET, &path, Some(&owner), None, "").await;
    }
    assert!(page.html.contains("2 / 2") && page.html.contains("posters.pdf"), "{}", page.html);
    let other = town.sign_in("other", Role::Venue, AreaScope::Province("82".to_owned())).await;
    assert_eq!(town.page(Method::GET, &path, Some(&other), None, "").await.status, StatusCode::NOT_FOUND);
}

async fn a_code_that_did_not_come_is_sent_again_a_few_times(town: Town) {
    let form = format!(
        "name=Ti%E1%BB%87m&kind=shop&address=5+%E1%BA%A4p+B%E1%BA%AFc&ward_code={WARD}&phone=0912345678&owner=C%C3%B4+T%C6%B0\
         &password=con+meo+ngu+trua"
    );
    let asked = town.page(Method::POST, "/venue/new/code", None, None, &form).await;
    let path = asked.location.unwrap();
    let resend = format!("{path}/resend/code");
    let page = town.page(Method::GET, &path, None, None, "").await;
    assert!(page.html.contains(&resend), "{}", page.html);
    for n in 1..5 {
        let sent = town.page(Method::POST, &resend, None, None, "x=").await;
        assert!(sent.status == StatusCode::OK && sent.html.contains("Đã gửi một mã mới"), "{n}: {}", sent.html);
    }
    let too_many = town.page(Method::POST, &resend, None, None, "x=").await;
    assert_eq!(too_many.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = "/venue/new/01890a5d-ac96-774b-bcce-b302099a8057/resend/code";
    assert_eq!(town.page(Method::POST, unknown, None, None, "x=").await.status, StatusCode::NOT_FOUND);
    // The same on the citizen's own page.
    let me = town.page(Method::POST, "/me/code", None, None, "full_name=Lan&phone=0912345678").await;
    assert!(me.html.contains("Gửi lại mã") && me.html.contains("action=\"/me/code\""), "{}", me.html);
}

async fn who_declares_for_another_stays_who_they_are(town: Town) {
    let place = town.place("Chợ", shared::place::PlaceKind::Market).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let cookie = format!("__Host-device={}", town.token(person));
    let door = format!("/c/{}", place.code);
    let known = town.page(Method::GET, &door, None, Some(&cookie), "").await;
    assert!(known.html.contains("?other=1\" data-for-other>"), "{}", known.html);
    let page = town.page(Method::GET, &format!("{door}?other=1"), None, Some(&cookie), "").await;
    assert!(
        page.html.contains("name=\"other\" value=\"1\"") && page.html.contains("data-known hidden"),
        "{}",
        page.html
    );
    let form = "other=1&full_name=B%C3%A0+T%C3%A1m&phone=0912345678";
    let done = town.page(Method::POST, &door, None, Some(&cookie), form).await;
    assert!(done.html.contains("data-status=\"accepted\"") && done.cookie.is_none(), "the phone stays its owner's");
    let nobody = town.page(Method::POST, &door, None, Some(&cookie), "other=1&full_name=&phone=").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY, "it is not the owner who is meant");
}

on_both!(import, super::a_file_is_tried_then_imported_and_the_bad_line_says_why);
on_both!(posters, super::the_posters_of_all_venues_are_made_while_a_page_tells_how_far_they_are);
on_both!(resend, super::a_code_that_did_not_come_is_sent_again_a_few_times);
on_both!(another, super::who_declares_for_another_stays_who_they_are);
