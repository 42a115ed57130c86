-- Health declarations: what a door needs of them, and the answers sealed.
CREATE TABLE checkin_declarations (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    version TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('clear', 'advise', 'stop')),
    reasons TEXT NOT NULL,
    answers_sealed BYTEA NOT NULL,
    content BYTEA NOT NULL,
    declared_at TIMESTAMPTZ NOT NULL,
    valid_until TIMESTAMPTZ NOT NULL
);
CREATE INDEX checkin_declarations_person ON checkin_declarations (person_id, declared_at);
CREATE INDEX checkin_declarations_declared ON checkin_declarations (declared_at);
