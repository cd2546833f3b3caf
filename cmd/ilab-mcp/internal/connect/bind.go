package connect

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// Options set up a connection, whatever it runs over.
type Options struct {
	Version    string
	Redactor   *privacy.Redactor
	Log        *slog.Logger
	MaxMessage int  // bytes a message may have; 0: no bound
	ReadOnly   bool // serve the reading tools only
	NoForget   bool // leave mem_forget out
	Limits     Limits
	Now        func() time.Time // nil: the system's clock

	drain time.Duration // 0: drainTime; shorter in tests
}

func (o Options) clock() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

func (o Options) tools() tools.Options {
	return tools.Options{Version: o.Version, Redactor: o.Redactor, Log: o.Log, NoForget: o.NoForget}
}

// bind makes the MCP server of one user. It is the one place in the program
// where a user is bound to something, after a credential or the process's own
// settings have said who it is.
func bind(ctx context.Context, db *memstore.DB, u memstore.UserID, readOnly bool, o tools.Options) (*server.MCPServer, error) {
	store, err := db.User(ctx, u)
	if err != nil {
		return nil, err
	}
	if readOnly {
		return tools.NewReadOnlyServer(store, o), nil
	}
	return tools.NewServer(store, o), nil
}

// unknownTool answers a call of a tool that a server does not have: mcp-go would
// put the name into a sentence.
func unknownTool(s *server.MCPServer, m message) *fault {
	if m.tool == "" || s.GetTool(m.tool) != nil {
		return nil
	}
	there := slices.Sorted(maps.Keys(s.ListTools()))
	return &fault{code: mcp.INVALID_PARAMS, id: m.id, text: "there is no such tool here; there are " + strings.Join(there, ", ")}
}
