-- Whose data a line of the audit log is about that tells of many people at once. The line itself names them too.
CREATE TABLE audit_people (
    person_id BLOB NOT NULL,
    audit_id BLOB NOT NULL,
    PRIMARY KEY (person_id, audit_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_people_no_update BEFORE UPDATE ON audit_people BEGIN
    SELECT RAISE(ABORT, 'audit_people is append-only');
END;
CREATE TRIGGER audit_people_no_delete BEFORE DELETE ON audit_people BEGIN
    SELECT RAISE(ABORT, 'audit_people is append-only');
END;
