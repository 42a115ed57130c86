-- Second factors of accounts (TOTP, RFC 6238). One asks for codes once somebody has shown that their phone makes them.
CREATE TABLE second_factors (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES accounts (id),
    secret_sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    confirmed_at TEXT,
    last_step INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    tries_from TEXT NOT NULL
) STRICT;
