-- Messages as they came, sealed: what was taken, waits or is ignored, in the sender's own words, for some weeks.
CREATE TABLE lab_raw (
    upload_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    lab_code TEXT NOT NULL,
    format TEXT NOT NULL,
    status TEXT NOT NULL,
    text_sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (upload_id, place)
) STRICT;
CREATE INDEX lab_raw_created ON lab_raw (created_at);

-- Which message of its upload a waiting record came in, where it came in one.
ALTER TABLE lab_held ADD COLUMN place INTEGER;
