-- Browsers that gave a one-time code of a phone that several people share: they may ask for each of them by birth date.
CREATE TABLE lab_home_access (
    token_hash BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX lab_home_access_expired ON lab_home_access (expires_at);

-- Wrong birth dates that were tried for a member of a household.
CREATE TABLE lab_member_tries (
    person_id BLOB PRIMARY KEY NOT NULL,
    tries INTEGER NOT NULL,
    last_at TEXT NOT NULL
) STRICT;

-- When a citizen's link was last sent anew.
CREATE TABLE lab_link_sent (
    result_id BLOB PRIMARY KEY NOT NULL REFERENCES lab_results (id),
    sent_at TEXT NOT NULL
) STRICT;
