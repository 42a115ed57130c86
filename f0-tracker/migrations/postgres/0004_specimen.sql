ALTER TABLE f0_cases ADD COLUMN specimen_at TIMESTAMPTZ;
UPDATE f0_cases SET specimen_at = diagnosed_at;
