//! Headers that every answer carries.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
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
    response.headers_mut().insert(PERMISSIONS_POLICY, allowed);
}

/// Whether it is what a browser never shows by itself. The policy of a page says nothing to it, and on a bad network half a
/// kilobyte with each file counts. An SVG is a document, and its scripts are refused as such.
fn is_part_of_a_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = ["text/css", "text/javascript", "font/woff2", "application/wasm", "application/manifest+json"];
    parts.iter().any(|part| kind.starts_with(part))
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// The layer that adds them; `tls` where people reach the site by https.
pub async fn headers<F: Future<Output = Response>>(
    tls: bool,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next(request).await;
    let is_part = is_asset && is_part_of_a_page(&response);
    let headers = response.headers_mut();
    // At once, so that the map does not grow step by step.
    headers.reserve(10);
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(RESOURCE_POLICY, "same-origin");
    if is_part {
        add(header::CONTENT_SECURITY_POLICY, CSP_OF_PARTS);
    } else {
        add(header::CONTENT_SECURITY_POLICY, CSP);
        add(header::X_FRAME_OPTIONS, "DENY");
        add(header::REFERRER_POLICY, "same-origin");
        add(OPENER_POLICY, "same-origin");
        add(PERMISSIONS_POLICY, "camera=(self), geolocation=(), microphone=()");
    }
    if tls {
        add(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    add(header::CACHE_CONTROL, "no-store");
    response
}
