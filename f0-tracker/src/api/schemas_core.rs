//! The schemas of tests, closing and papers.

use serde_json::{Value, json};

use crate::completion::DayZero;
use crate::domain::condition::Condition;
use crate::domain::station_test::Watch;
use crate::store::PaperKind;

const OUTCOMES: [&str; 4] = ["detected", "not_detected", "inconclusive", "invalid"];

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn day() -> Value {
    json!({"type": "string", "format": "date"})
}

pub(super) fn case_edit() -> Value {
    json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "properties": {
            "diagnosed_at": {"type": "string", "description": "A time (RFC 3339) or a day"},
            "symptom_onset": {"type": ["string", "null"], "format": "date"},
            "isolated_from": {"type": ["string", "null"], "description": "A time (RFC 3339) or a day"},
            "conditions": {"type": "array", "items": {"enum": Condition::ALL.map(Condition::code)}},
            "vaccine_doses": {"type": ["integer", "null"], "minimum": 0, "maximum": 10},
            "pregnant": {"type": ["boolean", "null"]},
        },
    })
}

pub(super) fn duty_input() -> Value {
    json!({
        "type": "object",
        "required": ["account", "role", "area_code", "from", "to"],
        "properties": {
            "id": uuid(),
            "account": {"type": "string", "description": "The name that the account signs in with, or its id"},
            "role": {"enum": ["nurse", "doctor", "officer"]},
            "area_code": {"type": "string", "description": "2 digits a province, 3 a district, 5 a ward"},
            "from": time(),
            "to": time(),
        },
    })
}

pub(super) fn duty() -> Value {
    json!({
        "type": "object",
        "required": ["id", "account_id", "display_name", "role", "area_code", "from", "to", "open_alerts"],
        "properties": {
            "id": uuid(),
            "account_id": uuid(),
            "display_name": {"type": "string"},
            "role": {"enum": ["nurse", "doctor", "officer"]},
            "area_code": {"type": "string"},
            "from": time(),
            "to": time(),
            "open_alerts": {"type": "integer"},
        },
    })
}

pub(super) fn test_input() -> Value {
    json!({
        "type": "object",
        "required": ["outcome"],
        "properties": {
            "id": uuid(),
            "method": {"enum": ["antigen", "pcr"], "default": "antigen"},
            "outcome": {"enum": OUTCOMES},
            "watch": {"enum": Watch::ALL.map(Watch::code), "default": "staff"},
            "collected_at": {"type": "string", "description": "A time (RFC 3339) or a day; now where it is absent"},
            "note": {"type": "string"},
        },
    })
}

pub(super) fn test() -> Value {
    json!({
        "type": "object",
        "required": ["id", "method", "outcome", "watch", "counts", "collected_at", "recorded_at"],
        "properties": {
            "id": uuid(),
            "case_id": {"type": ["string", "null"], "format": "uuid"},
            "person_id": uuid(),
            "method": {"enum": ["antigen", "pcr"]},
            "outcome": {"enum": OUTCOMES},
            "watch": {"enum": Watch::ALL.map(Watch::code)},
            "counts": {"type": "boolean"},
            "collected_at": time(),
            "recorded_at": time(),
            "recorded_by": {"type": ["string", "null"], "format": "uuid"},
            "note": {"type": "string"},
            "closing": {"type": ["object", "null"]},
        },
    })
}

pub(super) fn person_test_input() -> Value {
    json!({
        "allOf": [{"$ref": "#/components/schemas/TestInput"}, {
            "type": "object",
            "required": ["person"],
            "properties": {
                "person": {"type": "object", "description": "A person, or the id of one alone"},
                "symptoms": {"type": "array", "items": {"type": "string"}},
                "symptom_onset": day(),
                "epidemiological_factor": {"type": "boolean"},
                "contact": {"type": "boolean"},
                "conditions": {"type": "array", "items": {"type": "string"}},
                "vaccine_doses": {"type": "integer"},
                "pregnant": {"type": "boolean"},
                "household": {"type": "array", "items": {"type": "object"}},
            },
        }],
    })
}

pub(super) fn judged_test() -> Value {
    json!({
        "allOf": [{"$ref": "#/components/schemas/Test"}, {
            "type": "object",
            "required": ["opened", "source"],
            "properties": {
                "verdict": {"enum": ["case", "test_again", "suspected", "not_case", null]},
                "clause": {"type": ["string", "null"]},
                "advice": {"type": ["string", "null"]},
                "definition": {"type": ["string", "null"]},
                "source": {"type": "string"},
                "opened": {"type": "boolean"},
            },
        }],
    })
}

pub(super) fn closing() -> Value {
    json!({
        "type": "object",
        "required": ["case_id", "day", "ends_on", "last_day", "may_close", "unmet"],
        "properties": {
            "case_id": uuid(),
            "day": {"type": "integer"},
            "ends_on": day(),
            "last_day": day(),
            "may_close": {"type": "boolean"},
            "unmet": {"type": "array", "items": {"type": "object"}},
        },
    })
}

pub(super) fn closings_input() -> Value {
    json!({
        "type": "object",
        "required": ["case_ids"],
        "properties": {"case_ids": {"type": "array", "minItems": 1, "maxItems": 200, "items": uuid()}},
    })
}

pub(super) fn closings() -> Value {
    json!({
        "type": "object",
        "required": ["closed", "refused", "results"],
        "properties": {
            "closed": {"type": "integer"},
            "refused": {"type": "integer"},
            "results": {"type": "array", "items": {"type": "object"}},
        },
    })
}

pub(super) fn settings() -> Value {
    json!({
        "type": "object",
        "required": ["day_zero"],
        "properties": {"day_zero": {"enum": DayZero::ALL.map(DayZero::code)}},
    })
}

pub(super) fn paper() -> Value {
    json!({
        "type": "object",
        "required": ["id", "case_id", "kind", "number", "issued_at"],
        "properties": {
            "id": uuid(),
            "case_id": uuid(),
            "kind": {"enum": PaperKind::ALL.map(PaperKind::code)},
            "number": {"type": "string"},
            "issued_at": time(),
            "revoked_at": {"type": ["string", "null"], "format": "date-time"},
            "revoke_reason": {"type": ["string", "null"]},
        },
    })
}

pub(super) fn paper_check() -> Value {
    json!({
        "type": "object",
        "required": ["state", "valid"],
        "properties": {
            "state": {"enum": ["valid", "expired", "revoked", "forged", "unreadable"]},
            "valid": {"type": "boolean"},
            "kind": {"type": ["string", "null"]},
            "number": {"type": ["string", "null"]},
            "full_name": {"type": ["string", "null"]},
            "birth": {"type": ["string", "null"]},
            "ward_code": {"type": ["string", "null"]},
            "from": {"type": ["string", "null"], "format": "date"},
            "to": {"type": ["string", "null"], "format": "date"},
            "issued_on": {"type": ["string", "null"], "format": "date"},
        },
    })
}
