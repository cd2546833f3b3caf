-- What API keys are checked against; a key itself is nowhere. Keys stand apart
-- from the rule that the user leads every key: the id is how a user is found.
CREATE TABLE api_keys (
  id        TEXT    NOT NULL PRIMARY KEY,
  user_id   TEXT    NOT NULL CHECK (user_id <> ''),
  name      TEXT    NOT NULL,
  hash      BLOB    NOT NULL,
  created   INTEGER NOT NULL,
  expires   INTEGER,            -- NULL: never
  revoked   INTEGER,            -- NULL: not revoked
  read_only INTEGER NOT NULL,
  sum       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
