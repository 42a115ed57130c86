-- What check-in knows of a place beside the shared register. `import_key` finds the place of a line that is imported
-- again, `import_hash` tells whether it changed. The position is in millionths of a degree; `screen` says that the
-- place shows a code that changes.
CREATE TABLE checkin_venues (
    place_id BLOB PRIMARY KEY NOT NULL,
    import_key BLOB UNIQUE,
    import_hash BLOB,
    opening_hours TEXT,
    latitude INTEGER,
    longitude INTEGER,
    screen INTEGER NOT NULL
) STRICT;

-- Codes of posters that were copied or torn down: they still lead to the place, and the visits are marked.
CREATE TABLE checkin_retired_codes (
    code TEXT PRIMARY KEY NOT NULL,
    place_id BLOB NOT NULL,
    retired_at TEXT NOT NULL
) STRICT;
CREATE INDEX checkin_retired_codes_place ON checkin_retired_codes (place_id);

-- What is odd about a visit. It is accepted all the same; officers see the mark.
CREATE TABLE checkin_visit_marks (
    place_id BLOB NOT NULL,
    minute INTEGER NOT NULL,
    visit_id BLOB NOT NULL,
    mark TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (place_id, minute, visit_id, mark)
) STRICT, WITHOUT ROWID;

-- The time that a phone said, and when its word came, where the two differ.
CREATE TABLE checkin_visit_clocks (
    place_id BLOB NOT NULL,
    minute INTEGER NOT NULL,
    visit_id BLOB NOT NULL,
    device_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (place_id, minute, visit_id)
) STRICT, WITHOUT ROWID;
