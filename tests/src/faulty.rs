//! A network between a browser and the suite that breaks on command.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};

/// The proxy. It ends with the runtime of its test.
pub struct Faulty {
    /// Its address; the browser knows no other.
    pub url: String,
    wire: Arc<Wire>,
}

struct Wire {
    upstream: String,
    http: reqwest::Client,
    is_down: AtomicBool,
    lost_answers: AtomicUsize,
}

impl Faulty {
    /// A network that works, before a server.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn before(upstream: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let wire = Arc::new(Wire {
            upstream: upstream.to_owned(),
            http,
            is_down: AtomicBool::new(false),
            lost_answers: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(forward).with_state(Arc::clone(&wire));
        let cut = Cut { listener, wire: Arc::clone(&wire) };
        shared_store::runtime::spawn(async move {
            let _ = axum::serve(cut, router).await;
        });
        Ok(Self { url, wire })
    }

    /// Cuts the network: connections are closed before a word is said.
    pub fn cut(&self) {
        self.wire.is_down.store(true, Ordering::SeqCst);
    }

    /// Mends it.
    pub fn mend(&self) {
        self.wire.is_down.store(false, Ordering::SeqCst);
    }

    /// The next `n` batches reach the server, which stores them; its answers are lost and a 500 is told instead.
    pub fn lose_answers(&self, n: usize) {
        self.wire.lost_answers.store(n, Ordering::SeqCst);
    }

    /// How many answers are still to be lost.
    #[must_use]
    pub fn still_to_lose(&self) -> usize {
        self.wire.lost_answers.load(Ordering::SeqCst)
    }
}

/// A listener whose connections are dropped while the network is cut.
struct Cut {
    listener: TcpListener,
    wire: Arc<Wire>,
}

impl Listener for Cut {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, address)) = self.listener.accept().await
                && !self.wire.is_down.load(Ordering::SeqCst)
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn forward(State(wire): State<Arc<Wire>>, request: Request) -> Response {
    if wire.is_down.load(Ordering::SeqCst) {
        // A connection that was open before the cut.
        return (StatusCode::BAD_GATEWAY, [(header::CONNECTION, "close")]).into_response();
    }
    passed_on(&wire, request).await.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

async fn passed_on(wire: &Wire, request: Request) -> anyhow::Result<Response> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let is_batch = path.ends_with("/batch");
    let body = to_bytes(body, usize::MAX).await?;
    let answer = wire
        .http
        .request(parts.method, format!("{}{path}", wire.upstream))
        .headers(parts.headers)
        .body(body)
        .send()
        .await?;
    let left = |n: usize| n.checked_sub(1);
    if is_batch && wire.lost_answers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let mut response = Response::builder().status(answer.status());
    let hop = [header::TRANSFER_ENCODING, header::CONNECTION];
    for (name, value) in answer.headers().iter().filter(|(name, _)| !hop.contains(name)) {
        response = response.header(HeaderName::clone(name), value);
    }
    Ok(response.body(Body::from(answer.bytes().await?))?)
}
