package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// keyCommand manages API keys. What it changes holds at once, in every process
// on the store.
type keyCommand struct {
	Add    keyAdd    `cmd:"" help:"Make a key for a user, and print it once."`
	List   keyList   `cmd:"" help:"List the keys: ids and users, no secrets."`
	Revoke keyRevoke `cmd:"" help:"Revoke a key. Streams that it opened are closed."`
}

// keyAdd makes a key.
type keyAdd struct {
	config.Who
	config.Store

	Name     string `name:"name" placeholder:"TEXT" help:"What the key is for, such as the machine it is on."`
	Expires  string `name:"expires" placeholder:"WHEN" help:"When it stops working: a time from now, as 90d or 12h, or a date, as 2027-01-31. Default: never."`
	ReadOnly bool   `name:"read-only" help:"A key that opens the reading tools only."`
}

// Help is what key add --help adds.
func (keyAdd) Help() string {
	return "The key is the only line on stdout. It is stored as a hash: it cannot be shown again."
}

func (c *keyAdd) run(ctx context.Context, e env) (err error) {
	if c.User == "" && c.UserEmail == "" {
		return &config.Error{What: "no user is named, so there is nobody to make a key for", Do: "Name one with --user.", Example: "ilab-mcp key add --user me"}
	}
	user, salt, err := config.Whose(c.Who, e.getenv)
	if err != nil {
		return err
	}
	now := time.Now()
	expires, err := moment(c.Expires, now)
	if err != nil {
		return err
	}
	label, _, err := privacy.New().Redact(memstore.KeyNameField, c.Name)
	if err != nil {
		return err
	}
	db, name, err := openKeys(ctx, e, c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !salt.IsZero() {
		if err := salt.Check(ctx, db); err != nil {
			return err
		}
	}
	secret, id, err := newKeys(db).Issue(ctx, user, label, expires, c.ReadOnly)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(e.stdout, secret.Reveal()); err != nil {
		return errors.Join(err, db.Keys().Revoke(ctx, id, now)) // nobody has seen it
	}
	_, err = fmt.Fprintf(e.stderr, "This is the only time the key is shown. To revoke it: %s\n", revoke(id, name))
	return err
}

// revoke is the command that takes a key back.
func revoke(id memstore.KeyID, db string) string {
	return fmt.Sprintf("ilab-mcp key revoke %s --db %q", id, db)
}

// keyList lists the keys.
type keyList struct{ config.Store }

func (c *keyList) run(ctx context.Context, e env) (err error) {
	db, _, err := openKeys(ctx, e, c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := db.Keys().List(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err = fmt.Fprintln(e.stderr, "There are no keys. To make one: ilab-mcp key add --user me")
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	now := time.Now()
	if _, err := fmt.Fprintln(w, "ID\tUSER\tMAY\tSTATE\tMADE\tEXPIRES\tNAME"); err != nil {
		return err
	}
	for _, k := range all {
		may, state, expires := "write", "good", "never"
		if k.ReadOnly {
			may = "read"
		}
		if !k.Expires.IsZero() {
			expires = k.Expires.Format(time.DateOnly)
			if !now.Before(k.Expires) {
				state = "expired"
			}
		}
		if !k.Revoked.IsZero() {
			state = "revoked"
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.User, may, state, k.Created.Format(time.DateOnly), expires, oneLine(k.Name)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// oneLine keeps a name from drawing over the table.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}

// keyRevoke revokes a key.
type keyRevoke struct {
	config.Store

	ID string `arg:"" name:"keyid" help:"The key's id, as key list shows it."`
}

func (c *keyRevoke) run(ctx context.Context, e env) (err error) {
	id, err := memstore.ParseKeyID(c.ID)
	if err != nil {
		return &config.Error{What: err.Error(), Do: "See ilab-mcp key list.", Example: "ilab-mcp key revoke 3fK9aQ2x"}
	}
	db, _, err := openKeys(ctx, e, c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Keys().Revoke(ctx, id, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "revoked %s\n", id)
	return err
}

// openKeys opens the store for its keys, and says what people call it.
func openKeys(ctx context.Context, e env, s config.Store) (engine, string, error) {
	path, err := config.StorePath(s, e.getenv)
	if err != nil {
		return nil, "", err
	}
	_, backend, _, err := openDB(ctx, path, "", memstore.DefaultOptions())
	return backend, config.StoreName(path), err
}

func newKeys(db engine) *identity.Keys { return identity.NewKeys(db.Keys(), time.Now, rand.Reader) }

// moment reads when a key expires; "" is never.
func moment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	at := now
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil {
			at = now.AddDate(0, 0, n)
		}
	} else if d, err := time.ParseDuration(s); err == nil {
		at = now.Add(d)
	} else if date, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil { //nolint:gosmopolitan // a person's date
		at = date
	} else if t, err := time.Parse(time.RFC3339, s); err == nil {
		at = t
	}
	if at.Year() > 9999 {
		return time.Time{}, &config.Error{What: "--expires is too far off", Do: "Leave it out for a key that does not expire.", Example: "ilab-mcp key add --user me"}
	}
	if !at.After(now) {
		return time.Time{}, &config.Error{
			What: "--expires is not a time to come", Do: "Write a time from now, as 90d or 12h, or a date, as 2027-01-31.",
			Example: "ilab-mcp key add --user me --expires 90d",
		}
	}
	return at, nil
}
