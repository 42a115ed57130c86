-- Messages as they came, sealed: what was taken, waits or is ignored, in the sender's own words, for some weeks.
CREATE TABLE lab_raw (
    upload_id UUID NOT NULL,
    place BIGINT NOT NULL,
    lab_code TEXT NOT NULL,
    format TEXT NOT NULL,
    status TEXT NOT NULL,
    text_sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (upload_id, place)
);
CREATE INDEX lab_raw_created ON lab_raw (created_at);

-- Which message of its upload a waiting record came in, where it came in one.
ALTER TABLE lab_held ADD COLUMN place BIGINT;
