//! The live stream: nothing missed, nothing twice.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, header};
use futures::StreamExt;
use shared::access::{AreaScope, Role};
use shared_web::process::Running;
use tower::ServiceExt;

use super::stage::{Stage, WARD, detected, grounds, province, signed_in};
use crate::App;

/// An open stream that is read event by event.
struct Line {
    body: BodyDataStream,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    id: i64,
    event: String,
    data: serde_json::Value,
}

impl Line {
    async fn open(running: &Running, token: &str, last: Option<i64>) -> Self {
        let mut request = Request::get("/api/v1/f0/stream").header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = running.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; none where the stream ends or is silent for three seconds.
    async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
                };
                if let (Some(id), Some(event), Some(data)) = (field("id:"), field("event:"), field("data:")) {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some(Heard { id: id.parse().unwrap(), event, data });
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(3), self.body.next()).await.ok()??.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn take(&mut self, n: usize) -> Vec<Heard> {
        let mut heard = Vec::new();
        while heard.len() < n {
            heard.push(self.next().await.expect("the stream says more"));
        }
        heard
    }
}

/// Opens a case for a new person: two lines of the feed.
async fn new_case(stage: &Stage, name: &str, ward: &str) {
    let person = stage.person(name, None, None, ward).await;
    stage.hear(&detected(stage, person)).await;
}

async fn serving(ground: super::stage::Ground) -> (Running, Stage) {
    let (running, ground, clock) = Stage::serve(ground).await;
    let app = App::new(&running.platform);
    (running, Stage { app, clock, ground })
}

#[tokio::test]
async fn a_line_that_broke_is_resumed_with_nothing_missed_and_nothing_twice() {
    for ground in grounds().await {
        let (running, stage) = serving(ground).await;
        let token = signed_in(&stage.app, "Lan", Role::Doctor, province()).await;
        let mut line = Line::open(&running, &token, None).await;
        new_case(&stage, "Nguyễn Thị Một", WARD).await;
        let mut heard = line.take(2).await;
        drop(line);
        for name in ["Nguyễn Thị Hai", "Nguyễn Thị Ba"] {
            new_case(&stage, name, WARD).await;
        }
        let mut line = Line::open(&running, &token, Some(heard[1].id)).await;
        heard.extend(line.take(3).await);
        new_case(&stage, "Nguyễn Thị Tư", WARD).await;
        heard.extend(line.take(3).await);
        let ids: Vec<i64> = heard.iter().map(|heard| heard.id).collect();
        assert_eq!(ids, (ids[0]..ids[0] + 8).collect::<Vec<_>>());
        let kinds: Vec<&str> = heard.iter().map(|heard| heard.event.as_str()).collect();
        assert_eq!(kinds, ["case.opened", "alert.raised"].repeat(4));
        let text = serde_json::to_string(&heard.iter().map(|heard| &heard.data).collect::<Vec<_>>()).unwrap();
        assert!(!text.contains("Nguyễn"), "the stream tells no name");
        running.stop().await;
        assert_eq!(line.next().await, None, "the stream ends with the process");
    }
}

#[tokio::test]
async fn many_writers_and_readers_agree_on_one_order() {
    for ground in grounds().await {
        let (running, stage) = serving(ground).await;
        let token = signed_in(&stage.app, "Lan", Role::Doctor, province()).await;
        let mut first = Line::open(&running, &token, None).await;
        let mut second = Line::open(&running, &token, None).await;
        let names: Vec<String> = (0..10).map(|n| format!("Trần Văn {}", ["A", "B"].concat().repeat(n + 1))).collect();
        futures::future::join_all(names.iter().map(|name| new_case(&stage, name, WARD))).await;
        let (one, two) = (first.take(20).await, second.take(20).await);
        assert_eq!(one, two);
        assert!(one.windows(2).all(|pair| pair[0].id + 1 == pair[1].id));
        running.stop().await;
    }
}

#[tokio::test]
async fn a_stream_tells_of_the_area_of_duty_alone() {
    let ground = grounds().await.remove(0);
    let (running, stage) = serving(ground).await;
    let token = signed_in(&stage.app, "Nga", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let mut line = Line::open(&running, &token, None).await;
    new_case(&stage, "Nguyễn Thị Xa", super::stage::OTHER_WARD).await;
    new_case(&stage, "Nguyễn Thị Gần", WARD).await;
    let heard = line.take(2).await;
    assert!(heard.iter().all(|heard| heard.data["ward_code"] == WARD));
    running.stop().await;
}

#[tokio::test]
async fn an_id_that_is_none_of_ours_is_refused() {
    let (running, stage) = serving(grounds().await.remove(0)).await;
    let token = signed_in(&stage.app, "Lan", Role::Doctor, province()).await;
    let path = "/api/v1/f0/stream?last_event_id=abc";
    let (status, problem) = super::stage::ask(&running.router, &token, Method::GET, path, None).await;
    assert_eq!((status.as_u16(), problem["errors"][0]["pointer"].as_str()), (422, Some("/last_event_id")));
    running.stop().await;
}
