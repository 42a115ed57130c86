//! Headers that every answer carries.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Nothing inline, nothing from elsewhere.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
                   frame-ancestors 'none'; worker-src 'self'";

/// What no browser shows by itself may load nothing.
const CSP_OF_PARTS: &str = "default-src 'none'";

/// The policy of a page whose reader of codes may run its WebAssembly.
const CSP_WITH_CAMERA: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                               img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
                               form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'self'";

/// Browsers that came by TLS once come by TLS for a year.
const HSTS: &str = "max-age=31536000";

/// Lets a page with a camera read codes: by WebAssembly where the browser has no detector of its own. No other page may.
pub fn allow_camera(response: &mut Response) {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP_WITH_CAMERA));
}

/// Lets a page ask where the device is. No other page may.
pub fn allow_position(response: &mut Response) {
    let allowed = HeaderValue::from_static("camera=(self), geolocation=(self), microphone=()");
    response.headers_mut().insert(HeaderName::from_static("permissions-policy"), allowed);
}

/// Whether it is what a browser never shows by itself. The policy of a page says nothing to it, and on a bad network half a
/// kilobyte with each file counts. An SVG is a document, and its scripts are refused as such.
fn is_part_of_a_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = ["text/css", "text/javascript", "font/woff2", "application/wasm", "application/manifest+json"];
    parts.iter().any(|part| kind.starts_with(part))
}

/// The layer that adds them; `tls` where people reach the site by https.
pub async fn headers(tls: bool, request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let is_part = is_asset && is_part_of_a_page(&response);
    let headers = response.headers_mut();
    let everywhere = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let parts = [(header::CONTENT_SECURITY_POLICY, CSP_OF_PARTS)];
    let documents = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(), microphone=()"),
    ];
    let further: &[_] = if is_part { &parts } else { &documents };
    for (name, value) in everywhere.iter().chain(further).cloned() {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if tls {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(HSTS));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
