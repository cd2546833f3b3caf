package transfer

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// openMemory reads the backup of mem0's OpenMemory.
type openMemory struct {
	doc        *document
	apps       map[string]string // names by id
	categories map[string]string
}

// NewOpenMemory reads memories.json of an OpenMemory backup.
func NewOpenMemory(r io.Reader) Source {
	return &openMemory{doc: newDocument(r, "memories.json of OpenMemory"), apps: map[string]string{}, categories: map[string]string{}}
}

// NewOpenMemoryZip reads the backup as OpenMemory gives it out. What else is in
// there, memories.jsonl.gz, says the same. Errors: a *[FormatError].
func NewOpenMemoryZip(r io.ReaderAt, size int64) (Source, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &FormatError{Reason: "the zip file is damaged or cut off"}
	}
	for _, f := range archive.File {
		if path.Base(f.Name) == "memories.json" && !f.FileInfo().IsDir() {
			in, err := f.Open()
			if err != nil {
				return nil, &FormatError{Reason: "memories.json in the zip file cannot be unpacked"}
			}
			return NewOpenMemory(unpacked{in}), nil // it holds nothing that would have to be closed
		}
	}
	return nil, &FormatError{Reason: "there is no memories.json in the zip file, so it is no backup of OpenMemory"}
}

// unpacked makes of whatever is wrong within a zip file the end of what can be
// read.
type unpacked struct{ r io.Reader }

// Read implements io.Reader.
func (u unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

var errArchived = &Problem{Reason: "it was archived there"}

// Next implements Source.
func (o *openMemory) Next() (Item, error) {
	for {
		list, raw, err := o.doc.next()
		if err != nil {
			return Item{}, err
		}
		switch list {
		case "apps":
			named(o.apps, raw)
		case "categories":
			named(o.categories, raw)
		case "memories":
			item := Item{Name: "memory " + strconv.Itoa(o.doc.n)}
			item.Observation, err = o.memory(raw)
			return item, err
		}
	}
}

// named notes what the thing with an id is called. One that says it badly has no
// name.
func named(names map[string]string, raw json.RawMessage) {
	if m, err := entry(raw); err == nil {
		names[m.text("id")] = m.text("name")
	}
}

func (o *openMemory) memory(raw json.RawMessage) (*Observation, error) {
	m, err := entry(raw)
	if err != nil {
		return nil, err
	}
	switch state := m.text("state"); {
	case state == "deleted", m.text("deleted_at") != "":
		return nil, errDeleted
	case state == "archived":
		return nil, errArchived
	}
	memory := &Observation{
		Type: o.typ(m.texts("category_ids")), Untitled: true, Content: m.text("content"),
		Created: m.when("created_at"), Updated: m.when("updated_at"),
	}
	if app := strings.TrimSpace(o.apps[m.text("app_id")]); app != "" {
		memory.Source = &app
	}
	m.need("content")
	if !memory.Updated.IsZero() {
		memory.Updated = notEarlier(memory.Updated, memory.Created)
	}
	return memory, m.err
}

// typ gives the type of a memory by its categories: the first that is more than a
// discovery.
func (o *openMemory) typ(ids []string) string {
	for _, id := range ids {
		if t := typeNamed(o.categories[id]); t != memstore.Discovery.String() {
			return t
		}
	}
	return memstore.Discovery.String()
}
