package config

import (
	"errors"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func defaults() Settings {
	return Settings{
		Who: Who{User: "me"},
		Limits: Limits{
			SessionTimeout: "24h", MaxMessage: "1MiB", Capacity: Capacity{MaxMemories: "100000", MaxBytes: "64MiB"},
			MaxForgets: "20", IndexCache: "256MiB",
		},
		Logging: Logging{LogLevel: "info", LogFormat: "text"},
	}
}

func getenv(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func linux(vars map[string]string) host { return host{os: "linux", getenv: getenv(vars)} }

func TestDefaults(t *testing.T) {
	c, err := newConfig(defaults(), linux(map[string]string{"HOME": "/home/me"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.User.String() != "me" || !c.Salt.IsZero() || c.SessionTimeout != 24*time.Hour ||
		c.Limits.Memories != 100_000 || c.Limits.Bytes != 64<<20 || c.IndexBytes != 256<<20 ||
		c.MaxMessage != 1<<20 || c.Log.Level != slog.LevelInfo || c.Log.JSON {
		t.Errorf("got %+v", c)
	}
}

func TestZeroIsNone(t *testing.T) {
	s := defaults()
	s.SessionTimeout, s.MaxMessage, s.MaxMemories, s.MaxBytes, s.IndexCache = "0", "0", "0", "0", "0"
	c, err := newConfig(s, linux(map[string]string{"HOME": "/h"}))
	if err != nil || c.SessionTimeout != math.MaxInt64 || c.MaxMessage != 0 || c.Limits.Memories != 0 || c.Limits.Bytes != 0 || c.IndexBytes != 0 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestStorePath(t *testing.T) {
	folder := t.TempDir()
	home := map[string]string{"HOME": "/home/me"}
	for name, c := range map[string]struct {
		os    string
		vars  map[string]string
		given string
		want  string // a path, or with a leading ! a part of the error
	}{
		"linux":                     {"linux", home, "", "/home/me/.local/share/ilab-mcp/memory.db"},
		"linux, XDG":                {"linux", map[string]string{"HOME": "/home/me", "XDG_DATA_HOME": "/data"}, "", "/data/ilab-mcp/memory.db"},
		"linux, a relative XDG":     {"linux", map[string]string{"HOME": "/home/me", "XDG_DATA_HOME": "data"}, "", "/home/me/.local/share/ilab-mcp/memory.db"},
		"macOS":                     {"darwin", map[string]string{"HOME": "/Users/me", "XDG_DATA_HOME": "/data"}, "", "/Users/me/Library/Application Support/ilab-mcp/memory.db"},
		"windows":                   {"windows", map[string]string{"LocalAppData": "/L"}, "", "/L/ilab-mcp/memory.db"},
		"windows, no LocalAppData":  {"windows", map[string]string{"USERPROFILE": "/U"}, "", "/U/AppData/Local/ilab-mcp/memory.db"},
		"no home":                   {"linux", nil, "", "!HOME is not set"},
		"tilde":                     {"linux", home, "~/m.db", "/home/me/m.db"},
		"tilde without a home":      {"linux", nil, "~/m.db", "!HOME is not set"},
		"tilde of somebody":         {"linux", home, "~bob/m.db", "!~NAME"},
		"tilde in the middle":       {"linux", home, "/a/~/m.db", "/a/~/m.db"},
		"relative":                  {"linux", home, "m.db", "m.db"},
		"odd signs":                 {"linux", home, "/a?b#c%41.db", "/a?b#c%41.db"},
		"in memory":                 {"linux", home, ":memory:", "!:memory:"},
		"in memory, as a file":      {"linux", home, "file::memory:", "!:memory:"},
		"ends in a slash":           {"linux", home, "/a/b/", "/a/b/"},
		"only tilde":                {"linux", home, "~/", "/home/me/"},
		"a folder":                  {"linux", home, folder, folder + "/"},
		"backslash":                 {"windows", home, `C:\a\`, `C:\a/`},
		"backslash is a name":       {"linux", home, `/a\`, `/a\`},
		"postgres":                  {"linux", home, "postgres://me@host/db", "postgres://me@host/db"},
		"postgresql, in some case":  {"linux", home, "PostgreSQL://me:secret@host/db", "PostgreSQL://me:secret@host/db"},
		"another URL":               {"linux", home, "mysql://host/db", "!not by a URL"},
		"SQLite's URL":              {"linux", home, "file:m.db?mode=ro", "!not by a URL"},
		"a drive":                   {"windows", home, `C:\m.db`, `C:\m.db`},
		"a file that exists is one": {"linux", home, write(t, filepath.Join(folder, "m.db")), filepath.Join(folder, "m.db")},
	} {
		got, err := host{os: c.os, getenv: getenv(c.vars)}.storePath(c.given)
		if part, ok := strings.CutPrefix(c.want, "!"); ok {
			var usage *Error
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), part) || usage.Do == "" {
				t.Errorf("%s: got %q, %v", name, got, err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: the error repeats a password: %v", name, err)
			}
		} else if err != nil || got != filepath.FromSlash(c.want) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
		}
	}
}

func write(t *testing.T, path string) string {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Settings)
		vars   map[string]string
		want   string
	}{
		"no user":                {func(s *Settings) { s.User = "" }, nil, "no user is set"},
		"two users":              {func(s *Settings) { s.UserEmail = "a@b" }, nil, "named twice"},
		"an e-mail as a user":    {func(s *Settings) { s.User = "a@b.example" }, nil, "--user-email"},
		"an id with a space":     {func(s *Settings) { s.User = "a b" }, nil, "position 2"},
		"an e-mail, no salt":     {func(s *Settings) { s.User, s.UserEmail = "", "a@b" }, nil, "USER_ID_SALT is not set"},
		"an e-mail, not UTF-8":   {func(s *Settings) { s.User, s.UserEmail = "", "\xff@b" }, map[string]string{"USER_ID_SALT": "s"}, "UTF-8"},
		"timeout, no unit":       {func(s *Settings) { s.SessionTimeout = "24" }, nil, "ILAB_SESSION_TIMEOUT"},
		"timeout, negative":      {func(s *Settings) { s.SessionTimeout = "-1h" }, nil, "ILAB_SESSION_TIMEOUT"},
		"memories, negative":     {func(s *Settings) { s.MaxMemories = "-1" }, nil, "ILAB_MAX_MEMORIES"},
		"bytes, in MB":           {func(s *Settings) { s.MaxBytes = "64MB" }, nil, "ILAB_MAX_BYTES"},
		"bytes, too many":        {func(s *Settings) { s.MaxBytes = "9999999999GiB" }, nil, "ILAB_MAX_BYTES"},
		"index cache, empty":     {func(s *Settings) { s.IndexCache = "" }, nil, "ILAB_INDEX_CACHE"},
		"message, a word":        {func(s *Settings) { s.MaxMessage = "big" }, nil, "ILAB_MAX_MESSAGE"},
		"a standby of a file":    {func(s *Settings) { s.DBReplica = "postgres://me:secret@h/db" }, nil, "ILAB_DB_REPLICA"},
		"secrets, another word":  {func(s *Settings) { s.Secrets.Secrets = "maybe" }, nil, "ILAB_SECRETS"},
		"log level, upper case":  {func(s *Settings) { s.LogLevel = "INFO" }, nil, "ILAB_LOG_LEVEL"},
		"log format, unknown":    {func(s *Settings) { s.LogFormat = "xml" }, nil, "ILAB_LOG_FORMAT"},
		"the path, among others": {func(s *Settings) { s.DB = ":memory:" }, nil, ":memory:"},
	} {
		s := defaults()
		c.change(&s)
		vars := map[string]string{"HOME": "/home/me"}
		maps.Copy(vars, c.vars)
		got, err := newConfig(s, linux(vars))
		var usage *Error
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || usage.Do == "" || usage.Example == "" {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestEmailBecomesAnID(t *testing.T) {
	s := defaults()
	s.User, s.UserEmail = "", "Alice@Example.COM"
	c, err := newConfig(s, linux(map[string]string{"HOME": "/h", "USER_ID_SALT": "pepper"}))
	if err != nil || c.User.String() != "881b8690f6b0ceb1d04ad773" || c.Salt.IsZero() {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestStoreName(t *testing.T) {
	for given, want := range map[string]string{
		"/a/memory.db":                         "/a/memory.db",
		"/a/memories/":                         "/a/memories/",
		"postgres://me:secret@host:5/db?x=key": "postgres://host:5/db",
		"postgresql:///db?password=secret":     "postgresql:///db",
		"postgres://me:sec ret%zz@host/db":     "postgres://",
	} {
		if got := StoreName(given); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
	}
}
