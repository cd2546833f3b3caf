package claudemem

import (
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// schema holds the columns of each table. Versions of claude-mem differ in them.
type schema map[string]map[string]bool

// scan reads a table in the order of its ids.
type scan struct {
	table string
	names []string // of the columns, as transfer knows them
	query string
}

// column is an expression, and how transfer knows it.
type column struct{ as, expr string }

// sessionOf are the names of the column that says which session a row belongs to,
// newest first.
func sessionOf() []string { return []string{"memory_session_id", "sdk_session_id"} }

// name gives the first of the names that is a column of a table; "" for none.
func (s schema) name(table string, names ...string) string {
	for _, name := range names {
		if s[table][name] {
			return name
		}
	}
	return ""
}

// column gives a column of a table, which the query calls alias, as a text.
func (s schema) column(as, table, alias string, names ...string) column {
	if name := s.name(table, names...); name != "" {
		return column{as, "CAST(" + alias + "." + name + " AS TEXT)"}
	}
	return column{as, "NULL"}
}

// columns gives columns under their own names.
func (s schema) columns(table string, names ...string) []column {
	all := make([]column, len(names))
	for i, name := range names {
		all[i] = s.column(name, table, "t", name)
	}
	return all
}

// noted gives what all rows have that say when something was, and where.
func (s schema) noted(table string) []column {
	return append(s.columns(table, "created_at", "project", "merged_into_project"),
		s.column("created_epoch", table, "t", "created_at_epoch"), s.column("session", table, "t", sessionOf()...))
}

// summary gives the parts of a summary.
func (s schema) summary(alias string) []column {
	const table = transfer.TableSummaries
	all := []column{s.column("completed_work", table, alias, "completed")}
	for _, name := range []string{"request", "investigated", "learned", "next_steps", "notes"} {
		all = append(all, s.column(name, table, alias, name))
	}
	return all
}

// scans gives what there is to read; nothing if the database is none of
// claude-mem.
func (s schema) scans() []scan {
	if s.name(transfer.TableObservations, sessionOf()...) == "" || s.name(transfer.TableSessions, sessionOf()...) == "" {
		return nil
	}
	const observations, directives = transfer.TableObservations, transfer.TableDirectives
	all := []scan{s.sessions(), newScan(observations, "", slices.Concat(s.noted(observations),
		s.columns(observations, "type", "title", "subtitle", "narrative", "text", "facts", "concepts", "files_read", "files_modified")))}
	if s[transfer.TableSummaries] != nil {
		all = append(all, newScan(transfer.TableSummaries, "", slices.Concat(s.noted(transfer.TableSummaries), s.summary("t"))))
	}
	if s[directives] != nil {
		all = append(all, newScan(directives, "", slices.Concat(s.noted(directives), s.columns(directives, "content", "status"),
			[]column{s.column("updated_epoch", directives, "t", "updated_at_epoch")})))
	}
	if s[transfer.TablePrompts] != nil {
		all = append(all, newScan(transfer.TablePrompts, "", nil))
	}
	return all
}

// sessions reads each session with its last summary, and with when the last thing
// of it was noted.
func (s schema) sessions() scan {
	const table = transfer.TableSessions
	all := []column{
		s.column("session", table, "t", sessionOf()...),
		s.column("started_epoch", table, "t", "started_at_epoch"), s.column("started_at", table, "t", "started_at"),
		s.column("completed_epoch", table, "t", "completed_at_epoch"), s.column("completed_at", table, "t", "completed_at"),
	}
	last, join := "NULL", ""
	here := " = t." + s.name(table, sessionOf()...)
	if s.name(transfer.TableObservations, "created_at_epoch") != "" {
		last = "(SELECT max(created_at_epoch) FROM observations WHERE " + s.name(transfer.TableObservations, sessionOf()...) + here + ")"
	}
	if theirs := s.name(transfer.TableSummaries, sessionOf()...); theirs != "" && s.name(transfer.TableSummaries, "created_at_epoch") != "" {
		join = " LEFT JOIN session_summaries l ON l.id = (SELECT id FROM session_summaries WHERE " + theirs + here + " ORDER BY created_at_epoch DESC, id DESC LIMIT 1)"
		last = "max(coalesce(" + last + ", 0), coalesce(l.created_at_epoch, 0))"
		all = append(all, s.summary("l")...)
	}
	return newScan(table, join, append(all, column{"last_epoch", "CAST(" + last + " AS TEXT)"}))
}

func newScan(table, join string, columns []column) scan {
	s := scan{table: table}
	exprs := []string{"t.id"}
	for _, c := range columns {
		s.names, exprs = append(s.names, c.as), append(exprs, c.expr)
	}
	s.query = "SELECT " + strings.Join(exprs, ", ") + " FROM " + table + " t" + join + " WHERE t.id > ? ORDER BY t.id LIMIT ?"
	return s
}
