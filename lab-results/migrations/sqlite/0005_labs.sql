-- What a health officer registered of a laboratory.
CREATE TABLE lab_registrations (
    code TEXT PRIMARY KEY NOT NULL REFERENCES lab_laboratories (code),
    phone TEXT,
    licence_no TEXT NOT NULL,
    licensed_until TEXT,
    kinds TEXT NOT NULL,
    active INTEGER NOT NULL,
    registered_by BLOB,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- Keys of laboratories' programs. The key itself is not kept, only the hash by which its session is found.
CREATE TABLE lab_api_keys (
    id BLOB PRIMARY KEY NOT NULL,
    lab_code TEXT NOT NULL REFERENCES lab_laboratories (code),
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    account_id BLOB NOT NULL,
    created_by BLOB,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX lab_api_keys_lab ON lab_api_keys (lab_code, created_at);
