package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// person is somebody with a server process of their own.
type person struct {
	tour   *tour
	name   string
	email  string
	client *client.Client
}

// arrive starts a server for a person, as an agent's host would.
func (t *tour) arrive(ctx context.Context, name, email string) *person {
	p := &person{tour: t, name: name, email: email}
	if t.err != nil {
		return p
	}
	pipe := transport.NewStdioWithOptions(t.program, nil, []string{
		"stdio", "--db", t.store(), "--user-email", email, "--log-level", "debug",
	}, transport.WithCommandFunc(t.command(ctx, name)))
	if err := pipe.Start(ctx); err != nil {
		t.fail(fmt.Errorf("start a server for %s: %w", name, err))
		return p
	}
	p.client = client.NewClient(pipe)
	t.people = append(t.people, p)
	if err := greet(ctx, p.client, "ilab-mcp tour"); err != nil {
		t.fail(fmt.Errorf("greet the server of %s: %w\n%s", name, err, t.logOf(name)))
	}
	return p
}

// greet begins a session of MCP as a client of that name.
func greet(ctx context.Context, c *client.Client, name string) error {
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.LegacyProtocolVersions()[0]
	hello.Params.ClientInfo = mcp.Implementation{Name: name, Version: buildVersion()}
	_, err := c.Initialize(ctx, hello)
	return err
}

// command makes the process. Settings of the surroundings are kept out of it;
// its log goes to a file, which is searched for the private words in the end.
func (t *tour) command(ctx context.Context, name string) transport.CommandFunc {
	return func(_ context.Context, program string, _, args []string) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // this very program
		cmd.Env = append(t.plain(), "USER_ID_SALT="+t.salt)
		log, err := os.OpenFile(t.logPath(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = log.Close() }) // the process has its own
		cmd.Stderr = log
		return cmd, nil
	}
}

func (t *tour) logPath(name string) string { return filepath.Join(t.folder, name+".log") }

func (t *tour) logOf(name string) string {
	b, err := os.ReadFile(t.logPath(name))
	if err != nil {
		return ""
	}
	return string(b)
}

// leave stops a person's server: its input ends.
func (p *person) leave() {
	if p.client == nil {
		return
	}
	if err := p.client.Close(); err != nil {
		p.tour.fail(fmt.Errorf("the server of %s did not end well: %w", p.name, err))
	}
	p.client = nil
}

func (t *tour) dismiss() {
	for _, p := range t.people {
		p.leave()
	}
}

// reply is what a tool answered.
type reply struct {
	raw    string
	failed bool
	fields map[string]any
}

// call prints a call, makes it, and prints of the reply what show names; a
// whole error, or everything where show is empty.
func (p *person) call(ctx context.Context, tool string, args arguments, show ...string) reply {
	r := p.ask(ctx, tool, args)
	if p.tour.err != nil {
		return r
	}
	p.tour.asked(p.name, tool, args)
	if r.failed {
		p.tour.answered([]pair{{"error", r.raw}})
		return r
	}
	var shown []pair
	for _, path := range show {
		shown = append(shown, pair{label(path), r.at(path)})
	}
	p.tour.answered(shown)
	return r
}

// ask is call without printing.
func (p *person) ask(ctx context.Context, tool string, args arguments) reply {
	t := p.tour
	if t.err != nil {
		return reply{}
	}
	var q mcp.CallToolRequest
	q.Params.Name = tool
	q.Params.Arguments = args.object()
	answer, err := p.client.CallTool(ctx, q)
	if err != nil {
		t.fail(fmt.Errorf("%s, asked by %s: %w", tool, p.name, err))
		return reply{}
	}
	if len(answer.Content) != 1 {
		t.fail(errors.New(tool + " answered with more or less than one text"))
		return reply{}
	}
	text, _ := mcp.AsTextContent(answer.Content[0])
	r := reply{raw: text.Text, failed: answer.IsError}
	t.replies = append(append(t.replies, r.raw...), '\n')
	d := json.NewDecoder(bytes.NewBufferString(r.raw))
	d.UseNumber() // ids are long
	if err := d.Decode(&r.fields); err != nil && !r.failed {
		t.fail(fmt.Errorf("%s answered with something that is not JSON: %w", tool, err))
	}
	return r
}

// at gives what stands at a path such as "hits.0.title"; nil for nothing.
func (r reply) at(path string) any {
	var v any = r.fields
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i := int(step[0] - '0')
			if i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// text is at for comparisons: "" for nothing.
func (r reply) text(path string) string {
	if v := r.at(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}
