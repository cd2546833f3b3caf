package recall

import (
	"slices"
	"strings"
	"time"
)

// Query is an analysed query. It is not changed by use, and may be used by many
// goroutines.
type Query struct {
	terms    []queryTerm
	language language
	question bool // asked in a sentence, not in keywords
	advice   bool // asks what to do, so that preferences matter
	wants    answer
	dates    []date

	byTerm map[string]uint32 // term -> its place in terms
	byWord map[string]uint32 // likewise of its folded words as they were typed
	sieve  *sieve            // finds where a term may begin in a text, for Snippet
}

// queryTerm is one term of a query.
type queryTerm struct {
	text   string
	word   string   // folded, as typed
	vague  bool     // says little in any question
	things []string // terms for things of the kind that the word names
	after  []uint32 // the terms that stand right before it, by their place in terms
}

// weight is what the term counts, of what its rarity is worth.
func (t *queryTerm) weight() float64 {
	if t.vague {
		return vagueWeight
	}
	return 1
}

// ParseQuery analyses any text as a query asked at that time, which relative
// dates ("last week") count from; a zero time makes them mean nothing. Stop words
// are dropped, unless there is nothing else. Nothing in it is an operator.
func ParseQuery(text string, now time.Time) Query {
	type asked struct {
		token
		word, term string
	}
	var all []asked
	a := analyser{query: true, language: languageOfQuery(text)}
	a.emit = func(t token) { all = append(all, asked{token: t, word: string(t.word), term: a.stem(t.word)}) }
	a.scan(text)

	q := Query{language: a.language}
	q.byTerm = make(map[string]uint32, len(all))
	q.byWord = make(map[string]uint32, len(all))
	q.sieve = new(sieve)
	stopsOnly := !slices.ContainsFunc(all, func(t asked) bool { return !t.stop })
	stops := 0
	var words []string
	var before, current []uint32 // terms at the last place but one, and at the last
	place := -1
	for _, t := range all {
		same := int(t.pos) == place
		if !same {
			words = append(words, t.word)
			place = int(t.pos)
			if t.stop {
				stops++
			}
		}
		if t.stop && !stopsOnly {
			continue
		}
		if !same && len(current) > 0 {
			before, current = current, nil
		}
		i, ok := q.byTerm[t.term]
		if !ok {
			i = uint32(len(q.terms))
			q.terms = append(q.terms, queryTerm{
				text: t.term, word: t.word, vague: vague(t.word), things: thingsOf(t.word),
			})
			q.byTerm[t.term] = i
			q.sieve.add(t.term)
			for _, form := range families[regular(t.word)] {
				q.sieve.add(form)
			}
		}
		q.byWord[t.word] = i
		for _, b := range before {
			if b != i && !slices.Contains(q.terms[i].after, b) {
				q.terms[i].after = append(q.terms[i].after, b)
			}
		}
		current = append(current, i)
	}
	q.question = strings.ContainsAny(text, "?？¿") || stops >= 2
	if q.question {
		q.advice, q.wants = asksAdvice(words), wantsOf(words)
	}
	today := noDay
	if !now.IsZero() {
		today = dayOf(now.UnixMicro())
	}
	q.dates = datesOf(text, words, a.language, today)
	if !slices.ContainsFunc(q.terms, func(t queryTerm) bool { return !t.vague }) {
		for i := range q.terms {
			q.terms[i].vague = false
		}
	}
	return q
}

// Empty reports whether there is no searchable word in the query, only signs,
// emoji and characters that do not show.
func (q Query) Empty() bool { return len(q.terms) == 0 }

// vague reports whether a folded word says little in any question: it asks for
// a kind of answer and is not what the answer is about.
func vague(word string) bool {
	switch word {
	case "kind", "kinds", "type", "types", "sort", "sorts", "thing", "things", "item", "items", "stuff",
		"many", "much", "number", "total", "list", "lists", "name", "names", "way", "ways",
		"mention", "mentions", "mentioned", "describe", "described", "describes", "discuss", "discussed", "said", "say", "says", "tell", "told",
		"different", "various", "particular", "particularly", "specific", "specifically", "certain", "ever", "currently", "recently",
		"include", "includes", "including", "regard", "regarding", "relate", "related", "relating", "according",
		"consider", "considered", "throughout", "across", "aspect", "aspects", "suggest", "suggested", "person", "people", "both",
		"something", "anything", "nothing", "everything", "someone", "anyone", "somebody", "whether", "upon", "need", "needs", "want", "wants", "come", "comes", "came", "happen", "happens", "happened":
		return true
	}
	return false
}

// asksAdvice reports whether a question asks what to do.
func asksAdvice(words []string) bool {
	for i, w := range words {
		at := func(j int) string {
			if i+j < len(words) {
				return words[i+j]
			}
			return ""
		}
		if strings.HasPrefix(w, "suggest") || strings.HasPrefix(w, "recommend") {
			return true
		}
		switch w + " " + at(1) {
		case "can you", "could you", "help me", "tell me":
			return true
		}
		switch w + " " + at(1) + " " + at(2) {
		case "how should i", "how can i", "what should i", "how would you", "what are some", "what is some", "what are good", "what is good":
			return true
		}
		if w == "what" && (at(1) == "are" || at(1) == "is") && at(2) == "the" && at(3) == "best" {
			return true
		}
	}
	return false
}

// answer is a set of the kinds of answer that a question can want.
type answer uint8

const (
	aTime answer = 1 << iota
	aNumber
	aPlace
	aPerson
)

// wantsOf tells what kind of answer a question wants, by its question words.
func wantsOf(words []string) (wants answer) {
	text := " " + strings.Join(words, " ") + " "
	for _, w := range wanted {
		for _, phrase := range w.phrases {
			if strings.Contains(text, phrase) {
				wants |= w.answer
				break
			}
		}
	}
	return wants
}

var wanted = []struct { //nolint:gochecknoglobals // a table
	answer  answer
	phrases []string
}{
	{aTime, []string{
		" when ", " what date ", " what day ", " what year ", " what month ", " what time ", " which year ", " which month ",
		" which day ", " how long ", " how soon ", " how often ", " cuando ", " wann ", " quand ",
	}},
	{aNumber, []string{
		" how many ", " how much ", " how old ", " how long ", " how far ", " how often ", " what number ", " what age ",
		" what percent ", " which number ", " total ", " number of ", " cuanto ", " cuantos ", " cuantas ", " wie viel ", " wie viele ", " combien ",
	}},
	{aPlace, []string{" where ", " city ", " country ", " place ", " state ", " town ", " location ", " donde ", " wo ", " ou "}},
	{aPerson, []string{" who ", " whom ", " whose ", " name ", " names ", " called ", " quien ", " wer ", " wem ", " wen ", " qui "}},
}
