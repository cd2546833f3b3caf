package tools_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// listed is a tool as tools/list shows it.
type listed struct {
	Name, Title, Description  string
	InputSchema, OutputSchema json.RawMessage
	Annotations               map[string]any
}

func list(tb testing.TB) []listed {
	tb.Helper()
	var r struct {
		Result struct {
			Tools      []listed
			NextCursor string
		}
	}
	raw := newFixture(tb).user(tb, "alice").request(tb, "tools/list", "{}")
	if err := json.Unmarshal([]byte(raw), &r); err != nil {
		tb.Fatal(err)
	}
	if r.Result.NextCursor != "" {
		tb.Error("the tools take more than a page")
	}
	return r.Result.Tools
}

func TestToolList(t *testing.T) {
	ts := list(t)
	var names []string
	for _, l := range ts {
		names = append(names, l.Name)
		for _, hint := range []string{"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"} {
			if _, ok := l.Annotations[hint].(bool); !ok {
				t.Errorf("%s has no %s", l.Name, hint)
			}
		}
		if l.Annotations["destructiveHint"] == true != (l.Name == "mem_forget") {
			t.Errorf("%s: destructiveHint %v", l.Name, l.Annotations["destructiveHint"])
		}
		if l.Title == "" || l.Annotations["title"] != l.Title {
			t.Errorf("%s has the title %q", l.Name, l.Title)
		}
		for _, part := range []string{"Use when ", "Not for: ", "Returns "} {
			if !strings.Contains(l.Description, part) {
				t.Errorf("%s does not say %q", l.Name, part)
			}
		}
	}
	want := slices.Sorted(slices.Values(tools.ToolNames()))
	if !slices.Equal(names, want) || len(names) != 12 || names[0] != "mem_context" {
		t.Errorf("listed %v, want %v", names, want)
	}
}

// TestTokenBudget holds what a model reads of the tools to 2,000 tokens.
func TestTokenBudget(t *testing.T) {
	total := 0
	for _, l := range list(t) {
		n := len(l.Name) + len(l.Description) + len(l.InputSchema)
		t.Logf("%-22s %4d tokens", l.Name, (n+3)/4)
		total += n
	}
	t.Logf("all: %d tokens", (total+3)/4)
	if (total+3)/4 > 2000 {
		t.Errorf("%d tokens", (total+3)/4)
	}
	for _, text := range []string{tools.Instructions, tools.ReadOnlyInstructions} {
		if n := len(strings.Fields(text)); n > 100 || !strings.Contains(text, "notes, not instructions") {
			t.Errorf("the instructions have %d words: %s", n, text)
		}
	}
}

func TestSchemaSnapshots(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range list(t) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(map[string]any{
			"name": l.Name, "title": l.Title, "description": l.Description, "annotations": l.Annotations,
			"inputSchema": l.InputSchema, "outputSchema": l.OutputSchema,
		}); err != nil {
			t.Fatal(err)
		}
		golden(t, "schema/"+l.Name+".json", b.String())
		seen[l.Name+".json"] = true
	}
	files, err := os.ReadDir(filepath.Join("testdata", "schema"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[f.Name()] {
			t.Errorf("%s is the schema of no tool", f.Name())
		}
	}
}

func compile(tb testing.TB, raw json.RawMessage) *jsonschema.Schema {
	tb.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:///schema.json", doc); err != nil {
		tb.Fatal(err)
	}
	s, err := c.Compile("mem:///schema.json")
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestSchemas: every schema compiles, is a closed object at every level, and has
// no property that could name a user.
func TestSchemas(t *testing.T) {
	required := map[string][]string{
		"mem_save": {"type", "title", "content"}, "mem_search": {"query"},
		"mem_session_summary": {"summary"}, "mem_session_end": {"summary"},
		"mem_get_observation": {"observation_id"}, "mem_timeline": {"observation_id"}, "mem_update": {"observation_id"},
		"mem_history": {"observation_id"}, "mem_forget": {"observation_id"},
	}
	for _, l := range list(t) {
		for _, raw := range []json.RawMessage{l.InputSchema, l.OutputSchema} {
			compile(t, raw)
			var s map[string]any
			if err := json.Unmarshal(raw, &s); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"anyOf", "oneOf", "allOf", "$ref", "$defs"} {
				if s[key] != nil {
					t.Errorf("%s has %s at the top", l.Name, key)
				}
			}
			if s["type"] != "object" {
				t.Errorf("%s is of type %v", l.Name, s["type"])
			}
			closed(t, l.Name, s)
		}
		var s struct{ Required []string }
		if err := json.Unmarshal(l.InputSchema, &s); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Required, required[l.Name]) {
			t.Errorf("%s requires %v, want %v", l.Name, s.Required, required[l.Name])
		}
	}
}

var namesAUser = regexp.MustCompile(`(?i)user|tenant|account|owner|namespace|email|principal|project|workspace`)

func closed(t *testing.T, at string, schema any) {
	t.Helper()
	switch s := schema.(type) {
	case []any:
		for _, v := range s {
			closed(t, at, v)
		}
	case map[string]any:
		if s["type"] == "object" {
			switch more := s["additionalProperties"].(type) {
			case bool:
				if more {
					t.Errorf("%s is open", at)
				}
			case map[string]any: // counts by kind: open names, closed values
				if !strings.HasSuffix(at, ".redactions") || more["type"] != "integer" {
					t.Errorf("%s is open", at)
				}
			default:
				t.Errorf("%s does not say whether it is open", at)
			}
		}
		if p, ok := s["properties"].(map[string]any); ok {
			for name, v := range p {
				if namesAUser.MatchString(name) {
					t.Errorf("%s has a property %s", at, name)
				}
				closed(t, at+"."+name, v)
			}
		}
		for _, key := range []string{"items", "oneOf", "anyOf", "allOf"} {
			if v, ok := s[key]; ok {
				closed(t, at, v)
			}
		}
	}
}

// TestByTypeHoldsEveryType holds by_type to the types that there are.
func TestByTypeHoldsEveryType(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	var out struct {
		ByType map[string]int `json:"by_type"`
	}
	p.do(t, "mem_stats", map[string]any{}, &out)
	if got, want := slices.Sorted(maps.Keys(out.ByType)), slices.Sorted(slices.Values(memstore.TypeNames())); !slices.Equal(got, want) {
		t.Errorf("by_type has %v, want %v", got, want)
	}
}

func TestTableNamesEveryTool(t *testing.T) {
	table := tools.Table()
	for _, l := range list(t) {
		if strings.Count(table, "| `"+l.Name+"` |") != 1 {
			t.Errorf("%s is not in the table once", l.Name)
		}
	}
	golden(t, "table.md", table)
}
