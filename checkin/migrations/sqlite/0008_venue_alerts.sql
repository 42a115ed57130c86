-- Decisions of officers that everybody who was at some places at a time is told, with the reason sealed.
CREATE TABLE checkin_alerts (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL,
    decided_by BLOB NOT NULL,
    decided_at TEXT NOT NULL,
    from_at TEXT NOT NULL,
    to_at TEXT NOT NULL,
    reason_sealed BLOB NOT NULL,
    people INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE INDEX checkin_alerts_case ON checkin_alerts (case_id, decided_at);

CREATE TABLE checkin_alert_places (
    alert_id BLOB NOT NULL,
    place_id BLOB NOT NULL,
    PRIMARY KEY (alert_id, place_id)
) STRICT;

-- Who was told by one: nobody twice for one case.
CREATE TABLE checkin_alerted (
    case_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    alert_id BLOB NOT NULL,
    PRIMARY KEY (case_id, person_id)
) STRICT;
