package privacy

import (
	"maps"
	"strings"
	"testing"
)

// pat has the form of a GitHub token. It is put together here so that no scanner
// takes it for one.
var pat = "ghp" + "_" + "R4nD0mCh4r4ct3rsTh4tM34nN0th1ng4tA11"

func TestSecrets(t *testing.T) {
	content := Field{Name: "content", MaxBytes: 64 << 10}
	for _, c := range []struct {
		name    string
		mode    Secrets
		field   Field
		in      string
		want    string
		report  Report
		problem string
	}{
		{
			name: "taken", in: "deploy with " + pat + " until May", field: content,
			want: "deploy with [REDACTED:github-pat] until May", report: Report{"github-pat": 1},
		},
		{
			name: "two kinds and a tag", field: content,
			in:   "<private>x</private> " + pat + " postgres://a:b1c2d3e4@h/ " + pat,
			want: "[REDACTED] [REDACTED:github-pat] postgres://a:[REDACTED:url-password]@h/ [REDACTED:github-pat]", report: Report{"private": 1, "github-pat": 2, "url-password": 1},
		},
		{name: "nothing else", in: pat, field: content, problem: "held nothing but private text", report: Report{"github-pat": 1}},
		{name: "refused", mode: RefuseSecrets, in: "key " + pat, field: content, problem: "content holds what looks like a secret (github-pat). Leave it out, and say where it is kept instead."},
		{name: "refused, harmless", mode: RefuseSecrets, in: "no key here", field: content, want: "no key here"},
		{name: "kept", mode: KeepSecrets, in: "key " + pat, field: content, want: "key " + pat},
		{name: "kept, but for tags", mode: KeepSecrets, in: "key <private>" + pat + "</private>", field: content, want: "key [REDACTED]", report: Report{"private": 1}},
		{name: "topic key", in: "deploy/" + pat, field: Field{Name: "topic_key", Key: true}, problem: "topic_key names a topic and cannot hold a secret (github-pat)"},
		{name: "topic key in capitals", in: strings.ToUpper("sk_test_a1b2c3d4e5f6g7h8"), field: Field{Name: "topic_key", Key: true}, problem: "cannot hold a secret"},
		{
			name: "a tag that a secret hid", field: content, in: "a <private-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----> b",
			want: "a [REDACTED]", report: Report{"private-key": 1, "private": 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, report, err := NewWith(c.mode).Redact(c.field, c.in)
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), pat) {
					t.Fatalf("got %q, error %v; want %q", text.String(), err, c.problem)
				}
			} else if err != nil || text.String() != c.want {
				t.Fatalf("got %q, error %v; want %q", text.String(), err, c.want)
			}
			if len(report)+len(c.report) > 0 && !maps.Equal(report, c.report) {
				t.Errorf("report %v, want %v", report, c.report)
			}
		})
	}
}
