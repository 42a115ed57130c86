//! What is known of a request before anybody looks at it: its id, its language, whether a person or a program asks.

use core::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::Response;
use shared::bilingual::Lang;

use crate::platform::Platform;

/// The cookie that remembers the language that was chosen.
pub const LANG_COOKIE: &str = "lang";
/// The header of the request id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request.
#[derive(Clone, Default)]
pub struct RequestContext {
    /// The id under which the log tells of it.
    pub request_id: String,
    /// The language of the answer.
    pub lang: Lang,
    /// Path and query, for coming back after signing in.
    pub path: String,
    /// Demo mode.
    pub demo: bool,
    /// The address that asks, as it is counted for limits; none where no connection stands behind the request.
    pub address: Option<IpAddr>,
}

impl fmt::Debug for RequestContext {
    /// Leaves out the path: its query may hold what somebody searched for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("request_id", &self.request_id)
            .field("lang", &self.lang)
            .finish_non_exhaustive()
    }
}

/// Whether the answer is for a person's browser rather than for a program.
#[must_use]
pub fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let html = quality(headers, "text/html");
    html > 0.0 && html >= quality(headers, "application/json") && !path.starts_with("/api/")
}

/// How much `Accept` (RFC 9110, section 12.5.1) wants a media type that it names; 0 where it does not name it. What is
/// only covered by `*/*` is not asked for: programs send that.
fn quality(headers: &HeaderMap, media_type: &str) -> f32 {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).map(|range| range.split(';').map(str::trim));
    let wanted = ranges.filter_map(|mut parts| {
        let named = parts.next()?.eq_ignore_ascii_case(media_type);
        named.then(|| parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0))
    });
    wanted.fold(0.0, f32::max)
}

/// The context of a request; an empty one where no layer made it.
#[must_use]
pub fn of(request: &Request) -> Arc<RequestContext> {
    request.extensions().get::<Arc<RequestContext>>().cloned().unwrap_or_default()
}

/// Path and query of a request as a link of this site. `//host` and `/\host` would lead a browser elsewhere, so that only
/// one slash stays at the beginning.
fn own_path(uri: &Uri) -> String {
    let text = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("/{}", text.trim_start_matches(['/', '\\']))
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

/// The language that `?lang=` asks for.
fn chosen_language(uri: &Uri) -> Option<Lang> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::from_tag)
}

/// The language of the answer: the chosen one, then the cookie's, then that of `Accept-Language`, then Vietnamese.
fn language(request: &Request, chosen: Option<Lang>) -> Lang {
    let remembered = || cookie(request.headers(), LANG_COOKIE).and_then(Lang::from_tag);
    let accepted = || {
        let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
        Some(Lang::from_accept_language(header.to_str().ok()?))
    };
    chosen.or_else(remembered).or_else(accepted).unwrap_or_default()
}

/// A request id of a caller is kept where it is short and plain, so that one id follows a request through several systems.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = id.len() <= 64 && !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| id.to_owned())
}

/// The layer that makes the context, tells the id in the answer and remembers a language that was chosen.
pub async fn provide<F: Future<Output = Response>>(
    platform: &Platform,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let request_id = given_id(request.headers())
        .unwrap_or_else(|| shared::ids::uuid_v7(platform.now(), &mut platform.random()).to_string());
    let told = HeaderValue::from_str(&request_id);
    let chosen = chosen_language(request.uri());
    let lang = language(&request, chosen);
    let page = wants_page(request.uri().path(), request.headers());
    let path = own_path(request.uri());
    let address = platform.limits.address_of(&request);
    let context = RequestContext { request_id, lang, path, demo: platform.config.demo, address };
    request.extensions_mut().insert(Arc::new(context));
    let mut response = next(request).await;
    if let Ok(value) = told {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if chosen.is_some() && page {
        let remember = format!("{LANG_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.tag());
        if let Ok(value) = HeaderValue::from_str(&remember) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(accept: &'static str) -> bool {
        wants_page("/people", &HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
    }

    #[test]
    fn a_page_is_for_those_who_name_html_and_do_not_want_json_more() {
        assert!(page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(page("Text/HTML;q=0.5"));
        for program in
            ["*/*", "", "application/json", "text/html;q=0", "application/json, text/html;q=0.1", "text/htmlx"]
        {
            assert!(!page(program), "{program}");
        }
        assert!(!wants_page(
            "/api/v1/people",
            &HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("text/html"))])
        ));
    }

    #[test]
    fn a_path_never_leads_to_another_host() {
        for (asked, own) in [
            ("/people?q=an", "/people?q=an"),
            ("//evil.example/x", "/evil.example/x"),
            ("/\\evil.example", "/evil.example"),
            ("/", "/"),
        ] {
            assert_eq!(own_path(&asked.parse().unwrap()), own);
        }
    }
}
