-- Search indexes of users with many memories, each in one piece cut into parts,
-- so that it need not be built from its terms again. A snapshot holds words of
-- the memories: all parts go when any memory is erased. run tells which parts
-- belong together.

CREATE TABLE snapshots (
  user_id TEXT    NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
  part    INTEGER NOT NULL,
  run     INTEGER NOT NULL,
  blob    BLOB    NOT NULL,
  sum     INTEGER NOT NULL,
  PRIMARY KEY (user_id, part)
) STRICT;
