//! A connection that drops at any byte, whichever way in: what did not come whole was never sent, and sending it again is as if
//! it had been sent once.

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use futures::stream;
use serde_json::json;
use shared_store::runtime::spawn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Answer, TestLab, result};
use crate::app::mllp;

const MESSAGE: &str = "MSH|^~\\&|LIS|TG-CDC|ANTAM|AT|20220310070000||ORU^R01^ORU_R01|ID-1|P|2.5.1\r\
                       PID|1||||Lê^Thị Tám||19500201|F\rORC|RE||A1\r\
                       OBR|1||A1|94500-6^RT-PCR^LN|||20220309080000|||||||||||||||20220309200000|||F\r\
                       OBX|1|CWE|94500-6^RT-PCR^LN||260415000^x^SCT||||||F|||20220309080000\r";

/// Sends the first bytes of a body; then the connection breaks.
async fn broken(lab: &TestLab, path: &str, kind: &str, body: &[u8]) -> Answer {
    let pieces = [Ok(Bytes::copy_from_slice(body)), Err(std::io::Error::other("the connection broke"))];
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", lab.lab))
        .header(header::CONTENT_TYPE, kind);
    lab.send(request.body(Body::from_stream(stream::iter(pieces))).unwrap()).await
}

async fn stored(lab: &TestLab) -> usize {
    lab.get(&lab.lab, "/api/v1/lab/results").await.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_message_and_json_over_http_that_break_off_anywhere_leave_nothing() {
    let lab = TestLab::sqlite().await;
    let one = result(&[("/accession", json!("B1"))]).to_string();
    let several = json!([result(&[("/accession", json!("B2"))]), result(&[("/accession", json!("B3"))])]).to_string();
    let bundle = json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"text": "Trần Văn Một"}], "birthDate": "1971"}},
        {"resource": {"resourceType": "Observation", "id": "1", "status": "final", "subject": {"reference": "Patient/p"},
            "identifier": [{"value": "G1"}], "code": {"coding": [{"code": "94500-6"}]}, "valueString": "Âm tính"}}]});
    let ways = [
        ("/api/v1/lab/hl7", "application/hl7-v2", MESSAGE.to_owned()),
        ("/api/v1/lab/results", "application/json", one),
        ("/api/v1/lab/results", "application/json", several),
        ("/api/v1/lab/fhir", "application/fhir+json", bundle.to_string()),
    ];
    for (path, kind, body) in &ways {
        for end in 0..=body.len() {
            let answer = broken(&lab, path, kind, &body.as_bytes()[..end]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} at {end}: {}", answer.text());
        }
    }
    assert_eq!(stored(&lab).await, 0);
    assert!(lab.events().await.is_empty());
    for (path, kind, body) in &ways {
        assert_eq!(lab.post_as(&lab.lab, path, kind, body.clone()).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(stored(&lab).await, 5, "whole, each is taken as if nothing had been");
}

#[tokio::test]
async fn an_instruments_connection_that_drops_at_any_byte_leaves_nothing_and_is_answered_nothing() {
    let lab = TestLab::sqlite().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    spawn(mllp::serve(lab.app.clone(), listener));
    let framed = [&[0x0b], MESSAGE.as_bytes(), &[0x1c, 0x0d]].concat();
    for end in 0..framed.len() {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&framed[..end]).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"", "cut at {end}");
    }
    assert_eq!(stored(&lab).await, 0);
    // Twice: the first answer may be what was lost.
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&framed).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(String::from_utf8_lossy(&answer).contains("MSA|AA|ID-1"));
    }
    assert_eq!(stored(&lab).await, 1);
    assert_eq!(lab.events().await.len(), 1);
}
