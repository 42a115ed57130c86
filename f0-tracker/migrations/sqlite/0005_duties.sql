CREATE TABLE f0_duties (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('nurse', 'doctor', 'officer')),
    area_code TEXT NOT NULL,
    from_at TEXT NOT NULL,
    to_at TEXT NOT NULL,
    set_by BLOB,
    body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX f0_duties_area ON f0_duties (area_code, to_at);
CREATE INDEX f0_duties_to ON f0_duties (to_at);

ALTER TABLE f0_alerts ADD COLUMN owner_id BLOB;
CREATE INDEX f0_alerts_owner ON f0_alerts (owner_id) WHERE status = 'open';

ALTER TABLE f0_cases ADD COLUMN report_due_at TEXT;
CREATE INDEX f0_cases_due ON f0_cases (report_due_at) WHERE status = 'open';
