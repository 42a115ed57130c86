-- Numbers of tubes given to a site, whose phones and printers make codes of them without a network.
CREATE TABLE lab_tube_ranges (
    id BLOB PRIMARY KEY NOT NULL,
    site_id BLOB,
    note TEXT NOT NULL,
    first_number INTEGER NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    created_by BLOB,
    created_at TEXT NOT NULL
) STRICT;

-- Other codes of a tube, such as the one that was on the kit already.
CREATE TABLE lab_tube_aliases (
    barcode TEXT PRIMARY KEY NOT NULL,
    specimen_id BLOB NOT NULL REFERENCES lab_specimens (id),
    created_at TEXT NOT NULL
) STRICT;

-- Tubes with the specimens of several people: swabs put together at the site, or fluid put together in the laboratory.
CREATE TABLE lab_pools (
    specimen_id BLOB PRIMARY KEY NOT NULL REFERENCES lab_specimens (id),
    kind TEXT NOT NULL CHECK (kind IN ('swab', 'lab')),
    lab_code TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'negative', 'positive', 'unclear')),
    result_id BLOB,
    deadline TEXT,
    created_by BLOB,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX lab_pools_open ON lab_pools (state, created_at);

-- Who is in a pool, and what is to be done about each after its result.
CREATE TABLE lab_pool_members (
    pool_id BLOB NOT NULL REFERENCES lab_pools (specimen_id),
    position INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES lab_orders (id),
    person_id BLOB NOT NULL,
    -- The kept tube of a member of a laboratory's pool.
    specimen_id BLOB REFERENCES lab_specimens (id),
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'released', 'to_call', 'called', 'unreachable', 'to_retest', 'done')),
    result_id BLOB,
    -- The single order that a positive pool made.
    next_order_id BLOB REFERENCES lab_orders (id),
    note TEXT NOT NULL,
    updated_by BLOB,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (pool_id, position)
) STRICT;
CREATE INDEX lab_pool_members_specimen ON lab_pool_members (specimen_id) WHERE specimen_id IS NOT NULL;
CREATE INDEX lab_pool_members_next ON lab_pool_members (next_order_id) WHERE next_order_id IS NOT NULL;

-- Where a tube was, when, and in whose hands. Rows are never changed.
CREATE TABLE lab_custody (
    id BLOB PRIMARY KEY NOT NULL,
    specimen_id BLOB NOT NULL REFERENCES lab_specimens (id),
    state TEXT NOT NULL
        CHECK (state IN ('registered', 'collected', 'handed_over', 'received', 'in_run', 'resulted', 'released',
                         'rejected', 'invalid', 'corrected')),
    at TEXT NOT NULL,
    account_id BLOB,
    lab_code TEXT,
    site_id BLOB,
    code TEXT,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX lab_custody_specimen ON lab_custody (specimen_id, at);
CREATE INDEX lab_custody_recent ON lab_custody (state, lab_code, at);
