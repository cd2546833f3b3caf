package secrets

import (
	"strconv"
	"strings"
)

// Tokens whose form has no prefix of its own.

// besideAWS is how far behind the id of an AWS key its secret half may stand.
const besideAWS = 160

// jwt looks at a JSON web token: two JSON objects and a signature, in base64.
func (f *finder) jwt(at int) bool {
	end := webToken(f.text, at)
	if end > 0 {
		f.add(at, end, "jwt")
	}
	return end > 0
}

// webToken is the end of a JSON web token that begins at a place, or 0.
func webToken(text string, at int) int {
	if !strings.HasPrefix(text[at:], "eyJ") || at > 0 && b64url.has(text[at-1]) {
		return 0 // from the middle of a run it would be looked for again and again
	}
	head := b64url.run(text, at, longVal)
	if head-at < 17 || !strings.HasPrefix(text[head:], ".eyJ") {
		return 0
	}
	body := b64url.run(text, head+1, 1<<15)
	if body-head < 10 || body >= len(text) || text[body] != '.' {
		return 0
	}
	if end := b64url.run(text, body+1, longVal); end-body >= 11 {
		return end
	}
	return 0
}

// awsSecret looks at the secret half of an AWS key, near to its id.
func (f *finder) awsSecret(at int) bool {
	if at >= f.awsUntil {
		return false
	}
	end := classes['B'].run(f.text, at, 64)
	if v := f.text[at:end]; end-at != 40 || entropy(v) < 4 || example(v) {
		return false
	}
	f.add(at, end, "aws-secret-key")
	return true
}

// azureSecret looks at a client secret of Azure AD: three characters, a digit, "Q~",
// and 31 to 34 more.
func (f *finder) azureSecret(at int) bool {
	const head = 3 + 1 + 2
	rest := f.text[at:]
	if len(rest) < head+31 || rest[4] != 'Q' || rest[5] != '~' || !classes['d'].has(rest[3]) {
		return false
	}
	n := head
	for n < len(rest) && (classes['.'].has(rest[n]) || rest[n] == '~') {
		n++
	}
	for rest[n-1] == '.' {
		n--
	}
	if n < head+31 || n > head+36 {
		return false
	}
	f.add(at, at+n, "azure-ad-client-secret")
	return true
}

// terraformToken looks at a token of HCP Terraform, from the dot before "atlasv1".
func (f *finder) terraformToken(at int) {
	const mid = ".atlasv1."
	if at < 14 || !strings.HasPrefix(f.text[at:], mid) {
		return
	}
	end := classes['.'].run(f.text, at+len(mid), 80)
	if alnum.run(f.text, at-14, 14) != at || end-at-len(mid) < 60 {
		return
	}
	if n := len(f.found); n == 0 || f.found[n-1].End <= at-14 {
		f.add(at-14, end, "hashicorp-tf-api-token")
	}
}

// telegramToken looks at a bot's token: the bot's number, ":A", and 34 more.
func (f *finder) telegramToken(at int) bool {
	digits := at
	if strings.HasPrefix(f.text[at:], "bot") { // in a URL
		digits += len("bot")
	}
	colon := classes['d'].run(f.text, digits, 17)
	if colon-digits < 6 || !strings.HasPrefix(f.text[colon:], ":A") {
		return false
	}
	end := b64url.run(f.text, colon+1, 64)
	if end-colon-1 != 35 || !tokenlike(f.text[colon+1:end]) {
		return false
	}
	f.add(digits, end, "telegram-bot-api-token")
	return true
}

// discordToken looks at a bot's token: its number, a time, and a signature, in
// base64.
func (f *finder) discordToken(at int) bool {
	if c := f.text[at]; c != 'M' && c != 'N' && c != 'O' {
		return false
	}
	number := b64url.run(f.text, at, 40)
	if n := number - at; n < 23 || n > 28 || number >= len(f.text) || f.text[number] != '.' {
		return false
	}
	time := b64url.run(f.text, number+1, 7)
	if time-number != 7 || time >= len(f.text) || f.text[time] != '.' {
		return false
	}
	end := b64url.run(f.text, time+1, 64)
	if n := end - time - 1; n < 27 || n > 40 {
		return false
	}
	f.add(at, end, "discord-api-token")
	return true
}

// putty looks at the private lines of a key in PuTTY's format: it says how many
// there are.
func (f *finder) putty(at int) bool {
	const lines = "Private-Lines: "
	if !strings.HasPrefix(f.text[at:], lines) {
		return false
	}
	digits := at + len(lines)
	start := classes['d'].run(f.text, digits, 3)
	n, _ := strconv.Atoi(f.text[digits:start]) // 0 where there is no number
	end := start
	for ; n > 0; n-- {
		line := end
		for line < len(f.text) && (f.text[line] == '\r' || f.text[line] == '\n') {
			line++
		}
		to := classes['B'].run(f.text, line, 128)
		if to == line || to < len(f.text) && f.text[to] > ' ' {
			break
		}
		end = to
	}
	if end-start < 24 {
		return false
	}
	f.add(start, end, "private-key")
	return true
}

const pemBegin = "-----BEGIN "

// privateKey looks at a private key in PEM or PGP armour. One without an end
// reaches as far as what can be part of it.
func (f *finder) privateKey(at int) {
	from := at + len(pemBegin)
	line := f.text[from:min(len(f.text), from+64)]
	n := strings.Index(line, "-----")
	if n < 0 || !strings.Contains(line[:n], "PRIVATE KEY") {
		return
	}
	from += n + len("-----")
	end := armour(f.text, from)
	if body := f.text[from:end]; lastLong(f.text, from, end) == from || strings.Contains(body, "...") || example(body) {
		return
	}
	if rest, ok := strings.CutPrefix(f.text[end:], "-----END "); ok {
		end += len("-----END ")
		if n := strings.Index(rest[:min(len(rest), 64)], "-----"); n >= 0 {
			end += n + len("-----")
		}
	} else {
		end = lastLong(f.text, from, end)
	}
	f.add(at, end, "private-key")
}

// armour is the end of what can be part of an armoured key, headers and escaped
// line breaks with it.
func armour(text string, at int) int {
	for at < len(text) {
		c := text[at]
		switch {
		case alnum.has(c), c <= ' ', strings.IndexByte("+/=\\\"',:()", c) >= 0:
		case c == '-' && !strings.HasPrefix(text[at:], "-----"):
		default:
			return at
		}
		at++
	}
	return at
}

// lastLong is the end of the last stretch without white space, of a text from one
// place to another, that is too long for a word.
func lastLong(text string, from, to int) (end int) {
	end = from
	for at := from; at < to; {
		next := at
		for next < to && text[next] > ' ' {
			next++
		}
		if next-at >= 20 {
			end = next
		}
		at = next + 1
	}
	return end
}
