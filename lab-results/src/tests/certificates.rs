//! Laboratories' programs with a client certificate, as the web server in front tells of it.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::{Answer, TestLab, result};

const HEADER: &str = "x-client-certificate";
const PROXY: &str = "127.0.0.1:40000";

async fn lab() -> TestLab {
    TestLab::with(|config| config.client_certificate_header = Some(HEADER.to_owned())).await
}

fn fingerprint(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

/// Sends a result over a connection from an address, with these headers.
async fn send(lab: &TestLab, from: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/api/v1/lab/results").header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(result(&[]).to_string())).unwrap();
    request.extensions_mut().insert(ConnectInfo(from.parse::<SocketAddr>().unwrap()));
    lab.send(request).await
}

async fn add(lab: &TestLab, token: &str, code: &str, certificate: &str) -> Answer {
    let body = json!({"label": "LIS", "certificate": certificate});
    lab.post(token, &format!("/api/v1/lab/laboratories/{code}/certificates"), &body).await
}

#[tokio::test]
async fn a_registered_certificate_sends_for_its_laboratory_and_no_other() {
    let lab = lab().await;
    let (own, other) = (fingerprint(0xa1), fingerprint(0xb2));
    assert_eq!(send(&lab, PROXY, &[(HEADER, &own)]).await.status, StatusCode::UNAUTHORIZED, "not yet registered");
    let added = add(&lab, &lab.officer, "TG-CDC", &own).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert_eq!(added.json()["kind"], "certificate");
    assert_eq!(added.json()["hint"], "sha256:a1a1a1a1a1a1a1a1");
    let sent = send(&lab, PROXY, &[(HEADER, &own.to_uppercase())]).await;
    assert_eq!(sent.json()["accepted"], json!(1), "{}", sent.text());
    let stored = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    assert_eq!(stored["items"][0]["lab_code"], "TG-CDC");
    assert_eq!(send(&lab, PROXY, &[(HEADER, &other)]).await.status, StatusCode::UNAUTHORIZED);

    // Only an officer lets a certificate in, and the row of the key ends it.
    assert_eq!(add(&lab, &lab.lab, "TG-CDC", &other).await.status, StatusCode::FORBIDDEN);
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let ended = Request::delete(format!("/api/v1/lab/keys/{id}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", lab.officer))
        .body(Body::empty())
        .unwrap();
    assert_eq!(lab.send(ended).await.status, StatusCode::OK);
    assert_eq!(send(&lab, PROXY, &[(HEADER, &own)]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(add(&lab, &lab.officer, "HCM-PASTEUR", &own).await.status, StatusCode::CONFLICT, "given up is given up");
}

#[tokio::test]
async fn nobody_but_the_trusted_proxy_says_which_certificate_was_shown() {
    let lab = lab().await;
    let own = fingerprint(0xa1);
    add(&lab, &lab.officer, "TG-CDC", &own).await;
    assert_eq!(send(&lab, "203.0.113.9:4000", &[(HEADER, &own)]).await.status, StatusCode::UNAUTHORIZED);
    let twice = send(&lab, PROXY, &[(HEADER, &own), (HEADER, &own)]).await;
    assert_eq!(twice.status, StatusCode::UNAUTHORIZED, "one of the two was written by somebody else");
    let bearer = format!("Bearer certificate:{own}");
    assert_eq!(send(&lab, PROXY, &[("authorization", &bearer)]).await.status, StatusCode::UNAUTHORIZED);
    let elsewhere = send(&lab, PROXY, &[(HEADER, &own), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "a browser shows a certificate by itself");
    for text in ["", "none", "-----BEGIN CERTIFICATE-----"] {
        assert_eq!(send(&lab, PROXY, &[(HEADER, text)]).await.status, StatusCode::UNAUTHORIZED, "{text}");
    }
    // Without the setting the header is anybody's.
    let off = TestLab::sqlite().await;
    add(&off, &off.officer, "TG-CDC", &own).await;
    assert_eq!(send(&off, PROXY, &[(HEADER, &own)]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_no_certificate_is_refused_with_what_would_be_right() {
    let lab = lab().await;
    for text in ["", "abc", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"] {
        let refused = add(&lab, &lab.officer, "TG-CDC", text).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let error: Value = refused.json()["errors"][0].clone();
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/certificate"), &json!("certificate")));
        assert!(error["detail"].as_str().unwrap().contains("SHA-256"));
    }
    assert_eq!(add(&lab, &lab.officer, "NOWHERE", &fingerprint(1)).await.status, StatusCode::NOT_FOUND);
    let form = |body: &'static str| {
        lab.post_as(&lab.officer, "/lab/labs/TG-CDC/certificates", "application/x-www-form-urlencoded", body)
    };
    let wrong = form("certificate=abc&label=x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("<title>Lỗi:") && wrong.text().contains("href=\"#certificate-TG-CDC\""));
    let right = format!("certificate={}&label=LIS", fingerprint(0xc3));
    let added =
        lab.post_as(&lab.officer, "/lab/labs/TG-CDC/certificates", "application/x-www-form-urlencoded", right).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    assert!(lab.get(&lab.officer, "/lab/labs").await.text().contains("sha256:c3c3c3c3c3c3c3c3"));
}
