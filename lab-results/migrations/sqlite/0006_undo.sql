-- What is still to undo after a positive was corrected or withdrawn.
CREATE TABLE lab_undo (
    id BLOB PRIMARY KEY NOT NULL,
    result_id BLOB NOT NULL REFERENCES lab_results (id),
    version INTEGER NOT NULL,
    lab_code TEXT NOT NULL,
    person_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('case', 'citizen', 'certificate', 'report')),
    created_at TEXT NOT NULL,
    done_at TEXT,
    done_by BLOB,
    note TEXT NOT NULL,
    UNIQUE (result_id, version, person_id, kind)
) STRICT;
CREATE INDEX lab_undo_open ON lab_undo (created_at) WHERE done_at IS NULL;
CREATE INDEX lab_undo_person ON lab_undo (person_id) WHERE done_at IS NULL;
