package transfer

import (
	"strings"
	"unicode/utf8"
)

// section is a heading of a note with what stands under it, up to the next one.
type section struct {
	level    int      // of its own heading
	headings []string // its own and those above it
	text     string
}

// sections cuts a note at its headings. The first may have none. A # in a block of
// code is no heading.
func sections(body string) []section {
	all := []section{{}}
	var path []string // a heading of each level; "" where one is left out
	var text strings.Builder
	fence := ""
	flush := func() {
		all[len(all)-1].text = strings.TrimSpace(text.String())
		text.Reset()
	}
	for line := range strings.Lines(body) {
		fence = fenceAfter(fence, line)
		level, title := heading(line)
		if fence != "" || level == 0 {
			text.WriteString(line)
			continue
		}
		flush()
		for len(path) < level {
			path = append(path, "")
		}
		path = append(path[:level-1:level-1], title)
		s := section{level: level}
		for _, h := range path {
			if h != "" {
				s.headings = append(s.headings, h)
			}
		}
		all = append(all, s)
	}
	flush()
	return all
}

// heading gives the level and the text of a heading; 0 for another line.
func heading(line string) (int, string) {
	if strings.HasPrefix(line, "    ") {
		return 0, "" // code
	}
	line = strings.TrimSpace(line)
	level := len(line) - len(strings.TrimLeft(line, "#"))
	rest := line[level:]
	if level == 0 || level > 6 || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return 0, ""
	}
	rest = strings.TrimSpace(rest)
	if closed := strings.TrimRight(rest, "#"); strings.HasSuffix(closed, " ") {
		rest = strings.TrimSpace(closed) // ## Title ##
	}
	if rest == "" {
		return 0, ""
	}
	return level, rest
}

// fenceAfter follows blocks of code: it gives the fence that is open after a
// line, "" for none.
func fenceAfter(open, line string) string {
	line = strings.TrimSpace(line)
	for _, mark := range []string{"`", "~"} {
		n := len(line) - len(strings.TrimLeft(line, mark))
		switch {
		case n < 3:
		case open == "":
			return line[:n]
		case open[:1] == mark && n >= len(open) && line[n:] == "":
			return ""
		}
	}
	return open
}

// pieces cuts a text that is longer than most bytes: where a paragraph or an item
// of a list begins, else at the end of a line, else anywhere.
func pieces(text string, most int) []string {
	var all []string
	for len(text) > most {
		at := cutAt(text, most)
		all = append(all, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	if text != "" {
		all = append(all, text)
	}
	return all
}

// cutAt gives the last good place for a cut within most bytes.
func cutAt(text string, most int) int {
	head := text[:most]
	for _, begin := range []string{"\n\n", "\n- ", "\n* ", "\n1. ", "\n"} {
		if at := strings.LastIndex(head, begin); at > most/4 {
			return at
		}
	}
	at := most
	for !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
