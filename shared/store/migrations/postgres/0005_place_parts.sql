-- Finds the parts of a place: every matching of a case asks for those of its places.
CREATE INDEX places_parent ON places (parent_id) WHERE parent_id IS NOT NULL;
