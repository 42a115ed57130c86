-- The list of all pools, whatever their state, the newest first and page by page.
CREATE INDEX lab_pools_created ON lab_pools (created_at, specimen_id);
