package privacy

import (
	"strings"

	"github.com/ilab-mcp/ilab-mcp/privacy/internal/secrets"
)

// Secrets says what a [Redactor] does with what looks like a secret although
// nobody tagged it: a key or token of a known service, a private key, a password
// in a URL, a value that is assigned to a name such as DB_PASSWORD.
type Secrets int

// What can be done with secrets.
const (
	TakeSecrets   Secrets = iota // they are taken out, and counted by kind
	RefuseSecrets                // the text is refused
	KeepSecrets                  // they are not looked for
)

// secretCuts returns what looks like a secret in s.
func secretCuts(s string) []cut {
	found := secrets.Find(s)
	if len(found) == 0 {
		return nil
	}
	cuts := make([]cut, len(found))
	for i, f := range found {
		cuts[i] = cut{start: f.Start, end: f.End, kind: f.Kind, with: secrets.Mark + ":" + f.Kind + "]"}
	}
	return cuts
}

// withoutMarks is s without what stands in place of what was taken out.
func withoutMarks(s string) string {
	at := strings.Index(s, secrets.Mark)
	if at < 0 {
		return s
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(s[:at])
		if end := secrets.MarkEnd(s, at); end > 0 {
			s = s[end:]
		} else {
			b.WriteString(secrets.Mark)
			s = s[at+len(secrets.Mark):]
		}
		at = strings.Index(s, secrets.Mark)
	}
	b.WriteString(s)
	return b.String()
}
