package certs

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// journal is a log to look into.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) log() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// server serves one pair of files over loopback, on a clock of its own.
type server struct {
	journal

	files *Files
	addr  string
	past  atomic.Int64 // since noon
}

func (s *server) later(d time.Duration) { s.past.Add(int64(d)) }

func serve(t *testing.T, d folder) *server {
	t.Helper()
	s := &server{}
	var err error
	s.files, err = load(d.cert(), d.key(), s.log(), func() time.Time { return noon.Add(time.Duration(s.past.Load())) })
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", s.files.TLSConfig())
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				_ = c.(*tls.Conn).HandshakeContext(t.Context())
				_ = c.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	return s
}

// handshake gives what a client sees. It does not check names and dates, and
// crypto/tls checks that the server has the certificate's key.
func (s *server) handshake(c *tls.Config) (tls.ConnectionState, error) {
	c.InsecureSkipVerify = true
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", s.addr, c)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close() //nolint:errcheck // it was only looked at
	return conn.ConnectionState(), nil
}

func (s *server) serves(t *testing.T, m made) {
	t.Helper()
	state, err := s.handshake(&tls.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(state.PeerCertificates[0].Raw, m.raw) {
		t.Error("it serves another certificate")
	}
}

func TestVersionsAndProtocols(t *testing.T) {
	s := serve(t, newFolder(t, newPair(t)))
	for version, accepted := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		if _, err := s.handshake(&tls.Config{MinVersion: version, MaxVersion: version}); (err == nil) != accepted {
			t.Errorf("%s: got %v", tls.VersionName(version), err)
		}
	}
	for _, protocol := range []string{"h2", "http/1.1"} {
		if state, err := s.handshake(&tls.Config{NextProtos: []string{protocol}}); err != nil || state.NegotiatedProtocol != protocol {
			t.Errorf("%s: got %q, %v", protocol, state.NegotiatedProtocol, err)
		}
	}
}

func TestSwapByRename(t *testing.T) {
	one, two := newPair(t), newPair(t)
	d := newFolder(t, one)
	s := serve(t, d)
	s.serves(t, one)
	d.rename(t, two)
	s.later(lookEvery)
	s.serves(t, one) // not more than a second has passed
	s.later(1)
	s.serves(t, two)
	if got := s.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "a new TLS certificate is in use") {
		t.Errorf("logged %q", got)
	}
	s.later(time.Minute)
	s.serves(t, two)
	if got := s.String(); strings.Count(got, "\n") != 1 {
		t.Errorf("loaded again: %q", got)
	}
}

// TestSwapInPlace: the same file with other content, told by its time alone.
func TestSwapInPlace(t *testing.T) {
	one, two := newPair(t), newPair(t)
	d := newFolder(t, one)
	s := serve(t, d)
	for path, content := range map[string][]byte{d.cert(): two.cert, d.key(): two.key} {
		put(t, path, content)
		if err := os.Chtimes(path, noon, noon); err != nil {
			t.Fatal(err)
		}
	}
	s.later(time.Minute)
	s.serves(t, two)
}

// TestSwapBySymlink as Kubernetes does it: files that link through a link to a
// folder, which is swapped. Size and time of all files may be the same.
func TestSwapBySymlink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	one, two := newPair(t), newPair(t)
	base := t.TempDir()
	for name, m := range map[string]made{"1": one, "2": two} {
		d := folder(filepath.Join(base, name))
		if err := os.Mkdir(string(d), 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, d.cert(), m.cert)
		put(t, d.key(), m.key)
	}
	link := func(to, path string) {
		t.Helper()
		if err := os.Symlink(to, path+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	d := folder(base)
	link("1", filepath.Join(base, "data"))
	link("data/cert.pem", d.cert())
	link("data/key.pem", d.key())
	s := serve(t, d)
	s.serves(t, one)
	link("2", filepath.Join(base, "data"))
	s.later(time.Minute)
	s.serves(t, two)
}

func TestBrokenPairKeepsTheOldOne(t *testing.T) {
	one, two := newPair(t), newPair(t)
	d := newFolder(t, one)
	s := serve(t, d)
	look := func(want made, lines int) {
		t.Helper()
		s.later(time.Minute)
		s.serves(t, want)
		if got := strings.Count(s.String(), "\n"); got != lines {
			t.Errorf("logged %d lines: %s", got, s.String())
		}
	}
	// A renewal that is caught at every step.
	put(t, d.cert(), half(two.cert))
	look(one, 1)
	look(one, 1) // said once
	put(t, d.cert(), two.cert)
	look(one, 2) // the key is the old one
	if err := os.Remove(d.key()); err != nil {
		t.Fatal(err)
	}
	look(one, 3)
	look(one, 3)
	put(t, d.key(), two.key)
	look(two, 4)
	look(two, 4)

	// And back, to what was there before.
	put(t, d.key(), one.key)
	look(two, 5)
	put(t, d.key(), two.key)
	look(two, 6)
	if strings.Contains(s.String(), string(d)) || strings.Contains(s.String(), "BEGIN PRIVATE") {
		t.Errorf("logged %s", s.String())
	}
	if !strings.Contains(s.String(), "the TLS key does not belong to the TLS certificate") {
		t.Errorf("logged %s", s.String())
	}
}

// TestBrokenPairIsTriedAgain though nothing about the files changed.
func TestBrokenPairIsTriedAgain(t *testing.T) {
	one, two := newPair(t), newPair(t)
	d := newFolder(t, one)
	s := serve(t, d)
	s.files.broken = "it could not be read just then"
	put(t, d.cert(), two.cert)
	put(t, d.key(), two.key)
	s.files.seen = see(d.cert(), d.key())
	s.later(time.Minute)
	s.serves(t, two)
}

// TestNobodyWaitsForALook: while one handshake is stuck with the disk, others
// go on with what is there.
func TestNobodyWaitsForALook(t *testing.T) {
	one, two := newPair(t), newPair(t)
	d := newFolder(t, one)
	s := serve(t, d)
	d.rename(t, two)
	s.later(time.Minute)
	s.files.look.Lock()
	s.serves(t, one)
	s.files.look.Unlock()
	s.serves(t, two)
}

// TestClockSetBack must not put looking off until the old time is reached.
func TestClockSetBack(t *testing.T) {
	one, two := newPair(t), newPair(t)
	d := newFolder(t, one)
	s := serve(t, d)
	d.rename(t, two)
	s.later(-time.Hour)
	s.serves(t, two)
}

// TestManyHandshakes during many swaps all succeed; the race detector watches.
func TestManyHandshakes(t *testing.T) {
	pairs := []made{newPair(t), newPair(t), newPair(t)}
	d := newFolder(t, pairs[0])
	s := serve(t, d)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				s.later(2 * lookEvery) // every handshake may look
				state, err := s.handshake(&tls.Config{})
				if err != nil {
					t.Error(err)
					return
				}
				known := false
				for _, m := range pairs {
					known = known || bytes.Equal(m.raw, state.PeerCertificates[0].Raw)
				}
				if !known {
					t.Error("an unknown certificate")
				}
			}
		})
	}
	for i := range 60 {
		d.rename(t, pairs[i%len(pairs)])
	}
	wg.Wait()
	d.rename(t, pairs[1])
	s.later(time.Minute)
	s.serves(t, pairs[1])
}
