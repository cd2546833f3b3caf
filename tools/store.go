package tools

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Reader is what the reading tools need of one user's memory.
type Reader interface {
	Get(ctx context.Context, id int64) (memstore.Memory, error)
	ByTopic(ctx context.Context, q memstore.Query) (memstore.Memory, error)
	Topics(ctx context.Context, q memstore.Query) ([]string, error)
	Search(ctx context.Context, q memstore.Query) (memstore.Found, error)
	Timeline(ctx context.Context, id int64, before, after int) ([]memstore.Memory, error)
	History(ctx context.Context, id int64, n int) ([]memstore.Revision, int, error)
	Context(ctx context.Context, summaries, memories int) (recent, best []memstore.Scored, err error)
	Stats(ctx context.Context) (memstore.Stats, error)
}

// Writer is what the writing tools need. Starting a session writes.
type Writer interface {
	StartSession(ctx context.Context, sessions, memories int) (memstore.Start, error)
	Summarize(ctx context.Context, n memstore.Note) (memstore.Saved, error)
	EndSession(ctx context.Context, n memstore.Note) (ended memstore.Session, kept bool, err error)
	Save(ctx context.Context, d memstore.Draft) (memstore.Saved, error)
	Update(ctx context.Context, id int64, p memstore.Patch) (memstore.Saved, error)
	Forget(ctx context.Context, id int64) (forgotten, wiped bool, err error)
}

// Store is one user's memory with everything that tools do to it.
type Store interface {
	Reader
	Writer
}

var _ Store = (*memstore.Store)(nil)
