//! The schemas of tubes, pools and custody in the OpenAPI document.

use serde_json::{Value, json};
use shared_web::openapi::Schemas;

use crate::domain::custody::TubeState;
use crate::domain::pool::{MemberState, PoolState};
use crate::domain::undo::UndoKind;

fn text() -> Value {
    json!({"type": "string"})
}

fn maybe(of: &str) -> Value {
    json!({"type": [of, "null"]})
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn object(properties: Value) -> Value {
    json!({"type": "object", "properties": properties})
}

fn list_of(items: &Value) -> Value {
    object(json!({"items": {"type": "array", "items": items}, "next_cursor": maybe("string")}))
}

fn tube() -> Value {
    let line = object(json!({
        "state": {"type": "string", "enum": TubeState::ALL.map(TubeState::code)}, "at": time(),
        "account_id": maybe("string"), "lab_code": maybe("string"), "site_id": maybe("string"),
        "code": maybe("string"), "note": text(),
    }));
    object(json!({
        "id": id(), "barcode": text(), "other_barcodes": {"type": "array", "items": text()}, "kind": text(),
        "order_ids": {"type": "array", "items": id()}, "collected_at": time(), "created_at": time(),
        "state": {"type": ["string", "null"], "enum": TubeState::ALL.map(TubeState::code)},
        "custody": {"type": "array", "items": line}, "expected_at": maybe("string"), "late": {"type": "boolean"},
    }))
}

fn pool() -> serde_json::Map<String, Value> {
    let Value::Object(properties) = json!({
        "id": id(), "kind": {"type": "string", "enum": ["swab", "lab"]}, "barcode": text(),
        "lab_code": maybe("string"), "state": {"type": "string", "enum": PoolState::ALL.map(PoolState::code)},
        "deadline": maybe("string"), "created_at": time(), "updated_at": time(),
    }) else {
        return serde_json::Map::new();
    };
    properties
}

fn pool_with_members() -> Value {
    let member = object(json!({
        "position": {"type": "integer"}, "state": {"type": "string", "enum": MemberState::ALL.map(MemberState::code)},
        "person_id": id(), "full_name": maybe("string"), "phone": maybe("string"), "order_id": id(),
        "next_order_id": maybe("string"), "result_id": maybe("string"), "barcode": maybe("string"), "note": text(),
        "updated_at": time(),
    }));
    let mut properties = pool();
    properties.insert("members".to_owned(), json!({"type": "array", "items": member}));
    object(properties.into())
}

fn range() -> Value {
    object(json!({
        "id": id(), "site_id": maybe("string"), "note": text(), "first_number": {"type": "integer"},
        "size": {"type": "integer"}, "first_barcode": text(), "last_barcode": text(), "sheet_url": text(),
        "created_at": time(),
    }))
}

fn range_usage() -> Value {
    let gap = json!({"type": "object", "properties": {
        "first_barcode": text(), "last_barcode": text(), "size": {"type": "integer"},
        "why": {"type": "string", "enum": ["skipped", "not_reached"]},
    }});
    let mut usage = range();
    usage["properties"]["used"] = json!({"type": "integer"});
    usage["properties"]["gaps"] = json!({"type": "array", "items": gap});
    usage
}

fn bodies() -> [(&'static str, Value); 5] {
    [
        (
            "Custody",
            json!({"type": "object", "required": ["barcodes", "state"], "properties": {
                "barcodes": {"type": "array", "items": text(), "minItems": 1, "maxItems": 500},
                "state": {"type": "string", "enum": TubeState::BY_HAND.map(TubeState::code)}, "at": time(),
                "code": text(), "note": text(), "site_id": id()}}),
        ),
        (
            "Sampling",
            json!({"type": "object", "required": ["people", "collected_at"], "properties": {
                "id": id(), "barcode": text(), "kit_barcode": text(), "kind": text(), "collected_at": time(),
                "people": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 10},
                "site_id": id(), "reason": text()}}),
        ),
        (
            "Pool",
            json!({"type": "object", "required": ["members"], "properties": {
                "id": id(), "barcode": text(),
                "members": {"type": "array", "items": text(), "minItems": 2, "maxItems": 10}}}),
        ),
        ("Call", json!({"type": "object", "required": ["state"], "properties": {"state": text(), "note": text()}})),
        ("TubeRange", object(json!({"id": id(), "site_id": id(), "size": {"type": "integer"}, "note": text()}))),
    ]
}

fn undo() -> Value {
    object(json!({
        "id": id(), "kind": {"type": "string", "enum": UndoKind::ALL.map(UndoKind::code)}, "result_id": id(),
        "person_id": id(), "lab_code": text(), "created_at": time(), "done_at": maybe("string"), "note": text(),
    }))
}

/// The schemas by name.
pub(super) fn all() -> Schemas {
    let report =
        object(json!({"received": {"type": "integer"}, "rows": {"type": "array", "items": {"type": "object"}}}));
    let answers = [
        ("Tube", tube()),
        ("TubeList", list_of(&tube())),
        ("CustodyReport", report.clone()),
        (
            "Turnaround",
            object(json!({"lab_code": maybe("string"), "last": {"type": "integer"},
                                     "segments": {"type": "array", "items": {"type": "object"}}})),
        ),
        (
            "SamplingBatch",
            object(json!({"samplings": {"type": "array", "maxItems": 500, "items": {"type": "object"}}})),
        ),
        ("SamplingBatchReport", object(json!({"results": {"type": "array", "items": {"type": "object"}}}))),
        ("PoolStored", object(pool().into())),
        ("PoolList", list_of(&object(pool().into()))),
        ("PoolWithMembers", pool_with_members()),
        ("MemberCalled", object(json!({"position": {"type": "integer"}, "state": text(), "note": text()}))),
        ("PoolMapReport", report),
        ("TubeRangeStored", range()),
        ("TubeRangeList", list_of(&range())),
        ("TubeRangeUsage", range_usage()),
        (
            "Lab",
            json!({"type": "object", "required": ["code", "name", "ward_code", "licence_no"], "properties": {
            "code": text(), "name": text(), "ward_code": text(), "phone": text(), "licence_no": text(),
            "licensed_until": text(), "kinds": {"type": "array", "items": text()},
            "active": {"type": "boolean"}}}),
        ),
        (
            "LabStored",
            object(json!({"code": text(), "name": text(), "ward_code": text(), "phone": maybe("string"),
            "licence_no": maybe("string"), "licensed_until": maybe("string"), "badge": {"type": "boolean"},
            "kinds": {"type": "array", "items": text()}, "good_records": {"type": "integer"},
            "bad_records": {"type": "integer"}, "keys": {"type": "array", "items": {"type": "object"}}})),
        ),
        ("LabKey", object(json!({"label": text()}))),
        (
            "LabKeyMade",
            object(
                json!({"id": id(), "kind": text(), "lab_code": text(), "label": text(), "hint": text(), "key": text(),
            "created_at": time(), "revoked_at": maybe("string")}),
            ),
        ),
        ("LabCertificate", object(json!({"label": text(), "certificate": text()}))),
        (
            "LabCertificateAdded",
            object(json!({"id": id(), "kind": text(), "lab_code": text(), "label": text(), "hint": text(),
            "created_at": time(), "revoked_at": maybe("string")})),
        ),
        ("LabKeyRevoked", object(json!({"id": id(), "revoked": {"type": "boolean"}}))),
        ("Undo", undo()),
        ("UndoList", list_of(&undo())),
        ("UndoDone", object(json!({"note": text()}))),
        ("Resent", object(json!({"id": id(), "sent": {"type": "boolean"}}))),
        ("SlipKey", object(json!({"algorithm": text(), "public_key": text()}))),
    ];
    bodies().into_iter().chain(answers).map(|(name, schema)| (name.to_owned(), schema)).collect()
}
