package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

func unavailable(cause error, words string) error {
	return &memstore.Error{Kind: memstore.Unavailable, Msg: words, Err: silent(cause)}
}

// silent is a cause for logs without what PostgreSQL says: its messages and
// details quote values of rows.
func silent(err error) error {
	if err == nil {
		return nil
	}
	if code := state(err); code != "" {
		return fmt.Errorf("SQLSTATE %s", code)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errors.New("the connection failed")
}

// state is the SQLSTATE of an error; "" where the server did not say one.
func state(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// again reports whether the same transaction, run again, can succeed: it met another
// one, the server went away, or the connection did. Whether a commit that met this
// was carried out is unknown; the rule that runs again finds out.
func again(err error) bool {
	code := state(err)
	switch {
	case code == "40001", code == "40P01", code == "57P01", code == "57P02", code == "57P03", strings.HasPrefix(code, "08"):
		return true
	case code == "23505": // two first saves of one user
		return true
	case code != "":
		return false
	}
	_, people := memstore.ForPeople(err)
	return !people && lost(err)
}

// lost reports whether an error came from the connection and not from a rule.
func lost(err error) bool {
	return errors.Is(err, errConnection)
}

// errConnection marks what a connection answered, so that it is not taken for an
// error of a rule.
var errConnection = errors.New("postgres: connection")

// explain turns PostgreSQL's failures into errors for people, by code and never by
// message. Errors that are made for people pass as they are.
func explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := memstore.ForPeople(err); ok {
		return err
	}
	code := state(err)
	switch {
	case code == "53100":
		return unavailable(err, "the database's disk is full; nothing was saved. Free some space and try again")
	case code == "53300", code == "53200":
		return &memstore.Error{Kind: memstore.Busy, Msg: "the database has no room for another connection; nothing was saved. Try again", Err: silent(err)}
	case code == "25006":
		return unavailable(err, "the database is read-only; nothing was saved. Name the primary with --db")
	case strings.HasPrefix(code, "28"):
		return unavailable(err, "the database refuses this role or password; check the URL in --db (ILAB_DB)")
	case code == "42501":
		return unavailable(err, "this role may not use the store's tables: grant it ilab_app, ilab_keys and ilab_admin")
	case code == "3D000":
		return unavailable(err, "there is no database of the name in --db (ILAB_DB); create it first")
	case again(err):
		return &memstore.Error{Kind: memstore.Busy, Msg: "the database cannot be reached, or is too busy; nothing is known to be saved. Try again", Err: silent(err)}
	case code != "":
		return unavailable(err, "the database answered with an error; nothing was saved. Its log tells more")
	}
	return err
}
