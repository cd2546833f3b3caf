package secrets

import (
	"encoding/base64"
	"strings"
)

// url looks at the password of a URL whose "://" begins here.
func (f *finder) url(at int) {
	f.at = at + len("://")
	if at == 0 || !alnum.has(f.text[at-1]) {
		return
	}
	start := f.at
	web := strings.HasSuffix(f.text[:at], "http") || strings.HasSuffix(f.text[:at], "https")
	sign := -1
	for end := start; end < len(f.text) && end < start+256; end++ {
		c := f.text[end]
		if c <= ' ' || quote(c) || c == '<' || c == '>' || c == ';' || c == '/' && web || c == ',' || c == ':' && strings.HasPrefix(f.text[end:], "://") {
			break
		}
		// Behind a slash only a host makes it a password with a slash in it.
		if c == '@' && (strings.IndexByte(f.text[start:end], '/') < 0 || hostAt(f.text, end+1)) {
			sign = end
		}
	}
	if sign < 0 {
		return
	}
	user, secret, both := strings.Cut(f.text[start:sign], ":")
	switch {
	case strings.Contains(user, "/"): // a path
	case both && secret != "" && !standIn(secret) && strings.Trim(secret, "[]<>") != "" && !standIn(strings.Trim(secret, "[]<>")):
		f.add(start+len(user)+1, sign, "url-password")
	case !both && made(user) && !placeholder(user, true):
		f.add(start, sign, "url-token")
	}
}

// hostAt reports whether at a place there is a host of a connection string, and the
// end or a database behind it.
func hostAt(text string, at int) bool {
	end := at
	for end < len(text) && (b64url.has(text[end]) || text[end] == '.' || text[end] == ':') {
		end++
	}
	return end > at && (end == len(text) || text[end] <= ' ' || text[end] == '/' || quote(text[end]))
}

// standIn reports whether a password in a URL is one for show, or comes from
// somewhere else.
func standIn(s string) bool {
	lower := strings.ToLower(s)
	switch lower {
	case "password", "passwd", "pass", "pwd", "secret", "xxx", "token", "pw", "mypassword", "my_password", "my-password", "db_password", "dbpassword", "x-oauth-basic",
		"passwort", "contraseña", "user", "...", "…", "redacted":
		return true
	}
	if strings.HasPrefix(s, Mark) || strings.IndexByte("${<[(*", s[0]) >= 0 {
		return true
	}
	if s[0] == '%' && (len(s) < 3 || !hexDigit(s[1]) || !hexDigit(s[2])) { // a format, and not an escape
		return true
	}
	for _, w := range []string{"your", "changeme", "placeholder", "xxxx", "****", "${", "{{", "example"} {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return false
}

func hexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// goDSN looks at user:password@tcp(…), as Go's MySQL driver has it.
func (f *finder) goDSN(at int) {
	if rest := f.text[at+1:]; !strings.HasPrefix(rest, "tcp(") && !strings.HasPrefix(rest, "unix(") {
		return
	}
	from := max(0, at-128)
	if i := strings.LastIndexAny(f.text[from:at], " \t\n\r\"'`="); i >= 0 {
		from += i + 1
	}
	user, secret, both := strings.Cut(f.text[from:at], ":")
	if both && secret != "" && !standIn(secret) && (len(f.found) == 0 || f.found[len(f.found)-1].End <= from) {
		f.add(from+len(user)+1, at, "url-password")
	}
}

// behindScheme looks at what follows the name of a scheme of HTTP's
// Authorization header, and at user:password behind curl's -u.
func (f *finder) behindScheme(at int) bool {
	rest := f.text[at:]
	if len(rest) < 10 {
		return false
	}
	switch {
	case strings.EqualFold(rest[:7], "bearer "), strings.EqualFold(rest[:6], "basic "):
	case rest[:2] == "u " && strings.HasSuffix(f.text[:at], " -"), strings.HasPrefix(rest, "user ") && strings.HasSuffix(f.text[:at], " --"):
		return f.curlUser(at, at+strings.IndexByte(rest, ' ')+1)
	default:
		return false
	}
	name, _, _ := strings.Cut(rest[:7], " ")
	start := at + len(name) + 1
	end := classes['*'].run(f.text, start, longVal)
	for end > start && f.text[end-1] == '.' {
		end--
	}
	v := f.text[start:end]
	switch {
	case len(v) < 8 || placeholder(v, true):
	case strings.EqualFold(name, "basic"):
		if plain, err := base64.StdEncoding.DecodeString(v); err == nil && strings.Contains(string(plain), ":") || len(v) >= 16 && strings.Contains(strings.ToLower(f.text[max(0, at-24):at]), "authorization") {
			f.add(start, end, "basic-auth")
			return true
		}
	case len(v) >= 16 && made(v[:min(len(v), looked)]) && !f.known(start):
		f.add(start, end, "bearer-token")
		return true
	}
	return false
}

// known reports whether a token with a form of its own, or a JSON web token,
// begins here: those have a better name.
func (f *finder) known(at int) bool {
	if f.text[at] >= 0x80 {
		return false
	}
	if webToken(f.text, at) > 0 {
		return true
	}
	rest := f.text[at:]
	for i := range formsBy[f.text[at]] {
		if form := &formsBy[f.text[at]][i]; strings.HasPrefix(rest, form.prefix) && form.match(f.text, at) > 0 {
			return true
		}
	}
	return false
}

func (f *finder) curlUser(at, from int) bool {
	line := f.text[max(0, at-512):at]
	if !strings.Contains(line[strings.LastIndexByte(line, '\n')+1:], "curl") {
		return false
	}
	if from < len(f.text) && quote(f.text[from]) {
		from++
	}
	end := from
	for end < len(f.text) && end < from+256 && f.text[end] > ' ' && !quote(f.text[end]) {
		end++
	}
	user, secret, both := strings.Cut(f.text[from:end], ":")
	if !both || len(secret) < 4 || secret == user || user != "" && standIn(user) || standIn(strings.TrimRight(secret, ">")) || strings.Contains(secret, "://") {
		return false
	}
	f.add(from+len(user)+1, end, "password")
	return true
}
