package privacy

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// derivedIgnorable follows the derivation that Unicode's
// DerivedCoreProperties.txt gives for Default_Ignorable_Code_Point.
func derivedIgnorable(r rune) bool {
	in := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector)
	annotation := 0xFFF9 <= r && r <= 0xFFFB
	hieroglyph := 0x13430 <= r && r <= 0x1343F
	return in && !annotation && !hieroglyph && !unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark)
}

func TestIgnorable(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		if got, want := ignorable(r), derivedIgnorable(r); got != want {
			t.Errorf("ignorable(%U) = %v, Unicode says %v", r, got, want)
		}
		if unicode.Is(unicode.Bidi_Control, r) && !ignorable(r) {
			t.Errorf("the bidi control %U is not ignorable", r)
		}
	}
}

// The fast path, and the scanner's rule that "<" and ">" are whole glyphs, rest
// on these facts of the code points that read as them.
func TestSignSpellings(t *testing.T) {
	starts := strings.Join(tagStarts[:], "")
	for r := range rune(unicode.MaxRune + 1) {
		if 0xD800 <= r && r < 0xE000 {
			continue
		}
		nfkc := norm.NFKC.String(string(r))
		if strings.ContainsAny(nfkc, "<>&") && len(nfkc) != 1 {
			t.Errorf("%U reads as %q, more than a sign", r, nfkc)
		}
		if got, want := strings.ContainsRune(starts, r), strings.ContainsAny(nfkc, "<&"); got != want {
			t.Errorf("%U in tagStarts: %v, want %v", r, got, want)
		}
		if low := unicode.ToLower(r); unicode.ToLower(low) != low {
			t.Errorf("the lower case of %U has a lower case", r)
		}
		if key := foldKey(string(r)); foldKey(key) != key {
			t.Errorf("foldKey is not idempotent on %U", r)
		}
		// Letters of the name in any case, and no others.
		for _, cased := range []rune{r, unicode.ToLower(r), unicode.ToUpper(r)} {
			if k := norm.NFKC.String(string(cased)); len(k) == 1 && strings.Contains(tagName, strings.ToLower(k)) {
				if glyphs := appendRune(nil, glyph{r: r}); len(glyphs) != 1 || string(fold(glyphs[0].r)) != strings.ToLower(k) {
					t.Errorf("%U is not read as %q", r, k)
				}
			}
		}
	}
	// What a mark touches must not compose with what follows or precedes it.
	for r := range rune(unicode.MaxRune + 1) {
		for _, c := range []string{"]", " "} {
			if s := norm.NFC.String(string(r)); !strings.HasPrefix(norm.NFC.String(c+s), c) {
				t.Errorf("%q composes with %U", c, r)
			}
		}
	}
}

// Every code point is read as NFKC says, as far as it matters for a tag.
func TestReadingIsNFKC(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		if 0xD800 <= r && r < 0xE000 {
			continue
		}
		var got, want []rune
		for _, g := range appendRune(nil, glyph{r: r}) {
			got = append(got, g.r)
		}
		for _, k := range norm.NFKC.String(string(r)) {
			if !derivedIgnorable(k) {
				want = append(want, k)
			}
		}
		if len(want) == 0 {
			if len(got) != 0 {
				t.Errorf("%U is read as %q, not as nothing", r, got)
			}
			continue
		}
		if len(got) == 0 {
			t.Errorf("%U is read as nothing, not as %q", r, want)
			continue
		}
		if norm.NFC.String(string(got)) == string(want) {
			continue // all of it, and whether it is composed does not matter
		}
		if want[0] <= unicode.MaxASCII || unicode.IsSpace(want[0]) {
			t.Errorf("%U is read as %q, not as %q", r, got, want)
		}
		if got[0] <= unicode.MaxASCII {
			t.Errorf("%U is read as %q, and is %q", r, got, want)
		}
		if nameRune := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }; nameRune(got[0]) != nameRune(want[0]) {
			t.Errorf("%U is read as %q, and is %q, which differ in whether a name continues", r, got, want)
		}
		if strings.ContainsAny(string(want), "<>&\"'") {
			t.Errorf("%U is %q, with a sign in it that is not read", r, want)
		}
	}
}

func TestEntityTable(t *testing.T) {
	want := map[string]string{}
	for name, value := range htmlEntities(t) {
		if reads, ok := readsAsASCII(value); ok {
			want[name] = reads
		}
	}
	longest := 0
	for name, reads := range want {
		longest = max(longest, len(name))
		if got, ok := entities[name]; !ok || got != reads {
			t.Errorf("&%s; is read as %q, %v; want %q", name, got, ok, reads)
		}
	}
	for name := range entities {
		if _, ok := want[name]; !ok {
			t.Errorf("&%s; is in the table and should not be", name)
		}
	}
	if longest != maxEntityName {
		t.Errorf("maxEntityName is %d, want %d", maxEntityName, longest)
	}
}

func readsAsASCII(value string) (string, bool) {
	var b strings.Builder
	for _, r := range norm.NFKC.String(value) {
		switch {
		case derivedIgnorable(r):
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r <= unicode.MaxASCII || r == 'İ' || r == 'ı':
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	return b.String(), true
}

// htmlEntities reads the table out of package html's source: its package offers
// no way to list it.
func htmlEntities(t *testing.T) map[string]string {
	t.Helper()
	file := filepath.Join(build.Default.GOROOT, "src", "html", "entity.go")
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	unquote := func(n ast.Node) string {
		if lit, ok := n.(*ast.BasicLit); ok {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				return s
			}
		}
		t.Fatalf("unexpected %T in %s", n, file)
		return ""
	}
	all := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		value := ""
		if pair, ok := kv.Value.(*ast.CompositeLit); ok {
			for _, e := range pair.Elts {
				value += unquote(e)
			}
		} else {
			value = unquote(kv.Value)
		}
		all[strings.TrimSuffix(unquote(kv.Key), ";")] = value
		return false
	})
	if len(all) < 2000 {
		t.Fatalf("only %d entities in %s", len(all), file)
	}
	return all
}
