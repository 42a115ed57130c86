CREATE TABLE f0_tests (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB REFERENCES f0_cases (id),
    person_id BLOB NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('antigen', 'pcr')),
    outcome TEXT NOT NULL CHECK (outcome IN ('detected', 'not_detected', 'inconclusive', 'invalid')),
    watch TEXT NOT NULL CHECK (watch IN ('staff', 'in_person', 'remote', 'unwatched')),
    collected_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by BLOB,
    verdict TEXT,
    definition TEXT,
    note TEXT NOT NULL,
    body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX f0_tests_case ON f0_tests (case_id, collected_at);
CREATE INDEX f0_tests_person ON f0_tests (person_id, collected_at);

CREATE TABLE f0_papers (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES f0_cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('isolation_order', 'completion')),
    number TEXT NOT NULL,
    sealed BLOB NOT NULL,
    issued_at TEXT NOT NULL,
    issued_by BLOB,
    revoked_at TEXT,
    revoked_by BLOB,
    revoke_reason TEXT
) STRICT;
CREATE UNIQUE INDEX f0_papers_one_valid ON f0_papers (case_id, kind) WHERE revoked_at IS NULL;
CREATE INDEX f0_papers_case ON f0_papers (case_id, kind);

CREATE TABLE f0_settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    set_at TEXT NOT NULL,
    set_by BLOB
) STRICT, WITHOUT ROWID;
