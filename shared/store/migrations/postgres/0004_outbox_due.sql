-- When an event may be claimed next: at once (the epoch), after a lease, or later. Paces: 0 now, 1 soon, 2 later.
ALTER TABLE outbox ADD COLUMN due_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z';
UPDATE outbox SET due_at = claimed_until WHERE claimed_until IS NOT NULL;
UPDATE outbox SET rank = 2 WHERE rank = 1;
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (rank, due_at, created_at) WHERE published_at IS NULL;
ALTER TABLE outbox DROP COLUMN claimed_until;
