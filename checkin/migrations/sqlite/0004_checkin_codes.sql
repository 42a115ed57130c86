-- Personal QR cards: `id` is drawn at random and stands in the QR beside a proof that is not kept.
CREATE TABLE checkin_cards (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    issued_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX checkin_cards_person ON checkin_cards (person_id);

-- Cards of others that were scanned here and carry no identity number: the blind index of what is the same whenever the card
-- is scanned, so that its holder is the same person the next time.
CREATE TABLE checkin_known_codes (
    code BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    seen_on TEXT NOT NULL
) STRICT;
CREATE INDEX checkin_known_codes_seen ON checkin_known_codes (seen_on);
