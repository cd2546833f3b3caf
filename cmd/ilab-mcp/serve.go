package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/certs"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/connect"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/telemetry"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// serveCommand serves many users over HTTP.
type serveCommand struct {
	config.ServeSettings
}

// Help is what serve --help adds.
func (serveCommand) Help() string {
	return "Streamable HTTP is at /mcp, the older SSE at /sse, and /healthz says ok. Every request needs an API key " +
		"(ilab-mcp key add) or an access token: Authorization: Bearer ...\n\n" +
		"Traces and metrics go out as OpenTelemetry's OTEL_* variables say; there are none by default."
}

func (c *serveCommand) run(ctx context.Context, e env) (err error) {
	cfg, err := config.NewServe(c.ServeSettings, e.getenv)
	if err != nil {
		return err
	}
	o, err := openStore(ctx, e, cfg.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.db.Close()) }()

	gate, err := newGate(cfg, o)
	if err != nil {
		return err
	}
	watch, err := telemetry.Start(ctx, telemetry.Options{
		Version: buildVersion(), Prometheus: cfg.MetricsListen != "", Getenv: e.getenv, Log: o.log,
	})
	if wrong, ok := errors.AsType[*telemetry.Error](err); ok {
		return &config.Error{What: wrong.What, Do: wrong.Do}
	}
	if err != nil {
		return err
	}
	defer func() {
		flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := watch.Shutdown(flush); err != nil {
			o.log.WarnContext(ctx, "not all traces and metrics were sent")
		}
	}()
	listener, err := listen(ctx, cfg, o.log)
	if err != nil {
		return err
	}
	cfg.At(listener.Addr().String())
	server, err := connect.NewHTTP(o.db, httpOptions(cfg, o, gate, watch))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if cfg.MetricsListen != "" {
		stop, err := serveMetrics(ctx, cfg.MetricsListen, watch.Metrics, o.log)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		defer stop()
	}
	if err := firstKey(ctx, e, cfg, o, gate.Keys); err != nil {
		return errors.Join(err, listener.Close())
	}
	o.log.InfoContext(ctx, "serving", slog.String("version", buildVersion()), slog.String("store", o.name),
		slog.String("address", listener.Addr().String()), slog.String("endpoint", cfg.Endpoint))
	err = server.Serve(ctx, listener)
	o.log.InfoContext(ctx, "done")
	return err
}

// newGate sets up the credentials that open memories.
func newGate(c config.ServeConfig, o *opened) (*identity.Gate, error) {
	gate := &identity.Gate{Keys: newKeys(o.backend)}
	if c.OIDC == nil {
		return gate, nil
	}
	tokens, err := identity.NewOIDC(identity.OIDCOptions{
		Issuer: c.OIDC.Issuer, Audience: c.OIDC.Audience, Algorithms: c.OIDC.Algorithms, Claim: c.OIDC.Claim,
		ReadScope: c.OIDC.ReadScope, WriteScope: c.OIDC.WriteScope, Salt: c.Salt, Now: time.Now, Log: o.log,
	})
	if err != nil {
		return nil, &config.Error{What: err.Error(), Do: "Check the settings that begin with --oidc. See ilab-mcp serve --help."}
	}
	gate.OIDC = tokens
	return gate, nil
}

func httpOptions(c config.ServeConfig, o *opened, gate *identity.Gate, watch *telemetry.Telemetry) connect.HTTPOptions {
	opts := connect.HTTPOptions{
		Options: connection(c.Config, o),
		Gate:    gate, Hosts: c.Hosts, Origins: c.Origins, Proxies: c.Proxies, BasePath: c.BasePath, Telemetry: watch,
	}
	opts.Limits.Rate, opts.Limits.Burst, opts.Limits.Calls = c.Rate, c.Burst, c.Calls
	opts.Limits.Streams, opts.Limits.Sessions, opts.Limits.Failures = c.Streams, c.Sessions, c.Failures
	if c.OIDC != nil {
		opts.Resource = &connect.Resource{URL: c.Endpoint, Issuer: c.OIDC.Issuer}
		for _, scope := range []string{c.OIDC.ReadScope, c.OIDC.WriteScope} {
			if scope != "none" {
				opts.Resource.Scopes = append(opts.Resource.Scopes, scope)
			}
		}
	}
	return opts
}

// listen opens the address, with TLS where there is a certificate.
func listen(ctx context.Context, c config.ServeConfig, log *slog.Logger) (net.Listener, error) {
	var secure *tls.Config
	if c.TLSCert != "" {
		files, err := certs.Load(c.TLSCert, c.TLSKey, log)
		if err != nil {
			return nil, fmt.Errorf("%w\n  Check --tls-cert (ILAB_TLS_CERT) and --tls-key (ILAB_TLS_KEY)", err)
		}
		secure = files.TLSConfig()
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listened on; is another server there? Choose another with --listen (ILAB_LISTEN)\n  Cause: %w", c.Listen, err)
	}
	l = connect.NewDoor(l, c.Proxies)
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	return l, nil
}

// serveMetrics serves /metrics on an address of its own, for an operator's
// network. It holds no names.
func serveMetrics(ctx context.Context, address string, metrics http.Handler, log *slog.Logger) (stop func(), err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listened on for metrics; choose another with --metrics-listen (ILAB_METRICS_LISTEN)\n  Cause: %w", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.WarnContext(ctx, "metrics are not served any more", slog.String("cause", err.Error()))
		}
	}()
	log.InfoContext(ctx, "metrics", slog.String("address", l.Addr().String()))
	return func() {
		_ = s.Close() // nothing in it is worth waiting for
		<-done
	}, nil
}

// firstKeyPage is shown once. What a host's configuration needs stands in it
// ready to be copied.
const firstKeyPage = `This is a new store, so here is an API key for the user "me". It is shown this once.

  {
    "mcpServers": {
      "memory": {
        "type": "http",
        "url": "%s",
        "headers": { "Authorization": "Bearer %s" }
      }
    }
  }

More keys: ilab-mcp key add --user NAME. To take this one back: %s
`

// firstKey helps whoever starts a server that nobody can use yet.
func firstKey(ctx context.Context, e env, c config.ServeConfig, o *opened, keys *identity.Keys) error {
	all, err := o.backend.Keys().List(ctx)
	if err != nil || len(all) > 0 || c.OIDC != nil {
		return err
	}
	if !e.terminal {
		o.log.WarnContext(ctx, "there is no API key yet, so nobody can connect", slog.String("run", "ilab-mcp key add --user me --db "+o.name))
		return nil
	}
	user, _, err := config.Whose(config.Who{User: "me"}, e.getenv)
	if err != nil {
		return err
	}
	name, _, err := o.redactor.Redact(memstore.KeyNameField, "first key")
	if err != nil {
		return err
	}
	secret, id, err := keys.Issue(ctx, user, name, time.Time{}, false)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, firstKeyPage, c.Endpoint, secret.Reveal(), revoke(id, o.name))
	return err
}
