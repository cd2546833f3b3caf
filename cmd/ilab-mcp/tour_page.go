package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// pageWidth is how many columns the tour uses.
const pageWidth = 100

// page prints the tour. It has no colours unless it is a terminal.
type page struct {
	out     io.Writer
	colours bool
	section int
}

func newPage(e env) *page {
	p := &page{out: e.stdout}
	if f, ok := e.stdout.(*os.File); ok && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb" {
		info, err := f.Stat()
		p.colours = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// Styles of a terminal.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	green = "32"
	cyan  = "36"
)

func (p *page) style(code, s string) string {
	if !p.colours {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// print writes one line. Where stdout fails there is nobody left to tell.
func (p *page) print(parts ...string) { _, _ = fmt.Fprintln(p.out, strings.Join(parts, "")) }

func (p *page) heading(s string) {
	p.print()
	p.print(p.style(bold, "── "+s+" "+strings.Repeat("─", max(0, pageWidth-4-utf8.RuneCountInString(s)))))
}

// chapter is a numbered heading.
func (p *page) chapter(s string) {
	p.section++
	p.heading(fmt.Sprintf("%d. %s", p.section, s))
}

// text prints a paragraph.
func (p *page) text(s string) {
	p.print()
	for _, line := range wrap(s, pageWidth-3) {
		p.print("   ", line)
	}
}

func (p *page) tick(ok bool, s string) {
	mark := p.style(green, "   ✓ ")
	if !ok {
		mark = p.style(red, "   ✗ ")
	}
	for i, line := range wrap(s, pageWidth-5) {
		if i > 0 {
			mark = "     "
		}
		p.print(mark, line)
	}
}

// pair is a name and its value, to be shown.
type pair struct {
	name  string
	value any
}

// arguments are a call's, in the order in which they are shown.
type arguments []pair

func (a arguments) object() map[string]any {
	o := make(map[string]any, len(a))
	for _, p := range a {
		o[p.name] = p.value
	}
	return o
}

func (p *page) asked(who, tool string, args arguments) {
	p.print()
	p.print("   ", p.style(cyan, who+" → "+tool))
	p.pairs("       ", args)
}

func (p *page) answered(shown []pair) { p.pairs(p.style(faint, "     ← "), shown) }

// pairs prints names and values under each other; the first line begins with
// lead, the others with as many spaces.
func (p *page) pairs(lead string, pairs []pair) {
	const indent = "       "
	widest := 0
	for _, a := range pairs {
		widest = max(widest, len(a.name))
	}
	for _, a := range pairs {
		name := fmt.Sprintf("%-*s  ", widest, a.name)
		for i, line := range wrap(short(a.value), pageWidth-len(indent)-len(name)) {
			if i > 0 {
				name = strings.Repeat(" ", len(name))
			}
			p.print(lead, p.style(faint, name), line)
			lead = indent
		}
	}
}

// label is a path's last step that is a name.
func label(path string) string {
	steps := strings.Split(path, ".")
	for i := len(steps) - 1; i > 0; i-- {
		if s := steps[i]; s[0] < '0' || s[0] > '9' {
			return s
		}
	}
	return steps[0]
}

// short writes a value on few lines.
func short(v any) string {
	s, ok := v.(string)
	if !ok {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return fmt.Sprint(v)
		}
		s = strings.TrimSpace(b.String())
	}
	const most = 400
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// wrap breaks text into lines of at most width characters, at spaces where
// there are any. It gives at least one line.
func wrap(s string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		r := []rune(paragraph)
		for len(r) > width {
			cut := width
			for cut > 0 && r[cut] != ' ' {
				cut--
			}
			if cut == 0 {
				cut = width
			}
			lines = append(lines, strings.TrimRight(string(r[:cut]), " "))
			r = []rune(strings.TrimLeft(string(r[cut:]), " "))
		}
		lines = append(lines, string(r))
	}
	return lines
}
