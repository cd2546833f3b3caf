package recall

import (
	"strings"
	"testing"
	"time"
)

// FuzzSearch asks anything at any time of a small store with something of all
// that the ranking looks at, and one memory of any text in it.
func FuzzSearch(f *testing.F) {
	for _, seed := range []struct {
		query, text string
		at          int64
	}{
		{"where is maxBytes in May?", "alpha. Which beta?", 1.78e15},
		{"what happened last week, three days ago, on Tuesday or 2026-05-30?", "Always tell me", 1.78e15},
		{"9223372036854775807 weeks ago", "", -1 << 62},
		{"1317624576693539404 weeks ago", "x", 1 << 62},
		{"31 February 2024, 29.2.2023, 2026-99-99, 0000-00-00", "February", 0},
		{"Can you suggest a database? kubernetse clustre", "I prefer PostgreSQL rather than MySQL", 1},
		{"Wo ist die Verwaltung für das Wasser?", "Die Hausverwaltung und das Abwasser", -1},
		{"東京 数据 한국 ภาษา", "東京タワー 数据库 한국어 ภาษาไทย", 1 << 50},
		{strings.Repeat("alpha beta ", 70) + "?", strings.Repeat("q ", 300), 1.78e15},
		{"how many kinds of things?", strings.Repeat("thing ", 300), 1.78e15},
		{"to be or not to be", "to be or not to be", 1.78e15},
		{"Москва Масква ΣΟΦΟΣ", "москва σοφός", 1.78e15},
		{"\xff\xc3( \u0301", "\xf0\x9f", 1.78e15},
		{strings.Repeat("x", 64) + " " + strings.Repeat("é", 64), strings.Repeat("x", 65) + " " + strings.Repeat("e", 63), 1.78e15},
	} {
		f.Add(seed.query, seed.text, seed.at, allKinds, 10)
		f.Add(seed.text, seed.query, seed.at, uint16(6), 2)
	}
	store := [][]byte{}
	for i, form := range said {
		n := note{
			ID: int64(i) + 1, Kind: uint8(i % 4), Session: string(rune('a' + i/4)), Updated: 1.7795e15 + int64(i)*9*minute,
			Title: []string{"Tom", "Emma"}[i%2], Content: strings.ReplaceAll(form, "%s", saidOf[i]),
		}
		store = append(store, pack(n))
	}
	f.Fuzz(func(t *testing.T, query, text string, at int64, kinds uint16, limit int) {
		x := NewIndex(1, 0)
		for i, blob := range store {
			if err := x.Put(int64(i), int64(i)+1, blob); err != nil {
				t.Fatal(err)
			}
		}
		put(t, x, 100, note{ID: 100, Kind: 1, Session: "b", Updated: at, Title: query, Content: text})
		if at == 0 {
			x.Remove(101, 2)
		}
		q := ParseQuery(query, time.UnixMicro(at/2))
		hits, total := x.Search(q, kinds, limit)
		checkHits(t, x, hits, total, kinds, limit)
		if q.Empty() && total > 0 {
			t.Fatalf("%d found by nothing", total)
		}
		x.Remove(102, 100)
		hits, total = x.Search(q, allKinds, 1000)
		checkHits(t, x, hits, total, allKinds, 1000)
		check(t, x)
	})
}
