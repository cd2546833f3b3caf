package transfer

import (
	"strconv"
	"strings"
	"unicode"
)

// frontMatter is what stands between two lines of --- at the top of a note, by
// name in lower case. It is the part of YAML that notes have: texts, plain,
// quoted or over lines, lists of them, and names within a name, which are
// joined with a dot. Notes are written by hand and by agents, and real YAML
// refuses much of that, such as "description: Deploys: never on Fridays".
type frontMatter map[string][]string

// cutFrontMatter gives a note's front matter and the rest of it.
func cutFrontMatter(text string) (frontMatter, string) {
	rest, ok := cutFence(text)
	if !ok {
		return nil, text
	}
	var lines []string
	for {
		line, after, more := strings.Cut(rest, "\n")
		line = strings.TrimRight(line, " \t\r")
		if line == "---" || line == "..." {
			return readFrontMatter(lines), after
		}
		if !more { // it never ends, so it is a rule in the text
			return nil, text
		}
		lines, rest = append(lines, line), after
	}
}

// cutFence takes the first line away, if that is the beginning of a front matter.
func cutFence(text string) (string, bool) {
	line, rest, ok := strings.Cut(text, "\n")
	return rest, ok && strings.TrimRight(line, " \t\r") == "---"
}

func readFrontMatter(lines []string) frontMatter {
	f := frontMatter{}
	for len(lines) > 0 {
		name, rest, ok := strings.Cut(lines[0], ":")
		if !ok || goesOn(lines[0]) || name[0] == '#' {
			lines = lines[1:]
			continue
		}
		n := 1
		for n < len(lines) && goesOn(lines[n]) {
			n++
		}
		f.set(strings.ToLower(strings.Trim(name, `"' `)), strings.TrimSpace(rest), lines[1:n])
		lines = lines[n:]
	}
	return f
}

// goesOn reports whether a line belongs to the name before it.
func goesOn(line string) bool {
	return line == "" || line[0] == ' ' || line[0] == '\t' || line[0] == '-' || line[0] == ':'
}

// set reads the value of a name: the rest of its line and the lines below.
func (f frontMatter) set(name, rest string, below []string) {
	switch {
	case rest != "" && strings.ContainsRune("|>", rune(rest[0])):
		glue := " "
		if rest[0] == '|' {
			glue = "\n"
		}
		f[name] = []string{strings.TrimSpace(strings.Join(trimmed(below), glue))}
	case rest != "" && rest[0] == '[':
		f[name] = inlineList(strings.Join(append([]string{rest}, trimmed(below)...), " "))
	case rest != "":
		f[name] = []string{scalar(strings.TrimSpace(strings.Join(append([]string{rest}, trimmed(below)...), " ")))}
	default:
		f.setBelow(name, trimmed(below))
	}
}

// setBelow reads a value of which nothing stands beside its name.
func (f frontMatter) setBelow(name string, below []string) {
	f[name] = nil
	for _, line := range below {
		if item, ok := strings.CutPrefix(line, "- "); ok {
			f[name] = append(f[name], scalar(item))
		} else if inner, value, ok := strings.Cut(line, ":"); ok && len(f[name]) == 0 {
			f[name+"."+strings.ToLower(strings.TrimSpace(inner))] = []string{scalar(value)}
		}
	}
}

func trimmed(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimSpace(line)
	}
	return out
}

// inlineList reads [a, "b, c"].
func inlineList(s string) []string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	var list []string
	quote := rune(0)
	for _, item := range strings.FieldsFunc(s, func(r rune) bool {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case r == quote:
			quote = 0
		}
		return r == ',' && quote == 0
	}) {
		if item = scalar(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// scalar reads one text. What is no good quotation is taken as it stands.
func scalar(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(s, `"`):
		if quoted, err := strconv.QuotedPrefix(s); err == nil {
			if text, err := strconv.Unquote(quoted); err == nil {
				return text
			}
		}
		return strings.Trim(s, `"`)
	case len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'':
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	case s == "~" || s == "null":
		return ""
	}
	s, _, _ = strings.Cut(s, " #")
	return strings.TrimSpace(s)
}

// has reports whether all of the names are there.
func (f frontMatter) has(names ...string) bool {
	for _, name := range names {
		if _, ok := f[name]; !ok {
			return false
		}
	}
	return true
}

// first gives the first of the names that says something, as one line.
func (f frontMatter) first(names ...string) string {
	for _, name := range names {
		if s := strings.TrimSpace(strings.Join(f[name], " ")); s != "" {
			return strings.Join(strings.FieldsFunc(s, unicode.IsControl), " ")
		}
	}
	return ""
}

// list gives a list, which may stand in one text, with commas.
func (f frontMatter) list(name string) []string {
	values := f[name]
	if len(values) == 1 {
		values = inlineList(values[0])
	}
	return values
}
