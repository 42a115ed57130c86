-- One row a visit. The key refuses doubles and finds who was at a place in a time; `visitor` is the person's id under the
-- key of the day, `minute` the minutes from 1970-01-01T00:00Z to the check-in.
CREATE TABLE checkin_visits (
    place_id UUID NOT NULL,
    minute BIGINT NOT NULL,
    visitor UUID NOT NULL,
    id UUID NOT NULL,
    day DATE NOT NULL,
    checked_in_at TIMESTAMPTZ NOT NULL,
    checked_out_at TIMESTAMPTZ,
    fingerprint BIGINT NOT NULL,
    PRIMARY KEY (place_id, minute, visitor)
);
CREATE UNIQUE INDEX checkin_visits_id ON checkin_visits (id);
CREATE INDEX checkin_visits_visitor ON checkin_visits (visitor);

CREATE TABLE checkin_cases (
    case_id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    symptom_onset DATE,
    specimen_at TIMESTAMPTZ NOT NULL,
    isolated_from TIMESTAMPTZ,
    opened_at TIMESTAMPTZ NOT NULL,
    voided_at TIMESTAMPTZ
);
CREATE INDEX checkin_cases_person ON checkin_cases (person_id);
CREATE INDEX checkin_cases_opened ON checkin_cases (opened_at);

CREATE TABLE checkin_exposures (
    id UUID PRIMARY KEY,
    case_id UUID NOT NULL REFERENCES checkin_cases (case_id),
    person_id UUID NOT NULL,
    place_id UUID NOT NULL,
    day DATE NOT NULL,
    overlap_minutes BIGINT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('same_place', 'brief', 'close')),
    assumed BOOLEAN NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    withdrawn_at TIMESTAMPTZ,
    UNIQUE (case_id, person_id, place_id, day)
);
CREATE INDEX checkin_exposures_person ON checkin_exposures (person_id);
