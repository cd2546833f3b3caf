package transfer_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

const good = `{"type":"decision","title":"t","content":"c"}`

// TestLines: what is wrong with a line is told, and nothing of it is quoted.
func TestLines(t *testing.T) {
	for name, c := range map[string]struct{ line, problem string }{
		"the least there is":       {good, ""},
		"nulls for what is absent": {`{"kind":null,"id":null,"type":"decision","title":"t","content":"c","created_at":null,"revision":null}`, ""},
		"a pair of surrogates":     {`{"type":"decision","title":"t","content":"\ud83d\ude00"}`, ""},
		"a session":                {`{"kind":"session","id":"s","started_at":"2026-03-14T12:00:00+02:00"}`, ""},
		"a revision":               {`{"kind":"revision","id":1,"revision":1,"type":"decision","title":"t","content":"c"}`, ""},
		"no object":                {`["type"]`, "not a JSON object"},
		"broken":                   {`{"type":"decision"`, "not a JSON object"},
		"two objects":              {good + good, "not a JSON object"},
		"not UTF-8":                {`{"type":"decision","title":"` + "\xff" + `","content":"zebra"}`, "UTF-8"},
		"half a character":         {`{"type":"decision","title":"\ud83d","content":"zebra"}`, "surrogate"},
		"a name twice":             {`{"type":"decision","title":"zebra","title":"t","content":"c"}`, "name twice"},
		"no title":                 {`{"type":"decision","content":"zebra"}`, "title is missing"},
		"a name in other letters":  {`{"type":"decision","TITLE":"zebra","content":"c"}`, "title is missing"},
		"a title that is none":     {`{"type":"decision","title":7,"content":"c"}`, "title must be a string"},
		"an id that is text":       {`{"id":"zebra","type":"decision","title":"t","content":"c"}`, "id must be a whole number"},
		"an id that is too large":  {`{"id":9007199254740992,"type":"decision","title":"t","content":"c"}`, "id must be a whole number"},
		"an id of nothing":         {`{"id":0,"type":"decision","title":"t","content":"c"}`, "id must be a whole number"},
		"a time that is none":      {`{"type":"decision","title":"t","content":"c","created_at":"zebra"}`, "created_at must be a time"},
		"no time zone":             {`{"type":"decision","title":"t","content":"c","created_at":"2026-03-14T12:00:00"}`, "created_at must be a time"},
		"a kind that is none":      {`{"kind":"zebra","type":"decision","title":"t","content":"c"}`, "kind is not one of"},
		"a session without a name": {`{"kind":"session","started_at":"2026-03-14T12:00:00Z"}`, "id is missing"},
		"a session of no time":     {`{"kind":"session","id":"s"}`, "started_at is missing"},
		"auto in words":            {`{"kind":"session","id":"s","started_at":"2026-03-14T12:00:00Z","is_auto_generated":"zebra"}`, "true or false"},
		"a revision of nothing":    {`{"kind":"revision","revision":1,"type":"decision","title":"t","content":"c"}`, "id is missing"},
		"too long":                 {`{"type":"decision","title":"t","content":"` + strings.Repeat("x", transfer.MaxLine) + `"}`, "longer than 8 MiB"},
	} {
		src := transfer.NewJSONLines(strings.NewReader(good + "\n\r\n  \n" + c.line + "\r\n" + good))
		if item, err := src.Next(); err != nil || item.Line != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		item, err := src.Next()
		if problem, ok := errors.AsType[*transfer.Problem](err); (c.problem != "") != ok || ok && (!strings.Contains(problem.Reason, c.problem) || strings.Contains(problem.Reason, "zebra")) {
			t.Errorf("%s: %v", name, err)
		}
		if item.Line != 4 {
			t.Errorf("%s: line %d", name, item.Line)
		}
		if item, err := src.Next(); err != nil || item.Line != 5 || item.Observation.Title != "t" {
			t.Errorf("%s: the next line: %+v %v", name, item, err)
		}
		if _, err := src.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the end: %v", name, err)
		}
	}
}

// TestNoJSONLines: a file of something else is one error.
func TestNoJSONLines(t *testing.T) {
	for name, file := range map[string]string{
		"prose": "Dear diary,\ntoday", "one array": `[` + good + `]`, "indented": "{\n  \"type\": 1\n}", "binary": "\x00\x01\xff\n", "a table": "type,title\n",
	} {
		_, err := transfer.NewJSONLines(strings.NewReader(file)).Next()
		if wrong, ok := errors.AsType[*transfer.FormatError](err); !ok || !strings.Contains(wrong.Reason, "line 1 is not a JSON object in UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
	src := transfer.NewJSONLines(strings.NewReader("\uFEFF" + good))
	if item, err := src.Next(); err != nil || item.Observation == nil {
		t.Errorf("a mark of the byte order: %v", err)
	}
	if _, err := transfer.NewJSONLines(strings.NewReader("")).Next(); !errors.Is(err, io.EOF) {
		t.Errorf("nothing at all: %v", err)
	}
}

// TestLongestLine holds the bound on both sides.
func TestLongestLine(t *testing.T) {
	for more, ok := range map[int]bool{0: true, 1: false} {
		line := strings.Replace(good, `"c"`, fmt.Sprintf(`"%s"`, strings.Repeat("c", transfer.MaxLine-len(good)+1+more)), 1)
		_, err := transfer.NewJSONLines(strings.NewReader(line + "\n" + good)).Next()
		if (err == nil) != ok {
			t.Errorf("%d bytes: %v", len(line), err)
		}
	}
}
