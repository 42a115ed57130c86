-- What check-in knows of a place beside the shared register. `import_key` finds the place of a line that is imported
-- again, `import_hash` tells whether it changed. The position is in millionths of a degree; `screen` says that the
-- place shows a code that changes.
CREATE TABLE checkin_venues (
    place_id UUID PRIMARY KEY,
    import_key BYTEA UNIQUE,
    import_hash BYTEA,
    opening_hours TEXT,
    latitude BIGINT,
    longitude BIGINT,
    screen BOOLEAN NOT NULL
);

-- Codes of posters that were copied or torn down: they still lead to the place, and the visits are marked.
CREATE TABLE checkin_retired_codes (
    code TEXT PRIMARY KEY,
    place_id UUID NOT NULL,
    retired_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX checkin_retired_codes_place ON checkin_retired_codes (place_id);

-- What is odd about a visit. It is accepted all the same; officers see the mark.
CREATE TABLE checkin_visit_marks (
    place_id UUID NOT NULL,
    minute BIGINT NOT NULL,
    visit_id UUID NOT NULL,
    mark TEXT NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (place_id, minute, visit_id, mark)
);

-- The time that a phone said, and when its word came, where the two differ.
CREATE TABLE checkin_visit_clocks (
    place_id UUID NOT NULL,
    minute BIGINT NOT NULL,
    visit_id UUID NOT NULL,
    device_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (place_id, minute, visit_id)
);
