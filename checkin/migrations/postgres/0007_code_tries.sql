-- How often somebody asked for codes of places that nobody has. `source` is a blind index of the address or device and the period.
CREATE TABLE checkin_code_tries (
    source BYTEA PRIMARY KEY,
    period BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX checkin_code_tries_period ON checkin_code_tries (period);
