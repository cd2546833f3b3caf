INSERT INTO sdk_sessions (content_session_id, memory_session_id, project, started_at, started_at_epoch, completed_at, completed_at_epoch, status) VALUES
  ('c1', 'mem-1', 'billing', '2026-01-05T08:00:00.000Z', 1767600000000, '2026-01-05T16:00:00.000Z', 1767628800000, 'completed'),
  ('c2', 'mem-2', 'billing', '2026-01-06T08:00:00.000Z', 1767686400000, NULL, NULL, 'active'),
  ('c3', NULL, 'billing', '2026-01-07T08:00:00.000Z', 1767772800000, NULL, NULL, 'active');
INSERT INTO observations (memory_session_id, project, type, title, subtitle, narrative, facts, concepts, files_read, files_modified, created_at, created_at_epoch) VALUES
  ('mem-1', 'billing', 'decision', 'PostgreSQL', 'For the ledger', 'It locks rows only <private>zebra</private>', '["Version 17","On port 5432"]', '["trade-off","how-it-works"]', '["docs/db.md"]', '["go.mod","db.go"]', '2026-01-05T09:00:00.123Z', 1767603600123),
  ('mem-2', 'billing', 'bugfix', 'Retries', NULL, NULL, '["Back off",""]', '[]', NULL, '', '2026-01-06T09:30:00.000Z', 1767691800000),
  ('mem-2', 'billing', 'feature', '<private>zebra</private> flag', '', 'Flags', 'no list', NULL, NULL, NULL, '2026-01-06T09:00:00.000Z', 1767690000000);
INSERT INTO observations (memory_session_id, project, merged_into_project, type, text, created_at, created_at_epoch) VALUES
  ('mem-2', 'billing', 'merged', 'change', 'A line of text', '2026-01-06T09:10:00.000Z', 1767690600000);
INSERT INTO session_summaries (memory_session_id, project, request, investigated, learned, completed, next_steps, notes, created_at, created_at_epoch) VALUES
  ('mem-1', 'billing', 'Choose a database', 'PostgreSQL and SQLite', 'SQLite locks the file', 'The choice', 'Migrate', ' ', '2026-01-05T15:00:00.000Z', 1767625200000),
  ('mem-1', 'billing', 'Earlier', NULL, NULL, NULL, NULL, 'None of it', '2026-01-05T14:00:00.000Z', 1767621600000);
INSERT INTO user_prompts (content_session_id, prompt_number, prompt_text, created_at, created_at_epoch) VALUES ('c1', 1, 'zebra', '', 1767600000000);
INSERT INTO directives (project, content, status, created_at, created_at_epoch, updated_at_epoch) VALUES
  ('billing', 'Never push on Fridays', 'active', '', 1767601800000, 1767601860000),
  (NULL, 'zebra', 'removed', '', 1767601800000, 1767601860000);
