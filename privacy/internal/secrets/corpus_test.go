package secrets

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The corpora hold no secrets, but how they look: ⟦alnum:36⟧ is 36 letters and
// digits out of a seeded generator, and so on.

var alphabets = map[string]string{
	"lower": "abcdefghijklmnopqrstuvwxyz", "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "digits": "0123456789", "hex": "0123456789abcdef",
	"HEX": "0123456789ABCDEF", "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	"lowernum": "abcdefghijklmnopqrstuvwxyz0123456789", "uppernum": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
	"alnum":  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	"b64":    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"b64url": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
	"bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}

var wordList = strings.Fields("amber anchor basket candle canyon copper dragon ember falcon garden harbor island jungle kettle lantern magnet " +
	"meadow needle orchid pepper quartz ribbon saddle tunnel umbrella velvet walnut yellow zephyr")

var placeholders = regexp.MustCompile(`⟦(?:([A-Za-z0-9]+)(?::([0-9]+))?)?⟧`)

// fill puts random text in the place of placeholders.
func fill(t *testing.T, rng *rand.Rand, line string) string {
	t.Helper()
	line = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(line)
	return placeholders.ReplaceAllStringFunc(line, func(s string) string {
		m := placeholders.FindStringSubmatch(s)
		n, _ := strconv.Atoi(m[2]) // 0 where there is none
		pick := func(from string, n int) string {
			b := make([]byte, n)
			for i := range b {
				b[i] = from[rng.IntN(len(from))]
			}
			return string(b)
		}
		switch kind := m[1]; kind {
		case "":
			return ""
		case "uuid":
			h := pick(alphabets["hex"], 30)
			return h[:8] + "-" + h[8:12] + "-4" + h[12:15] + "-a" + h[15:18] + "-" + h[18:30]
		case "pw":
			b := []byte(pick(alphabets["alnum"], n))
			b[0] = alphabets["lower"][rng.IntN(26)]
			b[1+rng.IntN(n-2)] = "!@#%^&*"[rng.IntN(7)]
			b[n-1] = alphabets["digits"][rng.IntN(10)]
			return string(b)
		case "words":
			parts := make([]string, n)
			for i := range parts {
				parts[i] = wordList[rng.IntN(len(wordList))]
			}
			return strings.Join(parts, "-")
		default:
			if alphabets[kind] == "" {
				t.Fatalf("no placeholder %s", s)
			}
			return pick(alphabets[kind], n)
		}
	})
}

func corpusLines(t *testing.T, name string) (lines []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	s := bufio.NewScanner(f)
	for s.Scan() {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "#! ") {
			lines = append(lines, line)
		}
	}
	return lines
}

// redacted is a text with what was found in it replaced.
func redacted(text string) string {
	var b strings.Builder
	at := 0
	for _, f := range Find(text) {
		fmt.Fprintf(&b, "%s%s:%s]", text[at:f.Start], Mark, f.Kind)
		at = f.End
	}
	return b.String() + text[at:]
}

// TestCorpus measures precision and recall on invented secrets and on what looks
// like some. Each line is filled several times.
func TestCorpus(t *testing.T) {
	const rounds = 5
	rng := rand.New(rand.NewPCG(1, 2))
	kinds := map[string]bool{}
	found, missed, wrong := 0, 0, 0
	secret := corpusLines(t, "secrets.txt")
	for _, line := range secret {
		kind, text, _ := strings.Cut(line, "\t")
		kinds[kind] = true
		lost := ""
		for range rounds {
			marked := fill(t, rng, text)
			plain := strings.NewReplacer("«", "", "»", "").Replace(marked)
			out := redacted(plain)
			for _, part := range strings.Split(marked, "«")[1:] {
				want, _, _ := strings.Cut(part, "»")
				if strings.Contains(out, want) {
					missed++
					lost = "missed: " + out
				} else {
					found++
				}
			}
			if over := out; lost == "" && len(wordsOutside(marked, over)) > 0 {
				lost = fmt.Sprintf("too much: %q gone in %s", wordsOutside(marked, over), out)
			}
		}
		if lost != "" {
			t.Logf("%s: %s", kind, lost)
		}
	}
	benign := corpusLines(t, "benign.txt")
	for _, line := range benign {
		bad := ""
		for range rounds {
			text := fill(t, rng, line)
			if out := redacted(text); out != text {
				wrong++
				bad = out
			}
		}
		if bad != "" {
			t.Logf("benign: %s", bad)
		}
	}
	precision := float64(found) / float64(found+wrong)
	recall := float64(found) / float64(found+missed)
	t.Logf("%d secrets of %d kinds, %d look-alikes, %d times each: precision %.4f, recall %.4f", len(secret), len(kinds), len(benign), rounds, precision, recall)
	if len(secret) < 200 || len(kinds) < 40 || len(benign) < 500 {
		t.Error("want 200 secrets of 40 kinds and 500 look-alikes")
	}
	if precision < .995 || recall < .98 {
		t.Error("want a precision of .995 and a recall of .98")
	}
}

// wordsOutside are the words outside of secrets that are missing in a text.
func wordsOutside(marked, out string) (gone []string) {
	for i, part := range strings.Split(marked, "«") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "»")
		}
		for w := range strings.FieldsSeq(part) {
			if !strings.Contains(out, w) {
				gone = append(gone, w)
			}
		}
	}
	return gone
}
