-- What somebody has shown that a door may ask for: whose, what, when, and whether a laboratory reported it. Nothing else of a result
-- is kept, and nothing of one that is not negative. `origin` is a blind index by which a corrected result is found again.
CREATE TABLE checkin_proofs (
    origin BYTEA PRIMARY KEY,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('vaccination', 'negative_test')),
    at TIMESTAMPTZ NOT NULL,
    verified BOOLEAN NOT NULL
);
CREATE INDEX checkin_proofs_person ON checkin_proofs (person_id);
CREATE INDEX checkin_proofs_at ON checkin_proofs (kind, at);
