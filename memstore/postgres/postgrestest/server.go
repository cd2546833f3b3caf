// Package postgrestest gives tests a PostgreSQL of their own: one server for each
// test program, started when it is first asked for, with a database for each test.
// ILAB_TEST_POSTGRES_URL names a server to use instead; its role must be allowed
// to create databases and roles. Without either, tests that need one are skipped.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Main runs a package's tests and then stops the server. A package whose tests use
// [URL] or [Start] calls it in TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if shared.template != "" && shared.server == nil { // on a server that stays
		drop("DROP DATABASE " + shared.template)
	}
	if s := shared.server; s != nil {
		s.Stop()
		_ = os.RemoveAll(s.dir) // a temporary folder
	}
	os.Exit(code)
}

var shared struct {
	once   sync.Once
	url    string
	why    string // there is none
	server *Server
	n      atomic.Int64

	prepared sync.Once
	template string
}

// URL makes an empty database and gives its URL. The test's end drops it.
func URL(tb testing.TB) string {
	tb.Helper()
	return create(tb, "")
}

// Copy is URL, of a database as prepare has made it, which is called once in the
// program: a copy is faster than making the same again.
func Copy(tb testing.TB, prepare func(database string) error) string {
	tb.Helper()
	shared.prepared.Do(func() {
		need(tb)
		name := fmt.Sprintf("ilab_test_%d_template", os.Getpid())
		admin(tb, shared.url, "CREATE DATABASE "+name)
		if err := prepare(Database(tb, shared.url, name)); err != nil {
			tb.Fatal(err)
		}
		shared.template = name
	})
	return create(tb, " TEMPLATE "+shared.template)
}

func create(tb testing.TB, how string) string {
	tb.Helper()
	need(tb)
	name := fmt.Sprintf("ilab_test_%d_%d", os.Getpid(), shared.n.Add(1))
	admin(tb, shared.url, "CREATE DATABASE "+name+how)
	tb.Cleanup(func() { admin(tb, shared.url, "DROP DATABASE "+name+" WITH (FORCE)") })
	return Database(tb, shared.url, name)
}

func need(tb testing.TB) {
	tb.Helper()
	shared.once.Do(begin)
	if shared.why != "" {
		tb.Skip(shared.why)
	}
}

// Database is a URL with another database.
func Database(tb testing.TB, server, name string) string {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func admin(tb testing.TB, server, statement string) {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context()) // also when the test has ended
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }() // a connection of one statement
	if _, err := c.Exec(ctx, statement); err != nil {
		tb.Fatal(err)
	}
}

func drop(statement string) {
	ctx := context.Background()
	if c, err := pgx.Connect(ctx, shared.url); err == nil {
		_, _ = c.Exec(ctx, statement) // what stays is named after the tests
		_ = c.Close(ctx)
	}
}

func begin() {
	if shared.url = os.Getenv("ILAB_TEST_POSTGRES_URL"); shared.url != "" {
		return
	}
	s, err := newServer()
	switch {
	case errors.Is(err, errNone):
		shared.why = "PostgreSQL is not installed, and ILAB_TEST_POSTGRES_URL is not set"
	case err != nil:
		panic("postgrestest: " + err.Error())
	default:
		shared.server, shared.url = s, s.URL
	}
}

// Server is a PostgreSQL that a test may stop and start.
type Server struct {
	URL string // of its database "postgres", as a superuser

	dir, bin string
	running  *exec.Cmd
	ended    chan struct{}
}

// Start starts a server of the test's own.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s, err := newServer()
	if errors.Is(err, errNone) {
		tb.Skip("PostgreSQL is not installed")
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(s.dir) // a temporary folder
	})
	return s
}

var errNone = errors.New("no initdb")

func newServer() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	if err := own(dir); err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, URL: "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)}
	initdb := exec.CommandContext(context.Background(), filepath.Join(bin, "initdb"), "-D", s.data(), "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync")
	unprivileged(initdb)
	initdb.Dir = dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s, s.Start()
}

// Standby starts a server that follows another.
func Standby(tb testing.TB, of *Server) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "pg") //nolint:usetesting // a socket's path is short, and another user goes there
	if err == nil {
		err = own(dir)
	}
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{dir: dir, bin: of.bin, URL: "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)}
	copying := exec.CommandContext(tb.Context(), filepath.Join(of.bin, "pg_basebackup"), "-D", s.data(), "-R", "-X", "stream", "-c", "fast", "-h", of.dir, "-U", "postgres")
	unprivileged(copying)
	copying.Dir = dir
	if out, err := copying.CombinedOutput(); err != nil {
		tb.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	if err := s.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(s.dir) // a temporary folder
	})
	return s
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Start starts the server again after [Server.Stop] or [Server.Kill].
func (s *Server) Start() error {
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c", "logging_collector=off")
	unprivileged(cmd)
	cmd.Dir = s.dir
	s.running, s.ended = cmd, make(chan struct{})
	started := make(chan error, 1)
	go func() {
		// The server ends with this thread, whatever becomes of the tests.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is the test's business
		}
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-s.ended:
			return errors.New("the server ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server as an administrator does, connections and all.
func (s *Server) Stop() { s.end(os.Interrupt) }

// Kill ends the server as a crash does: it shuts down at once and recovers when it
// starts again.
func (s *Server) Kill() { s.end(quit) }

func (s *Server) end(how os.Signal) {
	if s.running.Process.Signal(how) == nil {
		<-s.ended
	}
}

// binaries finds the folder with initdb.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if whole, err := filepath.EvalSymlinks(path); err == nil {
			path = whole // where the other programs are
		}
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // Debian's place
	if err != nil || len(found) == 0 {
		return "", errNone
	}
	slices.SortFunc(found, func(a, b string) int { return strings.Compare(b, a) })
	return filepath.Dir(found[0]), nil
}
