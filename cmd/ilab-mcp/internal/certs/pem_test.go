package certs

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// made is a certificate and its key, made for a test.
type made struct {
	cert, key []byte // PEM
	raw       []byte // the certificate
}

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// newPair makes a certificate that is valid for a day on each side of noon.
func newPair(t *testing.T) made {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return certify(t, key)
}

func certify(t *testing.T, key crypto.Signer) made {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: noon.AddDate(0, 0, -1), NotAfter: noon.AddDate(0, 0, 1),
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return made{cert: block("CERTIFICATE", raw), key: block("PRIVATE KEY", der), raw: raw}
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// otherForms are the older ways to write a key.
func otherForms(t *testing.T) []made {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalECPrivateKey(e)
	if err != nil {
		t.Fatal(err)
	}
	one, two := certify(t, r), certify(t, e)
	one.key = block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(r))
	// As openssl writes it, with the curve's parameters ahead.
	two.key = append(block("EC PARAMETERS", []byte{6, 0}), block("EC PRIVATE KEY", ec)...)
	return []made{one, two}
}

// folder is a folder with cert.pem and key.pem in it.
type folder string

func (f folder) cert() string { return filepath.Join(string(f), "cert.pem") }
func (f folder) key() string  { return filepath.Join(string(f), "key.pem") }

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func newFolder(t *testing.T, m made) folder {
	t.Helper()
	f := folder(t.TempDir())
	put(t, f.cert(), m.cert)
	put(t, f.key(), m.key)
	return f
}

// rename puts a pair in place as careful programs do.
func (f folder) rename(t *testing.T, m made) {
	t.Helper()
	for path, content := range map[string][]byte{f.cert(): m.cert, f.key(): m.key} {
		put(t, path+".new", content)
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
}

func half(content []byte) []byte { return bytes.Clone(content[:len(content)/2]) }
