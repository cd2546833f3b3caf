package secrets

import "strings"

// Finding is a secret in a text: its bytes from Start to before End.
type Finding struct {
	Start, End int
	Kind       string // lower case, with "-": "github-pat", "password"
}

// Mark begins what stands in place of something that was taken out: "[REDACTED",
// perhaps ":" and a kind, then "]". It is passed over.
const Mark = "[REDACTED"

// Find returns the secrets in a text, ordered and apart from each other. Its time
// is linear in the text's length, whatever is in it.
func Find(text string) []Finding {
	f := finder{text: text}
	for f.at < len(text) {
		f.step()
	}
	return f.found
}

// finder goes through a text once.
type finder struct {
	text  string
	at    int
	found []Finding

	awsUntil int // up to where the other half of an AWS key may stand
	window   int // up to where the last value was looked at
	tries    int // values that began before that
}

// add notes a secret and goes on behind it.
func (f *finder) add(start, end int, kind string) {
	f.found = append(f.found, Finding{start, end, kind})
	f.at = max(f.at, end)
}

func (f *finder) step() {
	at := f.at
	switch c := f.text[at]; {
	case c >= 0x80:
		f.at++
		if c < 0xE2 {
			return
		}
		for _, sign := range wideSigns {
			if strings.HasPrefix(f.text[at:], sign) {
				f.at = at + len(sign)
				f.value(at, f.at, loose)
				return
			}
		}
	case alnum.has(c):
		if at > 0 && word.has(f.text[at-1]) {
			f.at++
			return
		}
		f.wordAt(at)
	default:
		f.at++
		f.signAt(at, c)
	}
}

// wordAt looks at a word that begins here, and goes behind it if it is nothing.
func (f *finder) wordAt(at int) {
	forms := formsBy[f.text[at]]
	for i := range forms {
		form := &forms[i]
		if !strings.HasPrefix(f.text[at:], form.prefix) {
			continue
		}
		end := form.match(f.text, at)
		if end == 0 {
			continue
		}
		if rest := f.text[at+len(form.prefix) : end]; !tokenlike(rest) || form.names && !random(rest) {
			f.at = end // an example, or a name
			return
		}
		f.add(at+form.shown, end, form.kind)
		if form.kind == "aws-access-token" {
			f.awsUntil = end + besideAWS
		}
		return
	}
	if f.jwt(at) || f.behindScheme(at) || f.awsSecret(at) || f.azureSecret(at) || f.telegramToken(at) || f.discordToken(at) || f.putty(at) || f.said(at) {
		return
	}
	f.at = max(at+1, word.run(f.text, at, len(f.text)))
	if f.at < len(f.text) && f.text[f.at] == ' ' && f.at-at > 1 && f.mayName(at) { // DB_PASSWORD hunter2
		t := bare
		if strings.Contains(f.text[max(0, at-96):at], "login ") { // netrc
			t = loose
		}
		f.value(f.at, f.at, t)
	}
}

// signAt looks at a sign that can have to do with a secret.
func (f *finder) signAt(at int, c byte) {
	switch c {
	case '[':
		if end := MarkEnd(f.text, at); end > 0 {
			f.at = end
		}
	case ':':
		if strings.HasPrefix(f.text[at:], "://") {
			f.url(at)
			return
		}
		f.assigned(at)
	case '=', '|', '>':
		f.assigned(at)
	case '(':
		if at > 0 && f.text[at-1] == ' ' {
			f.value(at, at+1, bare)
		}
	case ',':
		if at > 0 && quote(f.text[at-1]) {
			f.assigned(at)
		}
	case '-':
		if strings.HasPrefix(f.text[at:], pemBegin) {
			f.privateKey(at)
			return
		}
		f.flag(at)
	case '@':
		f.goDSN(at)
	case '.':
		f.terraformToken(at)
	case '+', '/':
		if at < f.awsUntil && !classes['B'].has(f.text[at-1]) {
			f.awsSecret(at)
		}
	}
}

// MarkEnd returns the end of a mark that begins at a byte of a text; 0 if none
// does.
func MarkEnd(text string, at int) int {
	rest, ok := strings.CutPrefix(text[at:], Mark)
	if !ok {
		return 0
	}
	end := at + len(Mark)
	if kind, ok := strings.CutPrefix(rest, ":"); ok {
		n := 0
		for n < len(kind) && n < 64 && (kind[n] == '-' || kind[n] >= 'a' && kind[n] <= 'z' || kind[n] >= '0' && kind[n] <= '9') {
			n++
		}
		rest, end = kind[n:], end+1+n
	}
	if strings.HasPrefix(rest, "]") {
		return end + 1
	}
	return 0
}
