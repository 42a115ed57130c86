ALTER TABLE f0_cases ADD COLUMN trend BIGINT NOT NULL DEFAULT 0;
ALTER TABLE f0_cases ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
CREATE INDEX f0_cases_rank ON f0_cases (status, rank, id);
CREATE INDEX f0_cases_ward_rank ON f0_cases (ward_code, status, rank, id);
CREATE INDEX f0_cases_doctor_rank ON f0_cases (doctor_id, status, rank, id);
CREATE INDEX f0_acts_due ON f0_acts (status, due_at);
CREATE INDEX f0_cases_silent ON f0_cases (status, last_report_at);
CREATE INDEX f0_contacts_seen ON f0_contacts (first_seen);
