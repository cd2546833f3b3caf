package certs

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
)

func at(when time.Time) func() time.Time { return func() time.Time { return when } }

func TestLoadTellsWhatIsWrong(t *testing.T) {
	one, two := newPair(t), newPair(t)
	for _, c := range []struct {
		name      string
		cert, key []byte // nil: no such file
		want      string
	}{
		{"no certificate", nil, one.key, "the TLS certificate's file does not exist"},
		{"no key", one.cert, nil, "the TLS key's file does not exist"},
		{"other key", one.cert, two.key, "the TLS key does not belong to the TLS certificate: the two files are not of one pair"},
		{"swapped", one.key, one.cert, "the TLS certificate's file holds a key and no certificate: are the two files swapped?"},
		{"twice the certificate", one.cert, one.cert, "the TLS key's file holds a certificate and no key: are the two files swapped?"},
		{"empty", []byte{}, one.key, "the TLS certificate's file holds no certificate in PEM format (-----BEGIN CERTIFICATE-----)"},
		{"DER", one.raw, one.key, "the TLS certificate's file holds no certificate in PEM format (-----BEGIN CERTIFICATE-----)"},
		{"no PEM key", one.cert, []byte("secret"), "the TLS key's file holds no key in PEM format (-----BEGIN PRIVATE KEY-----)"},
		{"half a certificate", half(one.cert), one.key, "the TLS certificate's file holds no certificate in PEM format (-----BEGIN CERTIFICATE-----)"},
		{"damaged", block("CERTIFICATE", half(one.raw)), one.key, "the TLS certificate's file holds a damaged certificate"},
		{"damaged chain", append(bytes.Clone(one.cert), block("CERTIFICATE", []byte("x"))...), one.key, "the TLS certificate's file holds a damaged certificate"},
		{"damaged key", one.cert, block("EC PRIVATE KEY", []byte("secret")), "the TLS key's file holds a key that is damaged or of an unknown kind"},
		{
			"locked", one.cert, block("ENCRYPTED PRIVATE KEY", []byte("secret")),
			"the TLS key is locked by a passphrase, and a server has nobody to ask: store it without, readable by this user only",
		},
		{
			"locked of old", one.cert, []byte("-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-256-CBC,00\n\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n"),
			"the TLS key is locked by a passphrase, and a server has nobody to ask: store it without, readable by this user only",
		},
		{"huge", bytes.Repeat([]byte("x"), maxFile+1), one.key, "the TLS certificate's file is larger than 1 MiB, so it is hardly a PEM file"},
	} {
		d := folder(t.TempDir())
		if c.cert != nil {
			put(t, d.cert(), c.cert)
		}
		if c.key != nil {
			put(t, d.key(), c.key)
		}
		if f, err := load(d.cert(), d.key(), nil, at(noon)); f != nil || err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestLoadOfAFolder(t *testing.T) {
	d := newFolder(t, newPair(t))
	if _, err := Load(string(d), d.key(), nil); err == nil || err.Error() != "the TLS certificate's file is not a file: name a PEM file" {
		t.Errorf("got %v", err)
	}
}

func TestUnreadable(t *testing.T) {
	for want, err := range map[string]error{
		"does not exist": &fs.PathError{Path: "/secret", Err: fs.ErrNotExist},
		"may not be read by the user this program runs as": &fs.PathError{Path: "/secret", Err: os.ErrPermission},
		"cannot be read": errors.New("/secret"),
	} {
		if got := unreadable(err).Error(); got != want {
			t.Errorf("got %s", got)
		}
	}
}

func TestLoadTakesEveryFormOfKey(t *testing.T) {
	for _, m := range otherForms(t) {
		d := newFolder(t, m)
		if _, err := load(d.cert(), d.key(), nil, at(noon)); err != nil {
			t.Error(err)
		}
	}
}

// TestLeafIsKnown also where crypto/tls was told to forget it.
func TestLeafIsKnown(t *testing.T) {
	t.Setenv("GODEBUG", "x509keypairleaf=0")
	d := newFolder(t, newPair(t))
	if f, err := load(d.cert(), d.key(), nil, at(noon)); err != nil || f.current.Load().Leaf == nil {
		t.Errorf("got %v", err)
	}
}

// TestDates: a certificate whose dates do not hold is served, with one warning.
func TestDates(t *testing.T) {
	d := newFolder(t, newPair(t))
	for _, c := range []struct {
		now  time.Time
		want string // "" for no warning
	}{
		{noon, ""},
		{noon.AddDate(0, 0, 2), "the TLS certificate has expired; clients will refuse it"},
		{noon.AddDate(0, 0, -2), "the TLS certificate is not valid yet; clients will refuse it"},
	} {
		var j journal
		now := c.now
		f, err := load(d.cert(), d.key(), j.log(), func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		f.refresh()
		if got := strings.Count(j.String(), "level=WARN"); got > 1 || (got == 1) != (c.want != "") || !strings.Contains(j.String(), c.want) {
			t.Errorf("at %s: logged %q", c.now, j.String())
		}
	}
}

// TestExpiryIsNoticed while the server runs.
func TestExpiryIsNoticed(t *testing.T) {
	d := newFolder(t, newPair(t))
	var j journal
	now := noon
	f, err := load(d.cert(), d.key(), j.log(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	now = noon.AddDate(0, 0, 2)
	f.refresh()
	if !strings.Contains(j.String(), "has expired") {
		t.Errorf("logged %q", j.String())
	}
}

func TestLoadWithoutALog(t *testing.T) {
	d := newFolder(t, newPair(t))
	if _, err := Load(d.cert(), d.key(), nil); err != nil {
		t.Error(err)
	}
	if _, err := Load(d.cert(), d.key(), slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}
