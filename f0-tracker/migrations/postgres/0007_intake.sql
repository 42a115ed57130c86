CREATE TABLE f0_intakes (
    case_id UUID PRIMARY KEY NOT NULL REFERENCES f0_cases (id),
    last_dose_on DATE,
    conditions_asked BOOLEAN NOT NULL,
    stable BOOLEAN,
    self_care BOOLEAN,
    reachable BOOLEAN,
    has_carer BOOLEAN,
    carer_id UUID,
    decision JSONB NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    decided_by UUID
);
CREATE INDEX f0_cases_doctor ON f0_cases (doctor_id) WHERE status = 'open';
