package transfer_test

import (
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// TestRecognise: a file is known by its content.
func TestRecognise(t *testing.T) {
	for name, c := range map[string]struct {
		head string
		want transfer.Format
	}{
		"nothing":              {"", transfer.ILAB},
		"blank lines":          {"\uFEFF\n \r\n", transfer.ILAB},
		"ours":                 {good, transfer.ILAB},
		"ours, a session":      {`{"kind":"session","id":"s"}`, transfer.ILAB},
		"ours, damaged":        {"{\"type\":\"deci\n" + good, transfer.ILAB},
		"an object":            {`{"mood":"good"}` + "\nx", transfer.ILAB},
		"an entity":            {`{"type":"entity","name":"a","entityType":"b","observations":[]}`, transfer.ServerMemory},
		"a relation":           {"\n" + `{"from":"a","to":"b","relationType":"c","type":"relation"}`, transfer.ServerMemory},
		"an entity behind":     {"{\"type\":\"enti\n" + `{"type":"entity","name":"a","entityType":"b","observations":[]}`, transfer.ServerMemory},
		"an entity, cut":       {`{"type":"entity","name":"a","entityType":"b","observations":["` + strings.Repeat("x", 100), transfer.ServerMemory},
		"engram":               {"{\n  \"version\": \"1\",\n  \"exported_at\": \"x\",\n  \"sessions\": [\n {\"id", transfer.Engram},
		"OpenMemory":           {"{\n  \"user\": {\"id\": \"a\"},\n  \"apps\": [", transfer.OpenMemory},
		"a zip":                {"PK\x03\x04rest", transfer.OpenMemory},
		"SQLite":               {"SQLite format 3\x00rest", transfer.ClaudeMem},
		"prose":                {"Dear diary,\ntoday", transfer.Unknown},
		"a list":               {"[" + good + "]", transfer.Unknown},
		"an object over lines": {"{\n\"mood\": 1\n}", transfer.Unknown},
		"binary":               {"\x00\x01\xff", transfer.Unknown},
	} {
		if got := transfer.Recognise([]byte(c.head)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("{\n  \"version\": \"1\",\n  \"sessions\": ["))
	f.Fuzz(func(_ *testing.T, head []byte) { transfer.Recognise(head) })
}
