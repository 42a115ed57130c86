//! Runs a request once more whose transaction the database gave up for another's sake.
//!
//! PostgreSQL ends one of two transactions that wait for each other (SQLSTATE 40P01) or that cannot be put in an order
//! (40001) and undoes all that it wrote; the one thing to do is to begin again. A handler is a function of its request,
//! so the request is kept while it runs and is handed in again, a few times at most. Larger bodies are not kept: uploads
//! commit in pieces and begin again by themselves.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use crate::problem::{Problem, WRITE_CONFLICT};

/// The largest body that is kept, in bytes.
const MOST: usize = 256 * 1024;
/// How long to wait before each further try. The other transaction needs no longer to end.
const WAITS: [Duration; 3] = [Duration::from_millis(5), Duration::from_millis(20), Duration::from_millis(80)];

/// The layer.
pub async fn after_conflicts<F: Future<Output = Response>>(request: Request, next: impl Fn(Request) -> F) -> Response {
    if request.method().is_safe() || !is_small(&request) {
        return next(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else {
        return Problem::malformed("Nội dung yêu cầu bị đứt giữa chừng.", "The body of the request broke off.")
            .into_response();
    };
    for wait in WAITS {
        let again = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let response = next(again).await;
        if !is_conflict(&response) {
            return response;
        }
        metrics::counter!("http_requests_again_total").increment(1);
        tokio::time::sleep(wait).await;
    }
    next(Request::from_parts(parts, Body::from(body))).await
}

/// Whether it is known that the body is small before any of it is read.
fn is_small(request: &Request) -> bool {
    request.body().size_hint().upper().is_some_and(|most| most <= MOST as u64)
}

fn is_conflict(response: &Response) -> bool {
    response.extensions().get::<Arc<Problem>>().is_some_and(|problem| problem.code == WRITE_CONFLICT)
}
