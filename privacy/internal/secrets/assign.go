package secrets

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// How a value is tied to its name.
type tie int

const (
	tight tie = iota // by a sign: name = value
	loose            // by a word
	bare             // by nothing but space
)

// wideSigns tie a name to its value in Chinese and Japanese.
var wideSigns = []string{"：", "→", "是", "为", "は"}

// ties are words that do so elsewhere.
var ties = needlesOf("is ", "is: ", "was ", "be ", "ist ", "lautet ", "lautet: ", "es ", "est ", "by ", "BY ", "to ", "from ", "auf ", "a ")

// Values are looked at up to here.
const (
	looked  = 64 // to tell what they are
	longVal = 1 << 12

	maxTries = 3 // values that begin in one
)

// assigned looks at a value behind a sign.
func (f *finder) assigned(at int) {
	end := at + 1
	for end < len(f.text) && end < at+3 && strings.IndexByte("=:>~|", f.text[end]) >= 0 {
		end++
	}
	if before := strings.ToLower(strings.TrimRight(f.text[max(0, at-16):at], " \"'")); strings.HasSuffix(before, "authorization") {
		f.value(at, scheme(f.text, end), tight)
		return
	}
	f.value(at, end, tight)
}

// scheme is where the value of HTTP's Authorization header begins, behind the name
// of its scheme.
func scheme(text string, at int) int {
	start := at
	for start < len(text) && (text[start] == ' ' || quote(text[start])) {
		start++
	}
	if end := b64url.run(text, start, 20); end < len(text) && text[end] == ' ' {
		return end
	}
	return at
}

// said looks at a value behind a word that ties it to its name: "the password is
// hunter2".
func (f *finder) said(at int) bool {
	rest := f.text[at:]
	return ties.begin(rest) && f.value(at, at+strings.IndexByte(rest, ' '), loose)
}

// mayName reports quickly whether the word from one place to where the finder is
// can be the last of a name of a secret.
func (f *finder) mayName(at int) bool {
	if f.at-at < 3 {
		return false
	}
	k := lastThree(f.text[at:f.at])
	return endings[k] != nil || k == [3]byte{'k', 'e', 'y'} || k == [3]byte{'a', 's', 's'}
}

// lastThree is how a text ends, in lower case.
func lastThree(text string) (last [3]byte) {
	for i := range last {
		c := text[len(text)-3+i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		last[i] = c
	}
	return last
}

// flag looks at the value of an option of a command: --password hunter2.
func (f *finder) flag(at int) {
	if at > 0 && f.text[at-1] > ' ' && f.text[at-1] != '-' && !quote(f.text[at-1]) {
		return
	}
	end := b64url.run(f.text, at+1, reach)
	switch {
	case end >= len(f.text) && end < at+3:
	case end > at+1 && f.text[at+1] == 'u' && f.text[at+2] > ' ':
		f.curlUser(at, at+2)
	case end > at+2 && f.text[at+1] == 'p' && f.command(at, "glued"):
		f.option(at + 2)
	case end >= len(f.text):
	case end == at+2 && f.command(at, f.text[at+1:end]):
		f.option(end)
	case f.text[end] == ' ' && end > at+4:
		f.value(end, end+1, bare)
	}
}

// command reports whether a letter is how a command that stands in the line
// before is given a password or a key.
func (f *finder) command(at int, letter string) bool {
	line := f.text[max(0, at-96):at]
	line = line[strings.LastIndexByte(line, '\n')+1:]
	has := func(commands ...string) bool {
		return slices.ContainsFunc(commands, func(c string) bool { return strings.Contains(line, c) })
	}
	switch letter {
	case "glued": // -pPASSWORD
		return has("mysql", "mariadb", "sshpass ")
	case "p":
		return has("sshpass ", "mysql", "mariadb", "docker login", "podman login", "registry login", "az login", "mongo")
	case "a":
		return has("redis-cli ", "http ")
	case "w":
		return has("ldapsearch ", "ldapmodify ")
	case "k":
		return has("nuget push ")
	}
	return false
}

// option looks at the value of an option of one letter, with or without space.
func (f *finder) option(at int) {
	start, end := f.extent(at, false)
	if v := f.text[start:min(end, start+looked)]; end-start >= 6 && (chosen(v, bare) || made(v)) && !placeholder(v, quote(f.text[start-1])) && !f.known(start) {
		f.add(start, f.whole(start, end, false), "password")
	}
}

func quote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// value looks whether behind one place there is what could be a secret, and
// whether the name before the other promises one.
func (f *finder) value(name, at int, t tie) bool {
	if at < f.window && f.tries >= maxTries { // what is all one word is not looked at from each of its parts
		return false
	}
	query := queried(f.text, name)
	start, end := f.extent(at, query)
	if end-start < 6 {
		return false
	}
	if start >= f.window {
		f.window, f.tries = end, 0
	}
	f.tries++
	v := f.text[start:min(end, start+looked)]
	if strings.Contains(v, Mark) {
		return false // what is left of it tells nothing
	}
	quoted := quote(f.text[start-1])
	isMade, isChosen := made(v), chosen(v, t)
	isWords := !isMade && !isChosen && (quoted || t == tight) && words(v)
	if !isMade && !isChosen && !isWords && (t != tight || !chosenSecret(v)) {
		return false
	}
	name, ok := f.nameBefore(name)
	if !ok {
		return false
	}
	what := nameEnds(f.text[:name], query)
	if what == nothing && strings.IndexByte(strings.TrimRight(v, "="), '=') < 0 && (isMade || isChosen && strings.ContainsAny(v, "!@#$%^&*")) {
		name = beforePreposition(f.text[:name])
		what = nameEnds(f.text[:name], false)
	}
	kind := ""
	switch what {
	case nothing:
	case weak:
		if isChosen && !camel(v) {
			kind = "password"
		}
	case password:
		if isChosen {
			kind = "password"
		}
	case phrase:
		if isChosen || isWords {
			kind = "password"
		}
	case token:
		if isMade || t == tight && chosenSecret(v) {
			kind = tokenKind(f.text[:name])
		}
	case header:
		if isMade {
			kind = "authorization"
		}
	case sealed:
		if len(v) >= 20 && isMade {
			kind = "signature"
		}
	}
	if kind == "" || placeholder(v, quoted) || f.known(start) {
		return false
	}
	f.add(start, f.whole(start, end, query), kind)
	return true
}

// whole is the end of a value of which a part was looked at.
func (f *finder) whole(start, end int, query bool) int {
	if !quote(f.text[start-1]) && end >= start+looked-utf8.UTFMax {
		_, end = f.bare(start, len(f.text), query)
	}
	return end
}

// nameBefore goes back from a tie over what can stand between it and the name:
// white space, quotes, Markdown's signs for bold and code, an index's bracket.
func (f *finder) nameBefore(at int) (int, bool) {
	for at > 0 && (f.text[at-1] == ' ' || f.text[at-1] == '\t') {
		at--
	}
	from := max(0, at-4)
	near := strings.TrimRight(f.text[from:at], "*`\"'_\\")
	if inner, ok := strings.CutSuffix(near, "]"); ok { // os.environ["X"] =
		if near = strings.TrimRight(inner, "\"'`"); len(near) == len(inner) {
			return 0, false // a mark
		}
	}
	at = from + len(near)
	// <add key="Password" value="…">, {"name":"DB_PASSWORD","value":"…"}, and the same in YAML
	if before := f.text[max(0, at-2*reach):at]; strings.HasSuffix(before, "value") {
		rest := strings.TrimRight(before[:len(before)-len("value")], " \t\r\n\",")
		if len(rest) < len(before)-len("value") {
			at -= len(before) - len(rest)
		}
	}
	return at, at > 0
}

// beforePreposition is the end of what a phrase like "the token for the staging
// server" is about.
func beforePreposition(text string) int {
	from := max(0, len(text)-reach)
	for at := from; at < len(text); at++ {
		if text[at] == ' ' && prepositions.begin(text[at:]) {
			return at
		}
	}
	return 0
}

var prepositions = needlesOf(
	" for ", " of ", " to ", " on ", " in ", " at ", " del ", " de ", " para ", " für ", " fuer ", " von ", " vom ", " zum ", " zur ", " des ", " der ", " du ", " pour ",
)

// tokenKind is the kind of what has a name that ends here.
func tokenKind(text string) string {
	name := strings.ToLower(trimName(text[max(0, len(text)-reach):]))
	switch {
	case strings.HasSuffix(name, "token"):
		return "token"
	case strings.HasSuffix(name, "secret"):
		return "secret"
	}
	return "api-key"
}

// queried reports whether the name that ends here is one of a URL's query.
func queried(text string, end int) bool {
	at := end
	for at > 0 && at > end-reach && (b64url.has(text[at-1]) || text[at-1] == '.') {
		at--
	}
	return at > 0 && (text[at-1] == '?' || text[at-1] == '&')
}

// extent is where a value that stands behind a sign begins and ends.
func (f *finder) extent(at int, query bool) (start, end int) {
	text := f.text
	for n := 0; at < len(text) && n < 8 && (text[at] == ' ' || text[at] == '\t' || text[at] == '*' || text[at] == '\\'); n++ {
		at++
	}
	if at < len(text) && text[at] >= 0x80 && wideQuotes.begin(text[at:]) {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	if strings.HasPrefix(text[at:], "base64:") {
		at += len("base64:")
	}
	if at > 0 && at < len(text) && quote(text[at]) {
		q := text[at]
		at++
		for at < len(text) && text[at] == q { // """
			at++
		}
		if n := closing(text[at:min(len(text), at+longVal)], q, at > 1 && text[at-2] == '\\'); n >= 0 {
			end = at + n
			for end > at && text[end-1] == '\\' {
				end--
			}
			return at, end
		}
	}
	if at == 0 {
		return 0, 0
	}
	return f.bare(at, looked, query)
}

// closing is where a quote closes in the same line, one behind a backslash only if
// the opening one was; -1 where it does not.
func closing(text string, q byte, escaped bool) int {
	for i := range len(text) {
		switch {
		case text[i] == '\n':
			return -1
		case text[i] == q && (escaped || i == 0 || text[i-1] != '\\'):
			return i
		}
	}
	return -1
}

// wideQuotes open a quotation in print.
var wideQuotes = needlesOf("“", "‘", "„", "«", "「")

// bare is the extent of a value without quotes, up to a length.
func (f *finder) bare(at, most int, query bool) (start, end int) {
	text := f.text
	for end = at; end < len(text) && end < at+most && !ends(text, end, query); end++ {
	}
	for end < len(text) && end > at && !utf8.RuneStart(text[end]) { // not within a character
		end--
	}
	for end > at && end < at+most && strings.IndexByte(".:)]}*", text[end-1]) >= 0 {
		end--
	}
	return at, end
}

// ends reports whether a value without quotes ends before a place.
func ends(text string, at int, query bool) bool {
	switch c := text[at]; {
	case c <= ' ', c == ',', c == ';', c == '<', quote(c):
		return true
	case c == '[':
		return strings.HasPrefix(text[at:], Mark)
	case c == '|':
		return at+1 < len(text) && text[at+1] == ' '
	case c == '&', c == '#':
		return query
	case c == '\\':
		return at+1 < len(text) && strings.IndexByte("nrt\"'", text[at+1]) >= 0
	case c >= 0x80:
		return wideEnds.begin(text[at:])
	}
	return false
}

var wideEnds = needlesOf("，", "。", "、", "”", "“", "’", "»", "」")
