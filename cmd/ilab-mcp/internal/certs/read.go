package certs

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
)

// maxFile is more than any chain of certificates takes.
const maxFile = 1 << 20

// read makes a certificate of the files as they were seen. Its errors are for
// people, and show neither content nor paths.
func (p pair) read() (*tls.Certificate, error) {
	certPEM, err := p.cert.read()
	if err != nil {
		return nil, errors.New("the TLS certificate's file " + err.Error())
	}
	keyPEM, err := p.key.read()
	if err != nil {
		return nil, errors.New("the TLS key's file " + err.Error())
	}
	leaf, err := checkCert(certPEM)
	if err != nil {
		return nil, err
	}
	if err := checkKey(keyPEM); err != nil {
		return nil, err
	}
	c, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil { // each is fine by itself
		return nil, errors.New("the TLS key does not belong to the TLS certificate: the two files are not of one pair")
	}
	c.Leaf = leaf // GODEBUG can keep crypto/tls from setting it
	return &c, nil
}

// read gives the content, or an error that continues "the file ...".
func (f file) read() ([]byte, error) {
	if f.err != nil {
		return nil, unreadable(f.err)
	}
	if !f.info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return nil, errors.New("is not a file: name a PEM file")
	}
	in, err := os.Open(f.target)
	if err != nil {
		return nil, unreadable(err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, unreadable(err)
	}
	if len(content) > maxFile {
		return nil, errors.New("is larger than 1 MiB, so it is hardly a PEM file")
	}
	return content, nil
}

func unreadable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("does not exist")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be read by the user this program runs as")
	}
	return errors.New("cannot be read")
}

// blocks gives a file's PEM blocks.
func blocks(content []byte) []*pem.Block {
	var all []*pem.Block
	for {
		var b *pem.Block
		if b, content = pem.Decode(content); b == nil {
			return all
		}
		all = append(all, b)
	}
}

func isKey(b *pem.Block) bool {
	return b.Type == "PRIVATE KEY" || strings.HasSuffix(b.Type, " PRIVATE KEY")
}

// checkCert gives the first certificate, which is the server's own.
func checkCert(content []byte) (*x509.Certificate, error) {
	var leaf *x509.Certificate
	keys := 0
	for _, b := range blocks(content) {
		switch {
		case b.Type == "CERTIFICATE":
			// All of the chain: clients would stumble over what we do not read.
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				return nil, errors.New("the TLS certificate's file holds a damaged certificate")
			}
			if leaf == nil {
				leaf = c
			}
		case isKey(b):
			keys++
		}
	}
	switch {
	case leaf != nil:
		return leaf, nil
	case keys > 0:
		return nil, errors.New("the TLS certificate's file holds a key and no certificate: are the two files swapped?")
	}
	return nil, errors.New("the TLS certificate's file holds no certificate in PEM format (-----BEGIN CERTIFICATE-----)")
}

func checkKey(content []byte) error {
	certificates := 0
	for _, b := range blocks(content) {
		switch {
		case isKey(b): // the first counts, as it does for crypto/tls
			return checkKeyBlock(b)
		case b.Type == "CERTIFICATE":
			certificates++
		}
	}
	if certificates > 0 {
		return errors.New("the TLS key's file holds a certificate and no key: are the two files swapped?")
	}
	return errors.New("the TLS key's file holds no key in PEM format (-----BEGIN PRIVATE KEY-----)")
}

func checkKeyBlock(b *pem.Block) error {
	if b.Type == "ENCRYPTED PRIVATE KEY" || b.Headers["DEK-Info"] != "" {
		return errors.New("the TLS key is locked by a passphrase, and a server has nobody to ask: store it without, readable by this user only")
	}
	if _, err := x509.ParsePKCS8PrivateKey(b.Bytes); err == nil {
		return nil
	}
	if _, err := x509.ParsePKCS1PrivateKey(b.Bytes); err == nil {
		return nil
	}
	if _, err := x509.ParseECPrivateKey(b.Bytes); err == nil {
		return nil
	}
	return errors.New("the TLS key's file holds a key that is damaged or of an unknown kind")
}
