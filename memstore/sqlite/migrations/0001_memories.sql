-- The user leads every primary key and every index, so that no statement can
-- walk from one user's rows into another's. Two tables stand apart: users, whose
-- key is the user itself, and store, which holds facts about the whole file.
-- Times are Unix microseconds, UTC. sum is a CRC-32C over the row's values.

CREATE TABLE users (
  user_id  TEXT    NOT NULL PRIMARY KEY CHECK (user_id <> ''),
  epoch    INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  last_id  INTEGER NOT NULL,
  memories INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  ops      BLOB    NOT NULL,
  sum      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  user_id       TEXT    NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
  id            TEXT    NOT NULL,
  started       INTEGER NOT NULL,
  last_activity INTEGER NOT NULL,
  ended         INTEGER,            -- NULL while active
  summary       BLOB,
  auto          INTEGER NOT NULL,
  sum           INTEGER NOT NULL,
  PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_active ON sessions (user_id) WHERE ended IS NULL;
CREATE INDEX sessions_ended ON sessions (user_id, ended) WHERE ended IS NOT NULL;

CREATE TABLE memories (
  user_id    TEXT    NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
  id         INTEGER NOT NULL,
  type       INTEGER NOT NULL,
  class      INTEGER NOT NULL,
  title      BLOB    NOT NULL,
  content    BLOB    NOT NULL,
  topic_key  TEXT,                  -- NULL for none
  revision   INTEGER NOT NULL,
  session_id TEXT    NOT NULL,
  source     TEXT    NOT NULL,
  created    INTEGER NOT NULL,
  updated    INTEGER NOT NULL,
  hash       BLOB    NOT NULL,
  seq        INTEGER NOT NULL,
  history    INTEGER NOT NULL,
  sum        INTEGER NOT NULL,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, id)
) STRICT;
CREATE UNIQUE INDEX memories_topic ON memories (user_id, topic_key) WHERE topic_key IS NOT NULL;
CREATE INDEX memories_hash ON memories (user_id, hash, id);
CREATE INDEX memories_created ON memories (user_id, created, id);
CREATE INDEX memories_class ON memories (user_id, class, updated, id);
CREATE INDEX memories_session ON memories (user_id, session_id, created, id, type);

CREATE TABLE revisions (
  user_id    TEXT    NOT NULL,
  id         INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  type       INTEGER NOT NULL,
  title      BLOB    NOT NULL,
  content    BLOB    NOT NULL,
  session_id TEXT    NOT NULL,
  source     TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  sum        INTEGER NOT NULL,
  PRIMARY KEY (user_id, id, revision),
  FOREIGN KEY (user_id, id) REFERENCES memories (user_id, id) ON DELETE CASCADE
) STRICT;

-- What the search index is built from: one row for each memory, at the number
-- of its last change. A row without terms is the tombstone of an erased memory.
CREATE TABLE terms (
  user_id TEXT    NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  id      INTEGER NOT NULL,
  blob    BLOB,
  sum     INTEGER NOT NULL,
  PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE store (
  name  TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
