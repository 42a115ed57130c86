//! Reads the rest of a body that was refused as too large, so that the sender hears why.
//!
//! A server that answers and closes while the sender still writes makes the sender's connection break before it has read
//! the answer. What is read here is thrown away, and no more than [`MOST`] bytes or [`LONGEST`] of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures::{Stream, StreamExt};

/// How many bytes are thrown away at most.
const MOST: usize = 64 * 1024 * 1024;
/// How long.
const LONGEST: Duration = Duration::from_secs(10);

type Shared = Arc<Mutex<axum::body::BodyDataStream>>;

/// A body that lends itself: whoever reads it may stop, and somebody else goes on.
struct Lent(Shared);

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}

/// The layer.
pub async fn refused_bodies<F: Future<Output = Response>>(
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if request.headers().get(header::CONTENT_LENGTH).is_none_or(|length| length.as_bytes().len() < 6) {
        // Below a hundred thousand bytes everything fits into the buffers of the connection.
        return next(request).await;
    }
    let (parts, body) = request.into_parts();
    let shared: Shared = Arc::new(Mutex::new(body.into_data_stream()));
    let lent = Body::from_stream(Lent(Arc::clone(&shared)));
    let response = next(Request::from_parts(parts, lent)).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let _ = Box::pin(tokio::time::timeout(LONGEST, throw_away(Lent(shared)))).await;
    }
    response
}

async fn throw_away(mut rest: Lent) {
    let mut thrown = 0;
    while let Some(Ok(bytes)) = rest.next().await {
        thrown += bytes.len();
        if thrown > MOST {
            return;
        }
    }
}
