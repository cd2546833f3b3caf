package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInput sends what no good client sends. Each gets a clear error,
// nothing is written, and the next call is carried out.
func TestBadInput(t *testing.T) {
	db := filepath.Join(t.TempDir(), "m.db")
	w := begin(t, db)
	good := 0
	const parse, invalid = `"id":null,"error":{"code":-32700,`, `"id":null,"error":{"code":-32600,`
	for name, c := range map[string]struct{ line, want, more string }{
		"invalid UTF-8":          {saveLine(1, "a\xffb"), parse, "UTF-8"},
		"a surrogate in UTF-8":   {saveLine(1, "\xed\xa0\x80"), parse, "UTF-8"},
		"a lone surrogate":       {saveLine(1, `\ud800`), parse, "surrogate"},
		"surrogates turned":      {saveLine(1, `\udc00\ud800`), parse, "surrogate"},
		"half a pair in a name":  {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_stats","arguments":{"\ud800":1}}}`, parse, "surrogate"},
		"NUL, raw":               {saveLine(1, "a\x00b"), parse, "JSON"},
		"NUL, escaped":           {saveLine(1, `a\u0000b`), `"id":1,"result"`, `"isError":true`},
		"broken JSON":            {`{"jsonrpc":"2.0","id":1,"method":"tools/call"`, parse, "JSON"},
		"two messages on a line": {saveLine(1, "a") + saveLine(2, "b"), parse, "JSON"},
		"no JSON":                {"save this please", parse, "JSON"},
		"a batch":                {"[" + saveLine(1, "a") + "]", invalid, "batches are not supported"},
		"an empty batch":         {"[]", invalid, "batches"},
		"10 MB":                  {saveLine(1, strings.Repeat("x", 10<<20)), parse, "1 MiB"},
		"an unknown method":      {`{"jsonrpc":"2.0","id":1,"method":"memory/steal"}`, `"id":1,"error":{"code":-32601,`, "no such method"},
		"an unknown tool":        {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_steal","arguments":{}}}`, `"id":1,"error":{"code":-32602,`, "mem_save"},
		"an unknown argument":    {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_stats","arguments":{"user_id":"bob"}}}`, `"id":1,"result"`, `"isError":true`},
		"no name":                {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}`, `"id":1,"error":`, "-32602"},
		"a name that is none":    {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}`, `"id":1,"error":`, "params do not have the form"},
		"params that are a list": {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}`, `"id":1,"error":{"code":-32602,`, "object"},
		"an id that is null":     {strings.Replace(saveLine(1, "a"), `"id":1`, `"id":null`, 1), invalid, `\"id\"`},
		"an id twice":            {strings.Replace(saveLine(1, "a"), `"id":1`, `"id":1,"id":2`, 1), invalid, "twice"},
		"another version":        {strings.Replace(saveLine(1, "a"), `"2.0"`, `"1.0"`, 1), `"id":1,"error":{"code":-32600,`, "jsonrpc"},
	} {
		line := w.ask(c.line)
		has(t, line, c.want, c.more)
		for _, leak := range []string{"steal", "json:", "Go struct", "panic"} {
			if strings.Contains(line, leak) {
				t.Errorf("%s: the error says %q: %s", name, leak, line)
			}
		}
		if n := w.observations(); n != good {
			t.Errorf("%s: %d memories, want %d", name, n, good)
		}
		good++
		w.must("mem_save", object{"type": "discovery", "title": "good", "content": fmt.Sprintf("call %d", good)})
	}
	// Blank lines and requests without an id ask for no answer.
	w.send("\n  \t\r\n" + strings.Replace(saveLine(1, "no id"), `"id":1,`, "", 1))
	if n := w.observations(); n != good {
		t.Errorf("%d memories, want %d", n, good)
	}
	w.end()
}

// TestLongestMessage holds the bound on both sides, and that 0 is none.
func TestLongestMessage(t *testing.T) {
	w := begin(t, filepath.Join(t.TempDir(), "m.db"), "--max-message", "1KiB")
	at := saveLine(1, strings.Repeat("x", 1024-len(saveLine(1, ""))))
	has(t, w.ask(at), `"id":1,"result"`, "created")
	has(t, w.ask(strings.Replace(at, "x", "xx", 1)), "-32700", "1024 bytes")
	w.end()

	w = begin(t, filepath.Join(t.TempDir(), "m.db"), "--max-message", "0")
	has(t, w.ask(saveLine(1, strings.Repeat("x", 2<<20))), `"id":1,"result"`, `"isError":true`)
	w.end()
}
