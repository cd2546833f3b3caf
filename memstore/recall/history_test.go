package recall

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Sentences as people write them to each other and into notes. %s is a word.
var (
	said = strings.Split(`We decided to use %s for the %s, because it is simple.
Which %s did we choose for the %s?
Always show me the %s before you change the %s
Never call %s twice
I prefer %s rather than %s when I travel
In May we moved the %s to %s
My sister met Emma and Tom in Paris on Friday, with %s
The %s fails with E0382 in memstore/sqlite/open.go: %s
Wir haben die %sverwaltung für die Kunden eingerichtet, und das ist der %s
¿Dónde está la configuración del %s y de %s?
東京タワーで%sを見ました。%s
%s v1.61.1, maxBytes and SQLITE_BUSY (%s)
Three days ago the %s was twice as slow as %s
%s
OK`, "\n")
	saidOf = strings.Fields(`database cache PostgreSQL redis parser lexer editor dog cat piano tennis Berlin kubernetes restaurant deployment
		deployments deployed library libraries house mouse Datenbank Daten zebra quokka maxBytes open.go 数据库 Café cafe`)
	asked = strings.Split(`%s
%s %s
where is the %s?
which database did we choose for the %s?
What did I say about %s in May 2026?
what happened last week with the %s and %s?
Can you suggest a %s?
how many %s did Emma see on 2026-05-30?
Wo ist die %s für das %s?
¿Dónde está la %s?
when did we move to %s
the of it
%sx %sverwaltung kubernetse
数据 东京 東京 %s`, "\n")
)

func sentence(forms []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		form := rapid.SampledFrom(forms).Draw(t, "form")
		for strings.Contains(form, "%s") {
			form = strings.Replace(form, "%s", rapid.SampledFrom(saidOf).Draw(t, "word"), 1)
		}
		return form
	})
}

func anyNote(t *rapid.T, id int64) note {
	statement := sentence(said)
	from := time.Date(2026, 5, 25, 0, 0, 0, 0, time.UTC).UnixMicro()
	n := note{
		ID: id, Kind: uint8(id % 4), Session: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "session"),
		Updated: from + rapid.Int64Range(0, 40).Draw(t, "step")*rapid.SampledFrom([]int64{0, 5 * minute, 11 * minute, 300 * minute}).Draw(t, "pause"),
		Title:   rapid.SampledFrom([]string{"", "Tom", "Emma", "The database", "Release of the parser", "Notes"}).Draw(t, "title"),
		Content: statement.Draw(t, "content"),
	}
	if rapid.IntRange(0, 3).Draw(t, "keyed") == 0 {
		n.TopicKey = "area/" + rapid.SampledFrom(saidOf).Draw(t, "topic")
	}
	if rapid.IntRange(0, 5).Draw(t, "long") == 0 {
		n.Content += " " + statement.Draw(t, "more") + " " + statement.Draw(t, "yet more")
	}
	return n
}

// TestAnyHistory: memories that came in any order, with any replacements and
// removals, with or without searches in between, are found as those are which came
// once, in whatever order: the same hits and the same scores, to the last bit.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		question := sentence(asked)
		n := rapid.Int64Range(1, 40).Draw(t, "memories")
		live, last := map[int64]note{}, map[int64]int64{}
		x := NewIndex(1, 0)
		for seq := range rapid.Int64Range(1, 80).Draw(t, "changes") {
			id := rapid.Int64Range(1, n).Draw(t, "id")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				x.Remove(seq, id)
				delete(live, id)
			case 1:
				x.Search(parse(question.Draw(t, "between")), allKinds, 5)
			default:
				m := anyNote(t, id)
				if err := x.Put(seq, id, pack(m)); err != nil {
					t.Fatal(err)
				}
				live[id], last[id] = m, seq
			}
		}
		var order []int64
		for id := range live {
			order = append(order, id)
		}
		slices.Sort(order)
		fresh := NewIndex(1, 0)
		for _, id := range rapid.Permutation(order).Draw(t, "order") {
			if err := fresh.Put(last[id], id, pack(live[id])); err != nil {
				t.Fatal(err)
			}
		}
		for range 6 {
			text := question.Draw(t, "query")
			kinds := rapid.SampledFrom([]uint16{allKinds, 1, 2, 6, 9}).Draw(t, "kinds")
			limit := rapid.IntRange(0, 50).Draw(t, "limit")
			a, total := x.Search(parse(text), kinds, limit)
			for _, other := range []*Index{fresh, x} { // and the same index again
				b, again := other.Search(parse(text), kinds, limit)
				if total != again || !slices.EqualFunc(a, b, sameBits) {
					t.Fatalf("%q: %v of %d, then %v of %d", text, a, total, b, again)
				}
			}
			checkHits(t, x, a, total, kinds, limit)
		}
	})
}

func sameBits(a, b Hit) bool {
	return a.ID == b.ID && a.Seq == b.Seq && math.Float64bits(a.Score) == math.Float64bits(b.Score)
}

// checkHits holds what a search gives against what it promises.
func checkHits(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, x *Index, hits []Hit, total int, kinds uint16, limit int,
) {
	t.Helper()
	// Standing instructions that have no room are counted and not given.
	if room := min(max(limit, 0), total); len(hits) > room || len(hits) < room-len(x.advice) || total > x.Len() {
		t.Fatalf("%d hits of %d, limit %d, %d memories", len(hits), total, limit, x.Len())
	}
	seen := map[int64]bool{}
	for i, h := range hits {
		slot, ok := x.slots[h.ID]
		if !ok || seen[h.ID] || x.kinds[slot]&kinds == 0 || x.docs[slot].seq != h.Seq {
			t.Fatalf("hit %d of %v: gone, twice, of no wanted kind, or of another change", i, hits)
		}
		seen[h.ID] = true
		if !(h.Score > 0 && h.Score <= 1) || i > 0 && h.Score > hits[i-1].Score && !x.traits[x.slots[hits[i-1].ID]].instructs() && !x.traits[slot].instructs() {
			t.Fatalf("hit %d of %v: its score", i, hits)
		}
	}
}

// TestManyHistories is the same with more memories than a search looks at closely,
// of which most are removed and put again.
func TestManyHistories(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	const n = 3000
	content := func(id int64) string {
		a, b := saidOf[id%int64(len(saidOf))], saidOf[id*7/3%int64(len(saidOf))]
		return strings.Replace(strings.Replace(said[id%int64(len(said))], "%s", a, 1), "%s", b, 1)
	}
	of := func(id int64) []byte {
		return pack(note{ID: id, Kind: uint8(id % 5), Session: fmt.Sprint(id / 9), Updated: 1.77e15 + id*17*minute, Title: saidOf[id*5%int64(len(saidOf))], Content: content(id)})
	}
	x, fresh := NewIndex(1, 0), NewIndex(1, 0)
	do := func(x *Index, id int64) {
		if err := x.Put(id, id, of(id)); err != nil {
			t.Fatal(err)
		}
	}
	for id := int64(n); id > 0; id-- {
		do(x, id)
	}
	for id := int64(1); id <= n; id++ {
		if id%3 != 0 {
			x.Remove(id, id)
		}
		if id%100 == 0 {
			x.Search(parse("the database"), allKinds, 3)
		}
	}
	for id := int64(1); id <= n; id++ {
		if id%3 != 0 {
			do(x, id*7%n+1)
		}
		do(fresh, id)
	}
	for id := int64(1); id <= n; id++ {
		do(x, id)
	}
	for i, form := range asked {
		for _, kinds := range []uint16{allKinds, 1 << 3} {
			q := parse(strings.ReplaceAll(form, "%s", saidOf[i]))
			a, total := x.Search(q, kinds, 100)
			b, again := fresh.Search(q, kinds, 100)
			if total != again || !slices.EqualFunc(a, b, sameBits) {
				t.Errorf("%q: %v of %d, in order %v of %d", form, a, total, b, again)
			}
			checkHits(t, x, a, total, kinds, 100)
		}
	}
	check(t, x)
}
