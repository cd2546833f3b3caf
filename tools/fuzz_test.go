package tools_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzSearchQuery: any Unicode text that is not blank is a legal query.
func FuzzSearchQuery(f *testing.F) {
	for _, s := range []string{
		"engine", `"`, `'`, "AND OR NOT NEAR(", "a*", "a:b", "%_\\", "日本語", "👩‍👩‍👧‍👦", "\u202eevil", "a\u0301", "<b>", "()[]{}", "-- ;", "\\u0000", "İ", "ﬀ", "𝒜", "1=1",
		strings.Repeat("word ", 700),
	} {
		f.Add(s)
	}
	fx := newFixture(f)
	p := fx.user(f, "alice")
	p.save(f, "Engine 日本語", "We use SQLite, a*b:c \"quoted\" and (more)", "arch/engine")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		r := p.call(t, "mem_search", toJSON(t, map[string]any{"query": s}))
		if r.Error != nil {
			t.Fatal(r.raw)
		}
		if !r.Result.IsError {
			return
		}
		for _, why := range []string{"query is blank", "query holds a NUL", "query held nothing but private text", "query is "} {
			if strings.HasPrefix(r.Result.Content[0].Text, why) {
				return
			}
		}
		t.Errorf("%q: %s", s, r.raw)
	})
}

// FuzzArguments: whatever stands in the arguments is answered, as a result or as
// a refusal in our words.
func FuzzArguments(f *testing.F) {
	for _, s := range goodCalls() {
		f.Add(s)
	}
	for _, s := range []string{`{"query":"x","query":1}`, `[]`, `{"a":{"b":[{}]}}`, `{"observation_id":1e5}`, `-0`, `{"limit":-0,"query":"a"}`, "{\"\\ud800\":1}"} {
		f.Add(s)
	}
	fx := newFixture(f)
	p := fx.user(f, "alice")
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) {
			t.Skip()
		}
		for tool := range goodCalls() {
			r := p.call(t, tool, s)
			switch {
			case r.Error != nil && r.Error.Code != -32600,
				r.Result.IsError && strings.Contains(r.Result.Content[0].Text, "the store failed"):
				t.Errorf("%s %s: %s", tool, s, r.raw)
			}
		}
	})
}
