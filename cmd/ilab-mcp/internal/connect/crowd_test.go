package connect

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowdTime is how long the crowd stays. CI has it stay for half a minute, under
// the race detector.
func crowdTime(t *testing.T) time.Duration {
	t.Helper()
	if s := os.Getenv("ILAB_TEST_CROWD"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return time.Second
}

// TestCrowd: 64 clients of 16 users, over all transports and both eras, with the
// same request ids, each doing what comes to its mind. Every reply belongs to
// its caller; in the end every user has what the model says, and the server is
// as it was.
func TestCrowd(t *testing.T) {
	const users, each = 16, 4
	s := open(t, func(o *HTTPOptions) { o.Limits = Limits{} })
	goroutines, heap := runtime.NumGoroutine(), liveHeap()

	ctx, cancel := context.WithTimeout(t.Context(), crowdTime(t))
	defer cancel()
	people := make([][]*person, users)
	var all sync.WaitGroup
	for u := range people {
		name := fmt.Sprintf("user%02d", u)
		for n := range each {
			p := &person{
				t: t, client: s.user(name), name: name, mark: fmt.Sprintf("%s-%d", name, n),
				rand: rand.New(rand.NewPCG(uint64(u), uint64(n))), mine: map[int64]string{},
			}
			people[u] = append(people[u], p)
			all.Go(func() {
				p.connect(n)
				for ctx.Err() == nil && !t.Failed() {
					p.step()
				}
			})
		}
	}
	all.Wait()

	calls := 0
	for _, group := range people {
		// What each did is seen by all others of the same user, and by them alone.
		left := 0
		for _, p := range group {
			left += len(p.mine)
			calls += p.calls
		}
		group[0].settle(left, people)
		for _, p := range group {
			p.leave()
		}
	}
	t.Logf("%d calls", calls)
	s.until(func(h *hub) bool { return len(h.streams) == 0 && h.open == 0 })
	for _, m := range s.http.hub.members {
		if m.running != 0 || m.streams != 0 {
			t.Errorf("a member is left with %d calls and %d streams", m.running, m.streams)
		}
	}
	s.http.hub.sweep(time.Now().Add(48 * time.Hour))
	s.until(func(h *hub) bool { return len(h.servers) == 0 && len(h.members) == 0 })
	for wait := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines+2 && time.Now().Before(wait); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > goroutines+2 {
		t.Errorf("%d goroutines, %d before", n, goroutines)
	}
	// Indexes stay under their own bound, which these few memories do not reach.
	if grown := liveHeap() - heap; grown > 32<<20 {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// person is one client with a model of what it saved.
type person struct {
	t      *testing.T
	client *client
	name   string
	mark   string
	rand   *rand.Rand
	mine   map[int64]string // id → title
	calls  int

	session string
	stream  *eventStream
	path    string
}

// connect chooses the transport: with sessions, stateless, or the older one.
func (p *person) connect(n int) {
	switch n % 4 {
	case 0, 1:
		p.session = p.client.begin()
	case 2:
		p.stream, p.path = p.client.events()
	}
}

func (p *person) leave() {
	if p.session != "" {
		p.client.ask("DELETE", "/mcp", "", p.session)
	}
	if p.stream != nil {
		_ = p.stream.resp.Body.Close() // it has said what it had to
	}
	p.client.http.CloseIdleConnections()
}

// call calls a tool over whatever the person has. The request id is the same
// for everybody.
func (p *person) call(tool, arguments string, into any) bool {
	p.calls++
	var body string
	switch {
	case p.stream != nil:
		if a := p.client.ask("POST", p.path, callLine(7, tool, arguments)); a.status != 202 {
			p.t.Errorf("%s: %+v", p.mark, a)
			return false
		}
		var ok bool
		if body, ok = p.stream.next(); !ok {
			p.t.Errorf("%s: the stream is over", p.mark)
			return false
		}
	case p.session != "":
		body = p.client.ask("POST", "/mcp", callLine(7, tool, arguments), p.session).body
	default:
		line, headers := modernCall(7, tool, arguments)
		body = p.client.ask("POST", "/mcp", line, headers...).body
	}
	var m struct {
		ID     int     `json:"id"`
		Result *called `json:"result"`
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.ID != 7 || m.Result == nil || m.Result.Failed {
		p.t.Errorf("%s: %s %s: %v %s", p.mark, tool, arguments, err, body)
		return false
	}
	if err := json.Unmarshal(m.Result.Structured, into); err != nil {
		p.t.Errorf("%s: %v", p.mark, err)
		return false
	}
	return true
}

// pick gives one of the person's own memories.
func (p *person) pick() (int64, bool) {
	for id := range p.mine {
		return id, true
	}
	return 0, false
}

func (p *person) step() {
	id, any := p.pick()
	switch n := p.rand.IntN(10); {
	case n < 4 || !any:
		title := fmt.Sprintf("%s note %d", p.mark, p.calls)
		var saved struct {
			ID      int64  `json:"id"`
			Outcome string `json:"outcome"`
		}
		if p.call("mem_save", fmt.Sprintf(`{"type":"decision","title":%q,"content":"the crowd says %s"}`, title, p.mark), &saved) {
			if saved.Outcome != "created" || p.mine[saved.ID] != "" {
				p.t.Errorf("%s: saved %+v", p.mark, saved)
			}
			p.mine[saved.ID] = title
		}
	case n < 7:
		p.search()
	case n < 8:
		p.check(id, p.mine[id])
	case n < 9:
		var updated struct{ ID int64 }
		title := p.mine[id] + "+"
		if len(title) < 150 && p.call("mem_update", fmt.Sprintf(`{"observation_id":%d,"title":%q}`, id, title), &updated) {
			p.mine[id] = title
		}
	default:
		var gone struct {
			Forgotten bool `json:"forgotten"`
		}
		if p.call("mem_forget", fmt.Sprintf(`{"observation_id":%d}`, id), &gone) && !gone.Forgotten {
			p.t.Errorf("%s: %d was gone", p.mark, id)
		}
		delete(p.mine, id)
	}
}

func (p *person) search() {
	var found struct {
		Hits []struct {
			Title string `json:"title"`
		} `json:"hits"`
	}
	if !p.call("mem_search", `{"query":"what does the crowd say","limit":20}`, &found) {
		return
	}
	for _, h := range found.Hits {
		if !strings.HasPrefix(h.Title, p.name+"-") {
			p.t.Errorf("%s found %q", p.mark, h.Title)
		}
	}
}

// check reads a memory; title "" means that there must be none, but for one of the
// same user that was saved in the same microsecond: ids are each user's own.
func (p *person) check(id int64, title string) {
	var got struct {
		Observation *struct {
			Title string `json:"title"`
		} `json:"observation"`
	}
	if !p.call("mem_get_observation", fmt.Sprintf(`{"observation_id":%d}`, id), &got) {
		return
	}
	switch {
	case title == "" && got.Observation != nil && strings.HasPrefix(got.Observation.Title, p.name+"-"):
	case got.Observation == nil && title != "":
		p.t.Errorf("%s: %q is lost", p.mark, title)
	case got.Observation != nil && got.Observation.Title != title:
		p.t.Errorf("%s: %d is %q, want %q", p.mark, id, got.Observation.Title, title)
	}
}

// settle compares one user's memory with the model.
func (p *person) settle(left int, people [][]*person) {
	var stats struct {
		Observations int `json:"observations"`
	}
	if p.call("mem_stats", `{}`, &stats) && stats.Observations != left {
		p.t.Errorf("%s has %d memories, want %d", p.name, stats.Observations, left)
	}
	for _, group := range people {
		for _, other := range group {
			for id, title := range other.mine {
				if other.name != p.name {
					title = ""
				}
				p.check(id, title)
				if title == "" {
					break // one of each stranger
				}
			}
		}
	}
}
