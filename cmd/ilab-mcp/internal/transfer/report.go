package transfer

import (
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// KeptSkips is how many skipped items a report tells one by one.
const KeptSkips = 20

// Report says what an import did.
type Report struct {
	Sessions  Count
	Memories  Count
	Revisions Count          // old states of memories
	Skipped   int            // items that could not be taken
	Skips     []Skip         // the first of them
	Reasons   []Reason       // why, and how often; as many as of Skips
	Redacted  privacy.Report // what was taken out of texts, by kind
	Ignored   int            // items that also say things there is no place for
	Left      []Left         // what there is no place for at all
}

// Count counts items by what became of them.
type Count struct {
	Created int
	Updated int
	Same    int // there already
}

// Skip is an item that was skipped.
type Skip struct {
	Line   int
	Name   string `json:",omitempty"` // instead of the line, where that is 0
	Reason string // for people; it quotes nothing of the line
}

// Reason is why items were skipped.
type Reason struct {
	N    int
	Text string
}

func (r *Report) skip(it item, reason error) {
	r.Skipped++
	if len(r.Skips) < KeptSkips {
		r.Skips = append(r.Skips, Skip{Line: it.line, Name: it.name, Reason: reason.Error()})
	}
	for i := range r.Reasons {
		if r.Reasons[i].Text == reason.Error() {
			r.Reasons[i].N++
			return
		}
	}
	if len(r.Reasons) < KeptSkips {
		r.Reasons = append(r.Reasons, Reason{N: 1, Text: reason.Error()})
	}
}

// kind is a kind of item.
type kind uint8

const (
	memories kind = iota
	sessions
	revisions
)

func (r *Report) count(k kind) *Count {
	switch k {
	case sessions:
		return &r.Sessions
	case revisions:
		return &r.Revisions
	case memories:
	}
	return &r.Memories
}

func (c *Count) add(o memstore.Outcome) {
	switch o {
	case memstore.Created:
		c.Created++
	case memstore.Updated:
		c.Updated++
	case memstore.Deduped:
		c.Same++
	}
}
