-- The first tables, before titles and before sessions were renamed.
CREATE TABLE sdk_sessions (id INTEGER PRIMARY KEY, claude_session_id TEXT, sdk_session_id TEXT, project TEXT, started_at TEXT, started_at_epoch INTEGER,
  completed_at TEXT, completed_at_epoch INTEGER, status TEXT);
CREATE TABLE observations (id INTEGER PRIMARY KEY, sdk_session_id TEXT, project TEXT, text TEXT NOT NULL, type TEXT, created_at TEXT, created_at_epoch INTEGER);
CREATE TABLE session_summaries (id INTEGER PRIMARY KEY, sdk_session_id TEXT, project TEXT, request TEXT, created_at TEXT, created_at_epoch INTEGER);
INSERT INTO sdk_sessions (claude_session_id, sdk_session_id, project, started_at, started_at_epoch) VALUES ('c1', 'sdk-1', 'web', '2025-10-01T09:00:00.000Z', 1759309200000);
INSERT INTO observations (sdk_session_id, project, text, type, created_at, created_at_epoch) VALUES ('sdk-1', 'web', 'The cache was never warm.
It is now.', 'bugfix', '2025-10-01T10:00:00.000Z', 1759312800000);
INSERT INTO session_summaries (sdk_session_id, project, request, created_at, created_at_epoch) VALUES ('sdk-1', 'web', 'Warm the cache', '2025-10-01T11:00:00.000Z', 1759316400000);
