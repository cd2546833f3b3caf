package tools

import (
	"encoding/json"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// schemaOf makes the closed schema of a struct, all of it in one tree.
func schemaOf(t reflect.Type) json.RawMessage {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true}
	s := r.ReflectFromType(t)
	s.Version = "" // MCP's default dialect; each mention costs every client tokens
	b, err := json.Marshal(s)
	if err != nil {
		panic("tools: the schema of " + t.String() + ": " + err.Error()) // only a defect in a struct's tags
	}
	return b
}

// anyType is the name of any type of memory.
type anyType string

// JSONSchema lists the legal names.
func (anyType) JSONSchema() *jsonschema.Schema { return enum(memstore.TypeNames()) }

// savedType is the name of a type that can be saved: all but summary.
type savedType string

// JSONSchema lists the legal names.
func (savedType) JSONSchema() *jsonschema.Schema { return enum(savedTypeNames()) }

func savedTypeNames() []string {
	var names []string
	for _, t := range memstore.AllTypes.Types() {
		if t != memstore.Summary {
			names = append(names, t.String())
		}
	}
	return names
}

func enum(names []string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, n := range names {
		s.Enum = append(s.Enum, n)
	}
	return s
}
