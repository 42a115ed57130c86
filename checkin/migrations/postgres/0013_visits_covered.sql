-- Who was at a place in a time is answered from the index alone: the rows of a place lie far from each other in the table, which
-- keeps them as they came. What nobody has changed since the last vacuum need not be looked at in the table (the visibility map), so
-- the newest visits have a vacuum each hundredth of the table, where PostgreSQL would wait for a fifth of it.
ALTER TABLE checkin_visits DROP CONSTRAINT checkin_visits_pkey;
ALTER TABLE checkin_visits ADD PRIMARY KEY (place_id, minute, visitor) INCLUDE (checked_in_at, checked_out_at);
ALTER TABLE checkin_visits SET (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_vacuum_insert_threshold = 10000);
