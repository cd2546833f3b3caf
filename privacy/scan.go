package privacy

import "unicode"

// tagName is what a tag is called.
const tagName = "private"

// scanner finds tagged regions in a reading, in one pass.
//
// It rewrites the reading as it goes: glyphs[:out] reads as the finished text
// will read up to here, with a space for each stray closer and a mark for each
// region. Tags are recognised by looking back from their name into that part.
// So a tag that would only come to be because something between its letters is
// taken out is found at once, and the finished text holds no tag.
type scanner struct {
	reading
	out  int
	cuts []cut
	open tag // the tag or region the scanner is in
}

// tag is what the scanner knows of the place it is in.
type tag struct {
	in     bool // in a cut at all
	from   int  // index of the cut's first glyph in the rewritten part
	depth  int  // openers without their closer
	region bool // an opener was seen: not only a stray closer
	inTag  bool // before the ">" of a tag
	held   bool // a stray closer held something besides white space
	quote  rune // the quote that is open in the tag, or 0
}

// privateCuts returns the regions of s that are tagged as private, and its
// stray closers.
func privateCuts(s string) []cut {
	cuts, _ := scanPrivate(s)
	return cuts
}

// scanPrivate is privateCuts, and the number of steps it took.
func scanPrivate(s string) (cuts []cut, steps int) {
	from := firstTagStart(s)
	if from < 0 {
		return nil, 0
	}
	sc := scanner{reading: read(s, from)}
	sc.scan(len(s))
	return sc.cuts, sc.steps
}

func (sc *scanner) scan(end int) {
	for i := range sc.glyphs {
		sc.steps++
		g := sc.glyphs[i]
		sc.push(g)
		if sc.open.inTag {
			sc.insideTag(g)
		}
		if fold(g.r) == 'e' && sc.endsName(i) {
			if from, closer, ok := sc.head(); ok {
				sc.enter(from, closer)
			}
		}
	}
	if sc.open.in {
		// A tag without its end, or a region without its closer. What a closer
		// without its end was meant to hide is unknown, so it hides the rest.
		sc.open.region = true
		sc.finish(end)
	}
}

func (sc *scanner) push(g glyph) {
	sc.glyphs[sc.out] = g
	sc.out++
}

// insideTag reads a glyph between a tag's name and its ">".
func (sc *scanner) insideTag(g glyph) {
	t := &sc.open
	switch {
	case t.quote != 0:
		if g.r == t.quote {
			t.quote = 0
		}
		t.held = true
	case g.r == '>':
		t.inTag = false
		if t.depth == 0 {
			sc.finish(g.end)
		}
	case g.r == '"' || g.r == '\'':
		// A quote opens where a value can begin. Within a word it is an
		// apostrophe, and would reach to the next one in the text.
		if before := sc.glyphs[sc.out-2].r; !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			t.quote = g.r
		}
		t.held = true
	case !unicode.IsSpace(g.r) && g.r != '/':
		t.held = true
	}
}

// endsName reports whether the tag's name ends with the glyph read last, which
// is glyph i of the reading.
func (sc *scanner) endsName(i int) bool {
	if sc.out < len(tagName) {
		return false
	}
	for k, g := range sc.glyphs[sc.out-len(tagName) : sc.out] {
		if fold(g.r) != rune(tagName[k]) {
			return false
		}
	}
	return i+1 == len(sc.glyphs) || !sc.continuesName(sc.glyphs[i], sc.glyphs[i+1])
}

// continuesName reports whether a name that ends with last goes on with g, so
// that it is another name. An entity does not do that, nor does anything behind
// one: <private&real> is a tag to whoever leaves the entity as it is, and
// another name only to who decodes it without its ";".
func (sc *scanner) continuesName(last, g glyph) bool {
	if g.entity || last.end < g.start && firstTagStart(sc.source[last.end:g.start]) >= 0 {
		return false
	}
	switch g.r {
	case '-', '_', '.', ':':
		return true
	}
	return unicode.IsLetter(g.r) || unicode.IsDigit(g.r)
}

// head looks back from a name that was just read for the "<" of its tag, and
// for the "/" of a closer.
func (sc *scanner) head() (from int, closer, ok bool) {
	at := sc.backOverSpace(sc.out - len(tagName) - 1)
	if at >= 0 && sc.glyphs[at].r == '/' {
		closer = true
		at = sc.backOverSpace(at - 1)
	}
	if at < 0 || sc.glyphs[at].r != '<' {
		return 0, false, false
	}
	return at, closer, true
}

// backOverSpace looks at each white space once for each name after it; no two
// names have the same white space before them, so a scan stays linear.
func (sc *scanner) backOverSpace(at int) int {
	for at >= 0 && unicode.IsSpace(sc.glyphs[at].r) {
		sc.steps++
		at--
	}
	return at
}

// enter takes note of a tag whose name was just read.
func (sc *scanner) enter(from int, closer bool) {
	t := &sc.open
	switch {
	case !t.in:
		*t = tag{in: true, from: from}
	case t.inTag && closer:
		// In a tag only openers count: in doubt a region is longer.
		return
	}
	if closer {
		if t.depth > 0 {
			t.depth--
		}
	} else {
		t.depth++
		t.region = true
	}
	if !t.inTag {
		t.inTag, t.quote = true, 0
	}
}

// finish ends the cut the scanner is in at a byte of the source, and puts what
// will stand there into the rewritten part.
func (sc *scanner) finish(end int) {
	t := sc.open
	c := cut{start: sc.glyphs[t.from].start, end: end, with: " "}
	reads := ' '
	if t.region {
		c.with = mark
		reads = ']'
	}
	if t.region || t.held {
		c.kind = KindPrivate
	}
	// Stray closers in front can turn out to be inside of this cut.
	for len(sc.cuts) > 0 && sc.cuts[len(sc.cuts)-1].start >= c.start {
		sc.cuts = sc.cuts[:len(sc.cuts)-1]
	}
	sc.cuts = append(sc.cuts, c)
	sc.out = t.from
	sc.push(glyph{r: reads, start: c.start, end: c.end})
	sc.open = tag{}
}

// fold returns an ASCII letter in lower case. In Turkish, and so on a Turkish
// machine, the upper case of i is İ and the lower case of I is ı.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r == 'İ' || r == 'ı':
		return 'i'
	}
	return r
}
