//! The schemas of intake, households, text messages, shifts and changes of the protocols.

use serde_json::{Value, json};

use crate::domain::condition::Condition;

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn yes_or_no() -> Value {
    json!({"type": ["boolean", "null"]})
}

fn objects() -> Value {
    json!({"type": "array", "items": {"type": "object"}})
}

pub(super) fn intake_input() -> Value {
    json!({
        "type": "object",
        "description": "What is absent is not known, and stays as it was",
        "properties": {
            "conditions": {"type": "array", "items": {"enum": Condition::ALL.map(Condition::code)}},
            "stable": yes_or_no(),
            "vaccine_doses": {"type": "integer", "minimum": 0, "maximum": 10},
            "last_dose_on": {"type": "string", "format": "date"},
            "pregnant": yes_or_no(),
            "self_care": yes_or_no(),
            "reachable": yes_or_no(),
            "carer": {"type": "object", "description": "A person"},
            "has_carer": yes_or_no(),
            "household": objects(),
            "doctor": {"type": "string"},
        },
    })
}

pub(super) fn intake() -> Value {
    json!({
        "type": "object",
        "required": ["case_id", "eligible", "protocol", "source", "criteria", "risk", "risk_reasons", "decided_at"],
        "properties": {
            "case_id": uuid(),
            "eligible": {"enum": ["may", "may_not", "unknown"]},
            "protocol": {"type": "string"},
            "source": {"type": "string"},
            "criteria": objects(),
            "risk": {"enum": ["low", "medium", "very_high", "unknown"]},
            "risk_source": {"type": "string"},
            "risk_reasons": {"type": "array", "items": {"type": "string"}},
            "doctor": {"type": ["object", "null"]},
            "ward_code": {"type": ["string", "null"]},
            "carer_id": {"type": ["string", "null"], "format": "uuid"},
            "decided_at": time(),
            "decided_by": {"type": ["string", "null"], "format": "uuid"},
        },
    })
}

pub(super) fn household() -> Value {
    json!({
        "type": "object",
        "required": ["members", "at_risk"],
        "properties": {"members": objects(), "at_risk": {"type": "boolean"}},
    })
}

pub(super) fn household_reports() -> Value {
    json!({
        "type": "object",
        "required": ["members"],
        "properties": {
            "by": {"enum": ["patient", "family", "staff"]},
            "members": {"type": "array", "minItems": 1, "maxItems": 30, "items": {
                "allOf": [{"$ref": "#/components/schemas/ReportInput"}],
                "required": ["case_id"],
                "properties": {"case_id": uuid()},
            }},
            "call": {"type": "object", "description": "A call of staff, noted once for each member"},
        },
    })
}

pub(super) fn household_answer() -> Value {
    json!({
        "type": "object",
        "required": ["level", "results"],
        "properties": {
            "level": {"enum": ["none", "watch", "urgent", "emergency"]},
            "results": {"type": "array", "items": {
                "type": "object",
                "required": ["case_id", "status", "errors"],
                "properties": {
                    "case_id": uuid(),
                    "status": {"enum": ["accepted", "duplicate", "rejected"]},
                    "report": {"$ref": "#/components/schemas/ReportAnswer"},
                    "detail": {"type": "string"},
                    "errors": objects(),
                },
            }},
        },
    })
}

pub(super) fn sms_input() -> Value {
    json!({
        "type": "object",
        "required": ["id", "from", "text"],
        "properties": {
            "id": {"type": "string", "maxLength": 200, "description": "The gateway's own id of the message"},
            "from": {"type": "string"},
            "text": {"type": "string"},
            "sent_at": time(),
        },
    })
}

pub(super) fn sms_answer() -> Value {
    json!({
        "type": "object",
        "required": ["id", "outcome", "duplicate"],
        "properties": {
            "id": uuid(),
            "outcome": {"enum": ["report", "refused", "which", "ended", "unknown", "not_read"]},
            "duplicate": {"type": "boolean"},
            "reply": {"type": ["string", "null"]},
            "report_id": {"type": ["string", "null"], "format": "uuid"},
            "level": {"enum": ["none", "watch", "urgent", "emergency", null]},
        },
    })
}

pub(super) fn shift_input() -> Value {
    json!({
        "type": "object",
        "properties": {"id": uuid(), "to": {"type": "string"}, "note": {"type": "string"}},
    })
}

pub(super) fn shift() -> Value {
    json!({
        "type": "object",
        "required": ["id", "from", "at", "note", "open", "lines"],
        "properties": {
            "id": uuid(),
            "from": {"type": "object"},
            "to": {"type": ["object", "null"]},
            "at": time(),
            "note": {"type": "string"},
            "open": {"type": "integer"},
            "lines": {"type": "array", "items": {
                "type": "object",
                "required": ["line", "kind", "level", "text"],
                "properties": {
                    "line": {"type": "integer"},
                    "kind": {"enum": ["alert", "promise", "trend"]},
                    "case_id": {"type": ["string", "null"], "format": "uuid"},
                    "level": {"enum": ["none", "watch", "urgent", "emergency"]},
                    "text": {"type": "string"},
                    "accepted_by": {"type": ["object", "null"]},
                    "accepted_at": {"type": ["string", "null"], "format": "date-time"},
                },
            }},
        },
    })
}

pub(super) fn protocols() -> Value {
    json!({
        "type": "object",
        "required": ["in_force", "protocols", "changes"],
        "properties": {"in_force": objects(), "protocols": objects(), "changes": objects()},
    })
}

pub(super) fn proposal_input() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": uuid(),
            "title": {"type": "string"},
            "protocols": objects(),
            "in_force": {"type": "object"},
            "days": {"type": "integer", "minimum": 1, "maximum": 60, "default": 14},
            "live_from": time(),
        },
    })
}

pub(super) fn replay() -> Value {
    let count = json!({"type": "integer"});
    json!({
        "type": "object",
        "required": ["days", "reports", "all", "wards", "patients_changed", "doctors_before", "doctors_after"],
        "properties": {
            "days": count,
            "reports": count,
            "all": {"type": "object"},
            "wards": objects(),
            "patients_changed": count,
            "doctors_before": count,
            "doctors_after": count,
        },
    })
}

pub(super) fn protocol_change() -> Value {
    json!({
        "type": "object",
        "required": ["id", "title", "live_from", "created_at", "created_by", "replay"],
        "properties": {
            "id": uuid(),
            "title": {"type": "string"},
            "live_from": time(),
            "created_at": time(),
            "created_by": {"type": "object"},
            "signed_by": {"type": ["object", "null"]},
            "signed_at": {"type": ["string", "null"], "format": "date-time"},
            "replay": {"$ref": "#/components/schemas/Replay"},
        },
    })
}

pub(super) fn sick_leave() -> Value {
    json!({
        "type": "object",
        "required": ["table", "MA_LK", "full_name", "from", "to", "days", "certificate_no", "issued_on"],
        "properties": {
            "table": {"enum": ["XML11"]},
            "MA_LK": {"type": "string"},
            "full_name": {"type": "string"},
            "birth": {"type": ["string", "null"]},
            "sex": {"enum": ["female", "male", "unknown", null]},
            "social_insurance_no": {"type": ["string", "null"]},
            "ward_code": {"type": ["string", "null"]},
            "from": {"type": "string", "format": "date"},
            "to": {"type": "string", "format": "date"},
            "days": {"type": "integer"},
            "certificate_no": {"type": "string"},
            "issued_on": {"type": "string", "format": "date"},
        },
    })
}
