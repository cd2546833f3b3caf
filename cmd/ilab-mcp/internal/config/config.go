package config

import (
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Config is what a command that opens the store runs on.
type Config struct {
	Path string // the store's file
	User memstore.UserID
	Salt identity.Salt // what User was hashed with; zero where it was named

	SessionTimeout time.Duration
	Limits         memstore.Limits
	IndexBytes     int64
	MaxMessage     int // bytes; 0: no bound

	Log LogConfig
}

// LogConfig says what is logged and how.
type LogConfig struct {
	Level slog.Level
	JSON  bool
}

// New checks the settings. Its errors are *[Error].
func New(s Settings, getenv func(string) string) (Config, error) {
	return newConfig(s, host{os: runtime.GOOS, getenv: getenv})
}

func newConfig(s Settings, h host) (Config, error) {
	c := Config{Limits: memstore.DefaultLimits()}
	var err error
	if c.User, c.Salt, err = user(s, h.getenv); err != nil {
		return Config{}, err
	}
	if c.Path, err = h.storePath(s.DB); err != nil {
		return Config{}, err
	}
	if err := c.limits(s); err != nil {
		return Config{}, err
	}
	if c.Log, err = logging(s); err != nil {
		return Config{}, err
	}
	return c, nil
}

// user decides whose memory it is.
func user(s Settings, getenv func(string) string) (memstore.UserID, identity.Salt, error) {
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

func logging(s Settings) (LogConfig, error) {
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
		return c, wrongf("Choose debug, info, warn or error.", "ilab-mcp stdio --user me --log-level debug",
			"--log-level (ILAB_LOG_LEVEL) cannot be %q", s.LogLevel)
	}
	switch s.LogFormat {
	case "text":
	case "json":
		c.JSON = true
	default:
		return c, wrongf("Choose text or json.", "ilab-mcp stdio --user me --log-format json",
			"--log-format (ILAB_LOG_FORMAT) cannot be %q", s.LogFormat)
	}
	return c, nil
}
