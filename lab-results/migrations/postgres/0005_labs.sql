-- What a health officer registered of a laboratory.
CREATE TABLE lab_registrations (
    code TEXT PRIMARY KEY REFERENCES lab_laboratories (code),
    phone TEXT,
    licence_no TEXT NOT NULL,
    licensed_until DATE,
    kinds TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    registered_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- Keys of laboratories' programs. The key itself is not kept, only the hash by which its session is found.
CREATE TABLE lab_api_keys (
    id UUID PRIMARY KEY,
    lab_code TEXT NOT NULL REFERENCES lab_laboratories (code),
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    account_id UUID NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX lab_api_keys_lab ON lab_api_keys (lab_code, created_at);
