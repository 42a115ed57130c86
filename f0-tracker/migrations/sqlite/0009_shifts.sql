CREATE TABLE f0_shifts (
    id BLOB PRIMARY KEY NOT NULL,
    from_id BLOB NOT NULL,
    to_id BLOB,
    at TEXT NOT NULL,
    note TEXT NOT NULL,
    lines TEXT NOT NULL,
    body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX f0_shifts_from ON f0_shifts (from_id, at);
CREATE INDEX f0_shifts_to ON f0_shifts (to_id, at);

CREATE TABLE f0_protocol_changes (
    id BLOB PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    replay TEXT NOT NULL,
    live_from TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by BLOB NOT NULL,
    signed_at TEXT,
    signed_by BLOB,
    body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX f0_protocol_changes_live ON f0_protocol_changes (live_from) WHERE signed_at IS NOT NULL;
CREATE INDEX f0_reports_at ON f0_reports (at, id);
