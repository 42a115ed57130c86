CREATE TABLE f0_duties (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('nurse', 'doctor', 'officer')),
    area_code TEXT NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ NOT NULL,
    set_by UUID,
    body_hash TEXT NOT NULL
);
CREATE INDEX f0_duties_area ON f0_duties (area_code, to_at);
CREATE INDEX f0_duties_to ON f0_duties (to_at);

ALTER TABLE f0_alerts ADD COLUMN owner_id UUID;
CREATE INDEX f0_alerts_owner ON f0_alerts (owner_id) WHERE status = 'open';

ALTER TABLE f0_cases ADD COLUMN report_due_at TIMESTAMPTZ;
CREATE INDEX f0_cases_due ON f0_cases (report_due_at) WHERE status = 'open';
