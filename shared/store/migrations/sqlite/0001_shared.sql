CREATE TABLE people (
    id BLOB PRIMARY KEY NOT NULL,
    full_name TEXT NOT NULL,
    name_fold TEXT NOT NULL,
    birth_date TEXT,
    birth_year INTEGER,
    sex TEXT NOT NULL,
    phone_sealed BLOB,
    phone_index BLOB,
    national_id_sealed BLOB,
    national_id_index BLOB,
    insurance_sealed BLOB,
    insurance_index BLOB,
    address_sealed BLOB,
    ward_code TEXT,
    merged_into BLOB REFERENCES people (id),
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX people_name_birth ON people (name_fold, birth_year);
CREATE INDEX people_phone_index ON people (phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX people_national_id_index ON people (national_id_index) WHERE national_id_index IS NOT NULL;
CREATE INDEX people_insurance_index ON people (insurance_index) WHERE insurance_index IS NOT NULL;
CREATE INDEX people_merged_into ON people (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_reviews (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL REFERENCES people (id),
    other_id BLOB NOT NULL REFERENCES people (id),
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    resolved_at TEXT,
    resolution TEXT,
    UNIQUE (person_id, other_id)
) STRICT;
CREATE INDEX person_reviews_open ON person_reviews (created_at) WHERE resolved_at IS NULL;
CREATE INDEX person_reviews_other ON person_reviews (other_id);

CREATE TABLE places (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    ward_code TEXT NOT NULL,
    capacity INTEGER,
    parent_id BLOB REFERENCES places (id),
    phone_sealed BLOB,
    phone_index BLOB,
    body_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX places_ward ON places (ward_code);

CREATE TABLE accounts (
    id BLOB PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    roles TEXT NOT NULL,
    area_code TEXT NOT NULL,
    lab_code TEXT,
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE place_staff (
    place_id BLOB NOT NULL REFERENCES places (id),
    account_id BLOB NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (place_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    account_id BLOB REFERENCES accounts (id),
    person_id BLOB REFERENCES people (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE one_time_codes (
    id BLOB PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    code_hash BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
) STRICT;
CREATE INDEX one_time_codes_subject ON one_time_codes (purpose, subject, created_at);

CREATE TABLE outbox (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    created_at TEXT NOT NULL,
    claimed_until TEXT,
    attempts INTEGER NOT NULL,
    published_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE inbox (
    consumer TEXT NOT NULL,
    event_id BLOB NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (consumer, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    consumer TEXT NOT NULL,
    event_id BLOB NOT NULL,
    event TEXT NOT NULL,
    error TEXT NOT NULL,
    failed_at TEXT NOT NULL,
    replayed_at TEXT,
    PRIMARY KEY (consumer, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE timers (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    payload TEXT NOT NULL,
    due_at TEXT NOT NULL,
    claimed_until TEXT,
    attempts INTEGER NOT NULL,
    done_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at) WHERE done_at IS NULL;
CREATE INDEX timers_subject ON timers (subject) WHERE done_at IS NULL;

CREATE TABLE messages (
    id BLOB PRIMARY KEY NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    template TEXT NOT NULL,
    lang TEXT NOT NULL,
    recipient_sealed BLOB NOT NULL,
    recipient_index BLOB NOT NULL,
    content_sealed BLOB NOT NULL,
    person_id BLOB,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT,
    created_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    sent_at TEXT
) STRICT;
CREATE INDEX messages_due ON messages (due_at) WHERE status = 'queued';
CREATE INDEX messages_person ON messages (person_id, template) WHERE person_id IS NOT NULL;
CREATE INDEX messages_recipient ON messages (recipient_index, created_at);

CREATE TABLE audit_log (
    id BLOB PRIMARY KEY NOT NULL,
    at TEXT NOT NULL,
    service TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT NOT NULL,
    request_id TEXT
) STRICT;
CREATE INDEX audit_log_subject ON audit_log (subject, at);
CREATE INDEX audit_log_actor ON audit_log (actor, at);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TABLE audit_pending (
    audit_id BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_chain (
    seq INTEGER PRIMARY KEY NOT NULL,
    audit_id BLOB NOT NULL UNIQUE,
    hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_chain_no_update BEFORE UPDATE ON audit_chain
BEGIN
    SELECT RAISE(ABORT, 'the audit chain is append-only');
END;
CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain
BEGIN
    SELECT RAISE(ABORT, 'the audit chain is append-only');
END;
