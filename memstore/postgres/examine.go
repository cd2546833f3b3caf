package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Report says what an examination found.
type Report struct {
	Users, Memories int64
	Findings        []string // what is wrong, a sentence each
}

// examineUser compares a user's rows with each other: the number of memories with what
// the user's head says, and each memory with its search terms.
const examineUser = `SELECT
	coalesce((SELECT memories FROM ilab.users WHERE user_id = $1), 0),
	(SELECT count(*) FROM ilab.memories WHERE user_id = $1),
	(SELECT count(*) FROM ilab.memories AS m LEFT JOIN ilab.terms AS t ON t.user_id = m.user_id AND t.seq = m.seq AND t.id = m.id
		WHERE m.user_id = $1 AND t.blob IS NULL),
	(SELECT count(*) FROM ilab.terms AS t LEFT JOIN ilab.memories AS m ON m.user_id = t.user_id AND m.seq = t.seq AND m.id = t.id
		WHERE t.user_id = $1 AND t.blob IS NOT NULL AND m.id IS NULL),
	(SELECT count(*) FROM ilab.revisions AS r LEFT JOIN ilab.memories AS m ON m.user_id = r.user_id AND m.id = r.id
		WHERE r.user_id = $1 AND m.id IS NULL),
	(SELECT count(*) FROM ilab.memories AS m LEFT JOIN ilab.sessions AS s ON s.user_id = m.user_id AND s.id = m.session_id
		WHERE m.user_id = $1 AND s.id IS NULL)`

// Examine looks at every user's rows, each user's in a transaction of their own.
// PostgreSQL checks its own pages. told is called after each user.
func (db *DB) Examine(ctx context.Context, told func()) (r Report, err error) {
	users, err := db.Users(ctx)
	if err != nil {
		return r, err
	}
	for _, u := range users {
		var said, has int64
		var bare, strays, orphans, homeless int64
		err := db.retry(ctx, func(c *pgx.Conn) error {
			tx := transaction{c: c, role: roleApp, user: u.String()}
			if err := tx.begin(ctx, snapshot); err != nil {
				return err
			}
			defer tx.rollback()
			err := c.QueryRow(ctx, examineUser, u.String()).Scan(&said, &has, &bare, &strays, &orphans, &homeless)
			return connection(err)
		})
		if err != nil {
			return r, err
		}
		r.Users++
		r.Memories += has
		for _, f := range []struct {
			n    int64
			what string
		}{
			{said - has, "memories more in the user's head than there are"},
			{bare, "memories without search terms"},
			{strays, "search terms of no memory"},
			{orphans, "old revisions of no memory"},
			{homeless, "memories of no session"},
		} {
			if f.n != 0 {
				r.Findings = append(r.Findings, fmt.Sprintf("user %d of %d: %s: %d. Restore a backup of the database, or save what can be read with ilab-mcp export", r.Users, len(users), f.what, f.n))
			}
		}
		told()
	}
	return r, nil
}
