package transfer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Format is a format that an import reads.
type Format string

// The formats, by the names that people give them.
const (
	Unknown      Format = ""
	ILAB         Format = "ilab"          // this program's own JSON Lines
	ServerMemory Format = "server-memory" // the reference memory server's graph
	Engram       Format = "engram"        // engram export
	ClaudeMem    Format = "claude-mem"    // claude-mem's database
	OpenMemory   Format = "openmemory"    // the backup of mem0's OpenMemory
	Markdown     Format = "markdown"      // a folder of notes
)

// HeadBytes is how much of a file's beginning Recognise needs to see.
const HeadBytes = 64 << 10

// triedLines is how many lines may be damaged before one that can be recognised.
const triedLines = 20

// Recognise tells a file's format by its beginning. An empty file is one of this
// program's own, of nobody.
func Recognise(head []byte) Format {
	switch {
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return ClaudeMem
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return OpenMemory
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\uFEFF")))
	if len(head) == 0 {
		return ILAB
	}
	if f := namesIn(head).document(); f != Unknown {
		return f
	}
	lines := bytes.SplitN(head, []byte("\n"), triedLines+1)
	for _, line := range lines[:min(len(lines), triedLines)] {
		if f := namesIn(line).line(); f != Unknown {
			return f
		}
	}
	// Whatever else a line that is an object says, its problem is told by line.
	if first := bytes.TrimSpace(lines[0]); first[0] == '{' && json.Valid(first) {
		return ILAB
	}
	return Unknown
}

// names are those of a JSON object, as far as it can be read, and what its type
// is, if that is a string.
type names struct {
	given []string
	typ   string
}

// namesIn reads the names of the object that a text begins with.
func namesIn(text []byte) names {
	var n names
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return n
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return n
		}
		key, _ := name.(string) // JSON has no others
		n.given = append(n.given, key)
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return n // the value goes on behind the head
		}
		if key == "type" {
			n.typ = strings.Trim(string(value), `"`)
		}
	}
	return n
}

// has reports whether all of the names are there.
func (n names) has(all ...string) bool {
	return !slices.ContainsFunc(all, func(name string) bool { return !slices.Contains(n.given, name) })
}

// document recognises a file that is one object.
func (n names) document() Format {
	switch {
	case n.has("exported_at", "sessions"), n.has("exported_at", "observations"), n.has("sessions", "observations", "prompts"):
		return Engram
	case n.has("user", "apps"), n.has("apps", "memories"), n.has("memories", "export_meta"):
		return OpenMemory
	}
	return Unknown
}

// line recognises a file of lines by one of them.
func (n names) line() Format {
	switch {
	case n.typ == "entity" && n.has("entityType"), n.typ == "relation" && n.has("relationType"):
		return ServerMemory
	case n.has("kind"), n.has("type", "title"), n.has("type", "content"):
		return ILAB
	}
	return Unknown
}
