-- Whose data a line of the audit log is about that tells of many people at once. The line itself names them too.
CREATE TABLE audit_people (
    person_id UUID NOT NULL,
    audit_id UUID NOT NULL,
    PRIMARY KEY (person_id, audit_id)
);
CREATE TRIGGER audit_people_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_people
    FOR EACH STATEMENT EXECUTE FUNCTION antam_append_only();
