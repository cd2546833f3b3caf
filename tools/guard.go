package tools

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// guard looks at each request before mcp-go acts on it, so that mcp-go's own
// errors, which repeat what the client sent and name Go types, are not met.
//
// mcp-go offers no middleware for this, only hooks: one sees the raw message and
// can refuse it (code -32600), the others may change a decoded request. An
// unknown name is changed into the list of known ones; mcp-go then answers with
// the code that the protocol wants for it, and repeats our words.
type guard struct {
	*kit

	shelf *shelf
	tools []string // the names in this server
}

func (g *guard) hooks() *server.Hooks {
	h := &server.Hooks{}
	h.AddOnRequestInitialization(g.admit)
	h.AddBeforeCallTool(func(_ context.Context, _ any, r *mcp.CallToolRequest) {
		if !slices.Contains(g.tools, r.Params.Name) {
			r.Params.Name = instead(g.tools)
		}
	})
	h.AddBeforeGetPrompt(func(_ context.Context, _ any, r *mcp.GetPromptRequest) {
		if names := promptNames(); !slices.Contains(names, r.Params.Name) {
			r.Params.Name = instead(names)
		}
	})
	h.AddBeforeReadResource(func(ctx context.Context, _ any, r *mcp.ReadResourceRequest) {
		g.shelf.fetch(ctx, r)
	})
	return h
}

// instead stands where mcp-go repeats a name that it does not know.
func instead(legal []string) string {
	legal = slices.Clone(legal)
	slices.Sort(legal)
	return "unknown name; there are " + strings.Join(legal, ", ")
}

// admit refuses what mcp-go could not read, and what no later hook can refuse
// well.
func (g *guard) admit(ctx context.Context, _ any, message any) (err error) {
	defer g.rescue(ctx, "a request", &err)
	raw, _ := message.(json.RawMessage)
	var head struct {
		Method string          `json:"method"`
		Params json.RawMessage `json:"params"`
	}
	if json.Unmarshal(raw, &head) != nil {
		return refuse("the request does not have the form of a JSON-RPC request")
	}
	form := formOf(mcp.MCPMethod(head.Method))
	if form == nil {
		if !plainName(head.Method) {
			return refuse("the method's name is not one of MCP")
		}
		return nil // mcp-go answers with the right code
	}
	if json.Unmarshal(raw, form) != nil {
		return refuse("the params do not have the form that %s wants", head.Method)
	}
	switch r := form.(type) {
	case *mcp.PaginatedRequest:
		if _, err := base64.StdEncoding.DecodeString(string(r.Params.Cursor)); err != nil {
			return refuse("the cursor is not one that this server gave; begin without one")
		}
	case *mcp.GetPromptRequest:
		return g.checkPrompt(ctx, r.Params.Name, head.Params)
	case *mcp.CompleteRequest:
		return checkReference(r.Params)
	}
	return nil
}

// formOf gives a request of the method to decode into; nil for an unknown one.
func formOf(m mcp.MCPMethod) any {
	switch m { //nolint:exhaustive // what clients ask and this server answers
	case mcp.MethodToolsCall:
		return new(mcp.CallToolRequest)
	case mcp.MethodResourcesRead:
		return new(mcp.ReadResourceRequest)
	case mcp.MethodPromptsGet:
		return new(mcp.GetPromptRequest)
	case mcp.MethodCompletionComplete:
		return new(mcp.CompleteRequest)
	case mcp.MethodToolsList, mcp.MethodPromptsList, mcp.MethodResourcesList, mcp.MethodResourcesTemplatesList:
		return new(mcp.PaginatedRequest)
	case mcp.MethodInitialize:
		return new(mcp.InitializeRequest)
	case mcp.MethodPing:
		return new(mcp.PingRequest)
	case mcp.MethodServerDiscover:
		return new(mcp.DiscoverRequest)
	case mcp.MethodSubscriptionsListen:
		return new(mcp.SubscriptionsListenRequest)
	}
	return nil
}

// plainName says that a method's name looks like one, so that mcp-go may repeat
// it in "Method … not found". Transports that can answer themselves ask
// [KnownMethod] first.
func plainName(s string) bool {
	return len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '/' && r != '_'
	}) < 0
}

// KnownMethod reports whether mcp-go knows a request of that method, whether or
// not it is served here. A transport answers any other with -32601 and without
// repeating the name, which mcp-go would do.
func KnownMethod(name string) bool {
	switch m := mcp.MCPMethod(name); m { //nolint:exhaustive // formOf knows the others
	case mcp.MethodSetLogLevel, mcp.MethodResourcesSubscribe, mcp.MethodResourcesUnsubscribe,
		mcp.MethodTasksGet, mcp.MethodTasksList, mcp.MethodTasksResult, mcp.MethodTasksCancel:
		return true
	default:
		return formOf(m) != nil
	}
}

// checkPrompt holds a prompt's arguments to their exact names, types and limits:
// in mcp-go whatever a prompt's handler refuses is an internal error. An unknown
// prompt passes; a later hook answers it.
func (g *guard) checkPrompt(ctx context.Context, name string, params json.RawMessage) error {
	var p struct {
		Arguments json.RawMessage `json:"arguments"`
	}
	if len(params) > 0 && json.Unmarshal(params, &p) != nil {
		return refuse("the params do not have the form that prompts/get wants")
	}
	for _, known := range prompts() {
		if known.name != name {
			continue
		}
		if err := known.check(g.kit, p.Arguments); err != nil {
			return g.forPeople(ctx, "prompt "+name, err)
		}
	}
	return nil
}

// checkReference refuses completions for what there is not.
func checkReference(p mcp.CompleteParams) error {
	switch ref := p.Ref.(type) {
	case mcp.PromptReference:
		for _, known := range prompts() {
			if known.name == ref.Name {
				return checkArgument(p.Argument.Name, known.arguments)
			}
		}
		return refuse("there is no such prompt; there are %s", strings.Join(promptNames(), ", "))
	case mcp.ResourceReference:
		for _, t := range templates() {
			if t.shown.URITemplate.Raw() == ref.URI {
				return checkArgument(p.Argument.Name, t.arguments)
			}
		}
		return refuse("there is no such resource template; there are %s and %s", observationTemplate, topicTemplate)
	}
	return refuse("ref must name a prompt (ref/prompt) or a resource template (ref/resource)")
}

func checkArgument(name string, legal []argument) error {
	if !known(legal, name) {
		return refuse("it has no such argument. %s", legalNames(legal))
	}
	return nil
}
