//! Puts routes, layers and the listener together.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::access::{Routes, Row};
use crate::limits;
use crate::openapi::{self, Schemas};
use crate::platform::Platform;
use crate::{
    account, again, assets, auth, caller, context, dev, drain, front, health, operations, panics, people, problem,
    security, telemetry,
};

/// What a service brings: its routes with their rows, and the schemas of its bodies.
pub struct Mounted {
    /// The routes with their state.
    pub router: Router,
    /// The rows of the access table.
    pub rows: Vec<Row>,
    /// The schemas by name.
    pub schemas: Schemas,
}

/// The whole site of a process, and its access table.
pub fn site(platform: &Platform, services: Vec<Mounted>, metrics: Option<PrometheusHandle>) -> (Router, Vec<Row>) {
    let routes = Routes::default();
    let routes = health::routes(routes, metrics);
    let routes = auth::pages::routes(auth::api::routes(routes));
    let routes = people::pages::routes(people::api::routes(routes));
    let routes = account::routes(operations::routes(dev::routes(front::routes(routes))));
    let (mut router, mut rows) = routes.with_state(platform.clone());
    let mut schemas = Schemas::new();
    for service in services {
        router = router.merge(service.router);
        rows.extend(service.rows);
        schemas.extend(service.schemas);
    }
    rows.extend(openapi::rows());
    let router = router
        .merge(openapi::router(openapi::document(&rows, schemas)))
        .route("/assets/{*name}", get(assets::serve))
        .route("/sw.js", get(assets::service_worker));
    rows.extend(assets::rows());
    (layered(platform, router), rows)
}

fn layered(platform: &Platform, router: Router) -> Router {
    let tls = platform.config.public_url().starts_with("https://");
    let ground = platform.clone();
    let streams_stay_open = DefaultPredicate::new()
        .and(NotForContentType::const_new("text/event-stream"))
        .and(NotForContentType::const_new("font/woff2"));
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new().gzip(true).compress_when(streams_stay_open))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let ground = ground.clone();
            async move { through(&ground, tls, request, next).await }
        }))
        .layer(DefaultBodyLimit::max(platform.config.body_limit));
    router.layer(layers)
}

/// What a request goes through to its route, the innermost first. They are functions that call each other, because every
/// `from_fn` of its own would copy and box for each request all that lies within it.
async fn through(platform: &Platform, tls: bool, request: Request, next: Next) -> Response {
    let routed = |request| again::after_conflicts(request, |request| next.clone().run(request));
    let identified = |request| caller::identify(platform, request, routed);
    let limited = |request| limits::enforce(&platform.limits, request, identified);
    let caught = |request| panics::caught(request, limited);
    let observed = |request| telemetry::observe(request, caught);
    let read = |request| drain::refused_bodies(request, observed);
    let rendered = |request| problem::render(request, read);
    let told = |request| context::provide(platform, request, rendered);
    security::headers(tls, request, told).await
}

/// Serves until the platform is told to stop, then lets open requests end, for ten seconds at most.
///
/// # Errors
/// When the listener fails.
pub async fn serve(platform: &Platform, listener: TcpListener, router: Router) -> std::io::Result<()> {
    let stop = platform.stop.clone();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let draining = stop.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await });
    tokio::select! {
        ended = server.into_future() => ended,
        () = async { draining.cancelled().await; tokio::time::sleep(Duration::from_secs(10)).await } => Ok(()),
    }
}
