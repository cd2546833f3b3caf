package config

import (
	"github.com/alecthomas/kong"
)

// Settings are those of the stdio command as they were given: strings, so that
// the messages about them are ours. The tag "setting" names the environment
// variable.
type Settings struct {
	Who
	Store
	Replica
	Limits
	Rights
	Secrets
	Logging
}

// Who says whose memory it is.
type Who struct {
	User      string `name:"user" setting:"ILAB_USER_ID" placeholder:"ID" group:"user" help:"Whose memory this is: 1 to 64 letters, digits, '.', '_' or '-'."`
	UserEmail string `name:"user-email" setting:"ILAB_USER_EMAIL" placeholder:"ADDRESS" group:"user" help:"Whose memory this is, by e-mail. The id is a hash of it with the salt in USER_ID_SALT, which has no flag: others could read a command line."`
}

// Store says where memory is kept.
type Store struct {
	DB string `name:"db" setting:"ILAB_DB" placeholder:"FILE" group:"store" help:"The store: a SQLite file; a folder with one for each user, if it ends in /; or a PostgreSQL database, as postgres://… Default: memory.db in this program's folder among your user data."`
}

// Replica says where reads may go besides.
type Replica struct {
	DBReplica string `name:"db-replica" setting:"ILAB_DB_REPLICA" placeholder:"URL" group:"store" help:"A standby of the PostgreSQL database, for reads of what it has already."`
}

// Limits are those of a server, however it is connected.
type Limits struct {
	SessionTimeout string `name:"session-timeout" setting:"ILAB_SESSION_TIMEOUT" default:"24h" placeholder:"24h" group:"limit" help:"A session that was idle this long is closed."`
	MaxMessage     string `name:"max-message" setting:"ILAB_MAX_MESSAGE" default:"1MiB" placeholder:"1MiB" group:"limit" help:"The longest message from a client."`
	Capacity
	MaxForgets string `name:"max-forgets" setting:"ILAB_MAX_FORGETS" default:"20" placeholder:"20" group:"limit" help:"How many memories a user may have forgotten in a minute."`
	IndexCache string `name:"index-cache" setting:"ILAB_INDEX_CACHE" default:"256MiB" placeholder:"256MiB" group:"limit" help:"Memory for search indexes."`
}

// Capacity says how much a user may keep.
type Capacity struct {
	MaxMemories string `name:"max-memories" setting:"ILAB_MAX_MEMORIES" default:"100000" placeholder:"100000" group:"limit" help:"How many memories a user may have."`
	MaxBytes    string `name:"max-bytes" setting:"ILAB_MAX_BYTES" default:"64MiB" placeholder:"64MiB" group:"limit" help:"How much text a user may have."`
}

// Rights say what a model may do.
type Rights struct {
	ReadOnly bool `name:"read-only" setting:"ILAB_READ_ONLY" group:"rights" help:"Leave out the tools that write."`
	NoForget bool `name:"no-forget" setting:"ILAB_NO_FORGET" group:"rights" help:"Leave out mem_forget."`
}

// Secrets says what becomes of secrets that nobody tagged as private.
type Secrets struct {
	Secrets string `name:"secrets" setting:"ILAB_SECRETS" default:"redact" placeholder:"redact" group:"privacy" help:"What becomes of keys and passwords in a text: redact takes them out, block refuses the text, off keeps them."`
}

// Logging says what is logged, and how.
type Logging struct {
	LogLevel  string `name:"log-level" setting:"ILAB_LOG_LEVEL" default:"info" placeholder:"info" group:"log" help:"What goes to stderr: debug, info, warn or error."`
	LogFormat string `name:"log-format" setting:"ILAB_LOG_FORMAT" default:"text" placeholder:"text" group:"log" help:"How: text or json."`
}

// ServeSettings are those of the serve command.
type ServeSettings struct {
	Store
	Replica
	Network
	OIDC
	Limits
	Traffic
	Rights
	Secrets
	Logging
}

// Network says where a server is, and for whom.
type Network struct {
	Listen        string   `name:"listen" setting:"ILAB_LISTEN" default:"127.0.0.1:7437" placeholder:"127.0.0.1:7437" group:"network" help:"The address to serve on. One that other machines reach needs TLS or --behind-proxy."`
	TLSCert       string   `name:"tls-cert" setting:"ILAB_TLS_CERT" placeholder:"FILE" group:"network" help:"The certificate chain for TLS, in PEM. Read again when it changes."`
	TLSKey        string   `name:"tls-key" setting:"ILAB_TLS_KEY" placeholder:"FILE" group:"network" help:"Its private key, in PEM."`
	BehindProxy   bool     `name:"behind-proxy" setting:"ILAB_BEHIND_PROXY" group:"network" help:"A reverse proxy in front of this server does TLS."`
	PublicURL     string   `name:"public-url" setting:"ILAB_PUBLIC_URL" placeholder:"URL" group:"network" help:"What clients call this server, such as https://memory.example.com."`
	AllowHost     []string `name:"allow-host" setting:"ILAB_ALLOW_HOST" placeholder:"NAME" group:"network" help:"Another name that requests may be addressed to. Repeat it, or separate with commas."`
	AllowOrigin   []string `name:"allow-origin" setting:"ILAB_ALLOW_ORIGIN" placeholder:"ORIGIN" group:"network" help:"A web page's origin, such as https://app.example.com, that may use this server from a browser."`
	TrustedProxy  []string `name:"trusted-proxy" setting:"ILAB_TRUSTED_PROXY" placeholder:"ADDRESS" group:"network" help:"An address or network of proxies whose X-Forwarded-For is believed. Default with --behind-proxy: this machine."`
	MetricsListen string   `name:"metrics-listen" setting:"ILAB_METRICS_LISTEN" placeholder:"ADDRESS" group:"network" help:"Another address, with /metrics for Prometheus on it. It asks for no credential."`
}

// OIDC says whose access tokens open memories, beside API keys.
type OIDC struct {
	Issuer     string   `name:"oidc-issuer" setting:"ILAB_OIDC_ISSUER" placeholder:"URL" group:"oidc" help:"The identity provider. User ids are hashes with the salt in USER_ID_SALT, which must be set."`
	Audience   string   `name:"oidc-audience" setting:"ILAB_OIDC_AUDIENCE" placeholder:"NAME" group:"oidc" help:"Whom a token must be made for. Default: the public URL with /mcp."`
	Algorithms []string `name:"oidc-algorithms" setting:"ILAB_OIDC_ALGORITHMS" placeholder:"NAME" group:"oidc" help:"How a token may be signed. Default: RS, PS and ES with 256 to 512 bits, and EdDSA."`
	Claim      string   `name:"oidc-claim" setting:"ILAB_OIDC_CLAIM" default:"sub" placeholder:"sub" group:"oidc" help:"The claim that says who it is."`
	ReadScope  string   `name:"oidc-read-scope" setting:"ILAB_OIDC_READ_SCOPE" default:"read" placeholder:"read" group:"oidc" help:"The scope that lets a token read; none: every token may."`
	WriteScope string   `name:"oidc-write-scope" setting:"ILAB_OIDC_WRITE_SCOPE" default:"write" placeholder:"write" group:"oidc" help:"The scope that lets a token read and write; none: every token may."`
}

// Traffic bounds what one user, or one address, may do at once.
type Traffic struct {
	Rate        string `name:"rate" setting:"ILAB_RATE" default:"200" placeholder:"200" group:"limit" help:"Requests a second of one user."`
	Burst       string `name:"burst" setting:"ILAB_BURST" default:"400" placeholder:"400" group:"limit" help:"Requests at once of one user, above the rate."`
	MaxCalls    string `name:"max-calls" setting:"ILAB_MAX_CALLS" default:"32" placeholder:"32" group:"limit" help:"Calls of one user that run at once."`
	MaxStreams  string `name:"max-streams" setting:"ILAB_MAX_STREAMS" default:"8" placeholder:"8" group:"limit" help:"Open event streams of one user."`
	MaxSessions string `name:"max-sessions" setting:"ILAB_MAX_SESSIONS" default:"64" placeholder:"64" group:"limit" help:"MCP sessions of one user."`
	MaxFailures string `name:"max-failures" setting:"ILAB_MAX_FAILURES" default:"20" placeholder:"20" group:"limit" help:"Failed credentials a minute of one address."`
}

// Groups gives --help its headings.
func Groups() []kong.Group {
	return []kong.Group{
		{Key: "user", Title: "Whose memory (one of these is needed):"},
		{Key: "store", Title: "Where it is kept:"},
		{Key: "network", Title: "Where it is served:"},
		{Key: "oidc", Title: "Access tokens (OpenID Connect):"},
		{Key: "rights", Title: "What a model may do:"},
		{Key: "privacy", Title: "What is not kept (beside what is tagged <private>, which never is):"},
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
