-- Browsers that gave a one-time code of a phone that several people share: they may ask for each of them by birth date.
CREATE TABLE lab_home_access (
    token_hash BYTEA PRIMARY KEY,
    person_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX lab_home_access_expired ON lab_home_access (expires_at);

-- Wrong birth dates that were tried for a member of a household.
CREATE TABLE lab_member_tries (
    person_id UUID PRIMARY KEY,
    tries BIGINT NOT NULL,
    last_at TIMESTAMPTZ NOT NULL
);

-- When a citizen's link was last sent anew.
CREATE TABLE lab_link_sent (
    result_id UUID PRIMARY KEY REFERENCES lab_results (id),
    sent_at TIMESTAMPTZ NOT NULL
);
