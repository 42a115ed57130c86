-- Nothing to do here: the table of visits is its key, and the rows of a place lie together in it.
SELECT 1;
