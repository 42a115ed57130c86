-- What a laboratory's own words mean: its codes of tests and results, its words for specimens, its headers.
CREATE TABLE lab_mappings (
    lab_code TEXT NOT NULL REFERENCES lab_laboratories (code),
    kind TEXT NOT NULL CHECK (kind IN ('test', 'outcome', 'specimen', 'header')),
    local TEXT NOT NULL,
    target TEXT NOT NULL,
    updated_by BLOB,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (lab_code, kind, local)
) STRICT;
