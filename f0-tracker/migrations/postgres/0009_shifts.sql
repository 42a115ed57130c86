CREATE TABLE f0_shifts (
    id UUID PRIMARY KEY NOT NULL,
    from_id UUID NOT NULL,
    to_id UUID,
    at TIMESTAMPTZ NOT NULL,
    note TEXT NOT NULL,
    lines JSONB NOT NULL,
    body_hash TEXT NOT NULL
);
CREATE INDEX f0_shifts_from ON f0_shifts (from_id, at);
CREATE INDEX f0_shifts_to ON f0_shifts (to_id, at);

CREATE TABLE f0_protocol_changes (
    id UUID PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    replay JSONB NOT NULL,
    live_from TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    signed_at TIMESTAMPTZ,
    signed_by UUID,
    body_hash TEXT NOT NULL
);
CREATE INDEX f0_protocol_changes_live ON f0_protocol_changes (live_from) WHERE signed_at IS NOT NULL;
CREATE INDEX f0_reports_at ON f0_reports (at, id);
