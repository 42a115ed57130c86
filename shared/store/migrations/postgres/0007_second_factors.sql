-- Second factors of accounts (TOTP, RFC 6238). One asks for codes once somebody has shown that their phone makes them.
CREATE TABLE second_factors (
    account_id UUID PRIMARY KEY REFERENCES accounts (id),
    secret_sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    last_step BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    tries_from TIMESTAMPTZ NOT NULL
);
