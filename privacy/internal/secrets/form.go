package secrets

import (
	"fmt"
	"strconv"
	"strings"
)

// form is how a service writes its tokens: a prefix that tells them apart, then
// pieces.
type form struct {
	kind   string
	prefix string
	pieces []piece
	shown  int  // how much of the prefix is no secret, and stays
	names  bool // names in code can look so: the rest must be random
}

// piece is some characters of a class, or a literal.
type piece struct {
	of          *class
	least, most int
	literal     string
}

// longest bounds a piece without an upper bound.
const longest = 1 << 9

// parseForm reads "glsa_%a{32}_%h{8}": literals and, behind "%", the letter of a
// class with a number, from,to or from, (no upper bound). What stands before a "^"
// is no secret. "!" in front says that names in code look like it.
func parseForm(kind, text string) form {
	f := form{kind: kind}
	text, f.names = strings.CutPrefix(text, "!")
	if at := strings.IndexByte(text, '^'); at >= 0 {
		f.shown = at
		text = text[:at] + text[at+1:]
	}
	for text != "" {
		at := strings.IndexByte(text, '%')
		if at != 0 {
			if at < 0 {
				at = len(text)
			}
			f.pieces = append(f.pieces, piece{literal: text[:at]})
			text = text[at:]
			continue
		}
		end := strings.IndexByte(text, '}')
		p := piece{of: classes[text[1]]}
		from, to, ranged := strings.Cut(text[3:end], ",")
		p.least = number(from)
		switch {
		case !ranged:
			p.most = p.least
		case to == "":
			p.most = longest
		default:
			p.most = number(to)
		}
		if p.of == nil {
			panic("secrets: no class " + text)
		}
		f.pieces = append(f.pieces, p)
		text = text[end+1:]
	}
	f.prefix, f.pieces = f.pieces[0].literal, f.pieces[1:]
	return f
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("secrets: %q is no number", s))
	}
	return n
}

// match gives the end of a token whose prefix begins at a place; 0 if there is
// none. A token ends where no letter or digit follows.
func (f *form) match(text string, at int) (end int) {
	at += len(f.prefix)
	for i := range f.pieces {
		p := &f.pieces[i]
		if p.of == nil {
			if !strings.HasPrefix(text[at:], p.literal) {
				return 0
			}
			at += len(p.literal)
			continue
		}
		to := p.of.run(text, at, p.most)
		if to-at < p.least {
			return 0
		}
		at = to
	}
	if at < len(text) && word.has(text[at]) {
		return 0
	}
	for text[at-1] == '.' { // that of the sentence
		at--
	}
	return at
}

// formsBy are the forms by the first byte of their prefixes.
var formsBy = func() (by [128][]form) {
	for line := range strings.SplitSeq(strings.TrimSpace(allForms), "\n") {
		kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		f := parseForm(kind, strings.TrimSpace(text))
		by[f.prefix[0]] = append(by[f.prefix[0]], f)
	}
	return by
}()
