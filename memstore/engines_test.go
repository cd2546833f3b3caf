package memstore_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/folder"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// engines opens a fresh store of each kind.
func engines(t *testing.T) map[string]memstore.Backend {
	t.Helper()
	file, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "memory.db"), sqlite.Options{})
	check(t, err)
	dir, err := folder.Open(t.Context(), filepath.Join(t.TempDir(), "memories"), folder.Options{})
	check(t, err)
	database, err := postgres.Open(t.Context(), postgrestest.URL(t))
	check(t, err)
	all := map[string]memstore.Backend{"file": file, "folder": dir, "postgres": database}
	t.Cleanup(func() {
		for _, b := range all {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return all
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open is a backend that outlives the stores on it.
type stays struct{ memstore.Backend }

func (stays) Close() error { return nil }

// answers are what a search says, to be compared.
func answers(t *testing.T, s *memstore.Store, query string) string {
	t.Helper()
	found, err := s.Search(t.Context(), memstoretest.Query(t, query, 20))
	check(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "%d:", found.Total)
	for _, h := range found.Hits {
		fmt.Fprintf(&b, " %d %v %q", h.ID, h.Score, h.Snippet)
	}
	return b.String()
}

// agree asks all engines the same, and wants the same hits, scores and order.
func agree(t *testing.T, stores map[string]*memstore.Store, query string) {
	t.Helper()
	want := answers(t, stores["file"], query)
	for name, s := range stores {
		if got := answers(t, s, query); got != want {
			t.Fatalf("%q: %s says\n%.600s\nand file\n%.600s", query, name, got, want)
		}
	}
}

// TestEnginesAgree: random saves, changes and erasures give the same search results on
// every engine.
func TestEnginesAgree(t *testing.T) {
	words := strings.Fields("amber basalt cobalt dahlia ember fjord garnet hazel indigo jasper kelp lotus maple nectar onyx pearl quartz")
	stores := map[string]*memstore.Store{}
	clocks := map[string]*memstoretest.Clock{}
	for name, b := range engines(t) {
		clocks[name] = memstoretest.NewClock()
		o := memstoretest.Options(clocks[name])
		o.Rand = memstoretest.Seeded(3) // the same ids everywhere
		stores[name] = memstoretest.User(t, memstore.New(stays{b}, o), "alice")
	}
	for name, s := range stores {
		rng := rand.New(rand.NewPCG(7, 7))
		say := func(n int) string {
			out := make([]string, n)
			for i := range out {
				out[i] = words[int(float64(len(words))*rng.Float64()*rng.Float64())]
			}
			return strings.Join(out, " ")
		}
		var ids []int64
		for i := range 400 {
			clocks[name].Add(time.Duration(rng.IntN(600)) * time.Second)
			switch {
			case rng.IntN(10) == 0 && len(ids) > 0:
				_, _, err := s.Forget(t.Context(), ids[rng.IntN(len(ids))])
				check(t, err)
			case rng.IntN(6) == 0 && len(ids) > 0:
				_, err := s.Update(t.Context(), ids[rng.IntN(len(ids))], memstore.Patch{Content: memstoretest.Text(t, memstore.ContentField, say(12))})
				if err != nil && !errors.Is(err, memstore.ErrNotFound) {
					t.Fatal(err)
				}
			default:
				topic := ""
				if rng.IntN(4) == 0 {
					topic = "t/" + words[rng.IntN(len(words))]
				}
				ids = append(ids, memstoretest.Save(t, s, memstore.Type(1+rng.IntN(5)), say(3)+fmt.Sprint(" ", i%7), say(15), topic).ID)
			}
		}
	}
	rng := rand.New(rand.NewPCG(8, 8))
	for range 200 {
		query := words[rng.IntN(len(words))] + " " + words[rng.IntN(len(words))]
		if rng.IntN(3) == 0 {
			query = "what did we say about " + query + " in march?"
		}
		agree(t, stores, query)
	}
}

// TestEnginesAgreeOnPublicData does the same on public conversations beside the
// repository, of which no row is in here.
func TestEnginesAgreeOnPublicData(t *testing.T) {
	rows := public[struct{ ID, User, Session, Time, Title, Content string }](t, "memories.jsonl")
	questions := public[struct{ User, Query string }](t, "queries.jsonl")
	users := map[string]map[string]*memstore.Store{}
	for name, b := range engines(t) {
		o := memstore.DefaultOptions()
		o.Limits = memstore.Limits{}
		mem := memstore.New(stays{b}, o)
		by := map[string][]memstore.Record{}
		for i, row := range rows {
			at, err := time.Parse("2006-01-02T15:04:05", row.Time)
			check(t, err)
			by[row.User] = append(by[row.User], memstore.Record{Memory: &memstore.MemoryRecord{
				ID: int64(i + 1), Type: memstore.Discovery, Title: memstoretest.Text(t, memstore.TitleField, row.Title),
				Content: memstoretest.Text(t, memstore.ContentField, row.Content), Session: memstoretest.Text(t, memstore.SessionField, row.Session), Created: at,
			}})
		}
		for user, records := range by {
			s := memstoretest.User(t, mem, user)
			in := s.NewImport()
			for page := range slices.Chunk(records, 400) {
				_, err := in.Write(t.Context(), page)
				check(t, err)
			}
			if users[user] == nil {
				users[user] = map[string]*memstore.Store{}
			}
			users[user][name] = s
		}
	}
	for _, q := range questions {
		agree(t, users[q.User], q.Query)
	}
	t.Logf("%d questions to %d users on %d memories: the same on three engines", len(questions), len(users), len(rows))
}

func public[T any](t *testing.T, name string) (rows []T) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "recall-dev", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public conversations are not here")
	}
	check(t, err)
	defer func() { _ = f.Close() }() // read only
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row T
		check(t, json.Unmarshal(lines.Bytes(), &row))
		rows = append(rows, row)
	}
	return rows
}

// TestMove: everything arrives as it was, from each engine on each other, with an open
// session, history, erasures behind it, and texts of all kinds; a second time nothing
// is done; and who has something else over there keeps it.
func TestMove(t *testing.T) {
	all := engines(t)
	clock := memstoretest.NewClock()
	s := memstoretest.User(t, memstore.New(stays{all["file"]}, memstoretest.Options(clock)), "alice")
	for i := range 1200 {
		clock.Add(time.Second)
		saved := memstoretest.Save(t, s, memstore.Type(1+i%5), fmt.Sprint("tïtle ", i), fmt.Sprint("文本 walnut ", i, " ghp_x"), fmt.Sprintf("t/%d", i%900))
		if i%50 == 7 {
			_, _, err := s.Forget(t.Context(), saved.ID)
			check(t, err)
		}
	}
	alice, err := memstore.ParseUserID("alice")
	check(t, err)
	nobody, err := memstore.ParseUserID("nobody")
	check(t, err)
	want := exported(t, s)
	for _, leg := range [][2]string{{"file", "postgres"}, {"postgres", "folder"}} {
		from, to := all[leg[0]], all[leg[1]]
		for round := range 2 {
			moved, err := memstore.Move(t.Context(), from, to, alice)
			if err != nil || moved != (round == 0) {
				t.Fatalf("%v, round %d: %v %v", leg, round, moved, err)
			}
		}
		if moved, err := memstore.Move(t.Context(), from, to, nobody); moved || err != nil {
			t.Errorf("somebody who has nothing: %v %v", moved, err)
		}
		there := memstoretest.User(t, memstore.New(stays{to}, memstoretest.Options(clock)), "alice")
		if got := exported(t, there); got != want {
			t.Errorf("%v: another export", leg)
		}
		agree(t, map[string]*memstore.Store{"file": s, leg[1]: there}, "walnut 77 tïtle 文本")
		// It goes on there as it would have here.
		next := memstoretest.Save(t, there, memstore.Discovery, "after the move", "text", "")
		if found, err := there.Search(t.Context(), memstoretest.Query(t, "after the move", 3)); err != nil || len(found.Hits) == 0 || found.Hits[0].ID != next.ID {
			t.Errorf("%v: what was saved after is not found: %v", leg, err)
		}
		if _, err := memstore.Move(t.Context(), all["file"], to, alice); !errors.Is(err, memstore.ErrConflict) {
			t.Errorf("%v: onto other memories: %v", leg, err)
		}
		_, _, err := there.Forget(t.Context(), next.ID)
		check(t, err)
		if leg[1] == "postgres" { // as it was, for the next leg
			_, _, err := there.ForgetAll(t.Context())
			check(t, err)
			_, err = memstore.Move(t.Context(), from, to, alice)
			check(t, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := memstore.Move(ctx, all["file"], all["postgres"], alice); err == nil {
		t.Error("a move that was given up succeeded")
	}
}

func exported(t *testing.T, s *memstore.Store) string {
	t.Helper()
	var b strings.Builder
	check(t, s.Export(t.Context(), func(x memstore.Exported) error {
		line, err := json.Marshal(x)
		b.Write(line)
		return err
	}))
	return b.String()
}
