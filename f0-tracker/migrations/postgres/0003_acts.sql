CREATE TABLE f0_acts (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('advice', 'prescription', 'referral', 'call', 'handover')),
    case_id UUID REFERENCES f0_cases (id),
    person_id UUID NOT NULL,
    ward_code TEXT,
    status TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_id UUID NOT NULL,
    due_at TIMESTAMPTZ,
    body JSONB NOT NULL,
    steps JSONB NOT NULL,
    body_hash TEXT NOT NULL
);
CREATE INDEX f0_acts_case ON f0_acts (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX f0_acts_person ON f0_acts (person_id, at);
CREATE INDEX f0_acts_waiting ON f0_acts (kind, status, ward_code, due_at);

CREATE TABLE f0_stations (
    ward_code TEXT PRIMARY KEY NOT NULL,
    phone TEXT,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE f0_stock (
    ward_code TEXT NOT NULL,
    bag TEXT NOT NULL CHECK (bag IN ('A', 'B', 'C')),
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (ward_code, bag)
);

CREATE TABLE f0_result_counts (
    result_id UUID PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    day DATE NOT NULL,
    ward_code TEXT,
    outcome TEXT CHECK (outcome IN ('detected', 'not_detected', 'inconclusive', 'invalid'))
);
CREATE INDEX f0_result_counts_day ON f0_result_counts (day, ward_code, outcome);
