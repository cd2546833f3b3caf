package secrets

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFindKinds(t *testing.T) {
	for text, want := range map[string]string{
		"key ghp_" + strings.Repeat("aB3dK9xQz", 4) + ", rotate it": "key [REDACTED:github-pat], rotate it",
		"ilab_Ab3dEf7h_" + strings.Repeat("a1B2c", 9)[:43]:          "[REDACTED:ilab-key]",
		"postgres://app:Xy7kdd2@db.internal/x?sslmode=require":      "postgres://app:[REDACTED:url-password]@db.internal/x?sslmode=require",
		"app:pa55word@tcp(127.0.0.1:3306)/shop":                     "app:[REDACTED:url-password]@tcp(127.0.0.1:3306)/shop",
		"the password is hunter2.":                                  "the password is [REDACTED:password].",
		"Server=db;User Id=sa;Password=Pa55w0rd!;Encrypt=true":      "Server=db;User Id=sa;Password=[REDACTED:password];Encrypt=true",
		"the Passwort lautet Gartn3zwerg":                           "the Passwort lautet [REDACTED:password]",
		"密码是hunter2x。":                                              "密码是[REDACTED:password]。",
		`os.environ["API_KEY"] = "a8f9s8d7f6g5h4j3k2l1"`:            `os.environ["API_KEY"] = "[REDACTED:api-key]"`,
		"**API key:** `9f8e7d6c5b4a39281706f5e4d3c2b1a0`":           "**API key:** `[REDACTED:api-key]`",
		"?access_token=a8f9s8d7f6g5h4j3k2l1&x=1":                    "?access_token=[REDACTED:token]&x=1",
		"password=[REDACTED:password]":                              "password=[REDACTED:password]",
		"[REDACTED:slack-bot-token]: a8f9s8d7f6g5h4j3k2l1":          "[REDACTED:slack-bot-token]: a8f9s8d7f6g5h4j3k2l1",
		"password: Über1234!":                                       "password: [REDACTED:password]",
		"password: “Summer2024!” it is":                             "password: “[REDACTED:password]” it is",
		"mysql -u root -pXk9mPq2vL shop":                            "mysql -u root -p[REDACTED:password] shop",
		"- name: DB_PASSWORD\n  value: Xk9mPq2vL":                   "- name: DB_PASSWORD\n  value: [REDACTED:password]",
		`{"name":"DB_PASSWORD","value":"Xk9mPq2vL"}`:                `{"name":"DB_PASSWORD","value":"[REDACTED:password]"}`,
		`password: "Xk9\"mPq2vL!" ok`:                               `password: "[REDACTED:password]" ok`,
		"ENV DB_PASSWORD Xk9mPq2vL":                                 "ENV DB_PASSWORD [REDACTED:password]",
		"changed the password to Summer2024! today":                 "changed the password to [REDACTED:password] today",
		"postgres://app:Xk9/mPq2vL@db/x":                            "postgres://app:[REDACTED:url-password]@db/x",
		"postgres://app:[REDACTED:url-password]@db/x":               "postgres://app:[REDACTED:url-password]@db/x",
		"postgres://[user[:password]@]host":                         "postgres://[user[:password]@]host",
		"see https://x.dev/@user:1/a@b":                             "see https://x.dev/@user:1/a@b",
		"second pass: emitCode3, Pass: TestFoo2Bar":                 "second pass: emitCode3, Pass: TestFoo2Bar",
		"USDC token: 0x" + strings.Repeat("A0b8", 10):               "USDC token: 0x" + strings.Repeat("A0b8", 10),
		"commit 9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c":           "commit 9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c",
	} {
		if got := redacted(text); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

// FuzzFind: what is found is in order, apart, within the text, and not found again
// once it is replaced.
func FuzzFind(f *testing.F) {
	for _, text := range hostile(512) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, x := range Find(text) {
			if x.Start < at || x.End <= x.Start || x.End > len(text) || x.Kind == "" {
				t.Fatalf("%q: %+v behind %d", text, x, at)
			}
			if at = x.End; utf8.ValidString(text) && (!utf8.ValidString(text[:x.Start]) || !utf8.ValidString(text[:x.End])) {
				t.Fatalf("%q: %+v cuts a character", text, x)
			}
		}
	})
}

// hostile are texts of some bytes that are made to be slow.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)+1)[:size] }
	return map[string]string{
		"prose":       fill("We decided to use PostgreSQL for the session store, because it keeps rows. "),
		"code":        fill("func (s *Store) Get(ctx context.Context, id int64) (Memory, error) { return s.get(ctx, id) }\n"),
		"assignments": fill("password=password="),
		"colons":      fill("token:t0ken:"),
		"prefixes":    fill("ghp_ "),
		"long tokens": fill("xoxb-"),
		"jwt":         fill("eyJhbGciOiJIUzI1NiIsInR5.eyJ"),
		"urls":        fill("a://"),
		"userinfo":    fill("http://a:b"),
		"pem":         fill("-----BEGIN PRIVATE KEY-----"),
		"marks":       fill("[REDACTED:"),
		"quotes":      fill(`password="`),
		"flags":       fill("--password "),
		"options":     fill("mysql -p "),
		"bearer":      fill("Bearer "),
		"headers":     fill("Authorization: x "),
		"curl":        fill("curl -u "),
		"is":          fill("password is "),
		"aws":         fill("AKIA2345672345672345 "),
		"digits":      fill("123456789:A"),
		"one run":     fill("aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW"),
		"api-key":     fill("api key: a1b2c3d4e5f6 "),
		"for":         fill("x for y: a1b2c3d4e5f6 "),
		"placeholder": fill("token: xxxx1A2b3C4d5E6f "),
		"chinese":     fill("密码是"),
		"putty":       fill("Private-Lines: 1\n"),
		"jwt heads":   fill("eyJ-"),
		"jwt bodies":  fill(strings.Repeat("eyJ-", 1000) + "aaaaaaaaa.eyJ" + strings.Repeat("-eyJ", 4000)),
		"slack":       fill("xoxo-11111-"),
		"slack users": fill("xoxp-11111111-"),
		"accents":     fill("é password: é"),
		"databases":   fill("postgres://a:b@c/"),
		"names":       fill("DB_PASSWORD "),
		"parentheses": fill("token ("),
	}
}

func BenchmarkFind(b *testing.B) {
	for name, text := range hostile(64 << 10) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Find(text)
			}
		})
	}
}
