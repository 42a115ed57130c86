//! The schemas of the bodies, for the OpenAPI document.

use serde_json::{Value, json};
use shared_web::openapi::Schemas;

use crate::domain::condition::Condition;
use crate::domain::symptom::Symptom;
use crate::domain::vital::Vital;

const LEVELS: [&str; 4] = ["none", "watch", "urgent", "emergency"];

/// The schemas by name.
#[must_use]
pub fn all() -> Schemas {
    let mut schemas = Schemas::new();
    for (name, schema) in [
        ("CaseInput", case_input()),
        ("CaseEdit", super::schemas_core::case_edit()),
        ("Case", case()),
        ("CaseList", list("Case")),
        ("CaseFile", case_file()),
        ("ReportInput", report_input()),
        ("ReportAnswer", report_answer()),
        ("Reason", reason()),
        ("Alert", alert()),
        ("AlertList", list("Alert")),
        ("TestInput", super::schemas_core::test_input()),
        ("Test", super::schemas_core::test()),
        ("PersonTestInput", super::schemas_core::person_test_input()),
        ("JudgedTest", super::schemas_core::judged_test()),
        ("Closing", super::schemas_core::closing()),
        ("ClosingsInput", super::schemas_core::closings_input()),
        ("Closings", super::schemas_core::closings()),
        ("F0Settings", super::schemas_core::settings()),
        ("Paper", super::schemas_core::paper()),
        ("PaperList", list("Paper")),
        ("Revocation", json!({"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}})),
        ("PaperCheck", super::schemas_core::paper_check()),
        ("DutyInput", super::schemas_core::duty_input()),
        ("Duty", super::schemas_core::duty()),
        ("DutyList", list("Duty")),
        ("IntakeInput", super::schemas_intake::intake_input()),
        ("Intake", super::schemas_intake::intake()),
        ("Household", super::schemas_intake::household()),
        ("HouseholdReports", super::schemas_intake::household_reports()),
        ("HouseholdAnswer", super::schemas_intake::household_answer()),
        ("SmsInput", super::schemas_intake::sms_input()),
        ("SmsAnswer", super::schemas_intake::sms_answer()),
        ("SickLeave", super::schemas_intake::sick_leave()),
        ("SickLeaveList", super::schemas_stock::sick_leaves()),
        ("StockInput", super::schemas_stock::stock_input()),
        ("StockMove", super::schemas_stock::stock_move()),
        ("StationStock", super::schemas_stock::station_stock()),
        ("StationPhone", super::schemas_stock::station_phone()),
        (
            "ContactList",
            json!({"type": "object", "properties": {
                "items": {"type": "array", "items": {"type": "object"}},
                "next_cursor": {"type": ["string", "null"]},
            }}),
        ),
        ("ShiftInput", super::schemas_intake::shift_input()),
        ("Shift", super::schemas_intake::shift()),
        ("ShiftList", list("Shift")),
        ("Protocols", super::schemas_intake::protocols()),
        ("ProposalInput", super::schemas_intake::proposal_input()),
        ("Replay", super::schemas_intake::replay()),
        ("ProtocolChange", super::schemas_intake::protocol_change()),
        ("SignInput", json!({"type": "object", "properties": {"live_from": time()}})),
        ("Note", json!({"type": "object", "properties": {"note": {"type": "string"}}})),
    ] {
        schemas.insert(name.to_owned(), schema);
    }
    for (name, schema) in super::schemas_acts::all() {
        schemas.insert(name.to_owned(), schema);
    }
    schemas
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn list(of: &str) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": reference(of)},
            "next_cursor": {"type": ["string", "null"]},
        },
    })
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn case_input() -> Value {
    json!({
        "type": "object",
        "required": ["person", "diagnosed_at"],
        "properties": {
            "id": uuid(),
            "person": {"type": "object", "description": "A person, or the id of one alone"},
            "diagnosed_at": {"type": "string", "description": "A time (RFC 3339) or a day"},
            "symptom_onset": {"type": "string", "format": "date"},
            "conditions": {"type": "array", "items": {"enum": Condition::ALL.map(Condition::code)}},
            "vaccine_doses": {"type": "integer", "minimum": 0, "maximum": 10},
            "pregnant": {"type": "boolean"},
            "household": {"type": "array", "items": {"type": "object"}},
        },
    })
}

fn case() -> Value {
    json!({
        "type": "object",
        "required": ["id", "person_id", "status", "diagnosed_at", "risk", "opened_at"],
        "properties": {
            "id": uuid(),
            "person_id": uuid(),
            "person": {"type": ["object", "null"]},
            "status": {"enum": ["open", "closed", "voided"]},
            "diagnosed_at": time(),
            "specimen_at": time(),
            "symptom_onset": {"type": ["string", "null"], "format": "date"},
            "illness_day": {"type": "integer"},
            "isolated_from": {"type": ["string", "null"], "description": "A time; null where it was not said"},
            "conditions": {"type": "array", "items": {"enum": Condition::ALL.map(Condition::code)}},
            "vaccine_doses": {"type": ["integer", "null"]},
            "pregnant": {"type": ["boolean", "null"]},
            "risk": {"enum": ["low", "medium", "very_high", "unknown"]},
            "ward_code": {"type": ["string", "null"]},
            "opened_at": time(),
            "opened_by": {"type": "string"},
            "void_reason": {"type": ["string", "null"]},
            "closed_at": {"type": ["string", "null"], "format": "date-time"},
            "doctor": {"type": ["object", "null"]},
            "last_report_at": {"type": ["string", "null"], "format": "date-time"},
            "report_due_at": {"type": ["string", "null"], "format": "date-time"},
            "latest": {"type": "object"},
            "open_alerts": {"type": "array", "items": reference("Alert")},
        },
    })
}

fn case_file() -> Value {
    json!({
        "allOf": [reference("Case"), {
            "type": "object",
            "required": ["timeline", "vitals", "alerts", "contacts", "results"],
            "properties": {
                "timeline": {"type": "array", "items": {"type": "object"}},
                "vitals": {"type": "array", "items": {"type": "object"}},
                "alerts": {"type": "array", "items": reference("Alert")},
                "contacts": {"type": "array", "items": {"type": "object"}},
                "results": {"type": "array", "items": {"type": "object"}},
                "advice": {"type": "array", "items": reference("Act")},
                "prescriptions": {"type": "array", "items": reference("Act")},
                "referrals": {"type": "array", "items": reference("Act")},
                "calls": {"type": "array", "items": reference("Act")},
                "handovers": {"type": "array", "items": reference("Act")},
            },
        }],
    })
}

fn report_input() -> Value {
    let mut schema = json!({
        "type": "object",
        "required": ["by"],
        "properties": {
            "id": uuid(),
            "at": time(),
            "by": {"enum": ["patient", "family", "staff"]},
            "on_oxygen": {"type": "boolean"},
            "symptoms": {"type": "array", "items": {"enum": Symptom::ALL.map(Symptom::code)}},
        },
    });
    for vital in Vital::ALL {
        let (low, high) = vital.entry_limits();
        let kind = if vital.is_whole() { "integer" } else { "number" };
        schema["properties"][vital.code()] =
            json!({"type": kind, "minimum": low, "maximum": high, "description": vital.unit().en});
    }
    schema
}

fn reason() -> Value {
    json!({
        "type": "object",
        "required": ["rule", "parameter", "value", "threshold", "source"],
        "properties": {
            "rule": {"type": "string"},
            "parameter": {"type": "string"},
            "value": {"type": ["number", "string"]},
            "comparison": {"enum": ["lt", "le", "gt", "ge", "any_of"]},
            "threshold": {"type": ["number", "string"]},
            "level": {"enum": LEVELS},
            "protocol": {"type": "string"},
            "source": {"type": "string"},
            "text": {"type": "object", "properties": {"vi": {"type": "string"}, "en": {"type": "string"}}},
            "proposed": {"type": "boolean", "description": "The level is this product's proposal, not the source's"},
            "confirm": {"type": "boolean", "description": "A first reading; a second is to confirm it"},
            "at": time(),
        },
    })
}

fn report_answer() -> Value {
    json!({
        "type": "object",
        "required": ["id", "level", "reasons", "protocol", "protocols"],
        "properties": {
            "id": uuid(),
            "level": {"enum": LEVELS},
            "reasons": {"type": "array", "items": reference("Reason")},
            "protocol": {"type": "string"},
            "protocols": {"type": "array", "items": {
                "type": "object",
                "required": ["id", "fired", "level"],
                "properties": {
                    "id": {"type": "string"},
                    "fired": {"type": ["boolean", "null"]},
                    "level": {"enum": LEVELS},
                    "score": {"type": "integer"},
                    "band": {"type": "string"},
                    "missing": {"type": "array", "items": {"enum": Vital::ALL.map(Vital::code)}},
                },
            }},
            "measure_again": {"type": "object", "description": "What to measure again, and after how many seconds"},
            "doubtful": {"type": "array", "description": "Values that are hardly possible and were judged all the same"},
        },
    })
}

fn alert() -> Value {
    json!({
        "type": "object",
        "required": ["id", "case_id", "level", "status", "reasons", "raised_at", "rung", "owner"],
        "properties": {
            "id": uuid(),
            "case_id": uuid(),
            "level": {"enum": ["watch", "urgent", "emergency"]},
            "status": {"enum": ["open", "acknowledged", "resolved"]},
            "reasons": {"type": "array", "items": reference("Reason")},
            "ward_code": {"type": ["string", "null"]},
            "raised_at": time(),
            "rung": {"type": "integer", "minimum": 0},
            "responsible": {"type": ["object", "null"], "description": "Who on duty it belongs to"},
            "owner": {"enum": ["ward_station", "doctor_on_duty", "all_doctors", "provincial_officer"]},
            "escalated_at": {"type": ["string", "null"], "format": "date-time"},
            "acknowledged_by": {"type": ["object", "null"]},
            "acknowledged_at": {"type": ["string", "null"], "format": "date-time"},
            "acknowledged_note": {"type": ["string", "null"]},
            "resolved_by": {"type": ["object", "null"]},
            "resolved_at": {"type": ["string", "null"], "format": "date-time"},
            "resolved_note": {"type": ["string", "null"]},
            "person": {"type": "object"},
        },
    })
}
