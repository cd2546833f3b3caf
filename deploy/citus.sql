-- Spreads the store over the workers of a Citus cluster. Run it once, as the owner,
-- after "ilab-mcp upgrade" on an empty store: Citus distributes plain tables, and
-- cuts them into shards itself, so the partitions go first.
BEGIN;
DO $$ BEGIN
	IF EXISTS (SELECT FROM ilab.users) THEN RAISE EXCEPTION 'the store is not empty: make a new database, and move into it with ilab-mcp migrate'; END IF;
END $$;
CREATE SCHEMA ilab_new;
DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['users', 'sessions', 'memories', 'revisions', 'terms', 'snapshots'] LOOP
		EXECUTE format('CREATE TABLE ilab_new.%I (LIKE ilab.%I INCLUDING ALL)', t, t);
		EXECUTE format('DROP TABLE ilab.%I', t);
		EXECUTE format('ALTER TABLE ilab_new.%I SET SCHEMA ilab', t);
		PERFORM create_distributed_table('ilab.' || t, 'user_id', colocate_with => CASE t WHEN 'users' THEN 'none' ELSE 'ilab.users' END);
		EXECUTE format('ALTER TABLE ilab.%I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('ALTER TABLE ilab.%I FORCE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY own ON ilab.%I TO ilab_app USING (user_id = current_setting(''app.user_id'', true)) '
			'WITH CHECK (user_id = current_setting(''app.user_id'', true))', t);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ilab.%I TO ilab_app', t);
	END LOOP;
END $$;
DROP SCHEMA ilab_new;
SELECT create_reference_table('ilab.api_keys');
SELECT create_reference_table('ilab.facts');
GRANT SELECT (user_id) ON ilab.users TO ilab_admin;
CREATE POLICY everybody ON ilab.users FOR SELECT TO ilab_admin USING (true);
COMMIT;
-- On every node, so that SET LOCAL reaches the workers:
--   ALTER SYSTEM SET citus.propagate_set_commands = 'local'; SELECT pg_reload_conf();
