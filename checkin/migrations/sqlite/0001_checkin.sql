-- One row a visit. The key refuses doubles and finds who was at a place in a time; `visitor` is the person's id under the
-- key of the day, `minute` the minutes from 1970-01-01T00:00Z to the check-in.
CREATE TABLE checkin_visits (
    place_id BLOB NOT NULL,
    minute INTEGER NOT NULL,
    visitor BLOB NOT NULL,
    id BLOB NOT NULL,
    day TEXT NOT NULL,
    checked_in_at TEXT NOT NULL,
    checked_out_at TEXT,
    fingerprint INTEGER NOT NULL,
    PRIMARY KEY (place_id, minute, visitor)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX checkin_visits_id ON checkin_visits (id);
CREATE INDEX checkin_visits_visitor ON checkin_visits (visitor);

CREATE TABLE checkin_cases (
    case_id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    symptom_onset TEXT,
    specimen_at TEXT NOT NULL,
    isolated_from TEXT,
    opened_at TEXT NOT NULL,
    voided_at TEXT
) STRICT;
CREATE INDEX checkin_cases_person ON checkin_cases (person_id);
CREATE INDEX checkin_cases_opened ON checkin_cases (opened_at);

CREATE TABLE checkin_exposures (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES checkin_cases (case_id),
    person_id BLOB NOT NULL,
    place_id BLOB NOT NULL,
    day TEXT NOT NULL,
    overlap_minutes INTEGER NOT NULL,
    level TEXT NOT NULL,
    assumed INTEGER NOT NULL,
    found_at TEXT NOT NULL,
    withdrawn_at TEXT,
    UNIQUE (case_id, person_id, place_id, day)
) STRICT;
CREATE INDEX checkin_exposures_person ON checkin_exposures (person_id);
