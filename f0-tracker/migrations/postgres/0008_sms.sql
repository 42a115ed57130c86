CREATE TABLE f0_inbound (
    gateway_id TEXT PRIMARY KEY NOT NULL,
    id UUID NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    outcome TEXT NOT NULL,
    case_id UUID,
    report_id UUID,
    body_hash TEXT NOT NULL
);

ALTER TABLE f0_reports ADD COLUMN doubtful JSONB;
