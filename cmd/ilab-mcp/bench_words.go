package main

import (
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// noteWords is how long a made-up memory is.
const noteWords = 50

// vocabulary makes up words. The same number gives the same words.
type vocabulary struct{ random *rand.Rand }

func newVocabulary(n int) *vocabulary {
	return &vocabulary{rand.New(rand.NewPCG(20_000, uint64(n)))}
}

// word draws one of 20,000 words, the one of rank r with a probability of about
// 1/r (Zipf's law): some stand in every memory, most in few. They have four to
// six letters, so that 50 are about as long as 50 words of English.
func (v *vocabulary) word() string {
	const consonants, vowels = "bcdfgklmnprtvz", "aeiou"
	const syllables = len(consonants) * len(vowels)
	var word []byte
	for n := syllables + int(math.Pow(20_000, v.random.Float64())); n > 0; n /= syllables {
		word = append(word, consonants[n%syllables/len(vowels)], vowels[n%len(vowels)])
	}
	return string(word)
}

// text makes up a text of that many words.
func (v *vocabulary) text(words int) string {
	all := make([]string, words)
	for i := range all {
		all[i] = v.word()
	}
	return strings.Join(all, " ")
}

// typ draws a type that an agent may save.
func (v *vocabulary) typ() string {
	types := []memstore.Type{memstore.Profile, memstore.Preference, memstore.Decision, memstore.Pattern, memstore.Discovery}
	return types[v.random.IntN(len(types))].String()
}

// madeUp is a source of made-up memories, one a minute from at on.
type madeUp struct {
	words *vocabulary
	left  int
	at    time.Time
	step  func()
}

// Next implements transfer.Source.
func (m *madeUp) Next() (transfer.Item, error) {
	if m.left == 0 {
		return transfer.Item{}, io.EOF
	}
	m.left--
	m.step()
	m.at = m.at.Add(time.Minute)
	return transfer.Item{Observation: &transfer.Observation{
		Type: m.words.typ(), Title: m.words.text(4), Content: m.words.text(noteWords), Session: m.at.Format(time.DateOnly), Created: m.at,
	}}, nil
}
