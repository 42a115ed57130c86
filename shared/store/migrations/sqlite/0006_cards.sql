-- Personal QR cards: `id` is drawn at random and stands in the QR beside a proof that is not kept.
CREATE TABLE person_cards (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    issued_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX person_cards_person ON person_cards (person_id);
