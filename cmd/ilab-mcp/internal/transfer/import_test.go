package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// TestReport: every line is counted once, and what was skipped is told by line.
func TestReport(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	file := strings.Join([]string{
		`{"kind":"session","id":"s1","started_at":"2026-01-01T10:00:00Z","ended_at":"2026-01-01T11:00:00Z","summary":"done <private>x</private>"}`,
		`{"id":7,"type":"decision","title":"t","content":"two","topic_key":"A Topic","session_id":"s1","revision":2,"mood":"good"}`,
		`{"kind":"revision","id":7,"revision":1,"type":"decision","title":"t","content":"one"}`,
		`{"id":8,"type":"decision","title":"t","content":"<private>all of it</private>"}`,
		`{"kind":"revision","id":8,"revision":1,"type":"decision","title":"t","content":"of what was skipped"}`,
		`not JSON`,
		`{"type":"zebra","title":"t","content":"c"}`,
		`{"type":"decision","title":"t","content":"` + strings.Repeat("x", 64<<10+1) + `"}`,
		`{"type":"decision","title":"t","content":"c","topic_key":"a <private>b</private>"}`,
		`{"type":"decision","title":"t","content":"c","session_id":"a <private>b</private>"}`,
		`{"type":"decision","title":"t","content":"c","created_at":"2099-01-01T00:00:00Z"}`,
		`{"type":"decision","title":"t","content":"said <private>x</private> and <private>y</private>"}`,
	}, "\n")
	report := read(t, s, file)
	if one := (transfer.Count{Created: 1}); report.Sessions != one || report.Revisions != one || report.Memories != (transfer.Count{Created: 2}) ||
		report.Skipped != 8 || report.Ignored != 1 || report.Redacted.Total() != 3 {
		t.Errorf("%+v", report)
	}
	for i, want := range []string{
		"4 content held nothing but private text", "5 its observation was skipped", "6 not a JSON object", "7 type is not one of",
		"8 content is 65537 bytes long", "9 topic_key names a topic and cannot hold private text", "10 session_id names a session and cannot hold private text",
		"11 a time is more than a day after now",
	} {
		line, reason, _ := strings.Cut(want, " ")
		if got := report.Skips[i]; fmt.Sprint(got.Line) != line || !strings.Contains(got.Reason, reason) || strings.Contains(got.Reason, "zebra") {
			t.Errorf("skip %d: %+v, want %s", i, got, want)
		}
	}
	m, err := s.Get(t.Context(), 7)
	if err != nil || m.TopicKey != "a-topic" || m.Source != "import" || m.Session != "s1" || m.Revision != 2 {
		t.Errorf("%+v %v", m, err)
	}
	again := read(t, s, file)
	if again.Memories != (transfer.Count{Same: 2}) || again.Sessions != (transfer.Count{Same: 1}) || again.Revisions != (transfer.Count{Same: 1}) || again.Skipped != 8 {
		t.Errorf("again: %+v", again)
	}
}

func TestManySkips(t *testing.T) {
	db, _ := open(t)
	report := read(t, memstoretest.User(t, db, "alice"), "{}\n"+strings.Repeat("junk\n", 1000))
	if want := []transfer.Reason{{N: 1, Text: "type is missing"}, {N: 1000, Text: "it is not a JSON object"}}; !slices.Equal(report.Reasons, want) {
		t.Errorf("%+v", report.Reasons)
	}
	if report.Skipped != 1001 || len(report.Skips) != transfer.KeptSkips || report.Skips[transfer.KeptSkips-1].Line != transfer.KeptSkips {
		t.Errorf("%+v", report)
	}
}

// notesFile makes up a file.
func notesFile(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":%d,"type":"discovery","title":"note %d","content":"text of %d","session_id":"s%d","created_at":"2026-01-01T00:00:00.%06dZ","revision":2}`+"\n", 1000+i, i, i, i/50, i)
		fmt.Fprintf(&b, `{"kind":"revision","id":%d,"revision":1,"type":"discovery","title":"note %d","content":"text before","session_id":"s%d","at":"2026-01-01T00:00:00Z"}`+"\n", 1000+i, i, i/50)
	}
	return b.String()
}

// cut ends after some bytes: by an error, or by ending a context.
type cut struct {
	r    io.Reader
	left int
	end  func() error
}

func (c *cut) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, c.end()
	}
	n, err := c.r.Read(b[:min(len(b), c.left, 4096)])
	c.left -= n
	return n, err
}

// TestInterrupted: an import that was cut off, wherever that was, and is run
// again gives what one whole import gives: nothing double, nothing lost.
func TestInterrupted(t *testing.T) {
	db, _ := open(t)
	file := notesFile(1000)
	whole := memstoretest.User(t, db, "whole")
	read(t, whole, file)
	want := written(t, whole)
	unplugged := errors.New("unplugged")
	for i := range 12 {
		s := memstoretest.User(t, db, fmt.Sprint("cut", i))
		ctx, cancel := context.WithCancel(t.Context())
		c := &cut{r: strings.NewReader(file), left: len(file) * i / 12, end: func() error { return unplugged }}
		if i%2 == 0 {
			c.end = func() error { cancel(); return unplugged }
		}
		report, err := transfer.Import(ctx, s, transfer.NewJSONLines(c), privacy.New())
		cancel()
		if !errors.Is(err, unplugged) && !errors.Is(err, context.Canceled) {
			t.Errorf("cut %d: %v", i, err)
		}
		kept, err := s.Stats(t.Context())
		if err != nil || kept.Memories != int64(report.Memories.Created) {
			t.Errorf("cut %d: %+v, and the report says %+v: %v", i, kept, report, err)
		}
		again := read(t, s, file)
		if again.Memories.Created+int(kept.Memories) != 1000 || again.Memories.Same != int(kept.Memories) {
			t.Errorf("cut %d: again: %+v after %d", i, again, kept.Memories)
		}
		if got := written(t, s); got != want {
			t.Errorf("cut %d: the store holds something else", i)
		}
	}
}

// TestFull: what came before the limit is kept, and of what comes after it
// nothing is told.
func TestFull(t *testing.T) {
	db, _ := open(t, func(o *memstore.Options) { o.Limits.Memories = 450 })
	file := strings.Replace(notesFile(1000), `{"id":1470`, "junk\n"+`{"id":1470`, 1)
	s := memstoretest.User(t, db, "alice")
	report, err := transfer.Import(t.Context(), s, transfer.NewJSONLines(strings.NewReader(file)), privacy.New())
	if !errors.Is(err, memstore.ErrOverLimit) || report.Memories.Created != 450 || report.Revisions.Created != 450 || report.Skipped != 0 {
		t.Errorf("%+v %v", report, err)
	}
}

// TestNothingUnredacted: a private text in any field of any kind of line is in
// no part of what is stored or reported.
func TestNothingUnredacted(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	const tagged = `before <private>zebra</private> after`
	var file strings.Builder
	number := 0
	write := func(line string) {
		number++
		file.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(number)) + "\n")
	}
	const observation = `{"kind":"observation","id":7,"type":"decision","title":"t","content":"c#","topic_key":"k#","session_id":"s","created_at":"2026-01-01T10:00:00Z","source":"x","revision":99}`
	for _, line := range []string{
		`{"kind":"session","id":"s#","started_at":"2026-01-01T10:00:00Z","summary":"s","status":"active"}`,
		observation,
		`{"kind":"revision","id":7,"revision":#,"type":"decision","title":"t","content":"c#","session_id":"s","source":"x","at":"2026-01-01T10:00:00Z"}`,
	} {
		write(line)
		parts := strings.Split(line, `"`)
		for i := 1; i < len(parts); i += 2 { // each name and each value
			was := parts[i]
			parts[i] = tagged
			write(observation) // revisions need one
			write(strings.Join(parts, `"`))
			parts[i] = was
		}
	}
	report := read(t, s, file.String())
	out := written(t, s)
	if strings.Contains(out+fmt.Sprintf("%+v", report), "zebra") {
		t.Errorf("%+v\n%s", report, out)
	}
	// Summary; title, content and source of memories and of revisions.
	if strings.Count(out, "before [REDACTED] after") != 7 || report.Redacted.Total() != 7 || report.Skipped == 0 {
		t.Errorf("nothing was tried: %+v\n%s", report, out)
	}
}
