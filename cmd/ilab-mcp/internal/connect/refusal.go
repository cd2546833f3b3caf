package connect

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"
)

// refusal is an answer that refuses an HTTP request before a server of MCP sees
// it. Clients show its text to people and models.
type refusal struct {
	status int
	code   int    // of the JSON-RPC error
	id     []byte // of the request, as it is written; nil: null
	text   string
	retry  int    // seconds; 0: no Retry-After
	reason string // for metrics and the log
}

// codeRefused is the JSON-RPC code of what HTTP has a status for and MCP has no
// code: the first that JSON-RPC leaves to servers.
const codeRefused = -32000

func tooMany(text, reason string, wait int) *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: codeRefused, text: text, retry: wait, reason: reason}
}

func refused(status int, text, reason string) *refusal {
	return &refusal{status: status, code: codeRefused, text: text, reason: reason}
}

// faulty turns what is wrong with a message into an answer. The stateless era
// gives errors a status of their own; before, an error about a request was an
// answer like any other.
func faulty(f *fault, modern bool) *refusal {
	status := http.StatusBadRequest
	switch {
	case f.code == mcp.METHOD_NOT_FOUND && modern:
		status = http.StatusNotFound
	case f.code == mcp.METHOD_NOT_FOUND, f.code == mcp.INVALID_PARAMS && !modern:
		status = http.StatusOK
	}
	return &refusal{status: status, code: f.code, id: f.id, text: f.text, reason: "malformed"}
}

// unwritable answers a call whose answer is no JSON.
func unwritable(m message) *refusal {
	return &refusal{status: http.StatusInternalServerError, code: mcp.INTERNAL_ERROR, id: m.id, text: "the answer cannot be written", reason: "internal"}
}

func (f *refusal) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if f.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(f.retry))
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(append(f.message(), '\n')) // a client that has gone needs no answer
}

// message is the JSON-RPC error.
func (f *refusal) message() []byte { return errorMessage(f.id, f.code, f.text) }

func errorMessage(id []byte, code int, text string) []byte {
	words, err := json.Marshal(text)
	if err != nil {
		return nil // a string of ours: cannot be
	}
	if id == nil {
		id = []byte("null")
	}
	line := append([]byte(`{"jsonrpc":"2.0","id":`), id...)
	line = append(line, `,"error":{"code":`...)
	line = strconv.AppendInt(line, int64(code), 10)
	line = append(line, `,"message":`...)
	line = append(line, words...)
	return append(line, "}}"...)
}
