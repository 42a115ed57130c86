-- Whom no message told that something was taken back: the few that failed, by what they say and when.
CREATE INDEX checkin_messages_failed ON messages (template, created_at) WHERE status = 'failed';
