-- Who was told by word of mouth and learnt later, again by word of mouth, that it was taken back: how, by whom, when. What is
-- found again after that is told again.
ALTER TABLE checkin_told ADD COLUMN taken_back_how TEXT CHECK (taken_back_how IN ('in_person', 'call'));
ALTER TABLE checkin_told ADD COLUMN taken_back_by UUID;
ALTER TABLE checkin_told ADD COLUMN taken_back_at TIMESTAMPTZ;

-- The list of a station begins with those who live there, that of a province with what was found last.
CREATE INDEX checkin_people_ward ON people (ward_code) WHERE ward_code IS NOT NULL;
CREATE INDEX checkin_exposures_found ON checkin_exposures (found_at) WHERE withdrawn_at IS NULL;
CREATE INDEX checkin_alerted_person ON checkin_alerted (person_id);
