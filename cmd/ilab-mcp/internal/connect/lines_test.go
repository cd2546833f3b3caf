package connect

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for name, c := range map[string]struct {
		in   string
		max  int
		want []string // "long" for one over the bound
	}{
		"empty":                {"", 10, nil},
		"one":                  {"a\n", 10, []string{"a"}},
		"the last has no end":  {"a\nb", 10, []string{"a", "b"}},
		"blank":                {"\n\r\n", 10, []string{"", "\r"}},
		"at the bound":         {"1234567890\n", 10, []string{"1234567890"}},
		"one over":             {"12345678901\nb\n", 10, []string{"long", "b"}},
		"over, without an end": {"12345678901", 10, []string{"long"}},
		"far over":             {long + "\nb\n", 10, []string{"long", "b"}},
		"buffered, at bound":   {long + "\nb\n", len(long), []string{long, "b"}},
		"buffered, last":       {"a\n" + long, len(long), []string{"a", long}},
		"buffered, one over":   {long + "\nb\n", len(long) - 1, []string{"long", "b"}},
		"no bound":             {long + long + "\nb", 0, []string{long + long, "b"}},
	} {
		for how, r := range map[string]io.Reader{
			"at once": strings.NewReader(c.in), "bytewise": iotest.OneByteReader(strings.NewReader(c.in)),
			"end with data": iotest.DataErrReader(strings.NewReader(c.in)),
		} {
			l := newLines(r, c.max)
			var got []string
			for {
				line, over, err := l.next()
				if err != nil {
					break
				}
				switch {
				case over:
					got = append(got, "long")
				case !strings.HasSuffix(string(line), "\n"):
					t.Errorf("%s: a line without its end", name)
				default:
					got = append(got, string(line[:len(line)-1]))
				}
			}
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("%s, %s: got %.80q, want %.80q", name, how, got, c.want)
			}
		}
	}
}

// TestLongLineIsNotKept reads a line of 64 MiB with a bound of 1 KiB.
func TestLongLineIsNotKept(t *testing.T) {
	l := newLines(io.MultiReader(io.LimitReader(endless{}, 64<<20), strings.NewReader("\nb\n")), 1<<10)
	if _, over, err := l.next(); !over || err != nil {
		t.Fatalf("got %v, %v", over, err)
	}
	if cap(l.buf) > keptBuffer {
		t.Errorf("%d bytes were kept", cap(l.buf))
	}
	if line, over, err := l.next(); string(line) != "b\n" || over || err != nil {
		t.Errorf("the next line: got %q, %v, %v", line, over, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
