-- What is still to undo after a positive was corrected or withdrawn.
CREATE TABLE lab_undo (
    id UUID PRIMARY KEY,
    result_id UUID NOT NULL REFERENCES lab_results (id),
    version BIGINT NOT NULL,
    lab_code TEXT NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('case', 'citizen', 'certificate', 'report')),
    created_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ,
    done_by UUID,
    note TEXT NOT NULL,
    UNIQUE (result_id, version, person_id, kind)
);
CREATE INDEX lab_undo_open ON lab_undo (created_at) WHERE done_at IS NULL;
CREATE INDEX lab_undo_person ON lab_undo (person_id) WHERE done_at IS NULL;
