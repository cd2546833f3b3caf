package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// migrations are the steps of the schema, in order; its version is how many have
// run. They only add, so that older programs can go on.
func migrations(parts int) []string { return []string{first(parts)} }

// migrationLock is that of whoever changes the schema: "ilab" in ASCII.
const migrationLock = 0x696c6162

// migrate brings the schema up to date, in one transaction. A role that may not do
// so can go on if an owner has done it.
func migrate(ctx context.Context, c *pgx.Conn, steps []string) error {
	version, err := schemaVersion(ctx, c)
	if err != nil || version >= len(steps) {
		return err
	}
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit there is nothing to roll back
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock); err != nil {
		return err
	}
	if version, err = schemaVersion(ctx, tx.Conn()); err != nil || version >= len(steps) {
		return err // another process was faster
	}
	if version == 0 {
		if _, err := tx.Exec(ctx, prepare, pgx.QueryExecModeSimpleProtocol); err != nil {
			return notOwner(err)
		}
	}
	for _, step := range steps[version:] {
		if _, err := tx.Exec(ctx, step, pgx.QueryExecModeSimpleProtocol); err != nil {
			return notOwner(err)
		}
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("COMMENT ON SCHEMA ilab IS 'ilab-mcp schema %d'", len(steps)), pgx.QueryExecModeSimpleProtocol); err != nil {
		return notOwner(err)
	}
	return tx.Commit(ctx)
}

// prepare makes the schema and the roles. Roles belong to the whole cluster, so
// another database may have made them.
const prepare = `
	CREATE SCHEMA IF NOT EXISTS ilab;
	DO $$
	DECLARE role text;
	BEGIN
		FOREACH role IN ARRAY ARRAY['ilab_app', 'ilab_keys', 'ilab_admin'] LOOP
			IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
				BEGIN
					EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', role);
				EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database was faster
				END;
			END IF;
			-- Also who has made a role may not take it by that, since version 16.
			BEGIN
				EXECUTE format('GRANT %I TO current_user', role);
			EXCEPTION WHEN insufficient_privilege THEN
				IF NOT pg_has_role(current_user, role, 'MEMBER') THEN RAISE; END IF;
			END;
		END LOOP;
	END $$;
`

func schemaVersion(ctx context.Context, c *pgx.Conn) (version int, err error) {
	err = c.QueryRow(ctx, `SELECT coalesce((SELECT substring(obj_description(oid, 'pg_namespace') FROM 'ilab-mcp schema ([0-9]+)')::int
		FROM pg_namespace WHERE nspname = 'ilab'), 0)`).Scan(&version)
	return version, err
}

// notOwner words that a role may not change the schema.
func notOwner(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "42501" {
		return unavailable(err, "the database's schema has to be made or upgraded, and this role may not do that. "+
			"Start ilab-mcp once with the URL of a role that owns the database and may create roles")
	}
	return err
}
