package tools

import (
	"context"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

const (
	// defaultTokens is how long an overview is unless the client says.
	defaultTokens = 1500
	bytesPerToken = 4

	// How many memories an overview chooses from.
	overviewSummaries = 10
	overviewMemories  = 200
)

// overview writes recent summaries and the best memories into at most so many
// tokens. Entries are whole or not there; one that does not fit leaves its place
// to shorter ones.
func overview(ctx context.Context, store Reader, maxTokens int) (contextOut, error) {
	recent, best, err := store.Context(ctx, overviewSummaries, overviewMemories)
	if err != nil {
		return contextOut{}, err
	}
	if len(recent)+len(best) == 0 {
		text := "Nothing is remembered yet.\n"
		return contextOut{Context: text, Tokens: tokens(text), IDs: []int64{}}, nil
	}
	summaries := section{head: "\n## Recent summaries\n"}
	memories := section{head: "\n## Memories\n"}
	// JSON has its own bound: a memory of control characters is six times as long there.
	p := packer{room: maxTokens*bytesPerToken - len(fenceHead), json: maxReply - 16<<10}

	// Old summaries must not crowd out the memories: they get two fifths of the
	// room, and in the end what is over.
	reserved := p.room * 3 / 5
	p.room -= reserved
	later := p.pack(&summaries, recent)
	p.room += reserved
	left := p.pack(&memories, best)
	left = append(left, p.pack(&summaries, later)...)

	text := fenceHead + summaries.String() + memories.String()
	out := contextOut{Context: text, Tokens: tokens(text), IDs: append(append([]int64{}, summaries.ids...), memories.ids...)}
	if len(left) > 0 {
		out.Note = "some memories did not fit; raise max_tokens, or find them with mem_search"
	}
	return out, nil
}

func tokens(s string) int { return (len(s) + bytesPerToken - 1) / bytesPerToken }

// section is a part of an overview: a heading and what is below it.
type section struct {
	head string
	body strings.Builder
	ids  []int64
}

// String is the section as text, nothing at all when it has no entry.
func (s *section) String() string {
	if len(s.ids) == 0 {
		return ""
	}
	return s.head + s.body.String()
}

// packer knows how much room is left, as text and as JSON.
type packer struct{ room, json int }

// pack adds the memories that fit and gives those that do not.
func (p *packer) pack(s *section, ms []memstore.Scored) (left []memstore.Scored) {
	for _, m := range ms {
		text := entry(m.Memory, m.Content)
		size := len(text)
		if len(s.ids) == 0 {
			size += len(s.head)
		}
		quoted, err := Marshal(text)
		if err != nil || size > p.room || len(quoted) > p.json {
			left = append(left, m)
			continue
		}
		p.room -= size
		p.json -= len(quoted)
		s.body.WriteString(text)
		s.ids = append(s.ids, m.ID)
	}
	return left
}
