package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	canary   = "ZEBRA-4f1c-quagga-93d7-OKAPI"
	fragment = "quagga-93d7"
	tagged   = "plainbefore <Private\tx='1'>" + canary + "</pri&#118;ate > plainafter"
)

// TestCanary puts private words through everything of a client's that is text:
// every argument of every tool, of whatever type it should be, prompts,
// completions, resources, the client's own name, and the names it makes up.
// Afterwards they are in no byte of the store, the log or the replies.
func TestCanary(t *testing.T) {
	db := filepath.Join(t.TempDir(), "m.db")
	w := begin(t, db, "--log-level", "debug")
	hello := object{
		"protocolVersion": "2025-06-18", "capabilities": object{},
		"clientInfo": object{"name": "client " + tagged, "version": tagged, "title": tagged},
	}
	w.raw("initialize", hello)
	hello["protocolVersion"] = tagged
	w.raw("initialize", hello)

	tools := w.list("tools")
	if len(tools) < 12 {
		t.Fatalf("%d tools", len(tools))
	}
	tried := 0
	for _, tool := range tools {
		name := tool["name"].(string)
		properties, _ := tool["inputSchema"].(object)["properties"].(object)
		for property := range properties {
			for _, value := range []any{tagged, []any{tagged}, object{tagged: tagged}} {
				args := w.valid(name)
				args[property] = value
				w.raw("tools/call", object{"name": name, "arguments": args})
				tried++
			}
		}
		w.raw("tools/call", object{"name": name, "arguments": object{tagged: tagged}})
		w.raw("tools/call", object{"name": name, "arguments": tagged})
	}
	if tried < 3*20 {
		t.Errorf("only %d calls were tried: were the schemas read?", tried)
	}
	w.raw("tools/call", object{"name": tagged})
	w.raw(tagged, object{})
	w.raw("ping", object{tagged: tagged})
	w.raw("tools/list", object{"cursor": tagged})
	w.prompts()
	w.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":` + quote(t, tagged) + `}}`)
	w.send(`{"jsonrpc":"2.0","method":` + quote(t, "notifications/"+tagged) + `}`)
	w.send(`{"jsonrpc":"2.0","id":77,"result":{"x":` + quote(t, tagged) + `}}`)
	w.send("{" + tagged) // broken
	w.read()

	// Into history, a summary and a search; and it comes back in none.
	saved := w.must("mem_save", object{"type": "decision", "title": "t " + tagged, "content": "c1 " + tagged, "topic_key": "topic/x"})
	w.must("mem_save", object{"type": "decision", "title": "t " + tagged, "content": "c2 " + tagged, "topic_key": "topic/x"})
	var s struct{ ID int64 }
	if err := json.Unmarshal([]byte(saved), &s); err != nil {
		t.Fatal(err)
	}
	w.must("mem_history", object{"observation_id": s.ID})
	w.must("mem_search", object{"query": "plainbefore"})
	w.must("mem_context", object{})
	w.must("mem_session_summary", object{"summary": tagged})
	w.must("mem_session_end", object{"summary": tagged})
	w.must("mem_session_start", object{})
	w.end()

	all := everything(t, db)
	if !bytes.Contains(all, []byte("plainbefore [REDACTED] plainafter")) {
		t.Error("what is not private should be there: the search proves nothing")
	}
	for where, b := range map[string][]byte{"the store's files": all, "stderr": w.stderr.Bytes(), "stdout": w.said.Bytes()} {
		if len(b) == 0 {
			t.Errorf("%s: nothing to search", where)
		}
		for _, words := range []string{canary, fragment, strings.ToLower(canary), "okapi"} {
			if i := bytes.Index(b, []byte(words)); i >= 0 {
				t.Errorf("%s: %q is there: …%.200q", where, words, b[max(0, i-100):])
			}
		}
	}
}

// TestCanaryImport puts private words into everything that a file to import can
// say, and into all it makes up. Afterwards they are in no byte of the store and
// of what the import and an export say.
func TestCanaryImport(t *testing.T) {
	folder := t.TempDir()
	db, file := filepath.Join(folder, "m.db"), filepath.Join(folder, "in.jsonl")
	var lines bytes.Buffer
	write := func(line object) {
		b, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	memory := object{
		"kind": "observation", "id": 7, "type": "decision", "title": "t", "content": "c", "topic_key": "k", "session_id": "s",
		"created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z", "revision": 99, "source": "x",
	}
	for _, line := range []object{
		{"kind": "session", "id": "s2", "started_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:00:00Z", "summary": "s", "status": "completed", "is_auto_generated": true},
		memory,
		{"kind": "revision", "id": 7, "revision": 1, "type": "decision", "title": "t", "content": "c", "session_id": "s", "source": "x", "at": "2026-01-01T10:00:00Z"},
	} {
		n := 0
		for name := range line {
			for _, value := range []any{tagged, []any{tagged}, object{tagged: tagged}} {
				n++
				tried := maps.Clone(line)
				switch line["kind"] { // each is another one
				case "session":
					tried["id"] = fmt.Sprint("s", n)
				case "observation":
					delete(tried, "id")
					tried["topic_key"] = fmt.Sprint("k", n)
				case "revision":
					tried["revision"] = n
				}
				tried[name] = value
				write(memory) // revisions need one
				write(tried)
			}
		}
		line = maps.Clone(line)
		line[tagged] = tagged
		write(line)
	}
	for _, broken := range []string{tagged, "{" + tagged, `{"title":"` + tagged + "\xff\"}", `{"` + canary + `":1,"` + canary + `":2}`} {
		lines.WriteString(broken + "\n")
	}
	if err := os.WriteFile(file, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	for _, args := range [][]string{{"import", "--user", "me", "--db", db, file}, {"export", "--user", "me", "--db", db, "-"}} {
		cmd := program(t, args...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, stderr.String())
		}
	}
	// A summary; titles, contents and sources of memories and of revisions.
	if n := strings.Count(stdout.String(), "plainbefore [REDACTED] plainafter"); n != 7 {
		t.Errorf("%d texts came through, want 7\n%s%s", n, stderr.String(), stdout.String())
	}
	for where, b := range map[string][]byte{"the store's files": everything(t, db), "stderr": stderr.Bytes(), "stdout": stdout.Bytes()} {
		for _, words := range []string{canary, fragment, strings.ToLower(canary), "okapi"} {
			if i := bytes.Index(b, []byte(words)); i >= 0 {
				t.Errorf("%s: %q is there: …%.200q", where, words, b[max(0, i-100):])
			}
		}
	}
}

func quote(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// raw makes any request and gives its result, nil for an error.
func (w *wire) raw(method string, params any) object {
	w.t.Helper()
	w.id++
	b, err := json.Marshal(object{"jsonrpc": "2.0", "id": w.id, "method": method, "params": params})
	if err != nil {
		w.t.Fatal(err)
	}
	var r struct{ Result object }
	if err := json.Unmarshal([]byte(w.ask(string(b))), &r); err != nil {
		w.t.Fatal(err)
	}
	return r.Result
}

// list gives what there is of tools, prompts or the like.
func (w *wire) list(what string) []object {
	w.t.Helper()
	all, _ := w.raw(what+"/list", object{})[what].([]any)
	var list []object
	for _, one := range all {
		list = append(list, one.(object))
	}
	return list
}

// valid gives arguments that a tool takes.
func (w *wire) valid(tool string) object {
	return maps.Clone(map[string]object{
		"mem_save":            {"type": "discovery", "title": fmt.Sprint("title ", w.id), "content": "content"},
		"mem_search":          {"query": "content"},
		"mem_get_observation": {"observation_id": 1},
		"mem_timeline":        {"observation_id": 1},
		"mem_history":         {"observation_id": 1},
		"mem_update":          {"observation_id": 1, "title": "t"},
		"mem_forget":          {"observation_id": 1},
		"mem_session_summary": {"summary": "s"},
		"mem_session_end":     {"summary": "s"},
		"mem_session_start":   {}, "mem_stats": {}, "mem_context": {},
	}[tool])
}

// prompts tries prompts, completions and resources.
func (w *wire) prompts() {
	for _, p := range w.list("prompts") {
		name := p["name"].(string)
		args := object{tagged: tagged}
		list, _ := p["arguments"].([]any)
		for _, a := range list {
			argument := a.(object)["name"].(string)
			args[argument] = tagged
			w.raw("prompts/get", object{"name": name, "arguments": object{argument: tagged}})
			w.raw("completion/complete", object{
				"ref": object{"type": "ref/prompt", "name": name}, "argument": object{"name": argument, "value": tagged},
			})
		}
		w.raw("prompts/get", object{"name": name, "arguments": args})
	}
	w.raw("prompts/get", object{"name": tagged})
	w.raw("completion/complete", object{"ref": object{"type": "ref/prompt", "name": tagged}, "argument": object{"name": tagged, "value": tagged}})
	w.raw("completion/complete", object{"ref": object{"type": tagged, "uri": tagged}, "argument": object{"name": tagged, "value": tagged}})
	uris := []string{tagged, "memory://" + tagged, "memory://observation/" + tagged, "memory://topic/" + tagged, "memory://context?" + tagged}
	for _, uri := range slices.Clone(uris) {
		uris = append(uris, strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", "\t", "%09", "'", "%27", "&", "%26", "#", "%23").Replace(uri))
	}
	for _, uri := range uris {
		w.raw("resources/read", object{"uri": uri})
		w.raw("resources/subscribe", object{"uri": uri})
	}
	w.raw("completion/complete", object{
		"ref": object{"type": "ref/resource", "uri": "memory://topic/{topic_key}"}, "argument": object{"name": "topic_key", "value": tagged},
	})
}
