CREATE TABLE f0_cases (
    id UUID PRIMARY KEY NOT NULL,
    person_id UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed', 'voided')),
    opened_by TEXT NOT NULL CHECK (opened_by IN ('result', 'staff')),
    diagnosed_at TIMESTAMPTZ NOT NULL,
    symptom_onset DATE,
    isolated_from TIMESTAMPTZ,
    conditions JSONB NOT NULL,
    vaccine_doses BIGINT,
    pregnant BOOLEAN,
    risk TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'very_high', 'unknown')),
    ward_code TEXT,
    opened_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    void_reason TEXT,
    doctor_id UUID,
    level TEXT NOT NULL CHECK (level IN ('none', 'watch', 'urgent', 'emergency')),
    last_report_at TIMESTAMPTZ,
    temperature_tenths BIGINT,
    spo2_pct BIGINT,
    respiratory_rate BIGINT,
    pulse BIGINT,
    body_hash TEXT
);
CREATE UNIQUE INDEX f0_cases_one_open ON f0_cases (person_id) WHERE status = 'open';
CREATE INDEX f0_cases_person ON f0_cases (person_id);
CREATE INDEX f0_cases_ward ON f0_cases (ward_code, status, opened_at);
CREATE INDEX f0_cases_opened ON f0_cases (status, opened_at);

CREATE TABLE f0_case_results (
    result_id UUID PRIMARY KEY NOT NULL,
    case_id UUID REFERENCES f0_cases (id),
    person_id UUID NOT NULL,
    version BIGINT NOT NULL,
    outcome TEXT CHECK (outcome IN ('detected', 'not_detected', 'inconclusive', 'invalid')),
    collected_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX f0_case_results_case ON f0_case_results (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX f0_case_results_person ON f0_case_results (person_id);

CREATE TABLE f0_reports (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES f0_cases (id),
    at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    reporter TEXT NOT NULL CHECK (reporter IN ('patient', 'family', 'staff')),
    temperature_tenths BIGINT,
    spo2_pct BIGINT,
    respiratory_rate BIGINT,
    pulse BIGINT,
    systolic BIGINT,
    diastolic BIGINT,
    on_oxygen BOOLEAN NOT NULL,
    symptoms JSONB NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('none', 'watch', 'urgent', 'emergency')),
    reasons JSONB NOT NULL,
    protocol TEXT NOT NULL,
    protocols JSONB NOT NULL,
    body_hash TEXT NOT NULL
);
CREATE INDEX f0_reports_case ON f0_reports (case_id, at);

CREATE TABLE f0_alerts (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES f0_cases (id),
    ward_code TEXT,
    level TEXT NOT NULL CHECK (level IN ('watch', 'urgent', 'emergency')),
    reasons JSONB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')),
    raised_at TIMESTAMPTZ NOT NULL,
    rung BIGINT NOT NULL,
    owner TEXT NOT NULL,
    escalated_at TIMESTAMPTZ,
    acknowledged_by UUID,
    acknowledged_at TIMESTAMPTZ,
    acknowledged_note TEXT,
    resolved_by UUID,
    resolved_at TIMESTAMPTZ,
    resolved_note TEXT
);
CREATE UNIQUE INDEX f0_alerts_one_open ON f0_alerts (case_id) WHERE status = 'open';
CREATE INDEX f0_alerts_case ON f0_alerts (case_id);
CREATE INDEX f0_alerts_status ON f0_alerts (status, raised_at);

CREATE TABLE f0_contacts (
    case_id UUID NOT NULL REFERENCES f0_cases (id),
    person_id UUID NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('household', 'close', 'brief', 'same_place')),
    last_day DATE,
    first_seen TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, person_id)
);
CREATE INDEX f0_contacts_person ON f0_contacts (person_id);

CREATE TABLE f0_feed (
    seq BIGINT PRIMARY KEY NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL,
    case_id UUID NOT NULL,
    alert_id UUID,
    ward_code TEXT,
    data JSONB NOT NULL
);
CREATE INDEX f0_feed_case ON f0_feed (case_id, seq);
