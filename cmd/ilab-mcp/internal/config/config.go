package config

import (
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Config is what a server runs on.
type Config struct {
	Path    string // the store
	Replica string // a standby of a PostgreSQL database; "" for none

	User memstore.UserID // of stdio; zero for serve, where credentials say it
	Salt identity.Salt   // that user ids are hashed with; zero where they are named

	ReadOnly bool
	NoForget bool
	Secrets  privacy.Secrets

	SessionTimeout time.Duration
	Limits         memstore.Limits
	IndexBytes     int64
	MaxMessage     int // bytes; 0: no bound
	MaxForgets     int // a minute; 0: no bound

	Log LogConfig
}

// LogConfig says what is logged and how.
type LogConfig struct {
	Level slog.Level
	JSON  bool
}

// New checks the settings of stdio. Its errors are *[Error].
func New(s Settings, getenv func(string) string) (Config, error) {
	return newConfig(s, host{os: runtime.GOOS, getenv: getenv})
}

func newConfig(s Settings, h host) (Config, error) {
	user, salt, err := user(s.Who, h.getenv)
	if err != nil {
		return Config{}, err
	}
	c, err := common("ilab-mcp stdio --user me", s.Store, s.Replica, s.Limits, s.Rights, s.Secrets, s.Logging, h)
	c.User, c.Salt = user, salt
	return c, err
}

// common checks what every server has. right is a command line that is right,
// for examples.
func common(right string, st Store, rep Replica, l Limits, r Rights, k Secrets, g Logging, h host) (c Config, err error) {
	c = Config{ReadOnly: r.ReadOnly, NoForget: r.NoForget}
	if c.Path, err = h.storePath(st.DB); err != nil {
		return Config{}, err
	}
	if c.Replica = rep.DBReplica; c.Replica != "" && (!InPostgres(c.Replica) || !InPostgres(c.Path)) {
		return Config{}, wrong("--db-replica (ILAB_DB_REPLICA) is for PostgreSQL: both it and --db are URLs that begin with postgres://", "Leave it out, or name a standby.", right)
	}
	if err := c.limits(right, l); err != nil {
		return Config{}, err
	}
	if c.Secrets, err = Untagged(right, k); err != nil {
		return Config{}, err
	}
	if c.Log, err = logging(right, g); err != nil {
		return Config{}, err
	}
	return c, nil
}

// StorePath checks where a command finds the store. Its errors are *[Error].
func StorePath(s Store, getenv func(string) string) (string, error) {
	return host{os: runtime.GOOS, getenv: getenv}.storePath(s.DB)
}

// Whose checks whom a command is about. Its errors are *[Error]. The salt is zero
// for a user that is named.
func Whose(w Who, getenv func(string) string) (memstore.UserID, identity.Salt, error) {
	return user(w, getenv)
}

// user decides whose memory it is.
func user(s Who, getenv func(string) string) (memstore.UserID, identity.Salt, error) {
	const (
		byID    = "ilab-mcp stdio --user me"
		byEmail = "USER_ID_SALT=... ilab-mcp stdio --user-email me@example.com"
	)
	var none memstore.UserID
	switch {
	case s.User != "" && s.UserEmail != "":
		return none, identity.Salt{}, wrong("a user is named twice, by --user (ILAB_USER_ID) and by --user-email (ILAB_USER_EMAIL)",
			"Set one of them only.", byID)
	case s.User == "" && s.UserEmail == "":
		return none, identity.Salt{}, wrong("no user is set, so there is nobody whose memory to serve",
			"Name one with --user (or ILAB_USER_ID), or with --user-email (or ILAB_USER_EMAIL) and USER_ID_SALT.", byID)
	case strings.Contains(s.User, "@"):
		return none, identity.Salt{}, wrong("--user (ILAB_USER_ID) is an e-mail address, which logs and backups would expose",
			"Use --user-email (or ILAB_USER_EMAIL) with USER_ID_SALT; the id is then a hash of it.", byEmail)
	case s.User != "":
		id, err := memstore.ParseUserID(s.User)
		if err != nil {
			return none, identity.Salt{}, wrong(err.Error(), "Choose another with --user (or ILAB_USER_ID).", byID)
		}
		return id, identity.Salt{}, nil
	}
	salt := identity.NewSalt(getenv("USER_ID_SALT"))
	if salt.IsZero() {
		return none, identity.Salt{}, wrong("--user-email (ILAB_USER_EMAIL) needs a salt, and USER_ID_SALT is not set",
			"Set USER_ID_SALT to a long random text, once and for all: another salt is another, empty memory.", byEmail)
	}
	id, err := salt.UserID(s.UserEmail)
	if err != nil {
		return none, identity.Salt{}, wrong(err.Error(), "Check --user-email (ILAB_USER_EMAIL) and USER_ID_SALT.", byEmail)
	}
	return id, salt, nil
}

// Untagged checks what becomes of secrets that nobody tagged. Its errors are *[Error].
func Untagged(right string, s Secrets) (privacy.Secrets, error) {
	switch s.Secrets {
	case "redact", "":
		return privacy.TakeSecrets, nil
	case "block":
		return privacy.RefuseSecrets, nil
	case "off":
		return privacy.KeepSecrets, nil
	}
	return 0, wrongf("Choose redact, block or off.", right+" --secrets block", "--secrets (ILAB_SECRETS) cannot be %q", s.Secrets)
}

func logging(right string, s Logging) (LogConfig, error) {
	var c LogConfig
	switch s.LogLevel {
	case "debug":
		c.Level = slog.LevelDebug
	case "info":
		c.Level = slog.LevelInfo
	case "warn":
		c.Level = slog.LevelWarn
	case "error":
		c.Level = slog.LevelError
	default:
		return c, wrongf("Choose debug, info, warn or error.", right+" --log-level debug",
			"--log-level (ILAB_LOG_LEVEL) cannot be %q", s.LogLevel)
	}
	switch s.LogFormat {
	case "text":
	case "json":
		c.JSON = true
	default:
		return c, wrongf("Choose text or json.", right+" --log-format json",
			"--log-format (ILAB_LOG_FORMAT) cannot be %q", s.LogFormat)
	}
	return c, nil
}
