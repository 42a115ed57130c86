//! Puts routes, layers and the listener together.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::access::{Routes, Row};
use crate::limits;
use crate::openapi::{self, Schemas};
use crate::platform::Platform;
use crate::{
    account, again, assets, auth, caller, context, dev, drain, front, health, operations, people, problem, security,
    telemetry,
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
    let limits = platform.limits.clone();
    let tls = platform.config.public_url().starts_with("https://");
    let (for_identity, for_context) = (platform.clone(), platform.clone());
    let streams_stay_open = DefaultPredicate::new()
        .and(NotForContentType::const_new("text/event-stream"))
        .and(NotForContentType::const_new("font/woff2"));
    // One stack for every route, the outermost first: a layer by itself would be another box and copy for each request.
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new().gzip(true).compress_when(streams_stay_open))
        .layer(middleware::from_fn(move |request: Request, next: Next| security::headers(tls, request, next)))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            context::provide(for_context.clone(), request, next)
        }))
        .layer(middleware::from_fn(problem::render))
        .layer(middleware::from_fn(drain::refused_bodies))
        .layer(middleware::from_fn(telemetry::observe))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(move |request: Request, next: Next| limits::enforce(limits.clone(), request, next)))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            caller::identify(for_identity.clone(), request, next)
        }))
        .layer(DefaultBodyLimit::max(platform.config.body_limit))
        .layer(middleware::from_fn(again::after_conflicts));
    router.layer(layers)
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
