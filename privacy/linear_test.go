package privacy

import (
	"strings"
	"testing"
)

// hostile texts are built to make a careless scanner look at things again and
// again.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	half := func(s string) string { return strings.Repeat(s, size/2/len(s)) }
	return map[string]string{
		"less than":           fill("<"),
		"less than, space":    fill("< "),
		"one long space":      "<" + fill(" ") + "private",
		"names after space":   "<" + half(" ") + half(" private"),
		"ampersands":          fill("&"),
		"amp amp":             fill("&amp;"),
		"amp;amp;":            "&" + fill("amp;"),
		"amp without end":     fill("&amp"),
		"long names":          fill("&NegativeVeryThinSpac"),
		"long number":         "&#" + fill("0"),
		"numbers":             fill("&#60"),
		"openers":             fill("<private"),
		"closers":             fill("</private"),
		"whole openers":       fill("<private>"),
		"whole closers":       fill("</private>"),
		"nested":              half("<private>") + half("</private>"),
		"joining closers":     half("<") + half("</private>"),
		"joining closers 2":   half("<") + half("</private>/private>"),
		"quotes":              fill("<private '"),
		"regions":             fill("<private>x</private>y"),
		"marks":               "<" + fill("\u0301"),
		"two kinds of marks":  "<" + fill("\u0301\u0323"),
		"ignorable":           "<" + fill("\u200B"),
		"expanding":           "<" + fill("\uFDFA"),
		"full width":          fill("＜ｐｒｉｖａｔｅ＞"),
		"escaped twice":       fill("&amp;lt;private&amp;gt;"),
		"math":                "<" + fill("𝓹"),
		"private":             "<" + fill("private"),
		"stray then unquoted": fill("</private \""),
	}
}

// Linear is asserted by counting: a text twice as long takes twice the steps,
// and no text takes more than a few for each byte.
func TestLinear(t *testing.T) {
	const size = 64 << 10
	small, large := hostile(size), hostile(2*size)
	for name := range small {
		_, n := scanPrivate(compose(small[name]))
		_, n2 := scanPrivate(compose(large[name]))
		if n == 0 || n2*100 > n*205 {
			t.Errorf("%s: %d steps, and %d for twice the text", name, n, n2)
		}
		// Reading is a step, each of two decodings up to 1 + maxEntityName a
		// byte but shared among the bytes of the name, and scanning is one.
		// What expands most reads as two glyphs a byte.
		if limit := 12 * size; n > limit {
			t.Errorf("%s: %d steps for %d bytes", name, n, size)
		}
	}
}

func TestHostileTextsAreStorable(t *testing.T) {
	for name, s := range hostile(4 << 10) {
		for _, f := range []Field{{Name: "content"}, {Name: "topic_key", Key: true}} {
			if text, _, err := New().Redact(f, "a"+s); err == nil {
				checkStorable(t, f, text)
				if t.Failed() {
					t.Fatal(name)
				}
			}
		}
	}
}
