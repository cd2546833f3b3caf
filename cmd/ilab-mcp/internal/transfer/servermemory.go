package transfer

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// serverMemory reads the knowledge graph of the reference memory server. An
// entity's relations come after it in the file, so all of it is read first.
type serverMemory struct {
	lines *lineReader
	read  bool
	steps []graphStep
}

// graphStep is an entity, or a line with something wrong.
type graphStep struct {
	line    int
	entity  *entity
	problem error
}

// entity is a node of the graph with all that is said of it.
type entity struct {
	name, kind string
	topic      string
	said       []string
	relations  []string
}

// NewServerMemory reads memory.jsonl of @modelcontextprotocol/server-memory: one
// entity or relation a line. Each entity becomes a memory.
func NewServerMemory(r io.Reader) Source { return &serverMemory{lines: newLineReader(r)} }

// Next implements Source.
func (s *serverMemory) Next() (Item, error) {
	if !s.read {
		s.read = true
		if err := s.graph(); err != nil {
			return Item{}, err
		}
	}
	if len(s.steps) == 0 {
		return Item{}, io.EOF
	}
	step := s.steps[0]
	s.steps = s.steps[1:]
	item := Item{Line: step.line}
	if step.problem != nil {
		return item, step.problem
	}
	item.Observation = step.entity.observation()
	return item, nil
}

// graph reads the file.
func (s *serverMemory) graph() error {
	g := graph{topics: topics{}, entities: map[string]*entity{}}
	var relations []relation
	found := false
	for {
		line, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		n := s.lines.number
		var rel relation
		if err == nil {
			rel, err = g.line(n, line)
			found = found || !errors.Is(err, errNoObject) && !errors.Is(err, errNoGraph) && !errors.Is(err, errEncoding)
		}
		switch problem, ok := errors.AsType[*Problem](err); {
		case ok:
			g.steps = append(g.steps, graphStep{line: n, problem: problem})
		case err != nil:
			return err
		case rel.line > 0:
			relations = append(relations, rel)
		}
	}
	if !found && len(g.steps) > 0 {
		return &FormatError{Reason: "no line of it is an entity or a relation, so this is no file of the reference memory server"}
	}
	for _, rel := range relations {
		g.relate(rel)
	}
	s.steps = g.steps
	return nil
}

// graph gathers entities by name.
type graph struct {
	topics   topics
	entities map[string]*entity
	steps    []graphStep
}

// relation is a line about two entities.
type relation struct {
	line     int
	from, to string
	kind     string
}

var errNoGraph = &Problem{Reason: "type is neither entity nor relation"}

// line reads one line. An entity goes into the graph; a relation is answered.
func (g *graph) line(n int, line []byte) (relation, error) {
	m, err := readMembers(line)
	if err != nil {
		return relation{}, err
	}
	switch m.text("type") {
	case "entity":
		name, kind, said := m.text("name"), m.text("entityType"), m.texts("observations")
		m.need("name")
		if m.err != nil {
			return relation{}, m.err
		}
		e := g.entities[name]
		if e == nil { // that server has seen to it, but files are edited by hand
			e = &entity{name: name, kind: kind, topic: g.topics.key("server-memory/" + name)}
			g.entities[name] = e
			g.steps = append(g.steps, graphStep{line: n, entity: e})
		}
		for _, s := range said {
			e.say(&e.said, s)
		}
		return relation{}, nil
	case "relation":
		rel := relation{line: n, from: m.text("from"), to: m.text("to"), kind: m.text("relationType")}
		m.need("from", "to", "relationType")
		return rel, m.err
	}
	return relation{}, errNoGraph
}

// relate adds a relation to the entities at both of its ends, so that each is
// found with it.
func (g *graph) relate(rel relation) {
	text := rel.from + " " + rel.kind + " " + rel.to
	from, to := g.entities[rel.from], g.entities[rel.to]
	if from == nil && to == nil {
		g.steps = append(g.steps, graphStep{line: rel.line, problem: &Problem{Reason: "neither end of the relation is an entity of this file"}})
		return
	}
	for _, e := range []*entity{from, to} {
		if e != nil {
			e.say(&e.relations, text)
		}
	}
}

// say adds a line that is not there yet.
func (e *entity) say(to *[]string, s string) {
	if s = strings.TrimSpace(s); s != "" && !slices.Contains(*to, s) {
		*to = append(*to, s)
	}
}

// observation makes the memory of an entity. It has no dates, because the file
// has none; the topic key makes what a later file says a revision.
func (e *entity) observation() *Observation {
	lines := slices.Concat(e.said, e.relations)
	if e.kind != "" {
		lines = append(lines, "Entity type: "+e.kind)
	}
	o := &Observation{Type: typeNamed(e.kind), Content: strings.Join(lines, "\n"), TopicKey: e.topic, MadeUpKey: true}
	o.setTitle(e.name)
	return o
}

// texts takes a list of strings.
func (m *members) texts(name string) []string {
	v := m.value(name)
	if v == nil {
		return nil
	}
	var list []string
	if json.Unmarshal(v, &list) != nil {
		m.fail(name + " must be a list of strings")
	}
	return list
}
