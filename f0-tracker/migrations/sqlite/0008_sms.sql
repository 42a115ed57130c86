CREATE TABLE f0_inbound (
    gateway_id TEXT PRIMARY KEY NOT NULL,
    id BLOB NOT NULL,
    received_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    case_id BLOB,
    report_id BLOB,
    body_hash TEXT NOT NULL
) STRICT;

ALTER TABLE f0_reports ADD COLUMN doubtful TEXT;
