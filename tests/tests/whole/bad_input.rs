//! Bad input gets a clear 4xx that names the field and says what would be right, in both languages, and loses nothing else.

use anyhow::{Context, ensure};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shared::time::{days, minutes};
use tests::client::Client;
use tests::process::Embedded;
use tests::sample::{self, now};

/// The problem that a visit is answered with.
async fn refused(client: &Client, body: &Value, status: u16) -> anyhow::Result<Value> {
    let answer = client.post("/api/v1/checkin/visits", body).await?;
    let problem = answer.expect(status)?;
    for member in ["type", "title", "status", "detail", "instance", "errors"] {
        ensure!(!problem[member].is_null(), "{member} is missing: {problem}");
    }
    Ok(problem)
}

fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().filter_map(|e| e["pointer"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_visit_with_a_fault_names_it() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let owner = Client::signed_in(&suite.process.url, "venue").await?;
    let venue = owner.post("/api/v1/checkin/venues", &sample::venue("Quán Nước Sai")).await?.expect(201)?;
    let code = venue["code"].clone();
    let anybody = Client::new(&suite.process.url);

    let good = json!({"id": sample::id(), "venue_code": code, "visitor": sample::person(1)});
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        if let Some(part) = body.pointer_mut(pointer) {
            *part = value;
        }
        body
    };
    let unknown = refused(&anybody, &with("/venue_code", json!("0000000X")), 422).await?;
    ensure!(pointers(&unknown) == ["/venue_code"], "{unknown}");
    let phone = refused(&anybody, &with("/visitor/phone", json!("12")), 422).await?;
    ensure!(pointers(&phone) == ["/visitor/phone"], "{phone}");
    let mut future = good.clone();
    future["at"] = json!(now().plus(minutes(60)).to_string());
    ensure!(pointers(&refused(&anybody, &future, 422).await?) == ["/at"]);
    let mut old = good.clone();
    old["at"] = json!(now().minus(days(22)).to_string());
    ensure!(pointers(&refused(&anybody, &old, 422).await?) == ["/at"]);
    let mut both = with("/visitor/phone", json!("12"));
    both["at"] = json!(now().plus(minutes(60)).to_string());
    let two = pointers(&refused(&anybody, &both, 422).await?);
    ensure!(two.len() == 2, "all faults are told at once: {two:?}");

    let visit = anybody.post("/api/v1/checkin/visits", &good).await?.expect(201)?;
    anybody.post("/api/v1/checkin/visits", &good).await?.expect(200)?;
    let mut other = good.clone();
    other["at"] = json!(now().minus(minutes(30)).to_string());
    anybody.post("/api/v1/checkin/visits", &other).await?.expect(409)?;

    let device = anybody.with_token(visit["device_token"].as_str().context("a device token")?);
    let path = format!("/api/v1/checkin/visits/{}/checkout", visit["id"].as_str().context("an id")?);
    device.post(&path, &json!({})).await?.expect(200)?;
    let later = json!({"at": now().plus(minutes(2)).to_string()});
    let again = device.post(&path, &later).await?;
    ensure!(again.status.is_client_error(), "a checked-out visit was checked out again: {}", again.body);
    let nobody = anybody.post(&path, &json!({})).await?;
    ensure!(nobody.status == 401 || nobody.status == 403, "{}", nobody.status);
    Ok(())
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_clearly() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let lab = Client::signed_in(&suite.process.url, "lab").await?;
    let post = |content_type: &'static str, body: Vec<u8>| {
        lab.request(Method::POST, "/api/v1/lab/results").header("content-type", content_type).body(body)
    };
    Client::send(post("application/json", b"{\"accession\": ".to_vec())).await?.expect(400)?;
    Client::send(post("text/plain", b"{}".to_vec())).await?.expect(415)?;
    let long = lab.request(Method::POST, "/api/v1/checkin/visits").header("content-type", "application/json");
    Client::send(long.body(vec![b' '; 3 * 1024 * 1024])).await?.expect(413)?;
    let vietnamese = reqwest::Client::new()
        .post(format!("{}/api/v1/auth/login", suite.process.url))
        .header("accept-language", "vi-VN,vi;q=0.9,en;q=0.5")
        .header("content-type", "application/json")
        .body("{");
    let problem = Client::send(vietnamese).await?.expect(400)?;
    ensure!(problem["title"] == "Không đọc được yêu cầu", "{problem}");
    Ok(())
}

#[tokio::test]
async fn a_result_for_an_unknown_tube_waits_one_for_an_unknown_person_is_rejected_and_the_others_are_kept()
-> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let lab = Client::signed_in(&suite.process.url, "lab").await?;
    let mut tube = sample::result("BAD-1", &sample::person(1), "detected");
    tube.as_object_mut().context("an object")?.remove("person");
    tube["barcode"] = json!("NO-SUCH-TUBE");
    let unknown = sample::result("BAD-2", &json!({"id": sample::id()}), "detected");
    let mut other_lab = sample::result("BAD-3", &sample::person(3), "detected");
    other_lab["lab_code"] = json!("TG-XYZ");
    let good = sample::result("GOOD-1", &sample::person(4), "not_detected");
    let report = lab.post("/api/v1/lab/results", &json!([tube, unknown, other_lab, good])).await?.expect(200)?;
    ensure!(
        report["received"] == 4 && report["held"] == 1 && report["rejected"] == 2 && report["accepted"] == 1,
        "{report}"
    );
    for row in 0..3 {
        ensure!(report["rows"][row]["errors"][0]["detail"].is_string(), "{report}");
    }
    let again = lab.post("/api/v1/lab/results", &json!([good])).await?.expect(200)?;
    ensure!(again["duplicate"] == 1, "{again}");
    Ok(())
}

/// The demo laboratory's columns.
const HEADER: &str = "Mã xét nghiệm;Họ và tên;Ngày sinh;Giới tính;Số điện thoại;Loại mẫu;Ngày lấy mẫu;Phương pháp;Kết quả;Ngày trả kết quả";

fn row(n: usize, name: &str, day: &str) -> String {
    format!("CSV-{n};{name};01/02/1980;Nữ;09100{n:05};dịch tỵ hầu;{day} 08:00;PCR;Âm tính;{day} 15:30")
}

async fn upload(lab: &Client, bytes: Vec<u8>) -> anyhow::Result<Value> {
    let form = Form::new().part("file", Part::bytes(bytes).file_name("ket-qua.csv"));
    Client::send(lab.request(Method::POST, "/api/v1/lab/uploads").multipart(form)).await?.expect(200)
}

#[tokio::test]
async fn files_as_laboratories_really_write_them_are_read() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let lab = Client::signed_in(&suite.process.url, "lab").await?;
    let yesterday = now().minus(days(1)).local_date();
    let day = format!("{:02}/{:02}/{}", yesterday.day(), yesterday.month(), yesterday.year());

    let bom =
        format!("\u{feff}{HEADER}\r\n{}\r\n{}\r\n", row(1, "\"Trần\nThị Bông\"", &day), row(2, "Lê Văn Đặng", &day));
    let report = upload(&lab, bom.into_bytes()).await?;
    ensure!(report["accepted"] == 2, "a byte-order mark, semicolons, CRLF, a quoted newline: {report}");

    let text = format!("{HEADER}\n{}\n", row(3, "Huỳnh Thị Ước", &day));
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    ensure!(upload(&lab, utf16).await?["accepted"] == 1);

    let bad = format!("{HEADER}\n{}\n{}\n", row(4, "Phạm Thị Cúc", &day), row(5, "Võ Văn Lộc", "31/02/2022"));
    let report = upload(&lab, bad.into_bytes()).await?;
    ensure!(report["accepted"] == 1 && report["rejected"] == 1, "{report}");
    let rows = report["rows"].as_array().context("rows")?;
    let fault = rows.iter().find(|row| row["status"] == "rejected").context("the bad row")?;
    ensure!(fault["row"] == 3 && fault["errors"][0]["column"] == "Ngày lấy mẫu", "{fault}");

    let refused = Client::send(
        lab.request(Method::POST, "/api/v1/lab/uploads")
            .multipart(Form::new().part("file", Part::bytes(b"%PDF-1.7 nothing".to_vec()).file_name("x.csv"))),
    );
    ensure!(refused.await?.status.is_client_error(), "a file of another kind was taken");
    Ok(())
}
