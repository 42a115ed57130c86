//! Turns a panic of a handler into an answer: the connection and the process live on.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;

use crate::problem::Problem;

/// The layer. What a panic left half done is a transaction that was dropped, and nothing of it is kept.
pub async fn caught<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let answer = async { next(request).await };
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
        // The hook of the process has told where; what a panic says may hold what somebody typed.
        tracing::error!("a handler panicked");
        Problem::internal().into_response()
    })
}
