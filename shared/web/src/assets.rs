//! Styles, scripts, fonts and icons, built from `web/` and embedded in the program; and the service worker.

use std::collections::HashMap;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest as _, Sha256};

use crate::access::{Doc, Row, Scope, Who};
use crate::problem::Problem;
use crate::security;

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// The rows of the access table.
#[must_use]
pub fn rows() -> [Row; 2] {
    let row = |path, summary| {
        let doc = Doc::page(summary);
        Row { method: Method::GET, path, who: Who::Public, scope: Scope::None, doc }
    };
    [row("/assets/{*name}", "Styles, scripts, fonts and icons"), row("/sw.js", "The service worker")]
}

/// The address of an asset, with a part of its hash, so that a browser may keep it for ever.
#[must_use]
pub fn href(name: &str) -> String {
    static VERSIONS: OnceLock<HashMap<String, String>> = OnceLock::new();
    let versions = VERSIONS.get_or_init(|| {
        Dist::iter()
            .filter_map(|name| {
                let version = short(&Dist::get(&name)?.metadata.sha256_hash());
                Some((name.into_owned(), version))
            })
            .collect()
    });
    match versions.get(name) {
        Some(version) => format!("/assets/{name}?v={version}"),
        None => format!("/assets/{name}"),
    }
}

/// `GET /assets/{*name}`. Asked for by its hash, or with the hash in its name as a font, it never changes; everything else is
/// looked at again after an hour. Sent as it was compressed when it was built.
pub async fn serve(Path(name): Path<String>, uri: Uri, asked: HeaderMap) -> Response {
    let Some(file) = Dist::get(&name) else {
        return Problem::not_found("Không có tệp này.", "There is no such file.").into_response();
    };
    let version = short(&file.metadata.sha256_hash());
    let by_hash = uri.query().and_then(|query| query.strip_prefix("v=")) == Some(version.as_str());
    let keep = match by_hash || name.starts_with("fonts/") {
        true => "public, max-age=31536000, immutable",
        false => "public, max-age=3600",
    };
    // Weak: the same file may be sent in other bytes.
    let tag = format!("W/\"{version}\"");
    let headers = [
        (header::CONTENT_TYPE, content_type(&name)),
        (header::CACHE_CONTROL, keep),
        (header::ETAG, tag.as_str()),
        (header::VARY, "accept-encoding"),
    ];
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let (file, encoding) = encoded(&name, &asked).map_or((file, None), |(file, encoding)| (file, Some(encoding)));
    let mut response = (headers, file.data.into_owned()).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if name == READER {
        security::allow_camera(&mut response);
    }
    response
}

/// The decoder of codes: a worker, which follows the policy that its own script came with.
const READER: &str = "js/reader.js";

/// The smallest form of a file that was built and may be sent.
fn encoded(name: &str, asked: &HeaderMap) -> Option<(EmbeddedFile, &'static str)> {
    let asked = asked.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    [("br", "br"), ("gz", "gzip")]
        .into_iter()
        .filter(|(_, encoding)| accepts(asked, encoding))
        .find_map(|(ending, encoding)| Some((Dist::get(&format!("{name}.{ending}"))?, encoding)))
}

/// Whether `Accept-Encoding` names an encoding and does not refuse it.
fn accepts(asked: &str, encoding: &str) -> bool {
    asked.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// What the service worker keeps from the beginning: the door of a place as a visitor sees it, and the page that says what else
/// opens without a network.
const SHELL: [&str; 8] = [
    "app.css",
    "js/head.js",
    "js/shell.js",
    "js/checkin.js",
    "js/offline.js",
    "icons/sprite.svg",
    "icons/app.svg",
    "manifest.webmanifest",
];

/// The pages that it shows where a page cannot be had.
const OFFLINE_PAGES: [&str; 2] = ["/offline", "/offline/door"];

/// `GET /sw.js`: the service worker, behind the addresses of what it keeps, so that a new version of any makes a new worker.
pub async fn service_worker() -> Response {
    let Some(script) = Dist::get("sw.js") else {
        return Problem::not_found("Không có tệp này.", "There is no such file.").into_response();
    };
    let fonts = Dist::iter().filter(|name| {
        let needed = ["-latin-400-", "-latin-700-", "-vietnamese-400-", "-vietnamese-700-"];
        name.starts_with("fonts/") && needed.iter().any(|part| name.contains(part))
    });
    let mut kept: Vec<String> = SHELL.iter().map(|name| href(name)).collect();
    kept.extend(fonts.map(|name| format!("/assets/{name}")));
    kept.sort();
    let version = short(&Sha256::digest(kept.concat().as_bytes()).into());
    let shell = serde_json::json!({"version": version, "assets": kept, "pages": OFFLINE_PAGES});
    let body = format!("self.ANTAM_SHELL={shell};\n{}", String::from_utf8_lossy(&script.data));
    let headers = [(header::CONTENT_TYPE, content_type("sw.js")), (header::CACHE_CONTROL, "no-cache")];
    (headers, body).into_response()
}

fn short(hash: &[u8; 32]) -> String {
    hash.iter().take(5).map(|b| format!("{b:02x}")).collect()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_sent_where_it_is_asked_for_and_not_refused() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("gzip, br;q=0", "br") && !accepts("gzip, br; q=0.000", "br"));
        assert!(!accepts("gzip, brotli", "br") && !accepts("", "gzip"));
    }
}
