package connect

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInspectPasses(t *testing.T) {
	for line, want := range map[string]message{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`:                                       {kind: request, key: "1"},
		` { "method" : "ping" , "id" : 1.0 , "jsonrpc" : "2.0" } ` + "\r\n":              {kind: request, key: "1"},
		`{"jsonrpc":"2.0","id":1e3,"method":"ping"}`:                                     {kind: request, key: "1000"},
		`{"jsonrpc":"2.0","id":-0,"method":"ping"}`:                                      {kind: request, key: "0"},
		`{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}`:                        {kind: request, key: "9007199254740992"},
		`{"jsonrpc":"2.0","id":"1","method":"ping"}`:                                     {kind: request, key: "s1"},
		`{"jsonrpc":"2.0","id":"","method":"ping"}`:                                      {kind: request, key: "s"},
		`{"jsonrpc":"2.0","id":"\u003c\\","method":"pin\u0067"}`:                         {kind: request, key: `s<\`},
		`{"jsonrpc":"2.0","\u0069d":7,"method":"ping","params":null}`:                    {kind: request, key: "7"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"id":2,"method":"x"}}`:        {kind: request, key: "1"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"}\"{[","b":[{}]}}`:       {kind: request, key: "1"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","extra":{"x":"\\\\\ud83d\ude00"}}`:      {kind: request, key: "1"},
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`:                         {kind: notification},
		`{"jsonrpc":"2.0","id":1,"result":{}}`:                                           {kind: answer, key: "1"},
		`{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":"x"}}`:                    {kind: answer, key: "sa"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"t":"\\ud800 is no escape"}}`: {kind: request, key: "1"},
	} {
		got, f := inspect([]byte(line))
		if f != nil || got.kind != want.kind || got.key != want.key {
			t.Errorf("%s: got %+v, %+v", line, got, f)
		}
		if got.kind == request && got.method != "ping" {
			t.Errorf("%s: got method %q", line, got.method)
		}
	}
}

func TestInspectRefuses(t *testing.T) {
	const parse, invalid, method, params = -32700, -32600, -32601, -32602
	for line, want := range map[string]struct {
		code int
		id   string
		text string
	}{
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xff\"}}":         {parse, "", "UTF-8"},
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xed\xa0\x80\"}}": {parse, "", "UTF-8"},
		"{\"a\":\"\x00\"}": {parse, "", "JSON"},
		"\ufeff{}":         {parse, "", "JSON"},
		`{"jsonrpc":"2.0","id":1,"method":"ping"`:     {parse, "", "JSON"},
		`{"jsonrpc":"2.0","id":1,"method":"ping"} {}`: {parse, "", "JSON"},
		`hello`: {parse, "", "JSON"},
		strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000):                      {parse, "", "JSON"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}`:             {parse, "", "surrogate"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\udC00\ud800"}}`:       {parse, "", "surrogate"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\uD83Dx\uDE00"}}`:      {parse, "", "surrogate"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud83d\ud83d\ude00"}}`: {parse, "", "surrogate"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"\\\ud800":1}}`:             {parse, "", "surrogate"},
		`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`:                                   {invalid, "", "batches"},
		`[]`:   {invalid, "", "batches"},
		`"x"`:  {invalid, "", "object"},
		`42`:   {invalid, "", "object"},
		`null`: {invalid, "", "object"},
		`{}`:   {invalid, "", "jsonrpc"},
		`{"jsonrpc":"1.0","id":1,"method":"ping"}`:                   {invalid, "1", "jsonrpc"},
		`{"jsonrpc":2.0,"id":"x","method":"ping"}`:                   {invalid, `"x"`, "jsonrpc"},
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`:                {invalid, "", "id"},
		`{"jsonrpc":"2.0","id":true,"method":"ping"}`:                {invalid, "", "id"},
		`{"jsonrpc":"2.0","id":{},"method":"ping"}`:                  {invalid, "", "id"},
		`{"jsonrpc":"2.0","id":1.5,"method":"ping"}`:                 {invalid, "", "id"},
		`{"jsonrpc":"2.0","id":9007199254740993000,"method":"ping"}`: {invalid, "", "id"},
		`{"jsonrpc":"2.0","id":1e999,"method":"ping"}`:               {invalid, "", "id"},
		`{"jsonrpc":"2.0","id":1}`:                                   {invalid, "1", "method"},
		`{"jsonrpc":"2.0","result":{}}`:                              {invalid, "", "method"},
		`{"jsonrpc":"2.0","id":1,"result":{},"error":{}}`:            {invalid, "1", "method"},
		`{"jsonrpc":"2.0","id":1,"method":7}`:                        {invalid, "1", "string"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`:       {invalid, "1", "result"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","id":2}`:            {invalid, "", "twice"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","\u006dethod":"x"}`: {invalid, "", "twice"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","ID":2}`:            {invalid, "", "lower case"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","Params":{}}`:       {invalid, "", "lower case"},
		`{"jſonrpc":"2.0","id":1,"method":"ping"}`:                   {invalid, "", "lower case"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}`:      {params, "1", "params"},
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}`:      {params, "1", "params"},
		`{"jsonrpc":"2.0","id":1,"method":"<private>x</private>"}`:   {method, "1", "tools/call"},
		`{"jsonrpc":"2.0","id":1,"method":""}`:                       {method, "1", "tools/call"},
		`{"jsonrpc":"2.0","id":1,"method":"mem_save"}`:               {method, "1", "tools/call"},
	} {
		m, f := inspect([]byte(line))
		if f == nil {
			t.Errorf("%.80q passed: %+v", line, m)
			continue
		}
		if f.code != want.code || string(f.id) != want.id || !strings.Contains(f.text, want.text) {
			t.Errorf("%.80q: got %d, id %s, %q", line, f.code, f.id, f.text)
		}
		if strings.Contains(f.text, "private") {
			t.Errorf("%.80q: the error repeats the name: %q", line, f.text)
		}
	}
}

func TestOutgoing(t *testing.T) {
	for line, want := range map[string]sent{
		`{"jsonrpc":"2.0","id":1,"result":{"id":2}}`:                   {key: "1", answer: true},
		`{"jsonrpc":"2.0","id":"\u003ca","error":{"code":1}}`:          {key: "s<a", answer: true},
		`{"jsonrpc":"2.0","result":{"id":2},"id":3}`:                   {key: "3", answer: true},
		`{"jsonrpc":"2.0","id":null,"error":{"code":1}}`:               {key: "", answer: true},
		`{"jsonrpc":"2.0","id":4,"method":"ping"}`:                     {key: "4"},
		`{"jsonrpc":"2.0","method":"notifications/x","params":{}}`:     {},
		`{"jsonrpc":"2.0","method":"sampling/createMessage","id":"5"}`: {key: "s5"},
	} {
		if got := outgoing([]byte(line + "\n")); got != want {
			t.Errorf("%s: got %+v", line, got)
		}
	}
}

// FuzzMembers compares with encoding/json on objects without duplicates.
func FuzzMembers(f *testing.F) {
	f.Add(`{"a":1,"b":[1,{"c":"}"}],"d":"\"","e":{},"f":null , "g" : -1.5e3 }`)
	f.Add(`{}`)
	f.Add(`{"\\":"\\\\","\"":"\\\""}`)
	f.Fuzz(func(t *testing.T, obj string) {
		obj = strings.TrimSpace(obj)
		var want map[string]json.RawMessage
		if !utf8.ValidString(obj) || !strings.HasPrefix(obj, "{") || json.Unmarshal([]byte(obj), &want) != nil {
			t.Skip()
		}
		got := map[string]string{}
		members([]byte(obj), func(name, value []byte) bool {
			got[unquote(name)] = string(value)
			return true
		})
		if len(got) != len(want) {
			t.Fatalf("%s: got %q", obj, got)
		}
		for name, value := range want {
			if got[name] != string(value) {
				t.Fatalf("%s: %q is %q, want %q", obj, name, got[name], value)
			}
		}
	})
}
