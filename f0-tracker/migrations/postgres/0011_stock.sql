-- More may be handed out than was noted: what a patient was given is a fact, and the count follows later.
ALTER TABLE f0_stock DROP CONSTRAINT f0_stock_quantity_check;

CREATE TABLE f0_stock_moves (
    id UUID PRIMARY KEY NOT NULL,
    ward_code TEXT NOT NULL,
    bag TEXT NOT NULL CHECK (bag IN ('A', 'B', 'C')),
    kind TEXT NOT NULL CHECK (kind IN ('delivery', 'count', 'handed_out')),
    change BIGINT NOT NULL,
    quantity BIGINT,
    at TIMESTAMPTZ NOT NULL,
    by_id UUID NOT NULL,
    act_id UUID,
    note TEXT NOT NULL,
    body_hash TEXT NOT NULL
);
CREATE INDEX f0_stock_moves_ward ON f0_stock_moves (ward_code, at, id);
