//! The schemas of what every service serves: problems, signing in, people, health.

use serde_json::{Value, json};

use crate::openapi::Schemas;

/// Adds them to those of the services.
#[must_use]
pub fn with_shared(mut schemas: Schemas) -> Schemas {
    let shared = [
        ("Problem", problem()),
        ("Login", login()),
        ("SignedIn", signed_in()),
        ("Person", person()),
        ("PersonList", list_of(&json!({"$ref": "#/components/schemas/Person"}))),
        ("ReviewList", list_of(&review())),
        ("Merge", json!({"type": "object", "required": ["other_id"], "properties": {"other_id": uuid()}})),
        ("MessageList", list_of(&message())),
        ("Health", health()),
        ("Ready", ready()),
    ];
    schemas.extend(shared.map(|(name, schema)| (name.to_owned(), schema)));
    schemas
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

fn list_of(items: &Value) -> Value {
    json!({"type": "object", "required": ["items", "next_cursor"], "properties": {
        "items": {"type": "array", "items": items},
        "next_cursor": text_or_null(),
    }})
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457; a problem may have members beyond these, such as who has an alert",
        "required": ["type", "title", "status", "detail", "instance", "errors"],
        "additionalProperties": true,
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
    })
}

fn login() -> Value {
    json!({"type": "object", "required": ["username", "password"], "properties": {
        "username": {"type": "string"},
        "password": {"type": "string"},
        "totp": text_or_null(),
    }})
}

fn signed_in() -> Value {
    let roles: Vec<&str> = shared::access::Role::ALL.iter().map(|role| role.code()).collect();
    json!({"type": "object", "required": ["token", "expires_at", "account"], "properties": {
        "token": {"type": "string", "description": "For Authorization: Bearer"},
        "expires_at": time(),
        "account": {"type": "object", "required": ["id", "username", "roles", "area"], "properties": {
            "id": uuid(),
            "username": {"type": "string"},
            "display_name": {"type": "string"},
            "roles": {"type": "array", "items": {"type": "string", "enum": roles}},
            "area": {"type": "string", "description": "Code of a province (2 digits), a district (3) or a ward (5)"},
            "lab_code": text_or_null(),
        }},
    }})
}

fn person() -> Value {
    json!({"type": "object", "required": ["id", "full_name", "sex"], "properties": {
        "id": uuid(),
        "full_name": {"type": "string"},
        "birth_date": {"type": "string", "format": "date"},
        "birth_year": {"type": "integer"},
        "sex": {"type": "string", "enum": ["female", "male", "unknown"]},
        "phone": {"type": ["string", "null"], "description": "E.164"},
        "national_id": text_or_null(),
        "health_insurance_no": text_or_null(),
        "address": text_or_null(),
        "ward_code": text_or_null(),
    }})
}

fn review() -> Value {
    let person = || json!({"$ref": "#/components/schemas/Person"});
    json!({"type": "object", "required": ["id", "reason", "created_at", "person", "other"], "properties": {
        "id": uuid(),
        "reason": {"type": "string"},
        "detail": {"type": "string"},
        "created_at": time(),
        "person": person(),
        "other": person(),
    }})
}

fn message() -> Value {
    json!({"type": "object", "required": ["id", "channel", "to", "text", "created_at"], "properties": {
        "id": uuid(),
        "channel": {"type": "string"},
        "to": {"type": "string"},
        "template": {"type": "string"},
        "lang": {"type": "string"},
        "subject": text_or_null(),
        "text": {"type": "string"},
        "person_id": text_or_null(),
        "status": {"type": "string"},
        "created_at": time(),
        "sent_at": text_or_null(),
    }})
}

fn health() -> Value {
    json!({"type": "object", "required": ["status"], "properties": {
        "status": {"type": "string", "enum": ["up"]},
        "version": {"type": "string"},
    }})
}

fn ready() -> Value {
    json!({"type": "object", "required": ["status", "database", "bus"], "properties": {
        "status": {"type": "string", "enum": ["ready"]},
        "database": {"type": "string"},
        "bus": {"type": "string"},
        "dead_letters": {"type": "integer"},
    }})
}
