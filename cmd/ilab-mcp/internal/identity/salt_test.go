package identity_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand"
	"os/exec"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

// vectors were made by Python 3.11:
//
//	hashlib.sha256(f"{salt}:{email.lower()}".encode()).hexdigest()[:24]
var vectors = []struct{ salt, email, id string }{
	{"pepper", "alice@example.com", "881b8690f6b0ceb1d04ad773"},
	{"pepper", "Alice@Example.COM", "881b8690f6b0ceb1d04ad773"},
	{"pepper", " alice@example.com ", "ca8c85817c15a2854cb35765"},
	{"s:alt", "a:b@example.com", "b3f4e40faf8e78c3cf00a954"},
	{"\u03c0-salt", "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3@EXAMPLE.GR", "d0511a479ce4108fd6adc24a"},
	{"pepper", "\u0391\u03a3.\u0391\u03a3@\u03a3\u0391\u03a3", "2547f9b7087f2535ec8b353c"},
	{"pepper", "\u0391\u03a3'\u03a3@x", "d9bbe8c8d6161dff6de139a4"},
	{"pepper", "\u03a3@\u03a3", "994a4f02204c7db05ef263c3"},
	{"pepper", "a\u03a3\u0301@x", "2158fe6c7afffb94902ac7e5"},
	{"pepper", "a\u03a3\u00adb@x", "b69b9a42ddd65393e0f1b40e"},
	{"pepper", "\u0130stanbul@example.com", "2206e78fc10c1bbe50453af6"},
	{"pepper", "I\u0307@x", "ed2f157d35c23450c23fa68d"},
	{"pepper", "STRA\u1e9eE@x.de", "80c01df4ab4d102e4d35d53d"},
	{"pepper", "\u212aelvin@x", "52a4d8d451d67d1f9ee2b198"},
	{"pepper", "\u01c5@x", "cd463085696d41832aeba290"},
	{"pepper", "\u0345\u03a3@x", "89609f3c5cd6ebee50398b82"},
	{"pepper", "a\u0345\u03a3\u0345@x", "986455995465bad910b69ff2"},
	{"pepper", "cafe\u0301@x", "66247a3948593390fd5bc061"},
	{"pepper", "CAF\u00c9@x", "e6f4a949a60c00604737cc5b"},
	{"pepper", "\u13c8@x", "cbbd9899ade730e4d413ae3d"},
	{"pepper", "\u2167\u24b6@x", "f9216ba1b321569c53585f1f"},
	{"pepper", "\U0001f4a9\u03a3@x", "6ad6cc3bb00aebdbdfb567f1"},
	{"pepper", "me", "2e21e47d84191410886de136"},
}

func TestVectorsOfPython(t *testing.T) {
	for _, v := range vectors {
		got, err := identity.NewSalt(v.salt).UserID(v.email)
		if err != nil || got.String() != v.id {
			t.Errorf("%+q, %+q: got %q, %v, want %q", v.salt, v.email, got, err, v.id)
		}
	}
}

// TestAgainstPython compares with the Python that is here, where one is: many
// contexts of a sigma above all.
func TestAgainstPython(t *testing.T) {
	const recipe = `
import hashlib, sys
for line in sys.stdin.buffer.read().decode().split(chr(10)):
    print(hashlib.sha256(f"pepper:{line.lower()}".encode()).hexdigest()[:24])
`
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here; TestVectorsOfPython holds what it would say")
	}
	rnd := rand.New(rand.NewSource(1))
	parts := []rune("\u03a3\u03c3\u0391aB.'@:_- 1^\u00aa\u4e2d\u00b7\u0130I\u01c5\u2167\u24d0\u0301\u0345\u00ad\u200d\u02bc\u20dd\U0001f4a9")
	var emails []string
	for range 20_000 {
		var b strings.Builder
		for range 1 + rnd.Intn(9) {
			b.WriteRune(parts[rnd.Intn(len(parts))])
		}
		emails = append(emails, b.String())
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", recipe)
	cmd.Stdin = strings.NewReader(strings.Join(emails, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("python3 does not run here: %v", err)
	}
	for i, want := range strings.Fields(string(out)) {
		if got, err := identity.NewSalt("pepper").UserID(emails[i]); err != nil || got.String() != want {
			t.Fatalf("%+q: got %q, %v, Python has %q", emails[i], got, err, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for name, try := range map[string][2]string{
		"no salt":                  {"", "a@example.com"},
		"no e-mail":                {"pepper", ""},
		"an e-mail that no string": {"pepper", "a\xff@example.com"},
		"a salt that is no string": {"pep\xffper", "a@example.com"},
	} {
		if id, err := identity.NewSalt(try[0]).UserID(try[1]); err == nil || !id.IsZero() {
			t.Errorf("%s: got %q, %v", name, id, err)
		}
	}
}

func TestSaltIsNeverPrinted(t *testing.T) {
	const secret = "d3adb33f-secret"
	salt := identity.NewSalt(secret)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("salt", salt))
	all := log.String() + fmt.Sprintf("%v %+v %#v %s %q", salt, salt, salt, salt, salt)
	if strings.Contains(all, secret) {
		t.Errorf("the salt was printed: %s", all)
	}
}

// marks is a memstore.Marker in memory.
type marks map[string][]byte

func (m marks) Mark(_ context.Context, name string, value []byte) ([]byte, error) {
	if m[name] == nil {
		m[name] = value
	}
	return m[name], nil
}

func TestCheckRemembersTheSalt(t *testing.T) {
	store := marks{}
	one, other := identity.NewSalt("one"), identity.NewSalt("other")
	for range 2 {
		if err := one.Check(t.Context(), store); err != nil {
			t.Fatalf("the store's own salt: %v", err)
		}
	}
	if err := other.Check(t.Context(), store); !errors.Is(err, identity.ErrOtherSalt) {
		t.Errorf("another salt: got %v", err)
	}
	for name, value := range store {
		if bytes.Contains(value, []byte("one")) || len(value) != 16 {
			t.Errorf("mark %q is %x: not a short hash", name, value)
		}
	}
}
