package recall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestQuestionOrKeywords(t *testing.T) {
	for _, q := range []string{
		"Which database?", "東京？", "¿Cuál", "where is the file", "what did we decide about it", "wo ist die Datei", "où est le fichier", "the of",
	} {
		if !parse(q).question {
			t.Errorf("no question: %q", q)
		}
	}
	for _, q := range []string{"", "database index", "the database", "maxBytes sqlite/open.go v1.61.1", "MIT license", "to", "Die Hard"} {
		if parse(q).question {
			t.Errorf("a question: %q", q)
		}
	}
}

// TestVague: what only asks for a kind of answer counts less, unless there is
// nothing else.
func TestVague(t *testing.T) {
	for query, want := range map[string]string{
		"what kind of pets does she have?":    "kind",
		"how many things happened in Berlin?": "mani thing happen",
		"names of my pets":                    "name",
		"what kinds of things?":               "",
		"database":                            "",
	} {
		var got []string
		for _, term := range parse(query).terms {
			if term.vague {
				got = append(got, term.text)
				if term.weight() != vagueWeight {
					t.Errorf("%q weighs %v", term.text, term.weight())
				}
			} else if term.weight() != 1 {
				t.Errorf("%q weighs %v", term.text, term.weight())
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

// TestPairs: which words stand right before which, small ones between them aside.
func TestPairs(t *testing.T) {
	for query, want := range map[string]string{
		"alpha":                       "",
		"alpha beta gamma":            "alpha-beta beta-gamma",
		"alpha of the beta":           "alpha-beta",
		"alpha alpha":                 "",
		"alpha beta alpha":            "alpha-beta beta-alpha",
		"alpha beta alpha beta":       "alpha-beta beta-alpha",
		"maxBytes limit":              "maxbyt-byte maximum-byte byte-limit",
		"set max_bytes":               "set-maxbyt set-maximum maxbyt-byte maximum-byte",
		"the alpha, and then: beta!?": "alpha-beta",
	} {
		q := parse(query)
		var got []string
		for i, term := range q.terms {
			for _, before := range term.after {
				got = append(got, q.terms[before].text+"-"+q.terms[i].text)
			}
		}
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%q: %q, want %q", query, got, wanted)
		}
	}
}

func TestWants(t *testing.T) {
	for query, want := range map[string]answer{
		"":                                   0,
		"database index":                     0,
		"When did we meet?":                  aTime,
		"what year was it":                   aTime,
		"How long does it take?":             aTime | aNumber,
		"how many tests are there":           aNumber,
		"Where does Emma live?":              aPlace,
		"who wrote it":                       aPerson,
		"What's the name of my dog?":         aPerson,
		"Who lives where, and since when?":   aPerson | aPlace | aTime,
		"¿Cuándo empezó?":                    aTime,
		"Wann war das?":                      aTime,
		"wie viele Tests gibt es":            aNumber,
		"Où habite Emma ?":                   aPlace,
		"qui l'a fait":                       aPerson,
		"whenever nowhere whoever namespace": 0,
	} {
		if got := parse(query).wants; got != want {
			t.Errorf("%q: %b, want %b", query, got, want)
		}
	}
}

func TestAdvice(t *testing.T) {
	for _, q := range []string{
		"Can you suggest a restaurant?", "any recommendations for a book", "what should I cook", "how can I sleep better", "What are some good books?",
		"help me plan a trip", "what is the best editor", "Could you plan it",
	} {
		if !parse(q).advice {
			t.Errorf("no advice: %q", q)
		}
	}
	for _, q := range []string{"", "which database do we use", "what is the name of it", "you can", "what are the", "what should they do", "best editor"} {
		if parse(q).advice {
			t.Errorf("advice: %q", q)
		}
	}
}

func TestThings(t *testing.T) {
	for _, tt := range []struct{ query, thing string }{
		{"which database", "postgr"}, {"any pets", "cat"}, {"what sport", "tenni"}, {"my siblings", "sister"}, {"vegetables", "carrot"},
	} {
		q := parse(tt.query)
		if last := q.terms[len(q.terms)-1]; !slices.ContainsFunc(last.things, func(s string) bool { return strings.HasPrefix(s, tt.thing) }) {
			t.Errorf("%q: no %q among %q", tt.query, tt.thing, last.things)
		}
	}
	if q := parse("zanzibar"); q.terms[0].things != nil {
		t.Errorf("things of no kind: %q", q.terms[0].things)
	}
}

// TestLongQueries: of 4,000 characters and of many more words than count.
func TestLongQueries(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "the needle"})
	put(t, x, 2, note{ID: 2, Content: "hay and more hay"})
	var words strings.Builder
	for i := 0; words.Len() < 4000; i++ {
		fmt.Fprintf(&words, "hay word%c%c ", 'a'+i%26, 'a'+i/26)
	}
	for _, q := range []string{
		words.String() + "needle", "needle " + words.String(), strings.Repeat("needle ", 600), strings.Repeat("a.b-c_dE/", 450) + " needle",
		strings.Repeat("東京", 2000) + " needle",
	} {
		hits, total := x.Search(ParseQuery(q, time.Time{}), allKinds, 10)
		if total < 1 || hits[0].ID != 1 {
			t.Errorf("%.40q…: %v of %d", q, ids(hits), total)
		}
	}
}

// TestOnlySixtyFourCount: the sets of words hold as many, and not one more.
func TestOnlySixtyFourCount(t *testing.T) {
	for _, n := range []int{1, 63, 64, 65, 130} {
		x := NewIndex(1, 0)
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "q%dq ", i)
		}
		put(t, x, 1, note{ID: 1, Title: text.String(), TopicKey: text.String(), Content: text.String()})
		put(t, x, 2, note{ID: 2, Content: "q0q"})
		hits, total := x.Search(parse(text.String()), allKinds, 10)
		if total == 0 || hits[0].ID != 1 || hits[0].Score <= .5 || hits[0].Score > 1 {
			t.Errorf("%d words: %v of %d", n, hits, total)
		}
	}
}
