package recall

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Public conversations with questions and known answers, beside the repository.
// They are not ours to copy: no row of them is in here.
const publicData = "../../../shared/recall-dev"

// public is the indexes of the people in the data, and the questions about them.
type public struct {
	indexes   map[string]*Index
	ids       map[string]int64 // of the rows
	questions []question
}

type question struct {
	User, Query, Category string
	Relevant              []string
}

func readRows[T any](tb testing.TB, name string) (rows []T) {
	tb.Helper()
	f, err := os.Open(filepath.Join(filepath.FromSlash(publicData), name))
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skip("the public conversations are not here")
	}
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			tb.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func readPublic(tb testing.TB) *public {
	tb.Helper()
	p := &public{indexes: map[string]*Index{}, ids: map[string]int64{}}
	for _, row := range readRows[struct{ ID, User, Session, Time, Title, Content string }](tb, "memories.jsonl") {
		x := p.indexes[row.User]
		if x == nil {
			x = NewIndex(1, 0)
			p.indexes[row.User] = x
		}
		at, err := time.Parse("2006-01-02T15:04:05", row.Time)
		if err != nil {
			tb.Fatal(err)
		}
		id := int64(x.Len() + 1)
		p.ids[row.ID] = id
		put(tb, x, id, note{ID: id, Session: row.Session, Updated: at.UnixMicro(), Title: row.Title, Content: row.Content})
	}
	p.questions = slices.DeleteFunc(readRows[question](tb, "queries.jsonl"), func(q question) bool { return q.Category == "adversarial" })
	return p
}

// measured is recall at 5 and 10, the mean reciprocal rank of the first 100, and
// nDCG of the first 10.
type measured [4]float64

func (p *public) judge(q question, ids []int64) (m measured) {
	ideal := 0.0
	for i := range min(10, len(q.Relevant)) {
		ideal += 1 / math.Log2(float64(i+2))
	}
	for i, id := range ids[:min(len(ids), 100)] {
		if !slices.ContainsFunc(q.Relevant, func(name string) bool { return p.ids[name] == id }) {
			continue
		}
		if i < 5 {
			m[0] += 1 / float64(len(q.Relevant))
		}
		if i < 10 {
			m[1] += 1 / float64(len(q.Relevant))
			m[3] += 1 / math.Log2(float64(i+2)) / ideal
		}
		if m[2] == 0 {
			m[2] = 1 / float64(i+1)
		}
	}
	return m
}

// means are the means for each set, by the first part of the users' names, and
// their mean in turn ("macro").
func (p *public) means(answer func(q question) []int64) map[string]measured {
	sums, counts := map[string]measured{}, map[string]float64{}
	for _, q := range p.questions {
		set, _, _ := strings.Cut(q.User, "-")
		m, sum := p.judge(q, answer(q)), sums[set]
		for i := range sum {
			sum[i] += m[i]
		}
		sums[set] = sum
		counts[set]++
	}
	var macro measured
	sets := float64(len(sums))
	for set, sum := range sums {
		for i := range sum {
			sum[i] /= counts[set]
			macro[i] += sum[i] / sets
		}
		sums[set] = sum
	}
	sums["macro"] = macro
	return sums
}

func (p *public) search(user string, q Query) (ids []int64) {
	hits, _ := p.indexes[user].Search(q, allKinds, 100)
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids
}

// plain answers as most servers do: words as alternatives, ranked by BM25 with
// its usual constants.
func (p *public) plain(user string, q Query) (ids []int64) {
	x := p.indexes[user]
	scores := map[int64]float64{}
	for i := range q.terms {
		t, ok := x.terms.find(x.lists, []byte(q.terms[i].text))
		if !ok {
			continue
		}
		l := &x.lists[t]
		n, df := float64(x.Len()), float64(l.df)
		idf := math.Log(1 + (n-df+.5)/(df+.5))
		for w := (walk{packed: l.packed}); ; {
			slot, use, ok := w.next()
			if !ok {
				break
			}
			d, tf := &x.docs[slot], float64(use&maxTF)
			scores[d.id] += idf * tf * 2.2 / (tf + 1.2*(.25+.75*float64(d.words)/x.meanWords()))
		}
	}
	ids = slices.Collect(maps.Keys(scores))
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	return ids
}

// rarest cuts a question down to the words that fewest memories have, as an agent
// does that searches by keywords.
func (p *public) rarest(q question, words int) string {
	x := p.indexes[q.User]
	type known struct {
		word string
		df   uint32
	}
	var all []known
	for _, t := range parse(q.Query).terms {
		if l, ok := x.terms.find(x.lists, []byte(t.text)); ok {
			all = append(all, known{t.word, x.lists[l].df})
		}
	}
	slices.SortStableFunc(all, func(a, b known) int { return cmp.Compare(a.df, b.df) })
	var kept []string
	for _, k := range all[:min(words, len(all))] {
		kept = append(kept, k.word)
	}
	return strings.Join(kept, " ")
}

// TestShortQueries: with two, three and four words, at least as much is found as
// by plain BM25, on every set.
func TestShortQueries(t *testing.T) {
	p := readPublic(t)
	for words := 2; words <= 4; words++ {
		short := func(q question) Query { return parse(p.rarest(q, words)) }
		ours := p.means(func(q question) []int64 { return p.search(q.User, short(q)) })
		plain := p.means(func(q question) []int64 { return p.plain(q.User, short(q)) })
		for set := range ours {
			o, b := ours[set], plain[set]
			t.Logf("%d words, %s: %.3f, plain BM25 %.3f", words, set, o, b)
			if o[0] < b[0] || o[1] < b[1] {
				t.Errorf("%d words, %s: recall at 5 and 10 is %.3f, that of plain BM25 %.3f", words, set, o[:2], b[:2])
			}
		}
	}
}

// BenchmarkPublic measures the ranking without each of its steps, and plain BM25.
func BenchmarkPublic(b *testing.B) {
	p := readPublic(b)
	chat, note := chatQuestion, noteQuestion
	restore := func() { chatQuestion, noteQuestion = chat, note }
	both := func(f func(*weights)) func() { return func() { f(&chatQuestion); f(&noteQuestion) } }
	none := func(*Query) {}
	terms := func(f func(*queryTerm)) func(*Query) {
		return func(q *Query) {
			for i := range q.terms {
				f(&q.terms[i])
			}
		}
	}
	clear := func(t *queryTerm) { t.vague = false }
	for _, drop := range []struct {
		name    string
		weights func()
		query   func(*Query)
	}{
		{"nothing", func() {}, none},
		{"near", both(func(w *weights) { w.near, w.share = 0, 0 }), none},
		{"talk", both(func(w *weights) { w.talk, w.titleTalk = 0, 0 }), none},
		{"reply", both(func(w *weights) { w.reply, w.asked = 0, 0 }), none},
		{"title", both(func(w *weights) { w.title, w.titleTalk = 0, 0 }), none},
		{"date", both(func(w *weights) { w.date = 0 }), func(q *Query) { q.dates = nil }},
		{"answer", both(func(w *weights) { w.when, w.many, w.where, w.who = 0, 0, 0, 0 }), none},
		{"first", both(func(w *weights) { w.first = 0 }), none},
		{"best-count", both(func(w *weights) { w.best, w.count = 0, 0 }), none},
		{"base", both(func(w *weights) { w.base = 0 }), none},
		{"pairs", func() {}, terms(func(t *queryTerm) { t.after = nil })},
		{"notes", func() { noteQuestion = chatQuestion }, none},
		{"instructions", both(func(w *weights) { w.standing, w.preferring = 0, 0 }), none},
		{"vague", func() {}, terms(clear)},
		{"categories", func() {}, terms(func(t *queryTerm) { t.things = nil })},
		{"all-lists", both(func(w *weights) { w.standing, w.preferring = 0, 0 }), terms(func(t *queryTerm) { t.things, t.vague = nil, false })},
	} {
		b.Run("without/"+drop.name, func(b *testing.B) {
			drop.weights()
			defer restore()
			var m map[string]measured
			for b.Loop() {
				m = p.means(func(q question) []int64 {
					query := parse(q.Query)
					drop.query(&query)
					return p.search(q.User, query)
				})
			}
			report(b, m)
		})
	}
	b.Run("plain", func(b *testing.B) {
		var m map[string]measured
		for b.Loop() {
			m = p.means(func(q question) []int64 { return p.plain(q.User, parse(q.Query)) })
		}
		report(b, m)
	})
}

func report(b *testing.B, m map[string]measured) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	for i, unit := range []string{"R@5", "R@10", "MRR", "nDCG@10"} {
		b.ReportMetric(m["macro"][i], unit)
	}
}
