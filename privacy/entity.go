package privacy

import "slices"

// decode decodes the HTML entities in the reading once, and reports whether
// there were any.
func (v *reading) decode() bool {
	first := slices.IndexFunc(v.glyphs, func(g glyph) bool { return g.r == '&' })
	if first < 0 {
		return false
	}
	in, found := v.glyphs, false
	out := append(make([]glyph, 0, len(in)), in[:first]...)
	for i := first; i < len(in); {
		v.steps++
		if in[i].r == '&' {
			if next, ok := v.entity(in, i, &out); ok {
				found, i = true, next
				continue
			}
		}
		out = append(out, in[i])
		i++
	}
	v.glyphs = out
	return found
}

// entity appends what the entity at in[i], an ampersand, is read as, and
// returns where it ends. A missing ";" is forgiven, for every name: nobody
// would show an ampersand to a reader where the name of "<" follows.
func (v *reading) entity(in []glyph, i int, out *[]glyph) (next int, ok bool) {
	if i+1 < len(in) && in[i+1].r == '#' {
		return v.numeric(in, i, out)
	}
	var name [maxEntityName]byte
	n := 0
	for n < len(name) && i+1+n < len(in) && isAlnum(in[i+1+n].r) {
		v.steps++
		name[n] = byte(in[i+1+n].r)
		n++
	}
	for ; n > 1; n-- { // the longest name that fits
		v.steps++
		value, ok := entities[string(name[:n])]
		if !ok {
			continue
		}
		next = skipSemicolon(in, i+1+n)
		for _, r := range value {
			*out = append(*out, glyph{r, true, in[i].start, in[next-1].end})
		}
		return next, true
	}
	return 0, false
}

// numeric reads &#60; and &#x3c;. Numbers that are no code point are read as
// U+FFFD, as browsers do.
func (v *reading) numeric(in []glyph, i int, out *[]glyph) (next int, ok bool) {
	next, base := i+2, rune(10)
	if next < len(in) && (in[next].r == 'x' || in[next].r == 'X') {
		next, base = next+1, 16
	}
	digits, n := next, rune(0)
	for ; next < len(in); next++ {
		v.steps++
		d := digit(in[next].r)
		if d >= base {
			break
		}
		if n = n*base + d; n > 0x10FFFF {
			n = 0x110000 // too large, and stays so
		}
	}
	if next == digits {
		return 0, false
	}
	if n > 0x10FFFF || 0xD800 <= n && n < 0xE000 {
		n = 0xFFFD
	}
	next = skipSemicolon(in, next)
	*out = appendRune(*out, glyph{n, true, in[i].start, in[next-1].end})
	return next, true
}

func skipSemicolon(in []glyph, i int) int {
	if i < len(in) && in[i].r == ';' {
		return i + 1
	}
	return i
}

// digit returns the value of a hexadecimal digit, or 16.
func digit(r rune) rune {
	switch {
	case '0' <= r && r <= '9':
		return r - '0'
	case 'a' <= r && r <= 'f':
		return r - 'a' + 10
	case 'A' <= r && r <= 'F':
		return r - 'A' + 10
	}
	return 16
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
