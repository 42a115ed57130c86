-- Personal cards belong to the register that all services share.
INSERT INTO person_cards (id, person_id, issued_at, revoked_at)
SELECT id, person_id, issued_at, revoked_at FROM checkin_cards;
DROP TABLE checkin_cards;
