package tools

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// spec is what a client is told about a tool.
type spec struct {
	name        string
	title       string
	description string // what it does; use when; do not use for; what comes back
	hints       hints
}

// hints are the annotations of a tool. All of ours work in a closed world: one
// user's memory.
type hints struct {
	readOnly    bool
	destructive bool
	idempotent  bool
}

// kit is what every handler of one server has beside the store.
type kit struct {
	redactor *privacy.Redactor
	log      *slog.Logger
	now      func() time.Time
}

// desk is what a tool's handler works with. S is the part of the store that the
// tool needs.
type desk[S any] struct {
	*kit

	store S
}

// tool is one entry of the table. It belongs to no server and is never changed.
type tool[S any] struct {
	spec

	arguments []argument
	listing   func() mcp.Tool // as tools/list shows it; made once, when first asked for
	call      func(ctx context.Context, d *desk[S], raw []byte) (any, error)
}

// define makes a tool from its handler. In gives the arguments and the input
// schema, Out the result and the output schema.
func define[S, In, Out any](s spec, handle func(context.Context, *desk[S], In) (Out, error)) tool[S] {
	arguments := argumentsOf(reflect.TypeFor[In]())
	return tool[S]{
		spec:      s,
		arguments: arguments,
		listing:   sync.OnceValue(func() mcp.Tool { return listing(s, reflect.TypeFor[In](), reflect.TypeFor[Out]()) }),
		call: func(ctx context.Context, d *desk[S], raw []byte) (any, error) {
			var in In
			if err := decode(raw, arguments, reflect.ValueOf(&in).Elem()); err != nil {
				return nil, err
			}
			return handle(ctx, d, in)
		},
	}
}

func listing(s spec, in, out reflect.Type) mcp.Tool {
	m := mcp.NewToolWithRawSchema(s.name, s.description, schemaOf(in))
	m.Title = s.title
	m.RawOutputSchema = schemaOf(out)
	m.Annotations = mcp.ToolAnnotation{
		Title:           s.title,
		ReadOnlyHint:    &s.hints.readOnly,
		DestructiveHint: &s.hints.destructive,
		IdempotentHint:  &s.hints.idempotent,
		OpenWorldHint:   new(bool),
	}
	return m
}
