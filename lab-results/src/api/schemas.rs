//! The schemas of the service's bodies in the OpenAPI document.

use serde_json::{Value, json};
use shared_web::openapi::Schemas;

fn text() -> Value {
    json!({"type": "string"})
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn outcome() -> Value {
    json!({"type": "string", "enum": ["detected", "not_detected", "inconclusive", "invalid"]})
}

fn list_of(items: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {"items": {"type": "array", "items": items}, "next_cursor": {"type": ["string", "null"]}},
    })
}

fn counts() -> Value {
    let names = ["received", "accepted", "duplicate", "amended", "held", "ignored", "rejected"];
    names
        .into_iter()
        .map(|name| (name.to_owned(), json!({"type": "integer"})))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Properties of two objects together.
fn with(mut properties: Value, more: Value) -> Value {
    if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
        properties.extend(more);
    }
    properties
}

fn result_in() -> Value {
    json!({
        "type": "object",
        "required": ["accession", "specimen", "test", "outcome", "resulted_at"],
        "properties": {
            "id": id(),
            "lab_code": {"type": "string", "description": "may be left out by an account of a laboratory"},
            "accession": text(),
            "barcode": {"type": "string", "description": "either this or person"},
            "person": {"type": "object", "description": "{id} of a known person, or a whole Person"},
            "specimen": {"type": "object", "required": ["kind", "collected_at"],
                         "properties": {"kind": text(), "collected_at": time()}},
            "test": {"type": "object", "properties": {"loinc": text(), "method": text()}},
            "outcome": outcome(),
            "status": {"type": "string", "enum": ["final", "corrected", "withdrawn", "preliminary"]},
            "ct_value": {"type": "number", "minimum": 5, "maximum": 50},
            "resulted_at": time(),
        },
    })
}

fn result_properties() -> Value {
    json!({
        "id": id(), "lab_code": text(), "accession": text(), "version": {"type": "integer"},
        "state": {"type": "string", "enum": ["released", "held"]},
        "hold_reasons": {"type": "array", "items": text()},
        "specimen_id": {"type": ["string", "null"]}, "person_id": {"type": ["string", "null"]},
        "outcome": outcome(), "method": {"type": ["string", "null"], "enum": ["pcr", "antigen", null]},
        "test": {"type": "object", "properties": {"loinc": text()}},
        "specimen": {"type": "object", "properties": {"kind": text(), "collected_at": time()}},
        "resulted_at": time(), "ct_value": {"type": ["number", "null"]},
        "status": {"type": "string", "enum": ["final", "corrected", "withdrawn"]},
        "upload_id": {"type": ["string", "null"]}, "created_at": time(), "updated_at": time(),
    })
}

fn row_report() -> Value {
    let cell = json!({
        "type": "object",
        "required": ["column", "code", "detail"],
        "properties": {
            "column": {"type": "string", "description": "the header in a file, a JSON Pointer in a request"},
            "code": text(), "detail": text(),
        },
    });
    let row = json!({
        "type": "object",
        "required": ["row", "accession", "status", "errors"],
        "properties": {
            "row": {"type": "integer", "description": "in the order of what was sent, from 1; in a table as a spreadsheet numbers it, whose header is 1"},
            "accession": {"type": ["string", "null"]},
            "status": {"type": "string", "enum": ["accepted", "duplicate", "amended", "held", "ignored", "rejected"]},
            "result_id": id(), "person_id": id(),
            "errors": {"type": "array", "items": cell},
            "cells": {"type": "array", "items": object(json!({"column": text(), "value": text()})),
                "description": "with cells=true, of rows that were rejected or are held: what the sender wrote"},
        },
    });
    json!({
        "type": "object",
        "required": ["upload_id", "received", "accepted", "duplicate", "amended", "held", "ignored", "rejected", "rows"],
        "properties": with(counts(), json!({
            "upload_id": id(),
            "warnings": {"type": "array", "items": cell},
            "rows": {"type": "array", "items": row},
        })),
    })
}

/// The row report of a trial, with what was read of each row.
fn validation() -> Value {
    let mut schema = row_report();
    schema["properties"]["format"] = text();
    let row = &mut schema["properties"]["rows"]["items"]["properties"];
    row["fields"] = json!({"type": ["object", "null"], "description": "what was read; null where it could not be"});
    row["source"] = json!({"description": "where each field was read"});
    schema
}

fn object(properties: Value) -> Value {
    json!({"type": "object", "properties": properties})
}

fn mapping_kind() -> Value {
    json!({"type": "string", "enum": ["test", "outcome", "specimen", "header"]})
}

/// The schemas by name.
#[must_use]
pub fn all() -> Schemas {
    let result = object(result_properties());
    let held = object(json!({
        "id": id(), "lab_code": text(), "accession": text(), "status": text(),
        "reasons": {"type": "array", "items": text()}, "upload_id": {"type": ["string", "null"]}, "created_at": time(),
        "why": {"type": "array", "items": {"type": "object"}, "description": "the reasons in words: {code, detail}"},
        "barcode": {"type": ["string", "null"]},
        "person": {"type": ["object", "null"], "description": "whom the record describes: {full_name, birth}"},
        "finding": {"type": ["string", "null"]}, "test": {"type": "object"},
        "collected_at": {"type": ["string", "null"]}, "resulted_at": {"type": ["string", "null"]},
        "releasable": {"type": "boolean"}, "needs_person": {"type": "boolean"}, "needs_outcome": {"type": "boolean"},
    }));
    let mut held_detail = held.clone();
    let more = json!({
        "candidates": {"type": "array", "items": {"type": "object"}, "description": "people who resemble, to compare"},
        "outcomes": {"type": "array", "items": outcome(), "description": "what a person may say that the result is"},
        "message": {"type": ["object", "null"], "description": "the message as it came: {format, text}"},
        "others": {"type": "array", "items": {"type": "object"},
            "description": "the other waiting results of the message that it contradicts: {id, accession, loinc, finding}"},
    });
    held_detail["properties"] = with(held["properties"].clone(), more);
    let laboratory = object(json!({"code": text(), "name": text(), "ward_code": text()}));
    let order_ids = json!({"type": "array", "items": id(), "minItems": 1, "maxItems": 10});
    let specimen = json!({"id": id(), "barcode": text(), "kit_barcode": text(), "order_ids": order_ids, "kind": text(),
                          "collected_at": time()});
    let schemas = [
        ("Results", json!({"oneOf": [result_in(), {"type": "array", "items": result_in()}]})),
        ("RowReport", row_report()),
        ("Validation", validation()),
        (
            "MappingList",
            list_of(&object(json!({"kind": mapping_kind(), "local": text(), "target": {"type": ["string", "null"]},
            "waiting": {"type": "integer", "description": "how many records wait for the word; not read"}}))),
        ),
        ("MappingWord", object(json!({"kind": mapping_kind(), "local": text()}))),
        ("Rejudged", object(json!({"waiting": {"type": "integer", "description": "how many are judged again"}}))),
        (
            "Dictionary",
            object(json!({"columns": {"type": "array", "items": {"type": "object"}},
            "specimen_kinds": {"type": "array", "items": {"type": "object"}},
            "outcomes": {"type": "array", "items": text()}})),
        ),
        ("ResultList", list_of(&result)),
        (
            "ResultWithVersions",
            object(with(result_properties(), json!({"versions": {"type": "array", "items": {"type": "object"}}}))),
        ),
        (
            "Upload",
            object(with(
                counts(),
                json!({"upload_id": id(), "lab_code": {"type": ["string", "null"]},
            "format": text(), "created_at": time(), "finished_at": {"type": ["string", "null"]}}),
            )),
        ),
        ("UploadProgress", object(with(counts(), json!({"done": {"type": "boolean"}})))),
        ("HeldList", list_of(&held)),
        ("HeldDetail", held_detail),
        (
            "HeldRelease",
            object(json!({"person_id": {"type": ["string", "null"], "format": "uuid"},
            "person": {"type": ["object", "null"], "description": "somebody who may not be in the register yet"},
            "outcome": {"type": ["string", "null"], "description": "needed where needs_outcome"}})),
        ),
        ("HeldReleased", object(json!({"result_id": id(), "person_id": id()}))),
        (
            "Order",
            json!({"type": "object", "required": ["person"], "properties":
            {"id": id(), "person": {"type": "object"}, "reason": text(), "site_id": id()}}),
        ),
        (
            "OrderStored",
            object(json!({"id": id(), "person_id": id(), "reason": text(),
            "site_id": {"type": ["string", "null"]}, "created_at": time()})),
        ),
        (
            "Specimen",
            json!({"type": "object", "required": ["order_ids", "kind", "collected_at"],
            "properties": specimen}),
        ),
        ("SpecimenStored", object(with(specimen, json!({"created_at": time()})))),
        ("LaboratoryList", list_of(&laboratory)),
    ];
    let mut all: Schemas = schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    all.extend(super::flow_schemas::all());
    all
}
