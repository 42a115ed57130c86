-- Venues that their owners asked for and did not confirm yet. What was typed is sealed; it is opened when the phone is
-- confirmed, by a code or at the health station.
CREATE TABLE checkin_registrations (
    id BLOB PRIMARY KEY NOT NULL,
    typed_sealed BLOB NOT NULL,
    ward_code TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    done_at TEXT
) STRICT;
CREATE INDEX checkin_registrations_open ON checkin_registrations (created_at) WHERE done_at IS NULL;

-- Invitations to be staff of a venue: good once, until they end.
CREATE TABLE checkin_invitations (
    token_hash BLOB PRIMARY KEY NOT NULL,
    place_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
) STRICT;
