package transfer_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

func openMemory(file string) func() transfer.Source {
	return func() transfer.Source { return transfer.NewOpenMemory(strings.NewReader(file)) }
}

// zipped packs files.
func zipped(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestOpenMemory: memories get titles of their first lines, types of their
// categories, and keep their dates and which app wrote them; zipped or not.
func TestOpenMemory(t *testing.T) {
	db, _ := open(t)
	file := sample(t, "openmemory.json")
	archive := zipped(t, "memories.jsonl.gz", "not looked at", "backup/memories.json", file)
	for user, from := range map[string]func() transfer.Source{
		"bare": openMemory(file),
		"zipped": func() transfer.Source {
			src, err := transfer.NewOpenMemoryZip(strings.NewReader(archive), int64(len(archive)))
			if err != nil {
				t.Fatal(err)
			}
			return src
		},
	} {
		s := memstoretest.User(t, db, user)
		report := twice(t, s, from)
		if report.Memories != (transfer.Count{Created: 2}) || report.Redacted.Total() != 1 {
			t.Errorf("%s: %+v", user, report)
		}
		skips(t, report, "memory 3: it was deleted there", "memory 4: it was archived there")
		has(t, s,
			`"type":"preference","title":"Drinks [REDACTED] tea at work","content":"Drinks [REDACTED] tea at work","topic_key":"","session_id":"import","created_at":"2026-01-05T10:00:00.000000Z","updated_at":"2026-01-05T12:00:00.500000Z","revision":1,"source":"cursor"`,
			`"type":"discovery","title":"Is leading the redesign of the billing service, which is planned for the second…","content":"Is leading`,
			`"created_at":"2026-01-06T10:00:00.000000Z"`,
		)
		if strings.Contains(written(t, s)+fmt.Sprint(report), "zebra") {
			t.Errorf("%s: private text, or what was deleted, is kept", user)
		}
	}
}

// TestOpenMemoryDamaged: what is wrong costs itself, or is told before anything
// is imported.
func TestOpenMemoryDamaged(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	report := twice(t, s, openMemory(`{"apps":[7,{"id":1}],"memories":[{"content":"ok","app_id":"x","category_ids":["y"]},{"content":7},{"content":null},{"content":"c","category_ids":"zebra"},{"content":" "}]}`))
	if report.Memories != (transfer.Count{Created: 1}) {
		t.Errorf("%+v", report)
	}
	skips(t, report, "memory 2: content must be a string", "memory 3: content is missing", "memory 4: category_ids must be a list", "memory 5: content is blank")

	archive := zipped(t, "memories.json", sample(t, "openmemory.json"))
	for name, file := range map[string]string{"cut off": archive[:len(archive)-30], "of something else": zipped(t, "a.txt", "x"), "no zip": "PK\x03\x04"} {
		if _, err := transfer.NewOpenMemoryZip(strings.NewReader(file), int64(len(file))); !isFormatError(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOpenMemoryUnpacking: what goes wrong within a zip file is worded for people.
func TestOpenMemoryUnpacking(t *testing.T) {
	archive := []byte(zipped(t, "memories.json", sample(t, "openmemory.json")))
	for i := 100; i < 130; i++ {
		archive[i] ^= 0x55
	}
	src, err := transfer.NewOpenMemoryZip(bytes.NewReader(archive), int64(len(archive)))
	for err == nil {
		_, err = src.Next()
	}
	if !strings.Contains(err.Error(), "damaged") {
		t.Error(err)
	}
}

func FuzzOpenMemory(f *testing.F) {
	f.Add(`{"apps":[{"id":"a","name":"b"}],"memories":[{"content":"c","app_id":"a","category_ids":["x"]}],"user":{"a":[1]}}`)
	f.Fuzz(func(t *testing.T, file string) { drain(t, openMemory(file)()) })
}
