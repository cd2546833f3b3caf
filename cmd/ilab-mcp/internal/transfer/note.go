package transfer

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// note is a file that is being made into memories.
type note struct {
	*markdown

	file     noteFile
	fields   frontMatter
	created  time.Time
	updated  time.Time
	memories []Observation
}

// note makes memories of a file's redacted text.
func (m *markdown) note(f noteFile, text string) *note {
	n := &note{markdown: m, file: f}
	var body string
	n.fields, body = cutFrontMatter(text)
	n.dates()
	if n.fields.isOwn() {
		if strings.HasPrefix(text, "---\r\n") { // an editor of Windows made all line ends its own
			body = strings.ReplaceAll(body, "\r\n", "\n")
		}
		n.memories = append(n.memories, n.own(body))
		return n
	}
	body = strings.ReplaceAll(body, "\r\n", "\n")
	collection := isCollection(f.name)
	if collection {
		body = n.withoutIndex(body)
	}
	title, body := n.title(body)
	content := n.frame(body)
	switch {
	case strings.TrimSpace(content) == "":
		m.aside("file that holds no more than a title", "files that hold no more than a title")
	case collection || len(content) > memstore.ContentField.MaxBytes:
		n.split(title, body)
	default:
		n.add(title, n.topic(), content)
	}
	return n
}

// isCollection reports whether a file is one of many things, by its name.
func isCollection(name string) bool {
	switch strings.ToLower(path.Base(name)) {
	case "memory.md", "claude.md", "claude.local.md", "agents.md", "gemini.md":
		return true
	}
	return false
}

// typ gives the type of the file's memories. Files of instructions to agents say
// how their user wants things to be.
func (n *note) typ() string {
	if t := n.fields.first("type", "metadata.type"); t != "" {
		return typeNamed(t)
	}
	if base := strings.ToLower(path.Base(n.file.name)); isCollection(base) && base != "memory.md" {
		return memstore.Preference.String()
	}
	return memstore.Discovery.String()
}

// title gives the file's title, and its text without a heading that says the
// same.
func (n *note) title(body string) (title, rest string) {
	title = n.fields.first("title", "name")
	body = strings.TrimSpace(body)
	line, after, _ := strings.Cut(body, "\n")
	if level, h := heading(line); level == 1 && (title == "" || title == h) && n.wholeTitle(body) {
		return h, strings.TrimSpace(after)
	}
	if title == "" {
		title = strings.TrimSuffix(path.Base(n.file.name), path.Ext(n.file.name))
	}
	return title, body
}

// wholeTitle reports whether the first heading is the title of all. In a collection
// it may be that of a section, beside others of its rank.
func (n *note) wholeTitle(body string) bool {
	if !isCollection(n.file.name) {
		return true
	}
	top := 0
	for _, s := range sections(body) {
		if s.level == 1 {
			top++
		}
	}
	return top == 1
}

// frame puts what the front matter says to readers around a text.
func (n *note) frame(text string) string {
	var parts []string
	if d := n.fields.first("description"); d != "" && !strings.Contains(text, d) {
		parts = append(parts, d)
	}
	parts = append(parts, text)
	if tags := n.fields.list("tags"); len(tags) > 0 && text != "" {
		parts = append(parts, "Tags: "+strings.Join(tags, ", "))
	}
	return strings.TrimSpace(strings.Join(parts, "\n\n"))
}

// topic gives the topic key of the file, and whether it was made up.
func (n *note) topic() topicKey {
	if given := n.fields.first("topic_key"); given != "" {
		return topicKey{name: n.topics.key(given)}
	}
	name := strings.TrimSuffix(n.file.name, path.Ext(n.file.name))
	return topicKey{name: n.topics.key(path.Join("markdown", n.prefix, name)), madeUp: true}
}

// topicKey is a topic key, and whether the file itself says it.
type topicKey struct {
	name   string
	madeUp bool
}

// split makes a memory of each section.
func (n *note) split(title, body string) {
	file := n.topic()
	// What is put around a text must fit too. A front matter that leaves no room is
	// more than a memory can hold, and the store says so.
	room := max(memstore.ContentField.MaxBytes-len(n.frame(".")), memstore.ContentField.MaxBytes/2)
	for _, s := range sections(body) {
		if s.text == "" {
			continue
		}
		parts := pieces(s.text, room)
		name, topic := title, file
		if len(s.headings) > 0 {
			name = strings.Join(s.headings, " > ")
			topic.name = n.topics.key(file.name + "#" + strings.Join(s.headings, "/"))
		}
		for i, part := range parts {
			partName, partTopic := name, topic
			if i > 0 {
				number := strconv.Itoa(i + 1)
				partName = shortened(name, memstore.TitleField.MaxChars-len(number)-3) + " (" + number + ")"
				partTopic.name += "/" + number
			}
			n.add(partName, partTopic, n.frame(part))
		}
	}
}

// add makes one memory.
func (n *note) add(title string, topic topicKey, content string) {
	n.memories = append(n.memories, Observation{
		Type: n.typ(), Title: shortened(title, memstore.TitleField.MaxChars), Content: content,
		TopicKey: topic.name, MadeUpKey: topic.madeUp, Created: n.created, Updated: n.updated,
	})
}

// dates takes the dates that the file says, or else its own. Of a file that was
// edited the time is newer, and its new text becomes a revision.
func (n *note) dates() {
	n.created = n.date("created", "created_at", "date")
	n.updated = n.date("updated", "updated_at", "modified", "last_modified", "lastmod")
	if n.updated.IsZero() {
		n.updated = n.file.modified
	}
	if !n.created.IsZero() {
		n.updated = notEarlier(n.updated, n.created)
	}
}

// date gives the first of the names that is a date.
func (n *note) date(names ...string) time.Time {
	given := n.fields.first(names...)
	if given == "" {
		return time.Time{}
	}
	t, ok := readTime(given)
	if !ok {
		n.aside("date that was not understood", "dates that were not understood")
	}
	return t
}

// indexLine is an item of a list that does no more than name another note.
var indexLine = regexp.MustCompile(`(?m)^[ \t]*[-*] +\[[^\]\n]*\]\(([^)\s]+)\).*\n?`)

// withoutIndex leaves out lines that lead to files of the same folder: those
// come themselves.
func (n *note) withoutIndex(body string) string {
	return indexLine.ReplaceAllStringFunc(body, func(line string) string {
		target, _, _ := strings.Cut(indexLine.FindStringSubmatch(line)[1], "#")
		if !n.there[path.Join(path.Dir(n.file.name), target)] {
			return line
		}
		n.aside("line of an index", "lines of an index")
		return ""
	})
}
