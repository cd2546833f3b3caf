package connect

import (
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// conversation is a client as mcp-go knows one over HTTP: under which session it
// asks, and what it said of itself. For Streamable HTTP one is made for each
// request, out of what the hub remembers; it is never registered with mcp-go,
// because this server has nothing to notify of.
type conversation struct {
	id      string
	client  atomic.Value // of mcp.Implementation
	can     atomic.Value // of mcp.ClientCapabilities
	version atomic.Value // of string
}

var (
	_ server.SessionWithClientInfo      = (*conversation)(nil)
	_ server.SessionWithProtocolVersion = (*conversation)(nil)
)

func newConversation(id string, client mcp.Implementation) *conversation {
	c := &conversation{id: id}
	c.SetClientInfo(client)
	return c
}

func (c *conversation) Initialize()       {}
func (c *conversation) Initialized() bool { return true }
func (c *conversation) SessionID() string { return c.id }

// NotificationChannel leads nowhere. mcp-go writes to it what it acknowledges a
// subscription with, and nothing can be subscribed to.
func (c *conversation) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return make(chan mcp.JSONRPCNotification, 1)
}

func (c *conversation) GetClientInfo() mcp.Implementation {
	v, _ := c.client.Load().(mcp.Implementation)
	return v
}

// SetClientInfo keeps the name and the version, which is all that is used.
func (c *conversation) SetClientInfo(i mcp.Implementation) {
	if len(i.Name)+len(i.Version) > maxClient {
		i = mcp.Implementation{}
	}
	c.client.Store(mcp.Implementation{Name: i.Name, Version: i.Version})
}

func (c *conversation) GetClientCapabilities() mcp.ClientCapabilities {
	v, _ := c.can.Load().(mcp.ClientCapabilities)
	return v
}

func (c *conversation) SetClientCapabilities(v mcp.ClientCapabilities) { c.can.Store(v) }

func (c *conversation) ProtocolVersion() string {
	v, _ := c.version.Load().(string)
	return v
}

func (c *conversation) SetProtocolVersion(v string) { c.version.Store(v) }
