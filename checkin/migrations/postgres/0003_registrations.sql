-- Venues that their owners asked for and did not confirm yet. What was typed is sealed; it is opened when the phone is
-- confirmed, by a code or at the health station.
CREATE TABLE checkin_registrations (
    id UUID PRIMARY KEY,
    typed_sealed BYTEA NOT NULL,
    ward_code TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ
);
CREATE INDEX checkin_registrations_open ON checkin_registrations (created_at) WHERE done_at IS NULL;

-- Invitations to be staff of a venue: good once, until they end.
CREATE TABLE checkin_invitations (
    token_hash BYTEA PRIMARY KEY,
    place_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
