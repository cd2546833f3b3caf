package recall

import (
	"fmt"
	"strings"
	"testing"
)

// TestCategory: a question for a kind of thing finds the thing; a memory that has
// the word itself comes before; another kind of thing is not found.
func TestCategory(t *testing.T) {
	for _, tt := range []struct{ question, thing, word, other string }{
		{"which database did we choose?", "we settled on PostgreSQL", "the database of choice is there", "we settled on Kafka"},
		{"what pets does she have?", "her dog is named Rex", "her pets are named so", "her guitar is old"},
		{"which sports does Tom like", "Tom plays tennis on Sunday", "Tom is good at sports", "Tom plays the piano"},
		{"framework", "the page is made with React", "the framework of the page", "the page is deployed"},
		{"my siblings", "my brother is here", "my siblings are here", "my dentist is here"},
	} {
		x := NewIndex(1, 0)
		put(t, x, 1, note{ID: 1, Content: tt.thing})
		put(t, x, 2, note{ID: 2, Content: tt.other})
		for id := range int64(20) {
			put(t, x, id+10, note{ID: id + 10, Content: "lorem ipsum dolor sit amet"})
		}
		hits, _ := x.Search(parse(tt.question), allKinds, 10)
		if len(hits) == 0 || hits[0].ID != 1 {
			t.Errorf("%q does not find %q: %v", tt.question, tt.thing, hits)
		}
		put(t, x, 3, note{ID: 3, Content: tt.word})
		hits, _ = x.Search(parse(tt.question), allKinds, 10)
		if got := fmt.Sprint(ids(hits)); !strings.HasPrefix(got, "[3 1") {
			t.Errorf("%q: %s, want %q first, then %q", tt.question, got, tt.word, tt.thing)
		}
	}
}

// TestThingIsNoKind: a question for the thing does not find others of its kind.
func TestThingIsNoKind(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "we settled on PostgreSQL"})
	put(t, x, 2, note{ID: 2, Content: "we tried MySQL"})
	put(t, x, 3, note{ID: 3, Content: "a database"})
	if hits, total := x.Search(parse("mysql"), allKinds, 10); total != 1 || hits[0].ID != 2 {
		t.Errorf("%v of %d", ids(hits), total)
	}
}

// TestCategoryCountsOnce: many things of a kind are not more than one.
func TestCategoryCountsOnce(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "apple"})
	put(t, x, 2, note{ID: 2, Content: "apple banana orange grape peach"})
	q := parse("fruit")
	s := gathered(x, &q)
	if len(s.sought) != 1 || s.sought[0].plain || s.sought[0].df != 2 || s.words[0] != 1 || s.words[1] != 1 || s.base[1] >= s.base[0] {
		t.Errorf("sought %+v, sets %b, BM25 %v", s.sought, s.words[:2], s.base[:2])
	}
	if v := s.sought[0].value / x.idf(2); v < .699 || v > .701 {
		t.Errorf("worth %v of a word", v)
	}
}

// TestCategoryLines: each line has kinds and things, and each word is one that a
// query can have, folded.
func TestCategoryLines(t *testing.T) {
	var a analyser
	for line := range strings.Lines(categoryLines) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		kinds, things, ok := strings.Cut(line, ":")
		if !ok || len(strings.Fields(kinds)) == 0 || len(strings.Fields(things)) == 0 {
			t.Errorf("no kinds, or no things: %q", line)
		}
		for w := range strings.FieldsSeq(kinds + " " + things) {
			if folded := string(a.fold(nil, w, 0)); folded != w {
				t.Errorf("%q is folded to %q", w, folded)
			}
		}
		for w := range strings.FieldsSeq(kinds) {
			if q := parse(w); len(q.terms) != 1 || len(q.terms[0].things) == 0 {
				t.Errorf("%q as a query: %q", w, termTexts(q))
			}
		}
		for w := range strings.FieldsSeq(things) {
			x := NewIndex(1, 0)
			put(t, x, 1, note{ID: 1, Content: "an " + w + " here"})
			if x.known([]string{a.stem([]byte(w))}) == nil {
				t.Errorf("no text has the term of %q", w)
			}
		}
	}
}
