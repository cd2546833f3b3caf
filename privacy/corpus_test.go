package privacy

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// corpusCase is one case of testdata/corpus; each file says what its parts are.
type corpusCase struct {
	field       Field
	input, want string
	problem     string
	report      Report
}

var codePoint = regexp.MustCompile(`⟦([0-9A-F]+)⟧`)

func corpusText(t *testing.T, data string) string {
	t.Helper()
	return codePoint.ReplaceAllStringFunc(strings.TrimSuffix(data, "\n"), func(s string) string {
		n, err := strconv.ParseUint(codePoint.FindStringSubmatch(s)[1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		return string(rune(n))
	})
}

type archivePart struct{ name, data string }

var partHeader = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

// readArchive reads the parts of a txtar file. The format is too small to take
// on a dependency for it: a comment, then parts under "-- name --" lines.
func readArchive(t *testing.T, file string) (parts []archivePart) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := partHeader.FindAllStringSubmatchIndex(string(data), -1)
	for i, m := range at {
		end := len(data)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		parts = append(parts, archivePart{string(data[m[2]:m[3]]), string(data[m[1]:end])})
	}
	return parts
}

func readCorpus(t *testing.T) map[string]*corpusCase {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	cases := map[string]*corpusCase{}
	for _, file := range files {
		for _, part := range readArchive(t, file) {
			name, what, _ := strings.Cut(part.name, "/")
			name = strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + name
			c := cases[name]
			if c == nil {
				c = &corpusCase{field: Field{Name: "content", MaxBytes: 64 << 10}, report: Report{}}
				cases[name] = c
			}
			switch text := corpusText(t, part.data); what {
			case "field":
				c.field.Key, c.field.Optional = text == "key", text == "optional"
			case "input":
				c.input = text
			case "want":
				c.want = text
			case "error":
				c.problem = text
			case "report":
				var kind string
				var n int
				if _, err := fmt.Sscanf(text, "%s %d", &kind, &n); err != nil {
					t.Fatalf("%s: %v", part.name, err)
				}
				c.report[kind] = n
			default:
				t.Fatalf("%s: unknown part %q", file, part.name)
			}
		}
	}
	return cases
}

func TestCorpus(t *testing.T) {
	cases := readCorpus(t)
	if len(cases) < 60 {
		t.Errorf("the corpus has %d cases, want at least 60", len(cases))
	}
	var hit, wrong, missed int
	r := New()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		text, report, err := r.Redact(c.field, c.input)

		want, got := c.report.Total(), report.Total()
		hit += min(want, got)
		wrong += max(0, got-want)
		missed += max(0, want-got)

		t.Run(name, func(t *testing.T) {
			if !maps.Equal(report, c.report) {
				t.Errorf("report %v, want %v", report, c.report)
			}
			if c.problem != "" {
				if err == nil || err.Error() != c.problem || !text.IsZero() {
					t.Errorf("got %q and error %v\nwant error %s", text.String(), err, c.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if text.String() != c.want {
				t.Errorf("\n got %q\nwant %q", text.String(), c.want)
			}
			if strings.Contains(text.String(), "SECRET") {
				t.Error("a secret survived")
			}
			checkStorable(t, c.field, text)
		})
	}
	precision := float64(hit) / float64(hit+wrong)
	recall := float64(hit) / float64(hit+missed)
	t.Logf("%d cases, %d regions: precision %.3f, recall %.3f", len(cases), hit+missed, precision, recall)
	if precision < 1 || recall < 1 {
		t.Errorf("precision %.3f and recall %.3f, want 1 and 1", precision, recall)
	}
}
