//! What is known of a request before anybody looks at it: its id, its language, whether a person or a program asks.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use shared::bilingual::Lang;

use crate::platform::Platform;

/// The cookie that remembers the language that was chosen.
pub const LANG_COOKIE: &str = "lang";
/// The header of the request id.
pub const REQUEST_ID: &str = "x-request-id";

/// What is known of a request.
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    /// The id under which the log tells of it.
    pub request_id: String,
    /// The language of the answer.
    pub lang: Lang,
    /// Path and query, for coming back after signing in.
    pub path: String,
    /// Demo mode.
    pub demo: bool,
}

/// Whether the answer is for a person's browser rather than for a program.
#[must_use]
pub fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let accepts_html = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    accepts_html && !path.starts_with("/api/")
}

/// One cookie of a request.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The language of the answer: `?lang=`, then the cookie, then `Accept-Language`, then Vietnamese.
fn language(request: &Request) -> Lang {
    let query = request.uri().query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::from_tag);
    let remembered = || cookie(request.headers(), LANG_COOKIE).and_then(Lang::from_tag);
    let accepted = || {
        let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
        Some(Lang::from_accept_language(header.to_str().ok()?))
    };
    asked.or_else(remembered).or_else(accepted).unwrap_or_default()
}

/// A request id of a caller is kept where it is short and plain, so that one id follows a request through several systems.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = id.len() <= 64 && !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| id.to_owned())
}

/// The layer that makes the context, tells the id in the answer and remembers a language that was chosen.
pub async fn provide(platform: Platform, mut request: Request, next: Next) -> Response {
    let request_id = given_id(request.headers())
        .unwrap_or_else(|| shared::ids::uuid_v7(platform.now(), &mut platform.random()).to_string());
    let lang = language(&request);
    let chosen = request.uri().query().is_some_and(|q| q.split('&').any(|pair| pair.starts_with("lang=")));
    let page = wants_page(request.uri().path(), request.headers());
    let path = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    request.extensions_mut().insert(RequestContext {
        request_id: request_id.clone(),
        lang,
        path,
        demo: platform.config.demo,
    });
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if chosen && page {
        let remember = format!("{LANG_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.tag());
        if let Ok(value) = HeaderValue::from_str(&remember) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
