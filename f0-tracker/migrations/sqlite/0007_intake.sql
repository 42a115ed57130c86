CREATE TABLE f0_intakes (
    case_id BLOB PRIMARY KEY NOT NULL REFERENCES f0_cases (id),
    last_dose_on TEXT,
    conditions_asked INTEGER NOT NULL,
    stable INTEGER,
    self_care INTEGER,
    reachable INTEGER,
    has_carer INTEGER,
    carer_id BLOB,
    decision TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    decided_by BLOB
) STRICT;
CREATE INDEX f0_cases_doctor ON f0_cases (doctor_id) WHERE status = 'open';
