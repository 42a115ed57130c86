-- Laboratories whose results are taken.
CREATE TABLE lab_laboratories (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    ward_code TEXT NOT NULL
);

CREATE TABLE lab_orders (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    reason TEXT NOT NULL,
    site_id UUID,
    body_hash TEXT NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE lab_specimens (
    id UUID PRIMARY KEY,
    barcode TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL,
    body_hash TEXT NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL
);

-- Whose specimens are in a tube: one order, or those of a pool.
CREATE TABLE lab_specimen_orders (
    specimen_id UUID NOT NULL REFERENCES lab_specimens (id),
    order_id UUID NOT NULL REFERENCES lab_orders (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (specimen_id, order_id)
);
CREATE INDEX lab_specimen_orders_order ON lab_specimen_orders (order_id);

-- A file or a request with results. Holds counts, never what was in it.
CREATE TABLE lab_uploads (
    id UUID PRIMARY KEY,
    lab_code TEXT,
    account_id UUID,
    format TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    received BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    amended BIGINT NOT NULL,
    held BIGINT NOT NULL,
    ignored BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
CREATE INDEX lab_uploads_recent ON lab_uploads (created_at);
CREATE INDEX lab_uploads_lab ON lab_uploads (lab_code, created_at);

-- What holds now of every result, one row for a laboratory's accession.
CREATE TABLE lab_results (
    id UUID PRIMARY KEY,
    lab_code TEXT NOT NULL REFERENCES lab_laboratories (code),
    accession TEXT NOT NULL,
    person_id UUID,
    ward_code TEXT,
    version BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('detected', 'not_detected', 'inconclusive', 'invalid')),
    method TEXT CHECK (method IN ('pcr', 'antigen')),
    loinc TEXT NOT NULL,
    specimen_kind TEXT NOT NULL,
    specimen_id UUID REFERENCES lab_specimens (id),
    collected_at TIMESTAMPTZ NOT NULL,
    resulted_at TIMESTAMPTZ NOT NULL,
    ct_value DOUBLE PRECISION,
    status TEXT NOT NULL CHECK (status IN ('final', 'corrected', 'withdrawn')),
    state TEXT NOT NULL CHECK (state IN ('released', 'held')),
    hold_reasons TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    link_code TEXT NOT NULL UNIQUE,
    upload_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (lab_code, accession)
);
CREATE INDEX lab_results_person ON lab_results (person_id, resulted_at) WHERE person_id IS NOT NULL;
CREATE INDEX lab_results_resulted ON lab_results (resulted_at);

-- Every version of every result, the one that holds now included. Rows are never changed.
CREATE TABLE lab_result_versions (
    result_id UUID NOT NULL REFERENCES lab_results (id),
    version BIGINT NOT NULL,
    person_id UUID,
    outcome TEXT NOT NULL CHECK (outcome IN ('detected', 'not_detected', 'inconclusive', 'invalid')),
    method TEXT CHECK (method IN ('pcr', 'antigen')),
    loinc TEXT NOT NULL,
    specimen_kind TEXT NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL,
    resulted_at TIMESTAMPTZ NOT NULL,
    ct_value DOUBLE PRECISION,
    status TEXT NOT NULL CHECK (status IN ('final', 'corrected', 'withdrawn')),
    content_hash TEXT NOT NULL,
    upload_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (result_id, version)
);

-- The work queue: records that wait for a person, each sealed as it came.
CREATE TABLE lab_held (
    id UUID PRIMARY KEY,
    lab_code TEXT NOT NULL,
    accession TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('final', 'corrected', 'withdrawn')),
    content_hash TEXT NOT NULL,
    reasons TEXT NOT NULL,
    draft_sealed BYTEA NOT NULL,
    upload_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    released_at TIMESTAMPTZ,
    resolution TEXT,
    UNIQUE (lab_code, accession, status, content_hash)
);
CREATE INDEX lab_held_open ON lab_held (lab_code, created_at) WHERE released_at IS NULL;
