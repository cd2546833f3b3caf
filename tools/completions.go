package tools

import (
	"context"
	"strconv"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// maxCompletions is the most that the protocol allows in one answer.
const maxCompletions = 100

// completer completes arguments of prompts and resource templates from this
// user's own memory. The guard has checked the names.
type completer struct {
	*kit

	store Reader
}

// CompletePromptArgument completes an argument of a prompt.
func (c *completer) CompletePromptArgument(ctx context.Context, _ string, a mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	return c.complete(ctx, a)
}

// CompleteResourceArgument completes a variable of a resource template.
func (c *completer) CompleteResourceArgument(ctx context.Context, _ string, a mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	return c.complete(ctx, a)
}

func (c *completer) complete(ctx context.Context, a mcp.CompleteArgument) (done *mcp.Completion, err error) {
	defer c.rescue(ctx, "completion", &err)
	var values []string
	switch a.Name {
	case "type":
		values = withPrefix(memstore.TypeNames(), a.Value)
	case "id":
		values, err = c.ids(ctx, a.Value)
	case "topic_key":
		values, err = c.topics(ctx, a.Value)
	}
	if err != nil {
		return nil, c.forPeople(ctx, "completion", err)
	}
	more := len(values) > maxCompletions
	return &mcp.Completion{Values: values[:min(len(values), maxCompletions)], HasMore: more}, nil
}

func withPrefix(all []string, prefix string) []string {
	var out []string
	for _, s := range all {
		if strings.HasPrefix(s, prefix) {
			out = append(out, s)
		}
	}
	return out
}

// topics gives topic keys. What was typed so far is read as a key, so case and
// white space do not matter; what cannot be one completes to nothing.
func (c *completer) topics(ctx context.Context, typed string) ([]string, error) {
	if t, _, err := c.redactor.Redact(memstore.TopicKeyField, typed); err == nil {
		return c.store.Topics(ctx, memstore.Query{Text: t, Limit: maxCompletions + 1})
	}
	return nil, nil
}

// ids gives the ids of the memories that matter most.
func (c *completer) ids(ctx context.Context, typed string) ([]string, error) {
	recent, best, err := c.store.Context(ctx, overviewSummaries, overviewMemories)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, m := range append(best, recent...) {
		all = append(all, strconv.FormatInt(m.ID, 10))
	}
	return withPrefix(all, typed), nil
}
