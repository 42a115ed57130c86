-- Personal QR cards: `id` is drawn at random and stands in the QR beside a proof that is not kept.
CREATE TABLE person_cards (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX person_cards_person ON person_cards (person_id);
