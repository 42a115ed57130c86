//! HL7 over MLLP: frames, the answers that a sender asks for, and who may speak for whom.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::TestLab;
use super::formats::{DETECTED, message};
use crate::app::mllp;

/// A listener for the laboratory's instruments.
async fn listener(lab: &TestLab) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    shared_store::runtime::spawn(mllp::serve(lab.app.clone(), listener));
    address
}

async fn answered(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(&[0x1c, 0x0d]) {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "{}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn frames_that_are_split_at_every_byte_are_answered_one_by_one() {
    let lab = TestLab::sqlite().await;
    let mut stream = TcpStream::connect(listener(&lab).await).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in framed(&message("A1", DETECTED, "F")) {
        stream.write_all(&[byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert!(answered(&mut stream).await.contains("MSA|AA|ID-A1"));
    let two = [framed(&message("A2", DETECTED, "F")), b"noise".to_vec(), framed("no message")].concat();
    stream.write_all(&two).await.unwrap();
    let mut answers = answered(&mut stream).await;
    if !answers.contains("MSA|AR|") {
        answers.push_str(&answered(&mut stream).await);
    }
    assert!(answers.contains("MSA|AA|ID-A2") && answers.contains("MSA|AR|"), "{answers}");
    let unknown = message("A3", DETECTED, "F").replace("TG-CDC", "ELSEWHERE");
    stream.write_all(&framed(&unknown)).await.unwrap();
    let refused = answered(&mut stream).await;
    assert!(refused.contains("MSA|AE|ID-A3") && refused.contains("ERR||MSH^1^4|103^"), "{refused}");
    // What broke off was never a message.
    stream.write_all(&framed(&message("A4", DETECTED, "F"))[..200]).await.unwrap();
    drop(stream);
    let results = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    assert_eq!(results["items"].as_array().unwrap().len(), 2);
}

fn framed(text: &str) -> Vec<u8> {
    [&[0x0b], text.as_bytes(), &[0x1c, 0x0d]].concat()
}

/// What is answered on a connection of its own until it ends, by frames.
async fn exchanged(mut stream: TcpStream, frames: &[u8]) -> Vec<String> {
    stream.write_all(frames).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    text.split_inclusive("\u{1c}\r").map(|frame| frame.trim_matches(['\u{b}', '\u{1c}', '\r']).to_owned()).collect()
}

#[tokio::test]
async fn a_sender_in_the_enhanced_mode_gets_the_answers_that_it_asks_for_each_in_its_frame() {
    let lab = TestLab::with(|config| config.mllp_enhanced = true).await;
    let address = listener(&lab).await;
    let asking = |accession: &str, asked: &str| {
        message(accession, DETECTED, "F").replace("|P|2.5.1\r", &format!("|P|2.5.1|||{asked}\r"))
    };
    let codes = async |text: &str| -> Vec<String> {
        let answers = exchanged(TcpStream::connect(address).await.unwrap(), &framed(text)).await;
        let code = |answer: &String| answer.split('\r').nth(1).unwrap().replace("MSA|", "");
        answers.iter().map(code).collect()
    };
    assert_eq!(codes(&asking("A1", "AL|NE")).await, ["CA|ID-A1"]);
    assert_eq!(codes(&asking("A2", "AL|AL")).await, ["CA|ID-A2", "AA|ID-A2"]);
    assert_eq!(codes(&asking("A3", "ER|NE")).await, Vec::<String>::new());
    assert_eq!(lab.events().await.len(), 3, "what is answered by silence is stored like the others");
    let refused = asking("A4", "ER|NE").replace("19500201", "DeIdentified");
    assert_eq!(codes(&refused).await, ["CE|ID-A4"]);
    assert_eq!(codes(&refused.replace("ER|NE", "SU|SU")).await, Vec::<String>::new());
    assert_eq!(
        codes(&asking("A5", "NE|NE")).await,
        ["AA|ID-A5"],
        "the original mode: no laboratory is left without a word"
    );
    // A batch in one frame is answered in one frame.
    let batch = [asking("A6", "AL|NE"), asking("A7", "SU|NE"), asking("A8", "ER|NE")].concat();
    let answers = exchanged(TcpStream::connect(address).await.unwrap(), &framed(&batch)).await;
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(
        answers[0].contains("MSA|CA|ID-A6") && answers[0].contains("MSA|CA|ID-A7") && !answers[0].contains("ID-A8")
    );
}

#[tokio::test]
async fn every_message_has_the_answer_of_the_application_where_the_enhanced_mode_is_off() {
    let lab = TestLab::sqlite().await;
    let address = listener(&lab).await;
    for (accession, asked) in [("A1", "AL|NE"), ("A2", "AL|AL"), ("A3", "ER|NE")] {
        let text = message(accession, DETECTED, "F").replace("|P|2.5.1\r", &format!("|P|2.5.1|||{asked}\r"));
        let answers = exchanged(TcpStream::connect(address).await.unwrap(), &framed(&text)).await;
        let [answer] = &answers[..] else { panic!("{asked}: {answers:?}") };
        assert!(answer.contains(&format!("MSA|AA|ID-{accession}")), "{asked}: {answer}");
    }
}

/// A connection from one of the addresses of this machine.
async fn from(own: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((own, 0))).unwrap();
    socket.connect(to).await.unwrap()
}

#[tokio::test]
async fn an_address_speaks_for_the_laboratory_that_it_stands_for_and_for_no_other() {
    let peers = ["TG-CDC=127.0.0.2", "HCM-PASTEUR=127.0.3.0/24", "TG-CDC=127.0.4.1", "HCM-PASTEUR=127.0.4.1"];
    let peers = peers.map(|peer| peer.parse().unwrap());
    let lab = TestLab::with(|config| config.mllp_peers = peers.into()).await;
    let to = listener(&lab).await;
    let first = async |own: [u8; 4], text: &str| exchanged(from(own, to).await, &framed(text)).await.remove(0);
    assert!(first([127, 0, 0, 2], &message("A1", DETECTED, "F")).await.contains("MSA|AA|ID-A1"));
    // Where the message names no laboratory that we know, the address tells.
    let unnamed = message("A2", DETECTED, "F").replace("TG-CDC", "Trung tâm");
    assert!(first([127, 0, 0, 2], &unnamed).await.contains("MSA|AA|ID-A2"));
    let named = first([127, 0, 4, 1], &unnamed).await;
    assert!(named.contains("MSA|AE|ID-A2\rERR||MSH^1^4|103^"), "of two, the message has to say which: {named}");
    assert_eq!(lab.events().await.len(), 2);
    for (own, text, whose) in [
        ([127, 0, 3, 7], message("A3", DETECTED, "F"), "phòng xét nghiệm TG-CDC"),
        ([127, 0, 0, 1], message("A3", DETECTED, "F"), "phòng xét nghiệm TG-CDC"),
        ([127, 0, 0, 1], unnamed.clone(), "phòng xét nghiệm nào"),
    ] {
        let answer = first(own, &text).await;
        assert!(answer.contains("MSA|AR|ID-A") && answer.contains("ERR||MSH^1^4|207^"), "{answer}");
        let [a, b, c, d] = own;
        assert!(answer.contains(&format!("{a}.{b}.{c}.{d} không được gửi cho {whose}")), "{answer}");
    }
    // An address that stands for nobody is answered once, and its connection ends.
    let twice = [framed(&message("A4", DETECTED, "F")), framed(&message("A5", DETECTED, "F"))].concat();
    let mut stream = from([127, 0, 0, 1], to).await;
    stream.write_all(&twice).await.unwrap();
    assert!(answered(&mut stream).await.contains("MSA|AR|ID-A4"));
    assert!(lab.events().await.is_empty());
    let results = lab.get(&lab.lab, "/api/v1/lab/results").await.json();
    assert_eq!(results["items"].as_array().unwrap().len(), 2);
    let mut tx = lab.app.platform.shared.read().await.unwrap();
    let lines = tx.audit_lines(Some("lab:TG-CDC"), None, 100).await.unwrap();
    let told: Vec<_> = lines.iter().filter(|line| line.action == "lab.mllp.refuse").map(|line| &line.detail).collect();
    let of = |address: &str| json!({ "address": address }).to_string();
    assert_eq!(told, [&of("127.0.0.1"), &of("127.0.3.7")], "once an hour each");
}
