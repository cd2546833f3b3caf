package config

import (
	"github.com/alecthomas/kong"
)

// Settings are the settings of a command that opens the store, as they were
// given. They are strings, so that the messages about them are ours. The tag
// "setting" names the environment variable.
type Settings struct {
	User      string `name:"user" setting:"ILAB_USER_ID" placeholder:"ID" group:"user" help:"Whose memory this is: 1 to 64 letters, digits, '.', '_' or '-'."`
	UserEmail string `name:"user-email" setting:"ILAB_USER_EMAIL" placeholder:"ADDRESS" group:"user" help:"Whose memory this is, by e-mail. The id is a hash of it with the salt in USER_ID_SALT, which has no flag: others could read a command line."`
	DB        string `name:"db" setting:"ILAB_DB" placeholder:"FILE" group:"store" help:"The store: one SQLite file. Default: memory.db in this program's folder among your user data."`

	SessionTimeout string `name:"session-timeout" setting:"ILAB_SESSION_TIMEOUT" default:"24h" placeholder:"24h" group:"limit" help:"A session that was idle this long is closed."`
	MaxMessage     string `name:"max-message" setting:"ILAB_MAX_MESSAGE" default:"1MiB" placeholder:"1MiB" group:"limit" help:"The longest message from a client."`
	MaxMemories    string `name:"max-memories" setting:"ILAB_MAX_MEMORIES" default:"100000" placeholder:"100000" group:"limit" help:"How many memories a user may have."`
	MaxBytes       string `name:"max-bytes" setting:"ILAB_MAX_BYTES" default:"64MiB" placeholder:"64MiB" group:"limit" help:"How much text a user may have."`
	IndexCache     string `name:"index-cache" setting:"ILAB_INDEX_CACHE" default:"256MiB" placeholder:"256MiB" group:"limit" help:"Memory for search indexes."`

	LogLevel  string `name:"log-level" setting:"ILAB_LOG_LEVEL" default:"info" placeholder:"info" group:"log" help:"What goes to stderr: debug, info, warn or error."`
	LogFormat string `name:"log-format" setting:"ILAB_LOG_FORMAT" default:"text" placeholder:"text" group:"log" help:"How: text or json."`
}

// Groups gives --help its headings.
func Groups() []kong.Group {
	return []kong.Group{
		{Key: "user", Title: "Whose memory (one of these is needed):"},
		{Key: "store", Title: "Where it is kept:"},
		{Key: "limit", Title: "Limits (0 is none; sizes as 512KiB, 64MiB, 2GiB or in bytes):"},
		{Key: "log", Title: "Logging:"},
	}
}

// Variable gives the environment variable of a setting, or "".
func Variable(v *kong.Value) string { return v.Tag.Get("setting") }

// Env resolves settings that no flag was given for out of an environment. An
// empty variable counts as none: hosts write them so in their JSON.
func Env(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := Variable(flag.Value)
		if name == "" {
			return nil, nil
		}
		if value := getenv(name); value != "" {
			return value, nil
		}
		return nil, nil
	})
}
