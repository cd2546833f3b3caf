package identity_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

// transport answers requests without a network.
type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp := f(r)
	if resp == nil { // it never answers
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	resp.Request = r
	return resp, nil
}

func (p *idp) answer(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result()
}

func TestProviderIsAskedAtTheFirstToken(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	if n := p.asked(discoveryPath); n != 0 {
		t.Errorf("asked %d times before any token", n)
	}
	for range 20 {
		opens(t, v, forge(t, rs256, good(p, clk), pairs().rsa))
	}
	if d, k := p.asked(discoveryPath), p.asked(jwksPath); d != 1 || k != 1 {
		t.Errorf("discovery %d times, keys %d times", d, k)
	}
}

func TestProviderIsDownAtTheStart(t *testing.T) {
	p, clk := newIDP(t), newClock()
	p.down = true
	v := newOIDC(t, options(p, clk))
	token := forge(t, rs256, good(p, clk), pairs().rsa)
	for range 100 {
		if _, err := v.Verify(t.Context(), token); reason(err) != identity.CannotCheck {
			t.Fatalf("while it is down: %v", err)
		}
	}
	if n := p.asked(discoveryPath); n != 2 {
		t.Errorf("a provider that is down was asked %d times", n)
	}
	p.set(func() { p.down = false })
	clk.Turn(10 * time.Second)
	opens(t, v, token)
}

func TestUnknownKeyIDs(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	token := forge(t, rs256, good(p, clk), pairs().rsa)
	opens(t, v, token)
	flood := func() {
		var wg sync.WaitGroup
		for i := range 200 {
			unknown := forge(t, rs256.with("kid", fmt.Sprint("x", i)), good(p, clk), pairs().other)
			wg.Go(func() {
				if _, err := v.Verify(t.Context(), unknown); reason(err) != identity.BadCredential {
					t.Errorf("an unknown key: %v", err)
				}
			})
		}
		wg.Wait()
	}
	flood()
	if n := p.asked(jwksPath); n != 2 {
		t.Errorf("asked %d times: one at first, one for the flood", n)
	}
	for range 3 {
		clk.Turn(10 * time.Second)
		flood()
	}
	if n := p.asked(jwksPath); n != 5 {
		t.Errorf("asked %d times: one more in 10 s", n)
	}
	if n := p.asked(discoveryPath); n != 1 {
		t.Errorf("discovery %d times", n)
	}
	opens(t, v, token)
}

// TestFirstTokenWithAnUnknownKey: keys that have just come are not asked for
// again.
func TestFirstTokenWithAnUnknownKey(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	if _, err := v.Verify(t.Context(), forge(t, rs256.with("kid", "x"), good(p, clk), pairs().rsa)); reason(err) != identity.BadCredential {
		t.Fatal(err)
	}
	if n := p.asked(jwksPath); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestRotation(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	o := forge(t, rs256, good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().rsa)
	n := forge(t, rs256.with("kid", "rsa-2"), good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().other)
	opens(t, v, o)
	if _, err := v.Verify(t.Context(), n); reason(err) != identity.BadCredential {
		t.Fatalf("a key that is not published: %v", err)
	}
	both := []any{jwk(&pairs().rsa.PublicKey, "rsa-1"), jwk(&pairs().other.PublicKey, "rsa-2")}
	p.set(func() { p.keys = both })
	clk.Turn(10 * time.Second)
	opens(t, v, n)
	opens(t, v, o)

	p.set(func() { p.keys = both[1:] })
	clk.Turn(time.Hour - time.Second)
	opens(t, v, o) // not asked again yet
	clk.Turn(time.Second)
	if _, err := v.Verify(t.Context(), o); reason(err) != identity.BadCredential {
		t.Errorf("a key that was taken back: %v", err)
	}
	opens(t, v, n)
}

func TestAllKeysTakenBack(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	token := forge(t, rs256, good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().rsa)
	opens(t, v, token)
	p.set(func() { p.bodies[jwksPath] = `{"keys":[]}` })
	clk.Turn(time.Hour)
	if _, err := v.Verify(t.Context(), token); reason(err) != identity.BadCredential {
		t.Errorf("got %v", err)
	}
}

func TestProviderGoesDown(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	token := forge(t, rs256, good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().rsa)
	unknown := forge(t, rs256.with("kid", "x"), good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().rsa)
	opens(t, v, token)
	p.set(func() { p.down = true })
	clk.Turn(10 * time.Second)
	if _, err := v.Verify(t.Context(), unknown); reason(err) != identity.CannotCheck {
		t.Errorf("a key that may be new: %v", err)
	}
	for range 23 {
		clk.Turn(time.Hour)
		opens(t, v, token)
	}
	clk.Turn(time.Hour - 11*time.Second)
	opens(t, v, token)
	clk.Turn(time.Second)
	if _, err := v.Verify(t.Context(), token); reason(err) != identity.CannotCheck {
		t.Errorf("keys of 24 hours: %v", err)
	}
	p.set(func() { p.down = false })
	clk.Turn(10 * time.Second)
	opens(t, v, token)
}

// TestProviderMovesItsKeys: where they are is asked for again after a failure.
func TestProviderMovesItsKeys(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	token := forge(t, rs256, good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().rsa)
	p.bodies[jwksPath] = "gone"
	if _, err := v.Verify(t.Context(), token); reason(err) != identity.CannotCheck {
		t.Fatal(err)
	}
	other := newIDP(t)
	p.set(func() { p.jwks = other.jwks })
	clk.Turn(10 * time.Second)
	opens(t, v, token)
	if p.asked(discoveryPath) != 2 || other.asked(jwksPath) != 1 {
		t.Error("it was not asked again where the keys are")
	}
}

// TestAnswersThatAreNone: nothing that a provider says makes a token good by
// mistake, and none of it is taken for keys.
func TestAnswersThatAreNone(t *testing.T) {
	evil := newIDP(t)
	for name, change := range map[string]func(p *idp){
		"another issuer":            func(p *idp) { p.bodies[discoveryPath] = `{"issuer":"https://x.example","jwks_uri":"` + p.jwks + `"}` },
		"the issuer with a slash":   func(p *idp) { p.bodies[discoveryPath] = `{"issuer":"` + p.issuer + `/","jwks_uri":"` + p.jwks + `"}` },
		"no issuer":                 func(p *idp) { p.bodies[discoveryPath] = `{"jwks_uri":"` + p.jwks + `"}` },
		"no jwks_uri":               func(p *idp) { p.jwks = "" },
		"keys over http":            func(p *idp) { p.jwks = "http://keys.example/jwks" },
		"keys in a file":            func(p *idp) { p.jwks = "file:///etc/passwd" },
		"keys with a password":      func(p *idp) { p.jwks = strings.Replace(p.jwks, "http://", "http://u:p@", 1) },
		"keys at no place":          func(p *idp) { p.jwks = "::" },
		"discovery that is no JSON": func(p *idp) { p.bodies[discoveryPath] = "<html>" },
		"keys that are no JSON":     func(p *idp) { p.bodies[jwksPath] = "<html>" },
		"keys that are no set":      func(p *idp) { p.bodies[jwksPath] = "{}" },
		"keys that are null":        func(p *idp) { p.bodies[jwksPath] = `{"keys":null}` },
		"more than 1 MiB of discovery": func(p *idp) {
			p.bodies[discoveryPath] = long(`{"issuer":"` + p.issuer + `","jwks_uri":"` + p.jwks + `"}`)
		},
		"more than 1 MiB of keys": func(p *idp) { p.bodies[jwksPath] = long(`{"keys":[]}`) },
		"a redirect to http":      func(p *idp) { p.bodies[jwksPath] = "redirect:http://keys.example/jwks" },
		"a redirect to itself":    func(p *idp) { p.bodies[jwksPath] = "redirect:" + jwksPath },
		"keys with an error":      func(p *idp) { p.bodies[jwksPath] = `error:{"keys":[]}` },
		"keys that are not found": func(p *idp) { p.jwks = evil.issuer + "/nothing" },
	} {
		p, clk := newIDP(t), newClock()
		change(p)
		o := options(p, clk)
		away := &http.Client{Transport: loopbackOnly{}}
		o.Client = away
		_, err := newOIDC(t, o).Verify(t.Context(), forge(t, rs256, good(p, clk), pairs().rsa))
		if reason(err) != identity.CannotCheck {
			t.Errorf("%s: %v", name, err)
		}
		if n := p.asked(jwksPath); n > 4 {
			t.Errorf("%s: asked %d times", name, n)
		}
		if errors.Is(err, errLeft) {
			t.Errorf("%s: another machine was asked", name)
		}
		away.CloseIdleConnections()
	}
	exact := long(`{"keys":[]}`)
	p, clk := newIDP(t), newClock()
	p.bodies[jwksPath] = exact[:len(exact)-1]
	if _, err := newOIDC(t, options(p, clk)).Verify(t.Context(), forge(t, rs256, good(p, clk), pairs().rsa)); reason(err) != identity.BadCredential {
		t.Errorf("1 MiB of keys, none of them named: %v", err)
	}
	opens(t, newOIDC(t, options(evil, clk)), forge(t, rs256, good(evil, clk), pairs().rsa))
}

// long makes a document of one byte more than 1 MiB.
func long(s string) string { return s + strings.Repeat(" ", 1<<20+1-len(s)) }

var errLeft = errors.New("a request left this machine")

// loopbackOnly lets no request leave this machine.
type loopbackOnly struct{}

func (loopbackOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() != "127.0.0.1" {
		return nil, errLeft
	}
	return http.DefaultTransport.RoundTrip(r)
}

// bubbled makes a verifier whose provider answers through gate, for tests in a
// bubble, where time passes by itself.
func bubbled(t *testing.T, clk *clock, gate func(*http.Request) bool) (*idp, *identity.OIDC) {
	t.Helper()
	p := &idp{hits: map[string]int{}, bodies: map[string]string{}}
	p.at("https://idp.example")
	o := options(p, clk)
	o.Client = &http.Client{Transport: transport(func(r *http.Request) *http.Response {
		if !gate(r) {
			return nil
		}
		return p.answer(r)
	})}
	return p, newOIDC(t, o)
}

// TestFetchIsOneForAll: tokens that come together wait for one fetch, and a
// client that goes away takes it from nobody.
func TestFetchIsOneForAll(t *testing.T) {
	pairs()
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		clk := newClock()
		p, v := bubbled(t, clk, func(*http.Request) bool { <-open; return true })
		token := forge(t, rs256, good(p, clk), pairs().rsa)

		ctx, leave := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() { _, err := v.Verify(ctx, token); first <- err }()
		synctest.Wait() // the fetch is on its way, for the first alone
		others := make(chan error, 50)
		for range cap(others) {
			go func() { _, err := v.Verify(t.Context(), token); others <- err }()
		}
		synctest.Wait()
		leave()
		if err := <-first; reason(err) != identity.CannotCheck || !errors.Is(err, context.Canceled) {
			t.Errorf("who went away: %v", err)
		}
		close(open)
		for range cap(others) {
			if err := <-others; err != nil {
				t.Errorf("who waited: %v", err)
			}
		}
		if p.asked(discoveryPath) != 1 || p.asked(jwksPath) != 1 {
			t.Errorf("asked %v", p.hits)
		}
	})
}

// TestProviderThatNeverAnswers: who needs it waits 10 seconds; who has a key
// that is known waits for its renewal one second, and once.
func TestProviderThatNeverAnswers(t *testing.T) {
	pairs()
	synctest.Test(t, func(t *testing.T) {
		clk, answers := newClock(), false
		p, v := bubbled(t, clk, func(*http.Request) bool { return answers })
		token := forge(t, rs256, good(p, clk).with("exp", clk.Now().Add(48*time.Hour).Unix()), pairs().rsa)
		took := func(want time.Duration, check func(error) bool) {
			t.Helper()
			begin := time.Now()
			_, err := v.Verify(t.Context(), token)
			if d := time.Since(begin); d != want || !check(err) {
				t.Errorf("after %v: %v", d, err)
			}
		}
		fine := func(err error) bool { return err == nil }
		took(10*time.Second, func(err error) bool { return reason(err) == identity.CannotCheck })
		answers = true
		clk.Turn(10 * time.Second)
		took(0, fine)
		answers = false
		clk.Turn(time.Hour)
		took(time.Second, fine)
		took(0, fine) // the fetch still runs; it was given its second
		synctest.Wait()
		time.Sleep(9 * time.Second) // of the bubble
		synctest.Wait()
		took(time.Second, fine) // a second fetch
		time.Sleep(9 * time.Second)
		synctest.Wait()
		took(0, fine) // a third would be too soon
	})
}
