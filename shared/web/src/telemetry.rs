//! Logs and metrics. Neither ever holds personal data: a request is told of by its route's template, not by its address.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Instant as Stopwatch;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::response::Response;
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, LogFormat};
use crate::context;

/// Starts the log, to standard error. A second start in one process (tests) changes nothing.
pub fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let _ = match config.log_format {
        LogFormat::Text => registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr)).try_init(),
        LogFormat::Json => {
            registry.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
    };
}

/// Set when it is settled whose recorder the process has.
static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts the metrics, once for the process; `None` where a recorder of somebody else was first.
#[must_use]
pub fn start_metrics() -> Option<PrometheusHandle> {
    METRICS.get_or_init(install).clone()
}

fn install() -> Option<PrometheusHandle> {
    let buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &buckets)
        .ok()?
        .install_recorder()
        .ok()
}

/// The method as a label. A caller may invent methods, and each label is kept for as long as the process lives.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The metrics of one route. Looking one up by its labels costs more than all the rest of this layer.
struct RouteMetrics {
    seconds: Histogram,
    answers: Vec<(&'static str, u16, Counter)>,
}

impl RouteMetrics {
    fn of(route: &str) -> Self {
        let seconds = metrics::histogram!("antam_http_request_seconds", "route" => route.to_owned());
        Self { seconds, answers: Vec::new() }
    }

    /// Counts an answer; `false` where it is the first of its method and status.
    fn count(&self, method: &'static str, status: u16, seconds: f64) -> bool {
        let known = self.answers.iter().find(|(known, code, _)| *known == method && *code == status);
        let Some((_, _, counter)) = known else { return false };
        counter.increment(1);
        self.seconds.record(seconds);
        true
    }
}

/// Counts an answer of a route.
fn count(route: &str, method: &'static str, status: u16, seconds: f64) {
    static ROUTES: RwLock<Option<HashMap<String, RouteMetrics>>> = RwLock::new(None);
    if METRICS.get().is_none() {
        // What is looked up before the recorder is there counts for nobody, and may not be kept.
        return;
    }
    let known = ROUTES.read().unwrap_or_else(PoisonError::into_inner);
    if known.as_ref().and_then(|routes| routes.get(route)).is_some_and(|of| of.count(method, status, seconds)) {
        return;
    }
    drop(known);
    let mut routes = ROUTES.write().unwrap_or_else(PoisonError::into_inner);
    let routes = routes.get_or_insert_default();
    let of = routes.entry(route.to_owned()).or_insert_with(|| RouteMetrics::of(route));
    if !of.count(method, status, seconds) {
        let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
        of.answers.push((method, status, metrics::counter!("antam_http_requests_total", &labels)));
        of.count(method, status, seconds);
    }
}

/// The layer that counts and tells of each request.
pub async fn observe<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = method_label(request.method());
    let context = context::of(&request);
    let begun = Stopwatch::now();
    let response = next(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);
    count(route, method, status, took.as_secs_f64());
    let request_id = context.request_id.as_str();
    if status >= 500 {
        tracing::warn!(request_id, method, route, status, ms = took.as_millis() as u64, "request failed");
    } else {
        tracing::debug!(request_id, method, route, status, ms = took.as_millis() as u64, "request");
    }
    response
}
