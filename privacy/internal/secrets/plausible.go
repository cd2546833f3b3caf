package secrets

import (
	"slices"
	"strconv"
	"strings"
)

// schemes are how passwords are kept, not passwords.
var schemes = []string{
	"argon2", "bcrypt", "scrypt", "pbkdf2", "sha256", "sha512", "sha-256", "md5", "oauth2", "base64", "utf8", "utf-8", "utf-16", "aes256", "aes-256", "ed25519",
	"hs256", "rs256", "es256", "x509", "rsa2048", "rsa4096", "win32", "int64", "int32", "uint8", "float64", "string", "http2", "ipv4", "ipv6",
}

// instead are in values that stand in place of a secret.
var instead = needlesOf(
	"example", "your", "changeme", "change-me", "change_me", "placeholder", "redacted", "dummy", "xxxx", "...", "…", "****", "insert", "replace",
	"todo", "foobar", "getenv", "environ", "process.env", "os.env", "env.", "config.", "settings.", "secrets.", "${", "{{", "$(", "%(", "(", "=>", "->",
	"://", "<", "0123456789", "1234567890", "abcdefghij",
)

// elsewhere begin values that say where a secret is kept, or keep it sealed.
var elsewhere = needlesOf(
	"arn:", "op:", "vault:", "ref:", "ref+", "sops:", "enc[", "file:", "sm:", "kms:", "ssm:", "env:", "secret:", "projects/", "$2a$", "$2b$",
)

// placeholder reports whether a value stands for a secret that is elsewhere, or
// shows how one would look.
func placeholder(v string, quoted bool) bool {
	switch v[0] {
	case '$', '{', '<', '[', '(', '=', '|':
		return true
	case '/', '~', '.', '%', '&', '*', '\\', '?', '^', '+', '-':
		if !made(v) && !strings.ContainsAny(v[1:], "!@#$%^&*") {
			return true
		}
	}
	if _, err := strconv.ParseFloat(v, 64); err == nil && strings.ContainsAny(v, ".+-") {
		return true
	}
	if at := strings.IndexAny(v, "[{"); !quoted && at > 0 && alnum.has(v[at-1]) && (at == len(v)-1 || !strings.ContainsAny(v, "!@#$%^&*")) {
		return true // code
	}
	lower := strings.ToLower(v)
	if (len(v) == 16 || len(v) == 40) && strings.Trim(v, "0123456789ABCDEF") == "" { // a fingerprint, as gpg shows it
		return true
	}
	if len(v) == 42 && strings.HasPrefix(v, "0x") || strings.HasPrefix(v, "AAAA") { // an address, a public key
		return true
	}
	if instead.in(lower) || elsewhere.begin(lower) {
		return true
	}
	for _, w := range schemes {
		if len(lower) <= len(w)+4 && strings.HasPrefix(lower, w) {
			return true
		}
	}
	return path(v)
}

// path reports whether a value is a name with parts: an expression in code, or
// where a secret is kept.
func path(v string) bool {
	if rules := strings.Split(v, "|"); len(rules) > 1 && !slices.ContainsFunc(rules, func(r string) bool { return r == "" || shapeOf(r[:1]).letters() == 0 || random(r) }) {
		return true // required|min:12
	}
	parts := strings.FieldsFunc(v, func(r rune) bool { return r == '/' || r == '.' || r == ':' })
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		if h := shapeOf(p); h.letters() == 0 && h.digits < 3 || random(p) || h.turns > 2 || h.signs > strings.Count(p, "-")+strings.Count(p, "_") {
			return false
		}
	}
	return true
}

// chosen reports whether a value is a password as people choose them.
func chosen(v string, t tie) bool {
	h := shapeOf(v)
	special := h.signs - strings.Count(v, "-") - strings.Count(v, "_") - strings.Count(v, ".") - strings.Count(v, "/") - strings.Count(v, ":") - strings.Count(v, "'")
	switch {
	case t == bare && strings.IndexByte(strings.TrimRight(v, "="), '=') >= 0: // password=x host=y
		return false
	case strings.ContainsAny(v, " \t") || dated(v) || measure(v) || h.distinct < 3:
		return false
	case identifier(v) || t != tight && camel(v):
		return false
	case t == bare && (len(v) < 8 || h.digits == 0 || special == 0 && (h.lower == 0 || h.upper == 0)):
		return false
	case t != tight && h.digits == 0:
		return special > 0 && h.letters() >= 4 && v[len(v)-1] != '!' && v[len(v)-1] != '?' || special > 1 && h.letters() >= 3
	case h.digits > 0 && h.letters() > 0:
		return true
	case h.letters()+h.other == 0:
		return h.digits >= 6 && special >= 0 && h.signs == 0
	}
	return special > 0 && h.letters() >= 4
}

// camel reports whether a value is a name in code, of words with capitals:
// TestFoo2Bar.
func camel(v string) bool {
	h := shapeOf(v)
	words, letters, run := 0, 0, 0
	count := func() {
		if run >= 3 {
			words, letters = words+1, letters+run
		}
	}
	for i := range len(v) {
		switch c := v[i]; {
		case c >= 'a' && c <= 'z':
			if run == 0 && i > 0 {
				return false
			}
			run++
		case c >= 'A' && c <= 'Z':
			count()
			run = 1
		default:
			count()
			run = 0
		}
	}
	count()
	return words >= 2 && h.signs == 0 && h.digits <= 2 && 4*letters >= 3*h.letters()
}

// identifier reports whether a value is a name in several words, one of them
// of what names of secrets have: db_password_v2.
func identifier(v string) bool {
	if !strings.ContainsAny(v, "_-./") {
		return false
	}
	lower := strings.ToLower(v)
	for _, w := range []string{"password", "passwd", "secret", "token", "key", "credential", "hash", "string", "auth"} {
		if strings.Contains(lower, w) && !random(v) {
			return true
		}
	}
	return false
}

// measure reports whether a value is a number with a unit: 90days.
func measure(v string) bool {
	digits := strings.TrimLeft(v, "0123456789")
	return len(digits) < len(v) && len(digits) > 0 && strings.Trim(strings.ToLower(digits), "abcdefghijklmnopqrstuvwxyz+-") == "" && len(digits) <= 10 &&
		len(v)-len(digits) <= 3
}

// made reports whether a value was made by a machine.
func made(v string) bool {
	if strings.ContainsAny(v, " \t") || camel(v) {
		return false
	}
	h := shapeOf(v)
	n := h.letters() + h.digits
	return len(v) >= 12 && (random(v) || n >= 16 && h.digits == 0 && h.signs == 0 && h.upper >= 3 && h.lower >= 3 && float64(h.turns) >= .25*float64(n))
}

// chosenSecret reports whether a value is a secret that a person made up: it has
// letters, digits and other signs.
func chosenSecret(v string) bool {
	h := shapeOf(v)
	return len(v) >= 8 && h.digits >= 1 && h.letters() >= 3 && strings.ContainsAny(v, "!@#$%^&*+") && !strings.ContainsAny(v, " \t/") && !identifier(v) && !dated(v)
}

// words reports whether a value is at least four words.
func words(v string) bool {
	parts := strings.FieldsFunc(v, func(r rune) bool { return r == '-' || r == ' ' || r == '_' || r == '.' })
	if len(parts) < 4 {
		return false
	}
	for _, p := range parts {
		if h := shapeOf(p); h.letters()+h.digits < len(p) || len(p) < 2 {
			return false
		}
	}
	return true
}
