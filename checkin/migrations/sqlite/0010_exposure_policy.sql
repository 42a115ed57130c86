-- The version of the rules by which an exposure was found, so that the finding can be computed again. All that were found before
-- were found by the only version there was.
ALTER TABLE checkin_exposures ADD COLUMN policy TEXT NOT NULL DEFAULT 'stay-2021-12-29';
