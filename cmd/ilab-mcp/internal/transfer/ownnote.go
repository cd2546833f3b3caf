package transfer

import (
	"strconv"
	"strings"
)

// isOwn reports whether a front matter is that of an export as Markdown.
func (f frontMatter) isOwn() bool {
	return f.has("id", "type", "topic_key", "session", "revision", "title")
}

// isIndex reports whether a file is the index of such an export. Its memories
// come themselves.
func isIndex(name, text string) bool {
	return strings.HasSuffix("/"+name, "/"+indexName) && strings.HasPrefix(text, indexMark)
}

// value gives a text as it stands, with everything in it.
func (f frontMatter) value(name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}

// own makes the memory of a file that an export as Markdown wrote, and which a
// person may have edited since: a heading that was changed is the new title.
func (n *note) own(body string) Observation {
	f := n.fields
	id, _ := strconv.ParseInt(f.value("id"), 10, 64) // it has none if that is none
	revision, _ := strconv.Atoi(f.value("revision"))
	source := f.value("source")
	o := Observation{
		ID: min(max(id, 0), 1<<53-1), Type: f.value("type"), Title: f.value("title"), TopicKey: f.value("topic_key"), Session: f.value("session"),
		Revision: max(revision, 0), Source: &source, Created: n.created, Updated: n.updated,
	}
	if f.has("history") {
		if at := strings.LastIndex(body, "\n"+historyMark+"\n"); at >= 0 {
			body = body[:at]
		}
	}
	body = strings.TrimSpace(body)
	line, rest, _ := strings.Cut(body, "\n")
	if strings.HasPrefix(line, "# ") {
		body = rest
		if h := oneLine(line[2:]); h != oneLine(o.Title) {
			o.Title = h
		}
	}
	o.Content = strings.TrimSpace(body)
	return o
}
