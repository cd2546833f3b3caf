package privacy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tokens are the pieces that tags, broken tags, and accidents at the edges of a
// cut are made of. Strung together at random they reach what random bytes do not.
var tokens = []string{
	"<", "</", ">", "/", "/>", "private", "PRIVATE", "pri", "vate", "private>", "<private", "</private", "<private>",
	"</private>", "<private>x</private>", "&lt;private&gt;", "&lt;/private&gt;", "&amp;lt;", "&amp;", "&amp", "&", "lt;",
	"&l", "t;", "#60;", "&#60", "&#6", "0", "&#x", "3c;", "&Lt;", "&lowbar", "&real", "&it", "&quot;", "&gt", ";", " ", "\n",
	"\u00A0", "\u200B", "\u034F", "\u0338", "\u0301", "\u0323", strings.Repeat("\u0301", 15), "e", "I", "İ", "\u0307", "\u1100", "\u1161",
	"＜", "＞", "ｐ", "ⅳ", "ﷺ", "\"", "'", "=", "-", "K", "中", "\u20D2", "[REDACTED]", "[", "]", "a",
}

func TestRandomTokens(t *testing.T) {
	fields := []Field{{Name: "content"}, {Name: "topic_key", Key: true}}
	r := New()
	rapid.Check(t, func(rt *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(tokens), 0, 24).Draw(rt, "tokens"), "")
		for _, f := range fields {
			text, _, err := r.Redact(f, s)
			if err != nil {
				continue
			}
			checkStorable(rt, f, text)
		}
	})
}
