//! `GET stream`: the live feed as Server-Sent Events, resumed by `Last-Event-ID` with nothing missed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;

use super::BOARD;
use crate::App;
use crate::app::work::Work;
use crate::store::FeedEntry;

/// A comment so often keeps the line open through proxies.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a browser waits before it opens a broken line again.
const RETRY: Duration = Duration::from_secs(2);
/// A line is ended after so long; the browser resumes it, and a session that is over does not come back.
const LONGEST: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Deserialize)]
struct Resume {
    last_event_id: Option<String>,
}

/// Where to resume: the header of the browser, or the query where a header cannot be set. An id that is none of ours is
/// a mistake of the caller, not a reason to miss something in silence.
fn resume(headers: &HeaderMap, query: &Resume) -> Result<Option<i64>, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let Some(text) = header.or(query.last_event_id.as_deref()).map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let detail = || Bilingual::new("Hãy dùng id của sự kiện cuối đã nhận", "Use the id of the last event received");
    let seq = text.parse::<i64>().ok().filter(|seq| *seq >= 0);
    seq.map(Some).ok_or_else(|| Problem::field(FieldError::new("/last_event_id", "cursor", detail())))
}

fn event(entry: &FeedEntry) -> Event {
    Event::default().id(entry.seq.to_string()).event(entry.line.kind.code()).data(entry.line.data.to_string())
}

/// The stream of a caller, beginning after `seq`. The day is asked anew for each line: a stream may live past midnight.
fn events(app: &App, caller: Caller, seq: i64) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<> {
    let stop = app.platform.stop.clone();
    let clock = app.platform.clock.clone();
    let lines = app.hub.follow(app.store.clone(), seq);
    let seen = lines.filter_map(move |entry| {
        let today = clock.now().local_date();
        let line = caller.covers(entry.line.ward_code.as_deref(), today).then(|| Ok(event(&entry)));
        futures::future::ready(line)
    });
    let end = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    stream::once(futures::future::ready(Ok(Event::default().retry(RETRY)))).chain(seen).take_until(Box::pin(end))
}

async fn open(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<Resume>,
) -> Result<Response, Problem> {
    let resumed = resume(&headers, &query)?;
    let mut work = Work::for_caller(&app, &caller).await?;
    // Read before the answer begins: whatever happens from now on is in the stream.
    let head = work.tx.feed_head().await?;
    let seq = resumed.map_or(head, |seq| seq.min(head));
    work.audit("stream.open", None, json!({"after": seq})).await?;
    work.commit().await?;
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("still here");
    let mut response = Sse::new(events(&app, caller, seq)).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes.add(
        Method::GET,
        "/api/v1/f0/stream",
        Who::Roles(BOARD),
        Scope::Area,
        Doc::json("What happens to cases and alerts of the caller's area, as it happens; Last-Event-ID resumes")
            .gives("text/event-stream")
            .query(&["last_event_id"]),
        get(open),
    )
}
