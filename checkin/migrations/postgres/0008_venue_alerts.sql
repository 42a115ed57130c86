-- Decisions of officers that everybody who was at some places at a time is told, with the reason sealed.
CREATE TABLE checkin_alerts (
    id UUID PRIMARY KEY,
    case_id UUID NOT NULL,
    decided_by UUID NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ NOT NULL,
    reason_sealed BYTEA NOT NULL,
    people BIGINT NOT NULL,
    content BYTEA NOT NULL
);
CREATE INDEX checkin_alerts_case ON checkin_alerts (case_id, decided_at);

CREATE TABLE checkin_alert_places (
    alert_id UUID NOT NULL,
    place_id UUID NOT NULL,
    PRIMARY KEY (alert_id, place_id)
);

-- Who was told by one: nobody twice for one case.
CREATE TABLE checkin_alerted (
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    alert_id UUID NOT NULL,
    PRIMARY KEY (case_id, person_id)
);
