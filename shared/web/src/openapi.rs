//! The OpenAPI 3.1 document, written from the access table, so that it lists exactly the routes that there are.

use axum::Router;
use axum::http::Method;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Map, Value, json};

use crate::access::{Doc, Row, Scope, Who};
use crate::extract::Json;

/// Schemas by name, gathered from the services.
pub type Schemas = Map<String, Value>;

/// The document.
#[must_use]
pub fn document(rows: &[Row], schemas: Schemas) -> Value {
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
            "schemas": with_problem(schemas),
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
            .map(|name| json!({"name": name, "in": "query", "required": false, "schema": {"type": "string"}})),
    );
    let schema = |name: Option<&str>| match name {
        Some(name) if schemas.contains_key(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
        _ => json!({}),
    };
    let mut success = json!({"description": "Success"});
    if row.doc.status != 204 {
        success["content"] = json!({row.doc.gives: {"schema": schema(row.doc.answer)}});
    }
    let mut operation = json!({
        "summary": row.doc.summary,
        "parameters": parameters,
        "responses": {
            row.doc.status.to_string(): success,
            "4XX": {
                "description": "The request cannot be served",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
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

fn with_problem(mut schemas: Schemas) -> Schemas {
    schemas.insert(
        "Problem".to_owned(),
        json!({
            "type": "object",
            "description": "RFC 9457",
            "required": ["type", "title", "status", "detail", "instance", "errors"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "instance": {"type": "string", "description": "The request id"},
                "errors": {"type": "array", "items": {
                    "type": "object",
                    "required": ["pointer", "code", "detail"],
                    "properties": {
                        "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901)"},
                        "code": {"type": "string"},
                        "detail": {"type": "string"},
                    },
                }},
            },
        }),
    );
    schemas
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
