package tools

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// intake redacts the texts of one call. It keeps the first error and counts what
// was taken out.
type intake struct {
	redactor *privacy.Redactor
	taken    privacy.Report
	err      error
}

func (k *kit) intake() *intake {
	return &intake{redactor: k.redactor, taken: privacy.Report{}}
}

// text redacts one field; it gives the zero Text after an error.
func (in *intake) text(f privacy.Field, raw string) privacy.Text {
	if in.err != nil {
		return privacy.Text{}
	}
	t, report, err := in.redactor.Redact(f, raw)
	in.taken.Add(report)
	in.err = err
	return t
}

// optional redacts a field that may be absent.
func (in *intake) optional(f privacy.Field, raw *string) privacy.Text {
	if raw == nil {
		return privacy.Text{}
	}
	return in.text(f, *raw)
}

// typ reads the name of a type; absent is no type.
func (in *intake) typ(name string) memstore.Type {
	if in.err != nil {
		return 0
	}
	t, err := memstore.ParseType(name)
	in.err = err
	return t
}

// source names the client that calls, as the protocol does: from this request in
// the stateless era, else from the session's handshake. A name that cannot be
// stored is left out; a save is not refused over it.
func (k *kit) source(ctx context.Context) privacy.Text {
	var client mcp.Implementation
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientInfo != nil {
			client = *info.ClientInfo
		}
	} else if s, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		client = s.GetClientInfo()
	}
	name := client.Name
	if client.Version != "" {
		name += " " + client.Version
	}
	t, _, err := k.redactor.Redact(memstore.SourceField, name)
	if err != nil {
		return privacy.Text{}
	}
	return t
}
