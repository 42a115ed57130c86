//! The schemas of the main bodies, for the OpenAPI document.

use serde_json::{Value, json};
use shared_web::openapi::Schemas;

use crate::app::told::Why;
use crate::domain::marks::Mark;
use crate::domain::told::How;

/// The schemas by name.
#[must_use]
pub fn all() -> Schemas {
    [
        ("VenueInput", venue_input()),
        ("Venue", venue()),
        ("VenueList", list("Venue")),
        ("ImportReport", import_report()),
        ("Progress", progress()),
        ("PosterBatch", poster_batch()),
        ("Occupancy", occupancy()),
        (
            "PresenceInput",
            json!({"type": "object", "properties": {
                "screen": {"type": "boolean", "description": "It shows a code that changes; visits without it are marked"},
                "position": {"oneOf": [position(), {"type": "null"}], "description": "Where its door is; null forgets it"},
            }}),
        ),
        (
            "Live",
            json!({"type": "object", "required": ["url", "as_of", "changes_at"], "properties": {
                "url": text("What the QR on the screen holds"),
                "as_of": instant("Now, by the server's clock"),
                "changes_at": instant("When it gives way to the next"),
            }}),
        ),
        ("VisitInput", visit_input()),
        ("Visit", visit()),
        (
            "VisitBatch",
            json!({"type": "object", "required": ["visits"], "properties": {
                "visits": {"type": "array", "maxItems": 500, "items": reference("VisitInput")},
                "sent_at": instant("The phone's clock now, for visits that do not say it themselves"),
            }}),
        ),
        ("BatchReport", batch_report()),
        (
            "Checkout",
            json!({"type": "object", "properties": {
                "at": instant("Now where it is missing"),
                "sent_at": instant("The phone's clock now: where it is wrong, so is `at`, and both are corrected"),
            }}),
        ),
        ("Exposures", exposures()),
        ("AlertInput", alert_input()),
        (
            "Alerted",
            json!({"type": "object", "required": ["id", "people"], "properties": {
                "id": id("The decision"),
                "people": {"type": "integer", "description": "How many are told by it; nobody twice for one case"},
            }}),
        ),
        ("Untold", untold()),
        (
            "ToldInput",
            json!({"type": "object", "required": ["person_id", "how"], "properties": {
                "person_id": id("Who was told"),
                "case_id": id("Of which case; of all that they were not told of where it is left out"),
                "how": {"type": "string", "enum": How::ALL.map(How::code)},
            }}),
        ),
        (
            "Told",
            json!({"type": "object", "required": ["person_id", "cases"], "properties": {
                "person_id": id("Who was told"),
                "cases": {"type": "integer", "description": "Of how many cases it is noted now, found or taken back; 0 where they had been told of all"},
            }}),
        ),
        ("ScanInput", scan_input()),
        (
            "ScanBatch",
            json!({"type": "object", "required": ["scans"], "properties": {
                "scans": {"type": "array", "maxItems": 500, "items": reference("ScanInput")},
                "sent_at": instant("The scanner's clock now, for scans that do not say it themselves"),
            }}),
        ),
        ("Scan", scan()),
        ("CardSheetInput", card_sheet_input()),
        ("DeclarationInput", declaration_input()),
        ("Declaration", declaration()),
        (
            "Questions",
            json!({"type": "object", "properties": {
                "id": text("The version"),
                "valid_from": {"type": "string", "format": "date"},
                "source": text("Where the questions come from"),
                "valid_hours": {"type": "integer", "description": "How long a declaration holds"},
                "symptoms_question": {"type": "object"},
                "contact_question": {"type": "object"},
                "travel_question": {"type": "object"},
                "contact_verdict": text("What contact with a case means"),
                "travel_verdict": text("What travel means"),
                "symptoms": {"type": "array", "items": {"type": "object"}},
            }}),
        ),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn list(of: &str) -> Value {
    json!({"type": "object", "required": ["items", "next_cursor"], "properties": {
        "items": {"type": "array", "items": reference(of)},
        "next_cursor": {"type": ["string", "null"]},
    }})
}

fn id(what: &str) -> Value {
    json!({"type": "string", "format": "uuid", "description": what})
}

fn text(what: &str) -> Value {
    json!({"type": "string", "description": what})
}

fn instant(what: &str) -> Value {
    json!({"type": "string", "format": "date-time", "description": what})
}

fn instant_or_null(what: &str) -> Value {
    json!({"type": ["string", "null"], "format": "date-time", "description": what})
}

fn kinds() -> Value {
    let codes: Vec<&str> = shared::place::PlaceKind::ALL.iter().map(|kind| kind.code()).collect();
    json!({"type": "string", "enum": codes})
}

fn venue_input() -> Value {
    json!({"type": "object", "required": ["name", "kind", "address", "ward_code", "phone"], "properties": {
        "id": id("Chosen by the client; the same id with the same body changes nothing"),
        "name": text("Its name"),
        "kind": kinds(),
        "address": text("House number and street"),
        "ward_code": text("Code of the ward, 5 digits"),
        "capacity": {"type": "integer", "minimum": 1},
        "phone": text("Where its owner is reached"),
        "parent_id": id("The place that it is a part of; the account keeps it"),
        "opening_hours": text("Such as Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00, or 24/7"),
        "position": position(),
    }})
}

fn venue() -> Value {
    let required = ["id", "code", "name", "kind", "address", "ward_code"];
    json!({"type": "object", "required": required, "properties": {
        "id": id("The place"),
        "code": text("8 characters of Crockford base32, the last a check character"),
        "name": text("Its name"),
        "kind": kinds(),
        "address": text("House number and street"),
        "ward_code": text("Code of the ward"),
        "capacity": {"type": "integer"},
        "parent_id": id("The place that it is a part of"),
        "qr_url": text("What the poster's QR holds; said to those who keep the place"),
        "screen": {"type": "boolean", "description": "It shows a code that changes; visits without it are marked"},
        "opening_hours": text("When it is open"),
        "position": position(),
    }})
}

fn occupancy() -> Value {
    json!({"type": "object", "required": ["inside", "capacity", "as_of"], "properties": {
        "inside": {"type": "integer"},
        "capacity": {"type": ["integer", "null"]},
        "as_of": instant("When it was counted"),
        "full": {"type": "boolean", "description": "As many are inside as it may hold, or more, or what it lies within is full"},
    }})
}

fn position() -> Value {
    json!({"type": "object", "required": ["latitude", "longitude"], "properties": {
        "latitude": {"type": "number"},
        "longitude": {"type": "number"},
    }})
}

fn import_report() -> Value {
    let count = || json!({"type": "integer"});
    json!({"type": "object", "required": ["upload_id", "received", "accepted", "rejected", "rows"], "properties": {
        "upload_id": id("Of this upload"),
        "received": count(),
        "accepted": count(),
        "duplicate": count(),
        "amended": count(),
        "held": count(),
        "ignored": count(),
        "rejected": count(),
        "rows": {"type": "array", "items": {"type": "object", "properties": {
            "row": {"type": "integer", "description": "In the order of the file, whose header is 1"},
            "accession": {"type": ["string", "null"], "description": "What the sender calls the line"},
            "status": {"type": "string", "enum": ["accepted", "duplicate", "amended", "rejected"]},
            "venue_id": id("The venue, unless the line was rejected"),
            "code": text("The code of its poster"),
            "errors": {"type": "array", "items": {"type": "object", "properties": {
                "column": text("As the file spells it"),
                "code": text("A stable code"),
                "detail": text("What would be right"),
            }}},
        }}},
    }})
}

fn progress() -> Value {
    json!({"type": "object", "required": ["id", "state", "done", "total"], "properties": {
        "id": id("The work"),
        "state": {"type": "string", "enum": ["running", "done", "failed"]},
        "done": {"type": "integer"},
        "total": {"type": "integer"},
        "href": text("Where the result is, once it is done"),
    }})
}

fn poster_batch() -> Value {
    json!({"type": "object", "properties": {
        "id": id("Chosen by the client, to follow the work"),
        "venue_ids": {"type": "array", "maxItems": 10_000, "items": id("A venue"), "description": "All of the account's where it is missing"},
        "lang": {"type": "string", "enum": ["vi", "en"]},
        "size": {"type": "string", "enum": ["a4", "a5", "a6", "sticker"]},
    }})
}

fn visit_input() -> Value {
    let person = json!({"type": "object", "properties": {
        "device_token": text("Of a phone that was here before; then nothing else"),
        "full_name": text("The full name"),
        "phone": text("As people write it"),
        "birth_date": text("YYYY-MM-DD"),
        "birth_year": {"type": "integer"},
        "national_id": text("Number of a CCCD or CMND"),
    }});
    json!({"type": "object", "required": ["venue_code", "visitor"], "properties": {
        "id": id("Chosen by the client; the same id with the same body changes nothing"),
        "venue_code": text("The code on the poster"),
        "at": instant("When the visitor came; now where it is missing"),
        "sent_at": instant("The phone's clock now: where it is wrong, so is `at`, and both are corrected"),
        "visitor": person,
        "party": {"type": "array", "maxItems": 20, "items": {"type": "object", "required": ["full_name"]}},
        "declaration": {"type": "object"},
    }})
}

fn visit() -> Value {
    json!({"type": "object", "required": ["id", "venue", "checked_in_at", "status", "reasons"], "properties": {
        "id": id("The visit"),
        "venue": reference("Venue"),
        "checked_in_at": instant("When the visitor came"),
        "checked_out_at": instant_or_null("When the visitor left; null until then"),
        "status": {"type": "string", "enum": ["accepted", "refused"]},
        "door": {"type": "string", "enum": ["green", "amber", "red"], "description": "Red is refused; amber: the staff look at something"},
        "declared_until": instant("Until when the visitor need not declare again, where a door asks for it"),
        "reasons": {"type": "array", "items": {"type": "string"}, "description": "In words, never a diagnosis"},
        "reason_codes": {"type": "array", "items": {"type": "string"}},
        "device_token": text("What the phone sends the next time"),
    }})
}

fn declaration_input() -> Value {
    json!({"type": "object", "required": ["symptoms", "contact_with_case"], "properties": {
        "id": id("Chosen by the client; the same id with the same body changes nothing"),
        "person": {"type": "object", "description": "Who it is about, as everywhere; a citizen who gave a one-time code may leave it out"},
        "symptoms": {"type": "array", "items": {"type": "string"}, "description": "Codes; empty for none"},
        "contact_with_case": {"type": "boolean"},
        "travel": {"type": "array", "maxItems": 20, "description": "Where they have been in the last 14 days"},
    }})
}

fn declaration() -> Value {
    json!({"type": "object", "required": ["id", "verdict", "reasons"], "properties": {
        "id": id("The declaration"),
        "verdict": {"type": "string", "enum": ["clear", "advise", "stop"]},
        "reasons": {"type": "array", "items": {"type": "string"}, "description": "In words"},
        "reason_codes": {"type": "array", "items": {"type": "string"}},
        "version": text("The version of the questions"),
        "valid_until": instant("Until when it need not be made again"),
    }})
}

fn alert_input() -> Value {
    json!({"type": "object", "required": ["case_id", "venue_ids", "from", "to", "reason"], "properties": {
        "id": id("Chosen by the client; the same id with the same body changes nothing"),
        "case_id": id("The case"),
        "venue_ids": {"type": "array", "minItems": 1, "maxItems": 50, "items": id("A place where the case was")},
        "from": instant("From when on"),
        "to": instant("Until when; at most 3 days later"),
        "reason": {"type": "string", "minLength": 5, "maxLength": 500},
    }})
}

fn card_sheet_input() -> Value {
    json!({"type": "object", "required": ["people"], "properties": {
        "people": {"type": "array", "minItems": 1, "maxItems": 100, "items": {
            "type": "object", "required": ["full_name"], "description": "A person, as everywhere"
        }},
        "lang": {"type": "string", "enum": ["vi", "en"]},
    }})
}

fn scan_input() -> Value {
    json!({"type": "object", "required": ["venue_id", "text"], "properties": {
        "id": id("Of the visit, chosen by the client; the same id with the same body changes nothing"),
        "venue_id": id("The place at whose door it was"),
        "text": {"type": "string", "maxLength": shared::scan::LONGEST, "description": "What the scanner read, as UTF-8"},
        "at": instant("When it was; now where it is missing"),
        "sent_at": instant("The scanner's clock now: where it is wrong, so is `at`, and both are corrected"),
        "leaving": {"type": "boolean", "description": "The visitor leaves, and their visit here ends"},
    }})
}

fn scan() -> Value {
    let recognised = ["personal", "cccd", "bhyt", "pccovid", "hcert", "national_id", "insurance"];
    json!({"type": "object", "required": ["visit", "recognised_as", "verified", "visitor", "warnings"], "properties": {
        "visit": reference("Visit"),
        "recognised_as": {"type": "string", "enum": recognised},
        "verified": {"type": "boolean", "description": "We issued the code; a card is scanned, not verified"},
        "visitor": {"type": "object", "description": "What to compare with who stands there", "properties": {
            "full_name": {"type": ["string", "null"], "description": "Null where a number alone was given"},
            "birth_year": {"type": ["integer", "null"]},
        }},
        "warnings": {"type": "array", "items": {"type": "object", "properties": {
            "code": text("Such as sex_mismatch"),
            "detail": text("What on the card does not agree with itself"),
        }}},
    }})
}

fn batch_report() -> Value {
    json!({"type": "object", "required": ["results"], "properties": {"results": {"type": "array", "items": {
        "type": "object",
        "required": ["id", "status", "errors"],
        "properties": {
            "id": {"type": ["string", "null"], "description": "As it was sent, or as it was made"},
            "status": {"type": "string", "enum": ["accepted", "duplicate", "rejected"]},
            "visit_id": id("The visit that is stored, unless the record was rejected: the first where somebody scanned twice within a minute"),
            "device_token": text("What the phone sends the next time, where a visitor gave a name"),
            "errors": {"type": "array", "items": {"type": "object", "properties": {
                "pointer": text("JSON Pointer within the visit"),
                "code": text("A stable code"),
                "detail": text("What would be right"),
            }}},
        },
    }}}})
}

fn exposures() -> Value {
    let exposure = json!({"type": "object", "properties": {
        "id": id("The exposure"),
        "person_id": id("Who was there"),
        "venue_id": id("Where"),
        "day": {"type": "string", "format": "date"},
        "overlap_minutes": {"type": "integer", "minimum": 0},
        "level": {"type": "string", "enum": ["close", "brief", "same_place"]},
        "assumed": {"type": "boolean", "description": "It rests on a stay whose end is inferred"},
        "household": {"type": "boolean", "description": "They live with the case, as far as the register tells"},
        "notified_at": instant_or_null("When they were first told; null until then"),
        "notified_by": {"type": ["string", "null"], "description": "By which channel: of a message, or in_person or call"},
        "told_by": text("Who told them by word of mouth, as people see the account"),
        "marks": {"type": "array", "items": {"type": "string", "enum": Mark::ALL.map(Mark::code)}},
        "clocks": {"type": "array", "description": "Both times of each visit whose phone had a wrong clock", "items": clock()},
        "policy": text("The version of the rules by which it was found"),
    }});
    json!({"type": "object", "required": ["window", "venues", "exposures"], "properties": {
        "case_id": id("The case"),
        "person_id": id("Who has it"),
        "voided": {"type": "boolean"},
        "window": {"type": "object", "properties": {"from": instant("Its beginning"), "to": instant("Its end")}},
        "venues": {"type": "array", "items": {"allOf": [reference("Venue"), {"type": "object", "properties": {
            "visits": {"type": "array", "items": case_visit(), "description": "When the case was there"},
        }}]}},
        "exposures": {"type": "array", "items": exposure},
        "alerts": {"type": "array", "items": decision(), "description": "Decisions to tell everybody who was at a place: who, when, why"},
    }})
}

fn untold() -> Value {
    let near = json!({"type": "object", "properties": {
        "venue_id": id("The place"),
        "venue": text("Its name"),
        "day": {"type": "string", "format": "date"},
        "level": {"type": "string", "enum": ["close", "brief", "same_place"]},
    }});
    let person = json!({"type": "object", "properties": {
        "person_id": id("Who"),
        "full_name": text("Their name"),
        "birth_year": {"type": ["integer", "null"]},
        "phone": {"type": ["string", "null"], "description": "A fixed line, or a mobile number to which a message failed"},
        "address": {"type": ["string", "null"]},
        "ward_code": {"type": ["string", "null"]},
        "why": {"type": "string", "enum": [Why::NoMobile.code(), Why::Failed.code()]},
        "taken_back": {"type": "boolean", "description": "They were told, by word of mouth or by a message whose taking-back failed, and are to be told that it does not hold"},
        "since": instant("Since when it is known, or since when it does not hold"),
        "near": {"type": "array", "items": near, "description": "Where they were near a case, or were told so; empty where a decision told everybody of a place"},
    }});
    json!({"type": "object", "required": ["items", "total"], "properties": {
        "items": {"type": "array", "items": person, "description": "The nearest contacts first, at last those of whom it was taken back"},
        "total": {"type": "integer", "description": "How many there are, where not all are listed"},
    }})
}

fn clock() -> Value {
    json!({"type": "object", "required": ["device_at", "checked_in_at", "received_at"], "properties": {
        "device_at": instant("When the visit began, as the phone said"),
        "checked_in_at": instant("The same, corrected: what the matching went by"),
        "received_at": instant("When the phone's word came"),
    }})
}

fn case_visit() -> Value {
    json!({"type": "object", "required": ["checked_in_at", "left_at", "assumed"], "properties": {
        "checked_in_at": instant("When it began"),
        "left_at": instant("When it ended, or is assumed to have ended"),
        "assumed": {"type": "boolean", "description": "The end is assumed"},
        "ward_code": {"type": ["string", "null"], "description": "Of the ward as it was on that day"},
        "ward_name": {"type": ["string", "null"], "description": "With the higher units, as they were on that day"},
    }})
}

fn decision() -> Value {
    let required = ["id", "decided_by", "decided_at", "from", "to", "reason", "venue_ids", "people", "told"];
    json!({"type": "object", "required": required, "properties": {
        "id": id("The decision"),
        "decided_by": text("Who decided, as people see the account"),
        "decided_at": instant("When"),
        "from": instant("Whoever was there from then on is told"),
        "to": instant("Until then"),
        "reason": text("Why"),
        "venue_ids": {"type": "array", "items": id("A place")},
        "people": {"type": "integer", "minimum": 0, "description": "How many were told by it"},
        "told": {"type": "array", "items": {"type": "object", "required": ["person_id", "notified_at"], "properties": {
            "person_id": id("Who was told"),
            "notified_at": instant_or_null("When they were first told; null until then"),
            "notified_by": text("By which channel: of a message, or in_person or call"),
            "told_by": text("Who told them by word of mouth, as people see the account"),
        }}},
    }})
}
