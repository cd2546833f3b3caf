package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// certificate writes a new certificate for localhost and its key.
func certificate(t *testing.T, certFile, keyFile string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(leaf)
	return pool
}

// TestServeTLS: the program does TLS itself, HTTP/2 included, and serves its
// metrics on an address of their own.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	cert, private, db := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "memory.db")
	pool := certificate(t, cert, private, 1)
	alice := key(t, db, "alice")
	s := beginServe(t, db, "--tls-cert", cert, "--tls-key", private, "--metrics-listen", "127.0.0.1:0")
	s.url = strings.Replace(s.url, "http://", "https://", 1)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	s.client = &http.Client{Transport: transport}
	for range 3 {
		if status, body, err := s.modern(t.Context(), alice, "mem_stats", object{}); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s %v", status, body, err)
		}
	}
	s.stream(alice)
	resp, err := get(t, s.client, s.url+"/healthz")
	if err != nil || !strings.HasPrefix(resp, "HTTP/2.0 200") {
		t.Errorf("health: %s %v", resp, err)
	}
	if resp, err := get(t, http.DefaultClient, strings.Replace(s.url, "https://", "http://", 1)+"/healthz"); err == nil && strings.Contains(resp, " 200") {
		t.Errorf("in the clear: %s", resp)
	}
	m := regexp.MustCompile(`msg=metrics address=(\S+)`).FindStringSubmatch(s.log.String())
	if m == nil {
		t.Fatalf("no metrics: %s", s.log.String())
	}
	metrics, err := get(t, http.DefaultClient, "http://"+m[1]+"/metrics")
	if err != nil || !strings.Contains(metrics, "ilab_build_info{") ||
		!strings.Contains(metrics, `mcp_server_operation_duration_seconds_count{gen_ai_tool_name="mem_stats",mcp_method_name="tools/call"} 3`) {
		t.Errorf("%s %v", metrics, err)
	}
	if status, err := get(t, s.client, s.url+"/metrics"); err != nil || !strings.Contains(status, " 404") {
		t.Errorf("metrics at the server's own address: %s %v", status, err)
	}
}

// stream asks something over the older transport.
func (s *served) stream(credential string) {
	s.t.Helper()
	ask := func(method, path, body string) *http.Response {
		r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
		if err != nil {
			s.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+credential)
		r.Header.Set("Content-Type", "application/json")
		resp, err := s.client.Do(r)
		if err != nil {
			s.t.Fatal(err)
		}
		return resp
	}
	stream := ask(http.MethodGet, "/sse", "")
	defer func() { _ = stream.Body.Close() }() // it was read as far as is wanted
	events := bufio.NewScanner(stream.Body)
	next := func() string {
		for events.Scan() {
			if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
				return data
			}
		}
		return ""
	}
	posted := ask(http.MethodPost, next(), `{"jsonrpc":"2.0","id":5,"method":"ping"}`)
	if err := posted.Body.Close(); err != nil || posted.StatusCode != http.StatusAccepted {
		s.t.Errorf("a post: %d %v", posted.StatusCode, err)
	}
	if data := next(); stream.ProtoMajor != 2 || data != `{"jsonrpc":"2.0","id":5,"result":{}}` {
		s.t.Errorf("%s: %q", stream.Proto, data)
	}
}

// get gives the protocol, the status and the body of an answer.
func get(t *testing.T, c *http.Client, url string) (string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := c.Do(r)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it was read
	return resp.Proto + " " + resp.Status + "\n" + string(b), err
}
