package config

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	keepsOneFile = "Name a file with --db (or ILAB_DB), a folder (its name ends in /), or a PostgreSQL database with a URL that begins with postgres://."
	fileExample  = "ilab-mcp stdio --user me --db ~/memory.db"
)

// host is what paths depend on.
type host struct {
	os     string // as runtime.GOOS
	getenv func(string) string
}

// storePath checks the path of the store, or gives the default.
func (h host) storePath(given string) (string, error) {
	if given == "" {
		folder, err := h.dataFolder()
		if err != nil {
			return "", err
		}
		return filepath.Join(folder, "memory.db"), nil
	}
	switch {
	case strings.Contains(given, ":memory:"):
		return "", wrong("the store cannot be :memory:, which would be lost with the process",
			"Name a file with --db (or ILAB_DB), or leave it out for the default.", fileExample)
	case InPostgres(given):
		return given, nil
	case dsn.MatchString(given):
		return "", wrong("a PostgreSQL database is named by a URL, and not by parameters", "Write it as postgres://user@host/database, with the password in PGPASSWORD.", fileExample)
	case scheme.MatchString(given), strings.HasPrefix(strings.ToLower(given), "file:"):
		return "", wrong("the store is named by a path, not by a URL", keepsOneFile, fileExample)
	}
	path, err := h.expand(given)
	if err != nil {
		return "", err
	}
	if strings.HasSuffix(path, "/") || h.os == "windows" && strings.HasSuffix(path, `\`) {
		return strings.TrimRight(path, `/\`) + "/", nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path + "/", nil
	}
	return path, nil
}

// InPostgres reports whether --db names a PostgreSQL database and no file.
func InPostgres(db string) bool { return isURL(db, "postgres", "postgresql") }

// InFolder reports whether a path that StorePath gave is that of a folder with a file
// for each user.
func InFolder(db string) bool { return !InPostgres(db) && strings.HasSuffix(db, "/") }

// StoreName is what --db names, for logs and advice: of a database the address
// alone, since its URL can hold a password.
func StoreName(db string) string {
	if !InPostgres(db) {
		return db
	}
	u, err := url.Parse(db)
	if err != nil {
		return "postgres://"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// dsn are the other way to name a database: host=... password=...
var dsn = regexp.MustCompile(`^(host|hostaddr|port|user|dbname|password|service)=\S+( |$)|\bpassword=`)

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+://`)

func isURL(s string, schemes ...string) bool {
	for _, name := range schemes {
		if len(s) > len(name) && strings.EqualFold(s[:len(name)], name) && s[len(name)] == ':' {
			return true
		}
	}
	return false
}

// expand replaces a leading ~ by the user's home: no shell does it for a
// command line that stands in a host's configuration file.
func (h host) expand(path string) (string, error) {
	if !strings.HasPrefix(path, "~") {
		return path, nil
	}
	rest := path[1:]
	if rest != "" && rest[0] != '/' && (h.os != "windows" || rest[0] != '\\') {
		return "", wrong("~NAME in a path is not understood", "Write the folder out in full, or use ~/ for your own.", fileExample)
	}
	home, err := h.home()
	if err != nil {
		return "", err
	}
	return home + rest, nil
}

func (h host) home() (string, error) {
	name := "HOME"
	if h.os == "windows" {
		name = "USERPROFILE"
	}
	if home := h.getenv(name); home != "" {
		return home, nil
	}
	return "", wrong("your home folder is unknown, because "+name+" is not set", "Name the store's file in full with --db (or ILAB_DB).",
		"ilab-mcp stdio --user me --db /var/lib/ilab-mcp/memory.db")
}

// dataFolder is where this system keeps a user's data of this program.
func (h host) dataFolder() (string, error) {
	const program = "ilab-mcp"
	switch h.os {
	case "windows":
		if local := h.getenv("LocalAppData"); local != "" {
			return filepath.Join(local, program), nil
		}
	case "darwin", "ios":
	default:
		// The specification has relative paths ignored.
		if data := h.getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
			return filepath.Join(data, program), nil
		}
	}
	home, err := h.home()
	if err != nil {
		return "", err
	}
	switch h.os {
	case "windows":
		return filepath.Join(home, "AppData", "Local", program), nil
	case "darwin", "ios":
		return filepath.Join(home, "Library", "Application Support", program), nil
	}
	return filepath.Join(home, ".local", "share", program), nil
}
