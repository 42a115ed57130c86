-- Health declarations: what a door needs of them, and the answers sealed.
CREATE TABLE checkin_declarations (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    version TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reasons TEXT NOT NULL,
    answers_sealed BLOB NOT NULL,
    content BLOB NOT NULL,
    declared_at TEXT NOT NULL,
    valid_until TEXT NOT NULL
) STRICT;
CREATE INDEX checkin_declarations_person ON checkin_declarations (person_id, declared_at);
CREATE INDEX checkin_declarations_declared ON checkin_declarations (declared_at);
