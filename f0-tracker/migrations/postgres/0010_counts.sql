-- The list of alerts is read in its order: by danger, then age.
DROP INDEX f0_alerts_status;
CREATE INDEX f0_alerts_danger ON f0_alerts
    (status, (CASE level WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END), raised_at, id);
CREATE INDEX f0_alerts_ward ON f0_alerts
    (ward_code, status, (CASE level WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END), raised_at, id);

-- The days of the curve are days on the wall clock of Vietnam, computed where they are written.
ALTER TABLE f0_cases ADD COLUMN opened_on DATE;
ALTER TABLE f0_cases ADD COLUMN closed_on DATE;
UPDATE f0_cases SET opened_on = (opened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
    closed_on = (closed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
CREATE INDEX f0_cases_opened_on ON f0_cases (status, opened_on, ward_code);
CREATE INDEX f0_cases_closed_on ON f0_cases (closed_on, ward_code, opened_on) WHERE status = 'closed';
CREATE INDEX f0_cases_counts ON f0_cases (status, ward_code, level, risk);
DROP INDEX f0_cases_silent;
CREATE INDEX f0_cases_silent ON f0_cases (status, (COALESCE(last_report_at, opened_at)), ward_code);

-- f0_cases_doctor_rank begins alike.
DROP INDEX f0_cases_doctor;
