package privacy

import (
	"errors"
	"strings"
	"testing"
)

func refusal(t *testing.T, f Field, raw string) string {
	t.Helper()
	text, report, err := New().Redact(f, raw)
	if err == nil {
		return ""
	}
	var fe *FieldError
	if !errors.As(err, &fe) || fe.Field != f.Name || !text.IsZero() || report == nil {
		t.Errorf("error %#v, text of %d bytes, report %v", err, text.Bytes(), report)
	}
	return err.Error()
}

func TestLimits(t *testing.T) {
	title := Field{Name: "title", MaxChars: 200}
	content := Field{Name: "content", MaxBytes: 64 << 10}
	both := Field{Name: "query", MaxChars: 10, MaxBytes: 20}
	const tooLong = " Shorten it and try again."
	for _, tt := range []struct {
		name  string
		field Field
		raw   string
		want  string
	}{
		{"chars at", title, strings.Repeat("é", 200), ""},
		{"chars over", title, strings.Repeat("é", 201), "title is 201 characters long; the limit is 200." + tooLong},
		{"chars decomposed", title, strings.Repeat("e\u0301", 200), ""},
		{"chars beyond the BMP", title, strings.Repeat("😀", 200), ""},
		{"chars trimmed", title, strings.Repeat(" ", 500) + strings.Repeat("x", 200) + "\n", ""},
		{"chars after redaction", title, strings.Repeat("x", 190) + "<private>" + strings.Repeat("y", 500) + "</private>", ""},
		{"chars over by the mark", title, strings.Repeat("x", 191) + "<private></private>", "title is 201 characters long; the limit is 200." + tooLong},
		{"bytes at", content, strings.Repeat("x", 64<<10), ""},
		{"bytes over", content, strings.Repeat("x", 64<<10+1), "content is 65537 bytes long; the limit is 65536." + tooLong},
		{"bytes at, wide", content, strings.Repeat("é", 32<<10), ""},
		{"bytes over, wide", content, strings.Repeat("é", 32<<10) + "x", "content is 65537 bytes long; the limit is 65536." + tooLong},
		{"one byte", content, "x", ""},
		{"both at", both, strings.Repeat("é", 10), ""},
		{"both, bytes over", both, strings.Repeat("中", 7), "query is 21 bytes long; the limit is 20." + tooLong},
		{"both, chars over", both, strings.Repeat("x", 11), "query is 11 characters long; the limit is 10." + tooLong},
		{"no limit", Field{Name: "any"}, strings.Repeat("x", 3<<20), ""},
		{"key grows past its limit", Field{Name: "topic_key", Key: true, MaxBytes: 2}, "Ⱥ", "topic_key is 3 bytes long; the limit is 2." + tooLong},
		{"NUL", content, "a\x00b", "content holds a NUL character (U+0000), which cannot be stored. Remove what is not text and try again."},
		{"NUL in a region", content, "a<private>\x00</private>", "content holds a NUL character (U+0000), which cannot be stored. Remove what is not text and try again."},
		{"NUL as an entity", content, "a&#0;b", ""},
		{"not UTF-8", content, "a\xffb", "content is not valid UTF-8. Remove what is not text and try again."},
		{"surrogate", content, "a\xed\xa0\x80b", "content is not valid UTF-8. Remove what is not text and try again."},
		{"empty", content, "", "content is blank. Send one with visible text in it."},
		{"no name", Field{}, "a\x00b", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.field.Name == "" {
				if _, _, err := New().Redact(tt.field, tt.raw); err == nil || !strings.HasPrefix(err.Error(), "the text ") {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := refusal(t, tt.field, tt.raw); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestGiantInputIsNotRead(t *testing.T) {
	giant := strings.Repeat(" ", 70<<20) + "x"
	for _, f := range []Field{
		{Name: "title", MaxChars: 200}, {Name: "content", MaxBytes: 64 << 10}, {Name: "query", MaxChars: 4000, MaxBytes: 1 << 20},
	} {
		if got := refusal(t, f, giant); !strings.Contains(got, "73400321 bytes long with what is private in it; the limit is") {
			t.Errorf("%s: got %q", f.Name, got)
		}
		// What is only somewhat too long is read, for what is left may fit.
		if got := refusal(t, f, strings.Repeat(" ", 1<<20-1)+"x"); got != "" {
			t.Errorf("%s: got %q", f.Name, got)
		}
	}
	// No limit is so large that the guard overflows.
	if got := refusal(t, Field{Name: "x", MaxChars: 1 << 62, MaxBytes: 1<<63 - 1}, strings.Repeat("x", 2<<20)); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestCheck(t *testing.T) {
	make := func(raw string) Text {
		text, _, err := New().Redact(Field{Name: "x"}, raw)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, tt := range []struct {
		name  string
		field Field
		text  Text
		want  string
	}{
		{"fits", Field{Name: "title", MaxChars: 3, MaxBytes: 3}, make("abc"), ""},
		{"chars", Field{Name: "title", MaxChars: 2}, make("abc"), "title is 3 characters long; the limit is 2. Shorten it and try again."},
		{"bytes", Field{Name: "title", MaxBytes: 2}, make("abc"), "title is 3 bytes long; the limit is 2. Shorten it and try again."},
		{"zero", Field{Name: "title"}, Text{}, "title is blank. Send one with visible text in it."},
		{"zero, optional", Field{Name: "title", Optional: true}, Text{}, ""},
		{"key", Field{Name: "topic_key", Key: true}, make("a/b-c"), ""},
		{"key in capitals", Field{Name: "topic_key", Key: true}, make("A"), "topic_key is not written as a topic key. Write it in lower case with - in place of spaces."},
		{"key with space", Field{Name: "topic_key", Key: true}, make("a b"), "topic_key is not written as a topic key. Write it in lower case with - in place of spaces."},
		{"key with a mark", Field{Name: "topic_key", Key: true}, make("a<private>x</private>"), "topic_key is not written as a topic key. Write it in lower case with - in place of spaces."},
	} {
		got := ""
		if err := tt.field.Check(tt.text); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestReport(t *testing.T) {
	r := Report{"private": 1}
	r.Add(Report{"private": 2, "other": 1})
	r.Add(nil)
	if r["private"] != 3 || r["other"] != 1 || r.Total() != 4 || Report(nil).Total() != 0 {
		t.Errorf("got %v", r)
	}
	r.Add(r)
	if r.Total() != 8 {
		t.Errorf("added to itself: %v", r)
	}
	_, made, err := New().Redact(Field{Name: "x"}, "plain")
	if err != nil {
		t.Fatal(err)
	}
	made.Add(r) // a Report from Redact can be added to
}
