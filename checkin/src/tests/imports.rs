//! Venues in bulk, their parts, and posters in bulk, through HTTP.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::place::PlaceKind;

use super::support::{Town, WARD, on_both};

const IMPORT: &str = "/api/v1/checkin/venues/import";
const VENUES: &str = "/api/v1/checkin/venues";

pub(super) async fn upload(town: &Town, path: &str, token: &str, file: &[u8]) -> (StatusCode, Value) {
    let mut body = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"v.csv\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
        .header(header::ACCEPT_LANGUAGE, "en")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body))
        .unwrap();
    let response = town.send(request).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn keeper(town: &Town) -> String {
    town.sign_in("venue", Role::Venue, AreaScope::Ward(WARD.to_owned())).await
}

const TABLE: &str = "STT;Tên địa điểm;Loại hình;Địa chỉ;Mã xã;Số điện thoại;Sức chứa;Giờ mở cửa;Thuộc
A1;Chợ Mỹ Tho;market;1 Đinh Bộ Lĩnh;28252;0912345678;500;05:00-19:00;
A2;Quầy 12;Cửa hàng;1 Đinh Bộ Lĩnh;28252;0912345678;4;;Chợ Mỹ Tho
A3;Quán Ẩm;bar;2 Lê Lợi;99999;115;nhiều;mãi mãi;
A4;Nhà thuốc;pharmacy;;28252;0912345678;;;
";

async fn good_lines_are_kept_and_bad_ones_are_named(town: Town) {
    let token = keeper(&town).await;
    let (status, report) = upload(&town, IMPORT, &token, TABLE.as_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{report}");
    let counts = ["received", "accepted", "duplicate", "amended", "held", "ignored", "rejected"];
    assert_eq!(counts.map(|name| report[name].as_u64().unwrap()), [4, 2, 0, 0, 0, 0, 2]);
    let bad = &report["rows"][2];
    assert_eq!((&bad["row"], &bad["accession"], &bad["status"]), (&json!(4), &json!("A3"), &json!("rejected")));
    let mut columns: Vec<&str> =
        bad["errors"].as_array().unwrap().iter().map(|error| error["column"].as_str().unwrap()).collect();
    columns.sort_unstable();
    assert_eq!(columns, ["Giờ mở cửa", "Loại hình", "Mã xã", "Số điện thoại", "Sức chứa"]);
    assert_eq!(report["rows"][3]["errors"][0]["column"], "Địa chỉ");

    let market = report["rows"][0]["venue_id"].as_str().unwrap();
    let (_, parts) = town.get(&format!("{VENUES}/{market}/parts"), Some(&token)).await;
    assert_eq!(parts["items"][0]["name"], "Quầy 12");
    assert_eq!(parts["items"][0]["parent_id"], market);
    let (_, venue) = town.get(&format!("{VENUES}/{market}"), Some(&token)).await;
    assert_eq!((&venue["opening_hours"], &venue["code"]), (&json!("05:00-19:00"), &report["rows"][0]["code"]));

    let (_, again) = upload(&town, IMPORT, &token, TABLE.as_bytes()).await;
    assert_eq!((&again["duplicate"], &again["rejected"]), (&json!(2), &json!(2)), "{again}");
    assert_eq!(again["rows"][0]["venue_id"], market);
    let changed = TABLE.replace(";500;", ";600;");
    let (_, amended) = upload(&town, IMPORT, &token, changed.as_bytes()).await;
    assert_eq!((&amended["amended"], &amended["duplicate"]), (&json!(1), &json!(1)), "{amended}");
    let (_, venue) = town.get(&format!("{VENUES}/{market}"), Some(&token)).await;
    assert_eq!((&venue["capacity"], &venue["code"]), (&json!(600), &amended["rows"][0]["code"]));
    let (_, list) = town.get(VENUES, Some(&token)).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

const HEADER: [&str; 6] = ["STT", "name", "kind", "address", "ward_code", "phone"];
/// How many places are promised to be taken at once.
const MANY: u32 = 10_000;
/// The lines of a large file that are bad: what stands in the kind and the ward, and the column that is named.
const BAD: [(u32, &str, &str, &str); 4] = [
    (1, "bar", "28252", "kind"),
    (511, "cafe", "99999", "ward_code"),
    (5_000, "", "28252", "kind"),
    (MANY, "cafe", "", "ward_code"),
];

/// The cells of the `n`-th place of a large file.
fn cells(n: u32) -> [String; 6] {
    let bad = BAD.iter().find(|(at, ..)| *at == n);
    let (kind, ward) = bad.map_or(("cafe", "28252"), |(_, kind, ward, _)| (kind, ward));
    [n.to_string(), format!("Quán Ẩm số {n}"), kind.into(), format!("{n} Lê Lợi"), ward.into(), "0912345678".into()]
}

/// The line of the `n`-th place: the first is empty, then comes the header, and one in the middle is empty.
fn row(n: u32) -> u32 {
    n + 2 + u32::from(n > MANY / 2)
}

fn spreadsheet() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, name) in (0..).zip(HEADER) {
        sheet.write(1, at, name).unwrap();
    }
    for n in 1..=MANY {
        for (at, cell) in (0..).zip(cells(n)) {
            // Numbers as a spreadsheet has them: without a zero in front.
            match cell.parse::<u32>() {
                Ok(number) => sheet.write(row(n) - 1, at, number).unwrap(),
                Err(_) => sheet.write(row(n) - 1, at, cell).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

fn separated() -> Vec<u8> {
    let mut lines = vec![String::new(), HEADER.join(";")];
    for n in 1..=MANY {
        lines.resize(usize::try_from(row(n)).unwrap() - 1, String::new());
        lines.push(cells(n).join(";"));
    }
    lines.join("\r\n").into_bytes()
}

/// What the report says of the bad lines: line, name of the sender, column.
fn bad_lines(report: &Value) -> Vec<(u64, String, String)> {
    let bad = report["rows"].as_array().unwrap().iter().filter(|row| row["status"] == "rejected");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    bad.map(|row| (row["row"].as_u64().unwrap(), text(&row["accession"]), text(&row["errors"][0]["column"]))).collect()
}

fn counts(report: &Value) -> [u64; 4] {
    ["accepted", "duplicate", "amended", "rejected"].map(|name| report[name].as_u64().unwrap())
}

async fn ten_thousand_venues_are_taken_and_the_bad_lines_are_told_by_their_numbers(town: Town) {
    let token = keeper(&town).await;
    let expected = BAD.map(|(n, _, _, column)| (u64::from(row(n)), n.to_string(), column.to_owned()));
    let good = u64::from(MANY) - 4;
    let file = spreadsheet();
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let (status, report) = upload(&town, &format!("{IMPORT}?id={id}&dry_run=true"), &token, &file).await;
    assert_eq!((status, counts(&report)), (StatusCode::OK, [good, 0, 0, 4]));
    assert_eq!(town.get(VENUES, Some(&token)).await.1["items"], json!([]), "a dry run stores nothing");
    let (_, report) = upload(&town, IMPORT, &token, &file).await;
    assert_eq!((counts(&report), bad_lines(&report)), ([good, 0, 0, 4], expected.to_vec()));
    let (status, progress) = town.get(&format!("{IMPORT}/{id}"), Some(&token)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(progress, json!({"id": id, "state": "done", "done": MANY, "total": MANY}));
    let other = town.sign_in("other", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    assert_eq!(town.get(&format!("{IMPORT}/{id}"), Some(&other)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(upload(&town, &format!("{IMPORT}?id={id}"), &token, &file).await.0, StatusCode::CONFLICT);

    // The same places from another program: none is a second one.
    let (_, again) = upload(&town, IMPORT, &token, &separated()).await;
    assert_eq!((counts(&again), bad_lines(&again)), ([0, good, 0, 4], expected.to_vec()));
    assert_eq!(again["rows"][9]["venue_id"], report["rows"][9]["venue_id"]);

    // Their posters are one work, which tells how far it is.
    let (status, job) = town.call(Method::POST, &format!("{VENUES}/posters"), Some(&token), Some(json!({}))).await;
    assert_eq!(
        (status, &job["total"], &job["state"]),
        (StatusCode::ACCEPTED, &json!(good), &json!("running")),
        "{job}"
    );
    let progress = format!("{VENUES}/posters/{}", job["id"].as_str().unwrap());
    while town.get(&progress, Some(&token)).await.1["done"].as_u64().unwrap() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // They are not waited for: a thousand are measured by `./dev bench posters`, all by `./dev bench venues`.
    town.app.platform.stop.cancel();
}

async fn a_file_that_is_no_table_is_refused_with_what_would_be_right(town: Town) {
    let token = keeper(&town).await;
    for (file, code) in [
        (&b""[..], "empty"),
        (b"%PDF-1.7", "unsupported_format"),
        (b"PK\x03\x04broken", "broken_file"),
        (b"name,kind\na,b\n", "missing_columns"),
    ] {
        let (status, problem) = upload(&town, IMPORT, &token, file).await;
        assert_eq!((status, &problem["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)));
    }
    let (status, _) = town.call(Method::POST, IMPORT, Some(&token), Some(json!({}))).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(upload(&town, IMPORT, "at_nobody", b"x").await.0, StatusCode::UNAUTHORIZED);
}

async fn a_part_belongs_to_a_venue_of_the_same_keeper_and_its_visitors_count_for_the_whole(town: Town) {
    let token = keeper(&town).await;
    let body = |name: &str, parent: Option<&str>| {
        json!({"name": name, "kind": "restaurant", "address": "1 Lê Lợi", "ward_code": WARD, "phone": "0912345678",
               "capacity": 2, "parent_id": parent, "opening_hours": "T2-CN 06:00-22:00"})
    };
    let (_, house) = town.call(Method::POST, VENUES, Some(&token), Some(body("Nhà hàng", None))).await;
    assert_eq!(house["opening_hours"], "06:00-22:00");
    let house = house["id"].as_str().unwrap();
    let (status, table) = town.call(Method::POST, VENUES, Some(&token), Some(body("Bàn 1", Some(house)))).await;
    assert_eq!(status, StatusCode::CREATED, "{table}");
    let foreign = town.place("Chợ", PlaceKind::Market).await.id.to_string();
    for parent in [foreign.as_str(), "01890a5d-ac96-774b-bcce-b302099a8057"] {
        let (status, problem) = town.call(Method::POST, VENUES, Some(&token), Some(body("Bàn 2", Some(parent)))).await;
        assert_eq!(
            (status, &problem["errors"][0]["pointer"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("/parent_id"))
        );
    }
    for name in ["Nguyễn Văn An", "Trần Thị Bình"] {
        let person = town.person(name, None).await;
        let code = &table["code"];
        let visit = json!({"venue_code": code, "visitor": {"device_token": town.token(person)}});
        assert_eq!(town.post("/api/v1/checkin/visits", visit).await.0, StatusCode::CREATED);
    }
    let (_, full) = town.get(&format!("{VENUES}/{house}/occupancy"), Some(&token)).await;
    assert_eq!((&full["inside"], &full["full"]), (&json!(2), &json!(true)));
}

async fn posters_of_all_venues_become_one_pdf(town: Town) {
    let token = keeper(&town).await;
    upload(&town, IMPORT, &token, TABLE.as_bytes()).await;
    let path = format!("{VENUES}/posters");
    for size in ["a6", "sticker"] {
        let (status, job) = town.call(Method::POST, &path, Some(&token), Some(json!({"size": size}))).await;
        assert_eq!((status, &job["total"]), (StatusCode::ACCEPTED, &json!(2)), "{job}");
        let progress = format!("{path}/{}", job["id"].as_str().unwrap());
        let done = loop {
            let (_, job) = town.get(&progress, Some(&token)).await;
            if job["state"] != "running" {
                break job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(2)));
        let request =
            Request::get(done["href"].as_str().unwrap()).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let response = town.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/pdf");
        assert!(to_bytes(response.into_body(), usize::MAX).await.unwrap().starts_with(b"%PDF-"));
    }
    let foreign = town.place("Chợ", PlaceKind::Market).await.id;
    let wrong = json!({"venue_ids": [foreign]});
    assert_eq!(town.call(Method::POST, &path, Some(&token), Some(wrong)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

on_both!(lines, super::good_lines_are_kept_and_bad_ones_are_named);
on_both!(large, super::ten_thousand_venues_are_taken_and_the_bad_lines_are_told_by_their_numbers);
on_both!(faults, super::a_file_that_is_no_table_is_refused_with_what_would_be_right);
on_both!(parts, super::a_part_belongs_to_a_venue_of_the_same_keeper_and_its_visitors_count_for_the_whole);
on_both!(posters, super::posters_of_all_venues_become_one_pdf);
