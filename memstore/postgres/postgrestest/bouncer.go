package postgrestest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bouncer starts a pgbouncer in transaction mode before a database, and gives the URL
// of the database through it. The test's end stops it.
func Bouncer(tb testing.TB, database string) string {
	tb.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program = "/usr/sbin/pgbouncer"; !exists(program) { // Debian's place, not in everybody's PATH
			tb.Skip("pgbouncer is not installed")
		}
	}
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	host, port := u.Query().Get("host"), "5432"
	if host == "" {
		host = u.Hostname()
	}
	if u.Port() != "" {
		port = u.Port()
	}
	password := ""
	if p, set := u.User.Password(); set {
		password = " password=" + p
	}
	dir, err := os.MkdirTemp("", "pgb") //nolint:usetesting // a socket's path is short, and another user goes there
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) }) // a temporary folder
	name := u.Path[1:]
	config := fmt.Sprintf(`[databases]
%s = host=%s port=%s user=%s%s
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = %s
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
`, name, host, port, u.User.Username(), password, dir)
	file := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		tb.Fatal(err)
	}
	if err := own(dir); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), program, "-q", file)
	unprivileged(cmd)
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread() // it ends with this thread
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is stopped below
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if cmd.Process.Signal(os.Interrupt) == nil {
			<-ended
		}
	})
	through := url.URL{Scheme: "postgres", User: url.User(u.User.Username()), Path: "/" + name, RawQuery: url.Values{
		"host": {dir}, "port": {"6432"}, "default_query_exec_mode": {"exec"},
	}.Encode()}
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, through.String())
		if err == nil {
			_ = c.Close(ctx) // it was only to see whether it answers
			return through.String()
		}
		select {
		case <-ended:
			tb.Fatal("pgbouncer ended")
		case <-ctx.Done():
			tb.Fatal(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
