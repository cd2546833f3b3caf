-- What was erased and which keys were revoked, counted from 1 without gaps: a
-- copy stands beside the store, in <file>.gone, so that an older copy of the
-- store can be told what to erase. It names no user and holds no text: epoch
-- tells the user's store apart, id is the memory's, 0 for all of the user's.
-- For a key epoch and id are 0.

CREATE TABLE erasures (
  n      INTEGER NOT NULL PRIMARY KEY,
  at     INTEGER NOT NULL,      -- Unix seconds
  epoch  INTEGER NOT NULL,
  id     INTEGER NOT NULL,
  key_id TEXT    NOT NULL,      -- '' for none
  sum    INTEGER NOT NULL
) STRICT;

ALTER TABLE store ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
