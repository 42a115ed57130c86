//! The schemas of what staff do for patients, for the OpenAPI document.

use serde_json::{Value, json};

use crate::domain::act::{ActKind, ActStatus, Direction, Disposition, HandTo, Transport, Urgency};
use crate::domain::bag::{BagCode, Question};

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn text() -> Value {
    json!({"type": "string", "maxLength": crate::domain::act_input::MAX_TEXT})
}

fn codes<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Value {
    json!({"enum": all.iter().map(|one| code(*one)).collect::<Vec<_>>()})
}

/// The schemas by name.
pub(super) fn all() -> [(&'static str, Value); 10] {
    let statuses = codes(&ActStatus::ALL, ActStatus::code);
    let time = json!({"type": "string", "format": "date-time"});
    let optional_time = json!({"type": ["string", "null"], "format": "date-time"});
    let answers: serde_json::Map<String, Value> =
        Question::ALL.iter().map(|question| (question.code().to_owned(), json!({"type": "boolean"}))).collect();
    [
        ("AdviceInput", json!({"type": "object", "required": ["text"], "properties": {"id": uuid(), "text": text()}})),
        (
            "PrescriptionInput",
            json!({
                "type": "object",
                "description": "A bag, or medicines, or both",
                "properties": {
                    "id": uuid(),
                    "bag": codes(&BagCode::ALL, BagCode::code),
                    "items": {"type": "array", "maxItems": crate::domain::act_input::MAX_ITEMS, "items": {
                        "oneOf": [{"type": "string"}, {"type": "object", "required": ["name"],
                            "properties": {"name": text(), "dose": text()}}],
                    }},
                    "consent": {"type": "boolean"},
                    "screening": {"type": "object", "properties": answers},
                    "note": text(),
                },
            }),
        ),
        (
            "ReferralInput",
            json!({"type": "object", "required": ["reason"], "properties": {
                "id": uuid(), "to": text(), "reason": text(), "note": text(),
                "urgency": codes(Urgency::ALL, Urgency::code),
                "transport": codes(Transport::ALL, Transport::code),
            }}),
        ),
        (
            "CallInput",
            json!({"type": "object", "required": ["disposition"], "properties": {
                "id": uuid(), "direction": codes(Direction::ALL, Direction::code),
                "disposition": codes(Disposition::ALL, Disposition::code), "note": text(), "call_back_at": time,
            }}),
        ),
        (
            "HandoverInput",
            json!({"type": "object", "required": ["to", "reason"], "properties": {
                "id": uuid(), "to": codes(HandTo::ALL, HandTo::code), "account_id": uuid(), "reason": text(),
            }}),
        ),
        (
            "ActStep",
            json!({"type": "object", "required": ["status"], "properties": {"status": statuses, "note": text()}}),
        ),
        (
            "Act",
            json!({
                "type": "object",
                "required": ["id", "kind", "person_id", "status", "at", "by", "steps"],
                "properties": {
                    "id": uuid(),
                    "kind": codes(&ActKind::ALL, ActKind::code),
                    "case_id": {"type": ["string", "null"], "format": "uuid"},
                    "person_id": uuid(),
                    "ward_code": {"type": ["string", "null"]},
                    "status": statuses,
                    "status_text": {"type": "string"},
                    "at": time,
                    "by": {"type": "object"},
                    "due_at": optional_time,
                    "steps": {"type": "array", "items": {"type": "object"}},
                },
                "description": "with what its kind says: text, bag, items, to, reason, urgency, transport, …",
                "additionalProperties": true,
            }),
        ),
        (
            "StationList",
            json!({
                "type": "object",
                "required": ["ward_code", "as_of", "patients", "bags", "handovers", "calls"],
                "properties": {
                    "ward_code": {"type": ["string", "null"]},
                    "as_of": time,
                    "patients": {"type": "array", "items": {"type": "object"}},
                    "bags": {"type": "array", "items": {"type": "object"}},
                    "handovers": {"type": "array", "items": {"type": "object"}},
                    "calls": {"type": "array", "items": {"type": "object"}},
                },
            }),
        ),
        (
            "StationBatch",
            json!({
                "type": "object",
                "required": ["records"],
                "properties": {"records": {
                    "type": "array",
                    "maxItems": crate::app::station::MAX_BATCH,
                    "items": {
                        "type": "object",
                        "description": "ReportInput, TestInput or CallInput with `kind` and `case_id`; `hand_out` has `act_id`",
                        "required": ["id", "kind"],
                        "properties": {
                            "id": uuid(),
                            "kind": {"enum": ["report", "test", "call", "hand_out"]},
                            "case_id": uuid(),
                            "act_id": uuid(),
                        },
                    },
                }},
            }),
        ),
        (
            "StationBatchAnswer",
            json!({
                "type": "object",
                "required": ["results"],
                "properties": {"results": {"type": "array", "items": {
                    "type": "object",
                    "required": ["id", "status", "errors"],
                    "properties": {
                        "id": {"type": "string"},
                        "status": {"enum": ["accepted", "duplicate", "rejected"]},
                        "errors": {"type": "array", "items": {"type": "object"}},
                    },
                }}},
            }),
        ),
    ]
}
