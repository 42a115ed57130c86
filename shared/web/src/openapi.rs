//! The OpenAPI 3.1 document, written from the access table, so that it lists exactly the routes that there are.

use axum::Router;
use axum::http::Method;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Map, Value, json};

use crate::access::{Doc, Row, Scope, Who};
use crate::extract::Json;
use crate::schemas::with_shared;

/// Schemas by name, gathered from the services.
pub type Schemas = Map<String, Value>;

/// The document.
#[must_use]
pub fn document(rows: &[Row], schemas: Schemas) -> Value {
    let schemas = with_shared(schemas);
    let mut paths = Map::new();
    for row in rows.iter().filter(|row| row.path.starts_with("/api/") || !row.doc.gives.starts_with("text/html")) {
        let path = row.path.replace("{*", "{");
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[row.method.as_str().to_ascii_lowercase()] = operation(row, &schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "An Tâm",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "COVID-19 suite of a province: check-in, laboratory results, care of confirmed cases. \
                            Times are RFC 3339, ids UUIDv7; errors are RFC 9457 problem documents in Vietnamese or English by Accept-Language.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    })
}

fn operation(row: &Row, schemas: &Schemas) -> Value {
    let mut parameters: Vec<Value> = row
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    parameters.extend(
        row.doc
            .query
            .iter()
            .map(|name| json!({"name": name, "in": "query", "required": false, "schema": {"type": kind_of(name)}})),
    );
    let schema = |name: Option<&str>| match name {
        Some(name) if schemas.contains_key(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
        _ => json!({}),
    };
    let mut success = json!({"description": "Success"});
    if row.doc.status != 204 {
        success["content"] = json!({row.doc.gives: {"schema": schema(row.doc.answer)}});
    }
    let failed = |description: &str| {
        let mut content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        // What was sent as FHIR is refused as FHIR: an OperationOutcome.
        if row.doc.gives == "application/fhir+json" {
            content[row.doc.gives] = json!({"schema": schema(row.doc.answer)});
        }
        json!({"description": description, "content": content})
    };
    let mut responses = json!({
        "4XX": failed("The request cannot be served"),
        "5XX": failed("The server cannot serve it now; 503 says that it may be sent again"),
    });
    if row.doc.status == 201 {
        let mut again = success.clone();
        again["description"] = json!("The same under the same id again: the first record");
        responses["200"] = again;
    }
    responses[row.doc.status.to_string()] = success;
    let mut operation = json!({
        "operationId": operation_id(row),
        "tags": [tag_of(row.path)],
        "summary": row.doc.summary,
        "parameters": parameters,
        "responses": responses,
        "x-antam-who": row.who,
        "x-antam-scope": row.scope,
    });
    if let Some(takes) = row.doc.takes {
        operation["requestBody"] = json!({"required": true, "content": {takes: {"schema": schema(row.doc.body)}}});
    }
    if !matches!(row.who, Who::Public | Who::DemoOnly) {
        operation["security"] = json!([{"bearer": []}]);
    }
    operation
}

/// The type of a query parameter.
fn kind_of(name: &str) -> &'static str {
    match name {
        "limit" | "count" => "integer",
        "dry_run" | "preview" => "boolean",
        _ => "string",
    }
}

/// A name of its own for a client that is generated: `post_checkin_venues_id_reprint`.
fn operation_id(row: &Row) -> String {
    let path = row.path.trim_start_matches("/api/").trim_start_matches("v1/");
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = std::iter::once(row.method.as_str().to_ascii_lowercase()).chain(words.map(str::to_ascii_lowercase));
    words.collect::<Vec<_>>().join("_")
}

/// What a route belongs to: its first word after the version.
fn tag_of(path: &str) -> &str {
    let word = path.strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next());
    word.unwrap_or("site")
}

/// The rows of the access table for the document itself and its page.
#[must_use]
pub fn rows() -> [Row; 2] {
    let row = |path, doc| Row { method: Method::GET, path, who: Who::Public, scope: Scope::None, doc };
    [row("/api/openapi.json", Doc::json("This document")), row("/api/docs", Doc::page("This document as a page"))]
}

/// `GET /api/openapi.json` and `GET /api/docs`.
pub fn router(document: Value) -> Router {
    let page = browsable(&document);
    let document = std::sync::Arc::new(document);
    Router::new()
        .route(
            "/api/openapi.json",
            get(move || {
                let document = std::sync::Arc::clone(&document);
                async move { Json((*document).clone()) }
            }),
        )
        .route(
            "/api/docs",
            get(move || {
                let page = page.clone();
                async move { Html(page) }
            }),
        )
}

/// A plain page of the document without script or foreign host.
fn browsable(document: &Value) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut rows = String::new();
    if let Some(paths) = document["paths"].as_object() {
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                rows.push_str(&format!(
                    "<tr><td><strong>{}</strong></td><td class=\"mono\">{}</td><td>{}</td></tr>",
                    method.to_ascii_uppercase(),
                    escape(path),
                    escape(operation["summary"].as_str().unwrap_or_default()),
                ));
            }
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>An Tâm API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{}\"></head><body class=\"work\"><main id=\"main\"><div class=\"stack\"><h1>An Tâm API</h1>\
         <p><a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1)</p><div class=\"table-wrap\"><table class=\"table\">\
         <thead><tr><th>Method</th><th>Path</th><th>What it does</th></tr></thead><tbody>{rows}</tbody></table></div></div></main></body></html>",
        crate::assets::href("app.css"),
    )
}
