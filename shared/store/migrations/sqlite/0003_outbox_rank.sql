-- What is claimed first: 0 is what somebody waits for, 1 what is published when nothing else waits.
ALTER TABLE outbox ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (rank, created_at) WHERE published_at IS NULL;
