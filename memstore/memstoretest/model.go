package memstoretest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// model is one user's memory in the most obvious form there is: slices, and
// the rules written down once more without any thought of speed. What it does
// not know are the ids that the store gives; the runner fills them in.
type model struct {
	timeout  time.Duration
	memories []*modelMemory
	sessions []*modelSession
}

type modelMemory struct {
	id       int64
	typ      memstore.Type
	title    string
	content  string
	topic    string
	revision int
	session  *modelSession
	created  time.Time
	updated  time.Time
	old      []modelMemory // oldest first
}

type modelSession struct {
	id      string
	started time.Time
	last    time.Time
	ended   time.Time
	summary string
	auto    bool
}

func (m *model) active() *modelSession {
	for _, s := range m.sessions {
		if s.ended.IsZero() {
			return s
		}
	}
	return nil
}

// touch gives the session a write belongs to, and whether it is new.
func (m *model) touch(now time.Time) (*modelSession, bool) {
	if a := m.active(); a != nil {
		if now.Sub(a.last) < m.timeout {
			a.last = now
			return a, false
		}
		m.autoClose(a)
	}
	s := &modelSession{started: now, last: now}
	m.sessions = append(m.sessions, s)
	return s, true
}

func (m *model) autoClose(a *modelSession) {
	a.ended, a.auto = a.last, true
	var titles []string
	for _, x := range m.byCreation() {
		if x.session == a && x.typ != memstore.Summary {
			titles = append(titles, x.title)
		}
	}
	if len(titles) == 0 {
		return
	}
	a.summary = strings.Join(titles, "|") // the wording is the store's own
	m.memories = append(m.memories, &modelMemory{typ: memstore.Summary, content: a.summary, revision: 1, session: a, created: a.last, updated: a.last})
}

func (m *model) save(now time.Time, typ memstore.Type, title, content, topic string) (*modelMemory, memstore.Outcome) {
	session, _ := m.touch(now)
	return m.put(now, session, typ, title, content, topic)
}

func (m *model) put(now time.Time, session *modelSession, typ memstore.Type, title, content, topic string) (*modelMemory, memstore.Outcome) {
	for _, x := range m.memories {
		same := x.typ == typ && x.title == title && x.content == content
		if topic == "" && same {
			return x, memstore.Deduped
		}
		if topic != "" && x.topic == topic {
			if same {
				return x, memstore.Deduped
			}
			x.change(now, session, typ, title, content, topic)
			return x, memstore.Updated
		}
	}
	x := &modelMemory{typ: typ, title: title, content: content, topic: topic, revision: 1, session: session, created: now, updated: now}
	m.memories = append(m.memories, x)
	return x, memstore.Created
}

func (x *modelMemory) change(now time.Time, session *modelSession, typ memstore.Type, title, content, topic string) {
	old := *x
	old.old = nil
	x.old = append(x.old, old)
	x.typ, x.title, x.content, x.topic, x.session, x.updated = typ, title, content, topic, session, now
	x.revision++
}

func (m *model) forget(id int64) bool {
	gone := m.get(id)
	if gone == nil {
		return false
	}
	m.memories = slices.DeleteFunc(m.memories, func(x *modelMemory) bool { return x == gone })
	states := append(slices.Clone(gone.old), *gone)
	for _, s := range m.sessions {
		if slices.ContainsFunc(states, func(x modelMemory) bool { return x.typ == memstore.Summary && x.content == s.summary }) {
			s.summary = ""
		}
		s.summary = unquote(s.summary, states)
	}
	for _, x := range m.memories {
		if x.typ == memstore.Summary {
			x.content = unquote(x.content, states)
			for i := range x.old {
				x.old[i].content = unquote(x.old[i].content, states)
			}
		}
	}
	return true
}

// unquote takes what a memory was titled out of a generated summary.
func unquote(text string, states []modelMemory) string {
	if !strings.HasPrefix(text, "Session closed by itself") {
		return text
	}
	for _, x := range states {
		text = strings.ReplaceAll(text+"\n", "\n- "+x.title+"\n", "\n")
		for strings.Contains(text, "\n- "+x.title+"\n") {
			text = strings.ReplaceAll(text, "\n- "+x.title+"\n", "\n")
		}
		text = strings.TrimSuffix(text, "\n")
	}
	return text
}

func (m *model) get(id int64) *modelMemory {
	for _, x := range m.memories {
		if x.id == id {
			return x
		}
	}
	return nil
}

func (m *model) byTopic(topic string) *modelMemory {
	for _, x := range m.memories {
		if topic != "" && x.topic == topic {
			return x
		}
	}
	return nil
}

func (m *model) byCreation() []*modelMemory {
	out := slices.Clone(m.memories)
	slices.SortStableFunc(out, func(a, b *modelMemory) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id))
	})
	return out
}

// matches are the ids of the memories that a search for these words finds: those
// that hold one of them, and up to six on either side of such a one in its
// conversation, which goes on while the session is the same or at most ten
// minutes lie between. Of more than 32 that hold one, not all need to be heard
// around; how many do is said too.
func (m *model) matches(words []string, types memstore.TypeSet) (ids []int64, holding int) {
	line := slices.Clone(m.memories)
	slices.SortFunc(line, func(a, b *modelMemory) int { return cmp.Or(a.updated.Compare(b.updated), cmp.Compare(a.id, b.id)) })
	goesOn := func(i int) bool { // from line[i] to the next
		a, b := line[i], line[i+1]
		return a.session == b.session || b.updated.Sub(a.updated) <= 10*time.Minute
	}
	found := make([]bool, len(line))
	for i, x := range line {
		text := strings.Fields(strings.NewReplacer("/", " ", "-", " ", "|", " ").Replace(x.title + " " + x.topic + " " + x.content))
		if !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(text, w) }) {
			continue
		}
		found[i] = true
		holding++
		for j := i; j > 0 && j > i-6 && goesOn(j-1); j-- {
			found[j-1] = true
		}
		for j := i; j+1 < len(line) && j < i+6 && goesOn(j); j++ {
			found[j+1] = true
		}
	}
	for i, x := range line {
		if found[i] && types.Has(x.typ) {
			ids = append(ids, x.id)
		}
	}
	slices.Sort(ids)
	return ids, holding
}

// contextScore is the formula of the contract, in days and floats.
func (x *modelMemory) contextScore(now time.Time) float64 {
	recency := math.Pow(.5, max(0, now.Sub(x.updated).Hours())/24/30)
	priority := map[memstore.Type]float64{
		memstore.Profile: 1, memstore.Preference: .9, memstore.Decision: .7,
		memstore.Pattern: .6, memstore.Discovery: .5, memstore.Summary: .4,
	}[x.typ]
	return .5*recency + .3*float64(min(x.revision, 10))/10 + .2*priority
}
