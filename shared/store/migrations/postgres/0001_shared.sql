CREATE TABLE people (
    id UUID PRIMARY KEY,
    full_name TEXT NOT NULL,
    name_fold TEXT NOT NULL,
    birth_date DATE,
    birth_year BIGINT,
    sex TEXT NOT NULL CHECK (sex IN ('female', 'male', 'unknown')),
    phone_sealed BYTEA,
    phone_index BYTEA,
    national_id_sealed BYTEA,
    national_id_index BYTEA,
    insurance_sealed BYTEA,
    insurance_index BYTEA,
    address_sealed BYTEA,
    ward_code TEXT,
    merged_into UUID REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX people_name_birth ON people (name_fold, birth_year);
CREATE INDEX people_phone_index ON people (phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX people_national_id_index ON people (national_id_index) WHERE national_id_index IS NOT NULL;
CREATE INDEX people_insurance_index ON people (insurance_index) WHERE insurance_index IS NOT NULL;
CREATE INDEX people_merged_into ON people (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_reviews (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    other_id UUID NOT NULL REFERENCES people (id),
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    resolution TEXT,
    UNIQUE (person_id, other_id)
);
CREATE INDEX person_reviews_open ON person_reviews (created_at) WHERE resolved_at IS NULL;
CREATE INDEX person_reviews_other ON person_reviews (other_id);

CREATE TABLE places (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    ward_code TEXT NOT NULL,
    capacity BIGINT,
    parent_id UUID REFERENCES places (id),
    phone_sealed BYTEA,
    phone_index BYTEA,
    body_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX places_ward ON places (ward_code);

CREATE TABLE accounts (
    id UUID PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    roles TEXT NOT NULL,
    area_code TEXT NOT NULL,
    lab_code TEXT,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE place_staff (
    place_id UUID NOT NULL REFERENCES places (id),
    account_id UUID NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (place_id, account_id)
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    account_id UUID REFERENCES accounts (id),
    person_id UUID REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE one_time_codes (
    id UUID PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    attempts BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX one_time_codes_subject ON one_time_codes (purpose, subject, created_at);

CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    claimed_until TIMESTAMPTZ,
    attempts BIGINT NOT NULL,
    published_at TIMESTAMPTZ
);
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE inbox (
    consumer TEXT NOT NULL,
    event_id UUID NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consumer, event_id)
);

CREATE TABLE dead_letters (
    consumer TEXT NOT NULL,
    event_id UUID NOT NULL,
    event TEXT NOT NULL,
    error TEXT NOT NULL,
    failed_at TIMESTAMPTZ NOT NULL,
    replayed_at TIMESTAMPTZ,
    PRIMARY KEY (consumer, event_id)
);

CREATE TABLE timers (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    subject UUID NOT NULL,
    payload TEXT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    claimed_until TIMESTAMPTZ,
    attempts BIGINT NOT NULL,
    done_at TIMESTAMPTZ
);
CREATE INDEX timers_due ON timers (due_at) WHERE done_at IS NULL;
CREATE INDEX timers_subject ON timers (subject) WHERE done_at IS NULL;

CREATE TABLE messages (
    id UUID PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    template TEXT NOT NULL,
    lang TEXT NOT NULL,
    recipient_sealed BYTEA NOT NULL,
    recipient_index BYTEA NOT NULL,
    content_sealed BYTEA NOT NULL,
    person_id UUID,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);
CREATE INDEX messages_due ON messages (due_at) WHERE status = 'queued';
CREATE INDEX messages_person ON messages (person_id, template) WHERE person_id IS NOT NULL;
CREATE INDEX messages_recipient ON messages (recipient_index, created_at);

CREATE TABLE audit_log (
    id UUID PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    service TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT NOT NULL,
    request_id TEXT
);
CREATE INDEX audit_log_subject ON audit_log (subject, at);
CREATE INDEX audit_log_actor ON audit_log (actor, at);

CREATE TABLE audit_pending (
    audit_id UUID PRIMARY KEY
);

CREATE TABLE audit_chain (
    seq BIGINT PRIMARY KEY,
    audit_id UUID NOT NULL UNIQUE,
    hash BYTEA NOT NULL
);

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX people_name_trigram ON people USING gin (name_fold gin_trgm_ops);

CREATE FUNCTION antam_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION antam_append_only();
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION antam_append_only();
