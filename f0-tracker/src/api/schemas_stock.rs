//! The schemas of a station's bags and phone, and of sick leaves, for the OpenAPI document.

use serde_json::{Value, json};

use crate::domain::bag::BagCode;
use crate::domain::stock::{Level, MoveKind};

fn bag() -> Value {
    json!({"enum": BagCode::ALL.map(BagCode::code)})
}

pub(super) fn sick_leaves() -> Value {
    json!({
        "type": "object",
        "required": ["items", "without_paper", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/SickLeave"}},
            "without_paper": {"type": "array", "description": "Cases that ended and have no valid certificate",
                "items": {"type": "string", "format": "uuid"}},
            "next_cursor": {"type": ["string", "null"]},
        },
    })
}

pub(super) fn stock_input() -> Value {
    json!({
        "type": "object",
        "required": ["bag", "kind", "quantity"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "ward_code": {"type": ["string", "null"], "description": "None for the only ward of the caller's duty"},
            "bag": bag(),
            "kind": {"enum": MoveKind::ENTERED.map(MoveKind::code)},
            "quantity": {"type": "integer", "minimum": 0, "maximum": 10_000,
                "description": "How many came, or how many there are"},
            "note": {"type": ["string", "null"], "maxLength": 500},
        },
    })
}

pub(super) fn stock_move() -> Value {
    json!({
        "type": "object",
        "required": ["id", "ward_code", "bag", "kind", "change", "quantity", "at", "by", "act_id", "note"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "ward_code": {"type": "string"},
            "bag": bag(),
            "kind": {"enum": MoveKind::ALL.map(MoveKind::code)},
            "change": {"type": "integer"},
            "quantity": {"type": ["integer", "null"], "description": "How many there were then; null while nobody had counted"},
            "at": {"type": "string", "format": "date-time"},
            "by": {"type": "object"},
            "act_id": {"type": ["string", "null"], "format": "uuid"},
            "note": {"type": "string"},
        },
    })
}

pub(super) fn station_stock() -> Value {
    let levels = [Level::Unknown, Level::BelowZero, Level::None, Level::Low, Level::Enough].map(Level::code);
    json!({
        "type": "object",
        "required": ["ward_code", "phone", "bags", "moves"],
        "properties": {
            "ward_code": {"type": ["string", "null"]},
            "phone": {"type": ["string", "null"]},
            "bags": {"type": "array", "items": {"type": "object", "properties": {
                "bag": bag(),
                "quantity": {"type": ["integer", "null"], "description": "Below nothing where more went out than was noted"},
                "waiting": {"type": "integer", "description": "Ordered and not handed out"},
                "handed_out": {"type": "integer", "description": "In the last seven days"},
                "level": {"enum": levels},
                "updated_at": {"type": ["string", "null"], "format": "date-time"},
            }}},
            "moves": {"type": "array", "items": {"$ref": "#/components/schemas/StockMove"}},
        },
    })
}

pub(super) fn station_phone() -> Value {
    json!({"type": "object", "required": ["phone"], "properties": {
        "ward_code": {"type": ["string", "null"]},
        "phone": {"type": "string", "description": "Empty to remove it"},
    }})
}
