package recall

import "slices"

// Query is an analysed query. It is not changed by use, and may be used by many
// goroutines.
type Query struct {
	terms  []string          // distinct, ascending: the order in which a score is summed
	byTerm map[string]uint32 // term -> its place in terms
	byWord map[string]uint32 // likewise of its folded words as they were typed
	sieve  *sieve            // finds where a term may begin in a text, for Snippet
}

// ParseQuery analyses any text as a query. Stop words are dropped, unless there
// is nothing else. Nothing in it is an operator.
func ParseQuery(text string) Query {
	type asked struct {
		words []string
		stop  bool // each of its words is a stop word
	}
	terms := make(map[string]*asked)
	stopsOnly := true
	a := analyser{query: true}
	a.emit = func(t token) {
		text := a.stem(t.word)
		w := terms[text]
		if w == nil {
			w = &asked{stop: true}
			terms[text] = w
		}
		w.stop = w.stop && t.stop
		stopsOnly = stopsOnly && t.stop
		if !slices.Contains(w.words, string(t.word)) {
			w.words = append(w.words, string(t.word))
		}
	}
	a.scan(text)

	var q Query
	for term, w := range terms {
		if stopsOnly || !w.stop {
			q.terms = append(q.terms, term)
		}
	}
	if len(q.terms) == 0 {
		return q
	}
	slices.Sort(q.terms)
	q.byTerm = make(map[string]uint32, len(q.terms))
	q.byWord = make(map[string]uint32, len(q.terms))
	q.sieve = new(sieve)
	for i, term := range q.terms {
		q.byTerm[term] = uint32(i)
		for _, w := range terms[term].words {
			q.byWord[w] = uint32(i)
		}
		q.sieve.add(term)
	}
	return q
}

// Empty reports whether there is no searchable word in the query, only signs,
// emoji and characters that do not show.
func (q Query) Empty() bool { return len(q.terms) == 0 }
