-- Numbers of tubes given to a site, whose phones and printers make codes of them without a network.
CREATE TABLE lab_tube_ranges (
    id UUID PRIMARY KEY,
    site_id UUID,
    note TEXT NOT NULL,
    first_number BIGINT NOT NULL UNIQUE,
    size BIGINT NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL
);

-- Other codes of a tube, such as the one that was on the kit already.
CREATE TABLE lab_tube_aliases (
    barcode TEXT PRIMARY KEY,
    specimen_id UUID NOT NULL REFERENCES lab_specimens (id),
    created_at TIMESTAMPTZ NOT NULL
);

-- Tubes with the specimens of several people: swabs put together at the site, or fluid put together in the laboratory.
CREATE TABLE lab_pools (
    specimen_id UUID PRIMARY KEY REFERENCES lab_specimens (id),
    kind TEXT NOT NULL CHECK (kind IN ('swab', 'lab')),
    lab_code TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'negative', 'positive', 'unclear')),
    result_id UUID,
    deadline TIMESTAMPTZ,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX lab_pools_open ON lab_pools (state, created_at);

-- Who is in a pool, and what is to be done about each after its result.
CREATE TABLE lab_pool_members (
    pool_id UUID NOT NULL REFERENCES lab_pools (specimen_id),
    position BIGINT NOT NULL,
    order_id UUID NOT NULL REFERENCES lab_orders (id),
    person_id UUID NOT NULL,
    -- The kept tube of a member of a laboratory's pool.
    specimen_id UUID REFERENCES lab_specimens (id),
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'released', 'to_call', 'called', 'unreachable', 'to_retest', 'done')),
    result_id UUID,
    -- The single order that a positive pool made.
    next_order_id UUID REFERENCES lab_orders (id),
    note TEXT NOT NULL,
    updated_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (pool_id, position)
);
CREATE INDEX lab_pool_members_specimen ON lab_pool_members (specimen_id) WHERE specimen_id IS NOT NULL;
CREATE INDEX lab_pool_members_next ON lab_pool_members (next_order_id) WHERE next_order_id IS NOT NULL;

-- Where a tube was, when, and in whose hands. Rows are never changed.
CREATE TABLE lab_custody (
    id UUID PRIMARY KEY,
    specimen_id UUID NOT NULL REFERENCES lab_specimens (id),
    state TEXT NOT NULL
        CHECK (state IN ('registered', 'collected', 'handed_over', 'received', 'in_run', 'resulted', 'released',
                         'rejected', 'invalid', 'corrected')),
    at TIMESTAMPTZ NOT NULL,
    account_id UUID,
    lab_code TEXT,
    site_id UUID,
    code TEXT,
    note TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX lab_custody_specimen ON lab_custody (specimen_id, at);
CREATE INDEX lab_custody_recent ON lab_custody (state, lab_code, at);
