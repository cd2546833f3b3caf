package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxReply bounds the JSON of one result, in bytes.
const maxReply = 256 << 10

// shrinker is a result that can be longer than maxReply. shrink leaves out
// enough to fit into room bytes and says so in the result.
type shrinker interface{ shrink(room int) }

// encode makes the compact JSON of a result. HTML characters stay as they are:
// a model reads this text, no browser does.
func encode(v any) ([]byte, error) {
	b, err := Marshal(v)
	if err != nil || len(b) <= maxReply {
		return b, err
	}
	s, ok := v.(shrinker)
	if !ok {
		return nil, fmt.Errorf("tools: a result of %d bytes cannot be shortened", len(b))
	}
	const rest = 4 << 10 // for the other fields, and for saying what is missing
	s.shrink(maxReply - rest)
	if b, err = Marshal(v); err == nil && len(b) > maxReply {
		err = fmt.Errorf("tools: a shortened result still has %d bytes", len(b))
	}
	return b, err
}

// Marshal writes compact JSON on one line. HTML characters stay as they are: a
// model reads it, no browser does.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// fit gives as many of the items, from the first, as fit into room bytes, what is
// left of the room, and how many items were left out.
func fit[T any](items []T, room int) (kept []T, rest, left int) {
	for i := range items {
		b, err := Marshal(items[i])
		if err != nil || len(b)+1 > room {
			return items[:i:i], room, len(items) - i
		}
		room -= len(b) + 1
	}
	return items, room, 0
}

// cut shortens a text to at most so many bytes, between characters. It reports
// whether it did.
func cut(s string, most int) (string, bool) {
	if len(s) <= most {
		return s, false
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most], true
}

// jsonGrowth is how many bytes of JSON one byte of text takes at worst: a control
// character becomes \u0001.
const jsonGrowth = 6

// leftOut words how many items did not fit; "" for none.
func leftOut(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s left out to keep the reply under %d KiB: %d", what, maxReply>>10, n)
}

// result wraps encoded JSON: once as structured content, once as text for
// clients that know only text.
func result(b []byte) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Content:              []mcp.Content{mcp.NewTextContent(string(b))},
		StructuredContent:    json.RawMessage(b),
		RawStructuredContent: b,
	}
}
