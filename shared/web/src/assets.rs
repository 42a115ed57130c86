//! Styles, scripts, fonts and icons, built from `web/` and embedded in the program.

use std::collections::HashMap;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use crate::access::{Doc, Row, Scope, Who};
use crate::problem::Problem;

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// The row of the access table.
#[must_use]
pub fn row() -> Row {
    let doc = Doc::page("Styles, scripts, fonts and icons");
    Row { method: Method::GET, path: "/assets/{*name}", who: Who::Public, scope: Scope::None, doc }
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

/// `GET /assets/{*name}`. Asked for by its hash it never changes; asked for without (a font of the style sheet) it is looked
/// at again after an hour.
pub async fn serve(Path(name): Path<String>, uri: Uri, asked: HeaderMap) -> Response {
    let Some(file) = Dist::get(&name) else {
        return Problem::not_found("Không có tệp này.", "There is no such file.").into_response();
    };
    let version = short(&file.metadata.sha256_hash());
    let by_hash = uri.query().and_then(|query| query.strip_prefix("v=")) == Some(version.as_str());
    let keep = if by_hash { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    // Weak: compression writes the same file in other bytes.
    let tag = format!("W/\"{version}\"");
    let headers =
        [(header::CONTENT_TYPE, content_type(&name)), (header::CACHE_CONTROL, keep), (header::ETAG, tag.as_str())];
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, file.data.into_owned()).into_response()
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
