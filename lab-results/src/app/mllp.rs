//! HL7 v2 over MLLP: frames on a TCP connection, each answered in the order in which it came (HL7 v2, appendix C;
//! "Transport Specification: MLLP, Release 1").

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::bilingual::Lang;
use shared::ids::uuid_v7;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::app::reader::{self, Reading};
use crate::app::sender::Sender;
use crate::app::{App, messages};
use crate::domain::hl7::{self, Acknowledged, acknowledge};
use crate::domain::mllp::{self, Frame, Frames};

/// How many connections may be open.
const CONNECTIONS: usize = 64;
/// How long a connection may say nothing: instruments keep theirs open all day.
const IDLE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a frame may take from its first byte to its last, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Listens until the process stops.
pub async fn listen(app: App, address: SocketAddr) {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, %address, "cannot listen for MLLP");
            return;
        }
    };
    if let Ok(address) = listener.local_addr() {
        announce(address);
    }
    serve(app, listener).await;
}

fn announce(address: SocketAddr) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "listening on mllp://{address}").and_then(|()| out.flush());
}

/// Serves the connections of a listener until the process stops.
pub async fn serve(app: App, listener: TcpListener) {
    let stop = app.platform.stop.clone();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!("too many MLLP connections");
            continue;
        };
        let app = app.clone();
        connections.spawn(async move {
            if let Err(error) = connection(&app, stream).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "an MLLP connection ended");
            }
            drop(place);
        });
    }
    // A message that is being stored is still answered.
    let drained = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(PATIENCE, drained).await;
}

async fn connection(app: &App, mut stream: TcpStream) -> io::Result<()> {
    let stop = app.platform.stop.clone();
    let mut frames = Frames::default();
    loop {
        let frame = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            frame = next_frame(&mut stream, &mut frames) => frame?,
        };
        let Some(frame) = frame else { return Ok(()) };
        let answer = match &frame {
            Frame::Message(bytes) => answer(app, bytes).await,
            Frame::TooLong => unreadable(app),
        };
        let framed = mllp::framed(&answer);
        tokio::time::timeout(PATIENCE, stream.write_all(&framed)).await??;
        if matches!(frame, Frame::TooLong) {
            return Ok(());
        }
    }
}

/// The next frame; `None` at the end of the connection.
async fn next_frame(stream: &mut TcpStream, frames: &mut Frames) -> io::Result<Option<Frame>> {
    loop {
        if let Some(frame) = frames.next_frame() {
            return Ok(Some(frame));
        }
        let patience = if frames.is_between() { IDLE } else { PATIENCE };
        if tokio::time::timeout(patience, stream.read_buf(frames.buffer())).await?? == 0 {
            return Ok(None);
        }
    }
}

fn unreadable(app: &App) -> String {
    let now = app.platform.now();
    acknowledge(None, &Acknowledged::Unreadable, &id(app), now, Lang::Vi).text
}

fn id(app: &App) -> String {
    uuid_v7(app.platform.now(), &mut app.platform.random()).simple().to_string()[12..].to_owned()
}

/// The answer to the bytes of a frame, which may be one message or a batch.
async fn answer(app: &App, bytes: &[u8]) -> String {
    let mut answers = String::new();
    for piece in hl7::Messages::new(bytes) {
        let hl7::Piece::Message(message) = piece else {
            answers.push_str(&unreadable(app));
            continue;
        };
        answers.push_str(&one(app, &message).await);
    }
    if answers.is_empty() { unreadable(app) } else { answers }
}

async fn one(app: &App, message: &[u8]) -> String {
    let request_id = format!("mllp-{}", id(app));
    match laboratory(app, message).await {
        Ok(Some(lab_code)) => {
            let mapping = match app.store.read().await {
                Ok(mut tx) => tx.mapping(&lab_code).await.unwrap_or_default(),
                Err(_) => Default::default(),
            };
            let reading = Reading { lab_code: Some(lab_code.clone()), mapping };
            let sender = Sender::instrument(&lab_code, request_id);
            messages::take(app, &sender, &reading, message, Lang::Vi).await.text
        }
        // Whose it is stands nowhere: judged all the same, and refused at MSH-4.
        Ok(None) => {
            let sender = Sender::instrument("", request_id);
            messages::take(app, &sender, &Reading::default(), message, Lang::Vi).await.text
        }
        Err(()) => {
            let read = reader::message(message, 1, &Reading::default(), app.platform.now());
            acknowledge(read.header.as_ref(), &Acknowledged::Failed, &id(app), app.platform.now(), Lang::Vi).text
        }
    }
}

/// The laboratory of a message: the one that MSH-4 or MSH-3 names, the one that the configuration names for this
/// listener, or the only one that there is.
async fn laboratory(app: &App, message: &[u8]) -> Result<Option<String>, ()> {
    let known = async { app.store.read().await?.laboratories().await }.await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the laboratories cannot be read");
    })?;
    let text = hl7::decoded(message);
    let named = hl7::Message::cut(&text).and_then(|message| {
        let msh = message.segments[0];
        let names: Vec<String> =
            [(4, 1), (4, 2), (3, 1), (3, 2)].map(|(field, part)| msh.text(field, part).to_uppercase()).into();
        known.iter().find(|lab| names.contains(&lab.code)).map(|lab| lab.code.clone())
    });
    let configured = || app.platform.config.mllp_lab_code.as_ref().map(|code| code.to_uppercase());
    let only = || if let [only] = &known[..] { Some(only.code.clone()) } else { None };
    Ok(named.or_else(configured).or_else(only))
}
