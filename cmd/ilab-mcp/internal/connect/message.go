package connect

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/surrogates"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// kind is what a message is to the guard.
type kind int

const (
	request      kind = iota // to be answered
	notification             // not to be answered
	answer                   // the client's answer to a request of the server
)

// message is what the guard has to know of a message.
type message struct {
	kind   kind
	id     []byte // as it is written; nil for none
	key    string // the id, the same for every spelling of it
	method string

	tool    string // of tools/call: the tool's name as the client gave it
	version string // the protocol version in _meta, of the stateless era
	client  []byte // of initialize: clientInfo as it is written
	params  []byte // as they are written; nil for none
}

// fault is why a message is not passed on: a JSON-RPC error.
type fault struct {
	code int
	id   []byte // nil: null
	text string
}

func parseError(text string) *fault { return &fault{code: mcp.PARSE_ERROR, text: text} }

// inspect checks one line as a message. A line that passes means the same to
// mcp-go as to this package, and holds nothing that a decoder would mend.
func inspect(line []byte) (message, *fault) {
	if !utf8.Valid(line) {
		return message{}, parseError("the message is not valid UTF-8")
	}
	if !json.Valid(line) {
		return message{}, parseError("the message is not valid JSON; send one JSON object")
	}
	if surrogates.Unpaired(line) {
		return message{}, parseError(`the message has half of a surrogate pair (an escape of \ud800 to \udfff alone); send the character itself, or both halves`)
	}
	switch line = bytes.TrimSpace(line); line[0] {
	case '{':
	case '[':
		return message{}, &fault{code: mcp.INVALID_REQUEST, text: "batches are not supported; send each message by itself"}
	default:
		return message{}, &fault{code: mcp.INVALID_REQUEST, text: "a message is a JSON object"}
	}
	return parseEnvelope(line)
}

// envelope is the raw members of a message that JSON-RPC gives a meaning to.
type envelope struct{ jsonrpc, id, method, params, result, err []byte }

func (e *envelope) field(name string) *[]byte {
	switch name {
	case "jsonrpc":
		return &e.jsonrpc
	case "id":
		return &e.id
	case "method":
		return &e.method
	case "params":
		return &e.params
	case "result":
		return &e.result
	case "error":
		return &e.err
	}
	return nil
}

func parseEnvelope(obj []byte) (message, *fault) {
	var e envelope
	var bad string
	members(obj, func(name, value []byte) bool {
		key := unquote(name)
		field := e.field(key)
		switch {
		case field != nil && *field != nil:
			bad = `"` + key + `" stands in the message twice`
		case field != nil:
			*field = value
		case foldsToField(key):
			bad = "the names of a message's members are written in lower case"
		}
		return bad == ""
	})
	var m message
	idFault := m.setID(e.id)
	refuse := func(text string) (message, *fault) {
		return message{}, &fault{code: mcp.INVALID_REQUEST, id: m.id, text: text}
	}
	switch {
	case bad != "":
		m.id = nil // which one it is cannot be told
		return refuse(bad)
	case string(e.jsonrpc) != `"2.0"`:
		return refuse(`"jsonrpc" must be "2.0"`)
	case idFault != "":
		return refuse(idFault)
	case e.method == nil && m.id != nil && (e.result == nil) != (e.err == nil):
		m.kind = answer
		return m, nil
	case e.method == nil:
		return refuse(`a message needs a "method"`)
	case e.method[0] != '"':
		return refuse(`"method" must be a string`)
	case e.result != nil || e.err != nil:
		return refuse(`a message with a "method" has no "result" and no "error"`)
	case e.params != nil && e.params[0] != '{' && string(e.params) != "null":
		return message{}, &fault{code: mcp.INVALID_PARAMS, id: m.id, text: `"params" must be an object`}
	}
	m.method = unquote(e.method)
	m.params = e.params
	if bad := m.setParams(e.params); bad != "" {
		return message{}, &fault{code: mcp.INVALID_PARAMS, id: m.id, text: bad}
	}
	if m.id == nil {
		m.kind = notification
		return m, nil
	}
	if !tools.KnownMethod(m.method) {
		// mcp-go would repeat the name, and names that a client made up are not.
		return message{}, &fault{code: mcp.METHOD_NOT_FOUND, id: m.id, text: "there is no such method; tools are listed with tools/list and called with tools/call"}
	}
	return m, nil
}

// foldsToField finds what Go's decoder takes for a member's name: any case, and
// letters that fold to one of ASCII, as U+017F does to s.
func foldsToField(key string) bool {
	for _, name := range []string{"jsonrpc", "id", "method", "params", "result", "error"} {
		if strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

// setID takes a request's id: a string, or a whole number that a float64
// holds, since mcp-go decodes it into one and would answer with another id.
func (m *message) setID(raw []byte) string {
	const legal = `"id" must be a string or a whole number between -2^53 and 2^53`
	switch {
	case raw == nil:
		return ""
	case raw[0] == '"':
		m.id, m.key = raw, "s"+unquote(raw)
		return ""
	case raw[0] != '-' && (raw[0] < '0' || raw[0] > '9'):
		return legal
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return legal
	}
	m.id, m.key = raw, numberKey(n)
	return ""
}

func numberKey(n float64) string { return strconv.FormatInt(int64(n), 10) }

// unquote decodes a string that is known to be valid JSON.
func unquote(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "" // not reached: the message was valid
	}
	return s
}
