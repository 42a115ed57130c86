-- Laboratories whose results are taken.
CREATE TABLE lab_laboratories (
    code TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    ward_code TEXT NOT NULL
) STRICT;

CREATE TABLE lab_orders (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    site_id BLOB,
    body_hash TEXT NOT NULL,
    created_by BLOB,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE lab_specimens (
    id BLOB PRIMARY KEY NOT NULL,
    barcode TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    collected_at TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    created_by BLOB,
    created_at TEXT NOT NULL
) STRICT;

-- Whose specimens are in a tube: one order, or those of a pool.
CREATE TABLE lab_specimen_orders (
    specimen_id BLOB NOT NULL REFERENCES lab_specimens (id),
    order_id BLOB NOT NULL REFERENCES lab_orders (id),
    position INTEGER NOT NULL,
    PRIMARY KEY (specimen_id, order_id)
) STRICT;
CREATE INDEX lab_specimen_orders_order ON lab_specimen_orders (order_id);

-- A file or a request with results. Holds counts, never what was in it.
CREATE TABLE lab_uploads (
    id BLOB PRIMARY KEY NOT NULL,
    lab_code TEXT,
    account_id BLOB,
    format TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    received INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    amended INTEGER NOT NULL,
    held INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
CREATE INDEX lab_uploads_recent ON lab_uploads (created_at);
CREATE INDEX lab_uploads_lab ON lab_uploads (lab_code, created_at);

-- What holds now of every result, one row for a laboratory's accession.
CREATE TABLE lab_results (
    id BLOB PRIMARY KEY NOT NULL,
    lab_code TEXT NOT NULL REFERENCES lab_laboratories (code),
    accession TEXT NOT NULL,
    person_id BLOB,
    ward_code TEXT,
    version INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    method TEXT,
    loinc TEXT NOT NULL,
    specimen_kind TEXT NOT NULL,
    specimen_id BLOB REFERENCES lab_specimens (id),
    collected_at TEXT NOT NULL,
    resulted_at TEXT NOT NULL,
    ct_value REAL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    hold_reasons TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    link_code TEXT NOT NULL UNIQUE,
    upload_id BLOB,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (lab_code, accession)
) STRICT;
CREATE INDEX lab_results_person ON lab_results (person_id, resulted_at) WHERE person_id IS NOT NULL;
CREATE INDEX lab_results_resulted ON lab_results (resulted_at);

-- Every version of every result, the one that holds now included. Rows are never changed.
CREATE TABLE lab_result_versions (
    result_id BLOB NOT NULL REFERENCES lab_results (id),
    version INTEGER NOT NULL,
    person_id BLOB,
    outcome TEXT NOT NULL,
    method TEXT,
    loinc TEXT NOT NULL,
    specimen_kind TEXT NOT NULL,
    collected_at TEXT NOT NULL,
    resulted_at TEXT NOT NULL,
    ct_value REAL,
    status TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    upload_id BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (result_id, version)
) STRICT;

-- The work queue: records that wait for a person, each sealed as it came.
CREATE TABLE lab_held (
    id BLOB PRIMARY KEY NOT NULL,
    lab_code TEXT NOT NULL,
    accession TEXT NOT NULL,
    status TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    reasons TEXT NOT NULL,
    draft_sealed BLOB NOT NULL,
    upload_id BLOB,
    created_at TEXT NOT NULL,
    released_at TEXT,
    resolution TEXT,
    UNIQUE (lab_code, accession, status, content_hash)
) STRICT;
CREATE INDEX lab_held_open ON lab_held (lab_code, created_at) WHERE released_at IS NULL;
