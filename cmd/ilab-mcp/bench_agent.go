package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os/exec"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// agent is an agent's host as a server sees it. It notes how long each call took.
type agent struct {
	client *client.Client
	took   map[string][]time.Duration // by tool
	left   func()                     // after it was closed
}

// stdioAgent starts a server process for a user, as a host does.
func stdioAgent(ctx context.Context, e env, program, db, user string, more ...string) (*agent, error) {
	log := &tail{}
	t := transport.NewStdioWithOptions(program, nil, append([]string{"stdio", "--user", user, "--db", db}, more...),
		transport.WithCommandFunc(func(_ context.Context, program string, _, args []string) (*exec.Cmd, error) {
			cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // this very program
			cmd.Env, cmd.Stderr = e.plain(), log
			return cmd, nil
		}))
	a, err := newAgent(ctx, t, func() {})
	if err != nil {
		return nil, fmt.Errorf("a server over stdio cannot be reached: %w\n%s", err, log)
	}
	return a, nil
}

// httpAgent reaches a server on a connection of its own.
func httpAgent(ctx context.Context, url, key string) (*agent, error) {
	own := &http.Transport{}
	t, err := transport.NewStreamableHTTP(url, transport.WithHTTPBasicClient(&http.Client{Transport: own}),
		transport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer " + key}),
		transport.WithHTTPLogger(slog.New(slog.DiscardHandler))) // errors are returned as well
	if err != nil {
		return nil, err
	}
	a, err := newAgent(ctx, t, own.CloseIdleConnections)
	if err != nil {
		return nil, fmt.Errorf("the server over HTTP cannot be reached: %w", err)
	}
	return a, nil
}

func newAgent(ctx context.Context, t transport.Interface, left func()) (*agent, error) {
	a := &agent{client: client.NewClient(t), took: map[string][]time.Duration{}, left: left}
	err := a.client.Start(ctx)
	if err == nil {
		err = greet(ctx, a.client, "ilab-mcp bench")
	}
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// close says goodbye. A server over stdio ends then.
func (a *agent) close() error {
	defer a.left()
	return a.client.Close()
}

// call calls a tool and reads its answer; into may be nil. The time it takes is
// that from the call to the answer as the client's library hands it over.
func (a *agent) call(ctx context.Context, tool string, arguments map[string]any, into any) error {
	var q mcp.CallToolRequest
	q.Params.Name, q.Params.Arguments = tool, arguments
	begun := time.Now()
	answer, err := a.client.CallTool(ctx, q)
	a.took[tool] = append(a.took[tool], time.Since(begun))
	if err != nil {
		return fmt.Errorf("%s was not answered: %w", tool, err)
	}
	if len(answer.Content) != 1 {
		return fmt.Errorf("%s answered with more or less than one text", tool)
	}
	text, _ := mcp.AsTextContent(answer.Content[0])
	if answer.IsError {
		return fmt.Errorf("%s was refused: %s", tool, text.Text)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(text.Text), into); err != nil {
		return fmt.Errorf("%s answered with something else than it should: %w", tool, err)
	}
	return nil
}

// hits are what mem_search answers.
type hits struct {
	Hits []struct {
		ID int64 `json:"id"`
	} `json:"hits"`
	Total int `json:"total"`
}
