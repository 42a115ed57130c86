ALTER TABLE f0_cases ADD COLUMN specimen_at TEXT;
UPDATE f0_cases SET specimen_at = diagnosed_at;
