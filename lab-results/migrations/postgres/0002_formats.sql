-- What a laboratory's own words mean: its codes of tests and results, its words for specimens, its headers.
CREATE TABLE lab_mappings (
    lab_code TEXT NOT NULL REFERENCES lab_laboratories (code),
    kind TEXT NOT NULL CHECK (kind IN ('test', 'outcome', 'specimen', 'header')),
    local TEXT NOT NULL,
    target TEXT NOT NULL,
    updated_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (lab_code, kind, local)
);

-- Test traffic is kept to compare later messages with, and never released.
ALTER TABLE lab_results DROP CONSTRAINT lab_results_state_check;
ALTER TABLE lab_results ADD CONSTRAINT lab_results_state_check CHECK (state IN ('released', 'held', 'test'));
