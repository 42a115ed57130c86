-- Who was told by word of mouth that they shared the air with a case, by whom and how: those whom no message reaches.
CREATE TABLE checkin_told (
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('in_person', 'call')),
    told_by UUID NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, person_id)
);
CREATE INDEX checkin_told_person ON checkin_told (person_id);
CREATE INDEX checkin_alerts_decided ON checkin_alerts (decided_at);
