-- Who was told by word of mouth that they shared the air with a case, by whom and how: those whom no message reaches.
CREATE TABLE checkin_told (
    case_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    how TEXT NOT NULL,
    told_by BLOB NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (case_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkin_told_person ON checkin_told (person_id);
CREATE INDEX checkin_alerts_decided ON checkin_alerts (decided_at);
