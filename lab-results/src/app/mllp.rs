//! HL7 v2 over MLLP: frames on a TCP connection, each answered in the order in which it came (HL7 v2, appendix C;
//! "Transport Specification: MLLP, Release 1").

mod peers;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::bilingual::Lang;
use shared_web::config::Voice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::peers::{Peer, Told};
use crate::app::reader::{self, Reading};
use crate::app::sender::Sender;
use crate::app::{App, messages};
use crate::domain::hl7::{self, Ack, Acknowledged};
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
    let told = Told::default();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, address)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!("too many MLLP connections");
            continue;
        };
        let app = app.clone();
        let peer = Peer::of(address.ip(), &app, &told);
        connections.spawn(async move {
            if let Err(error) = connection(&app, &peer, stream).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "an MLLP connection ended");
            }
            drop(place);
        });
    }
    // A message that is being stored is still answered.
    let drained = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(PATIENCE, drained).await;
}

async fn connection(app: &App, peer: &Peer, mut stream: TcpStream) -> io::Result<()> {
    let stop = app.platform.stop.clone();
    let mut frames = Frames::default();
    // An address that may speak for nobody does not keep a place from those that may.
    let idle = if peer.voice.is_nobody() { PATIENCE } else { IDLE };
    loop {
        let frame = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            frame = next_frame(&mut stream, &mut frames, idle) => frame?,
        };
        let Some(frame) = frame else { return Ok(()) };
        let (answers, ends) = match &frame {
            Frame::Message(bytes) => (answers(app, peer, bytes).await, peer.voice.is_nobody()),
            Frame::TooLong => (unreadable(app), true),
        };
        let framed: Vec<u8> = answers.iter().flat_map(|answer| mllp::framed(answer)).collect();
        tokio::time::timeout(PATIENCE, stream.write_all(&framed)).await??;
        if ends {
            return Ok(());
        }
    }
}

/// The next frame; `None` at the end of the connection.
async fn next_frame(stream: &mut TcpStream, frames: &mut Frames, idle: Duration) -> io::Result<Option<Frame>> {
    loop {
        if let Some(frame) = frames.next_frame() {
            return Ok(Some(frame));
        }
        let patience = if frames.is_between() { idle } else { PATIENCE };
        if tokio::time::timeout(patience, stream.read_buf(frames.buffer())).await?? == 0 {
            return Ok(None);
        }
    }
}

fn unreadable(app: &App) -> Vec<String> {
    vec![messages::answer(app, None, &Acknowledged::Unreadable, Lang::Vi).application]
}

/// The messages of an answer that are sent.
fn sent(app: &App, ack: Ack) -> Vec<String> {
    if app.platform.config.mllp_enhanced { ack.asked_for } else { vec![ack.application] }
}

/// The answers to the bytes of a frame. Those to a batch come in one frame, as the batch did.
async fn answers(app: &App, peer: &Peer, bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    let mut count = 0;
    for piece in hl7::Messages::new(bytes) {
        count += 1;
        match piece {
            hl7::Piece::Message(message) => all.extend(sent(app, one(app, peer, &message).await)),
            hl7::Piece::TooLong => all.extend(unreadable(app)),
        }
    }
    match count {
        0 => unreadable(app),
        1 => all,
        _ => Some(all.concat()).filter(|answers| !answers.is_empty()).into_iter().collect(),
    }
}

async fn one(app: &App, peer: &Peer, message: &[u8]) -> Ack {
    let request_id = format!("mllp-{}", messages::control_id(app));
    let lab_code = match laboratory(app, &peer.voice, message).await {
        Ok(found) => found,
        Err(()) => {
            let read = reader::message(message, 1, &Reading::default(), app.platform.now());
            return messages::answer(app, read.header.as_ref(), &Acknowledged::Failed, Lang::Vi);
        }
    };
    let sender = Sender::instrument(lab_code.as_deref().unwrap_or_default(), request_id);
    if lab_code.as_deref().map_or(peer.voice.is_nobody(), |code| !peer.voice.is_for(code)) {
        return peers::refused(app, peer, &sender, lab_code.as_deref(), message).await;
    }
    // Whose it is may stand nowhere: it is judged all the same, and refused at MSH-4.
    let Some(lab_code) = lab_code else {
        return messages::take(app, &sender, &Reading::default(), message, Lang::Vi).await;
    };
    let mapping = match app.store.read().await {
        Ok(mut tx) => tx.mapping(&lab_code).await.unwrap_or_default(),
        Err(_) => Default::default(),
    };
    let reading = Reading { lab_code: Some(lab_code), mapping };
    messages::take(app, &sender, &reading, message, Lang::Vi).await
}

/// The laboratory of a message: the one that MSH-4 or MSH-3 names, the one that alone the address may speak for, the one that
/// the configuration names for this listener, or the only one that there is.
async fn laboratory(app: &App, voice: &Voice, message: &[u8]) -> Result<Option<String>, ()> {
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
    let spoken_for = || voice.only().map(str::to_owned);
    let configured = || app.platform.config.mllp_lab_code.as_ref().map(|code| code.to_uppercase());
    let only = || if let [only] = &known[..] { Some(only.code.clone()) } else { None };
    Ok(named.or_else(spoken_for).or_else(configured).or_else(only))
}
