-- Personal QR cards: `id` is drawn at random and stands in the QR beside a proof that is not kept.
CREATE TABLE checkin_cards (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX checkin_cards_person ON checkin_cards (person_id);

-- Cards of others that were scanned here and carry no identity number: the blind index of what is the same whenever the card
-- is scanned, so that its holder is the same person the next time.
CREATE TABLE checkin_known_codes (
    code BYTEA PRIMARY KEY,
    person_id UUID NOT NULL,
    seen_on DATE NOT NULL
);
CREATE INDEX checkin_known_codes_seen ON checkin_known_codes (seen_on);
