-- More may be handed out than was noted: what a patient was given is a fact, and the count follows later. SQLite drops no
-- CHECK of a table, so the table is written anew.
CREATE TABLE f0_stock_new (
    ward_code TEXT NOT NULL,
    bag TEXT NOT NULL CHECK (bag IN ('A', 'B', 'C')),
    quantity INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (ward_code, bag)
) STRICT, WITHOUT ROWID;
INSERT INTO f0_stock_new (ward_code, bag, quantity, updated_at) SELECT ward_code, bag, quantity, updated_at FROM f0_stock;
DROP TABLE f0_stock;
ALTER TABLE f0_stock_new RENAME TO f0_stock;

CREATE TABLE f0_stock_moves (
    id BLOB PRIMARY KEY NOT NULL,
    ward_code TEXT NOT NULL,
    bag TEXT NOT NULL CHECK (bag IN ('A', 'B', 'C')),
    kind TEXT NOT NULL CHECK (kind IN ('delivery', 'count', 'handed_out')),
    change INTEGER NOT NULL,
    quantity INTEGER,
    at TEXT NOT NULL,
    by_id BLOB NOT NULL,
    act_id BLOB,
    note TEXT NOT NULL,
    body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX f0_stock_moves_ward ON f0_stock_moves (ward_code, at, id);
