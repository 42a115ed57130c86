CREATE TABLE f0_cases (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed', 'voided')),
    opened_by TEXT NOT NULL CHECK (opened_by IN ('result', 'staff')),
    diagnosed_at TEXT NOT NULL,
    symptom_onset TEXT,
    isolated_from TEXT,
    conditions TEXT NOT NULL,
    vaccine_doses INTEGER,
    pregnant INTEGER,
    risk TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'very_high', 'unknown')),
    ward_code TEXT,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    void_reason TEXT,
    doctor_id BLOB,
    level TEXT NOT NULL CHECK (level IN ('none', 'watch', 'urgent', 'emergency')),
    last_report_at TEXT,
    temperature_tenths INTEGER,
    spo2_pct INTEGER,
    respiratory_rate INTEGER,
    pulse INTEGER,
    body_hash TEXT
) STRICT;
CREATE UNIQUE INDEX f0_cases_one_open ON f0_cases (person_id) WHERE status = 'open';
CREATE INDEX f0_cases_person ON f0_cases (person_id);
CREATE INDEX f0_cases_ward ON f0_cases (ward_code, status, opened_at);
CREATE INDEX f0_cases_opened ON f0_cases (status, opened_at);

CREATE TABLE f0_case_results (
    result_id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB REFERENCES f0_cases (id),
    person_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    outcome TEXT CHECK (outcome IN ('detected', 'not_detected', 'inconclusive', 'invalid')),
    collected_at TEXT NOT NULL
) STRICT;
CREATE INDEX f0_case_results_case ON f0_case_results (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX f0_case_results_person ON f0_case_results (person_id);

CREATE TABLE f0_reports (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES f0_cases (id),
    at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    reporter TEXT NOT NULL CHECK (reporter IN ('patient', 'family', 'staff')),
    temperature_tenths INTEGER,
    spo2_pct INTEGER,
    respiratory_rate INTEGER,
    pulse INTEGER,
    systolic INTEGER,
    diastolic INTEGER,
    on_oxygen INTEGER NOT NULL,
    symptoms TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('none', 'watch', 'urgent', 'emergency')),
    reasons TEXT NOT NULL,
    protocol TEXT NOT NULL,
    protocols TEXT NOT NULL,
    body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX f0_reports_case ON f0_reports (case_id, at);

CREATE TABLE f0_alerts (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES f0_cases (id),
    ward_code TEXT,
    level TEXT NOT NULL CHECK (level IN ('watch', 'urgent', 'emergency')),
    reasons TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')),
    raised_at TEXT NOT NULL,
    rung INTEGER NOT NULL,
    owner TEXT NOT NULL,
    escalated_at TEXT,
    acknowledged_by BLOB,
    acknowledged_at TEXT,
    acknowledged_note TEXT,
    resolved_by BLOB,
    resolved_at TEXT,
    resolved_note TEXT
) STRICT;
CREATE UNIQUE INDEX f0_alerts_one_open ON f0_alerts (case_id) WHERE status = 'open';
CREATE INDEX f0_alerts_case ON f0_alerts (case_id);
CREATE INDEX f0_alerts_status ON f0_alerts (status, raised_at);

CREATE TABLE f0_contacts (
    case_id BLOB NOT NULL REFERENCES f0_cases (id),
    person_id BLOB NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('household', 'close', 'brief', 'same_place')),
    last_day TEXT,
    first_seen TEXT NOT NULL,
    PRIMARY KEY (case_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX f0_contacts_person ON f0_contacts (person_id);

CREATE TABLE f0_feed (
    seq INTEGER PRIMARY KEY NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id BLOB NOT NULL,
    alert_id BLOB,
    ward_code TEXT,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX f0_feed_case ON f0_feed (case_id, seq);
