package recall

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

// TestPackTokens reads a blob by its documented layout.
func TestPackTokens(t *testing.T) {
	blob := pack(note{ID: 1, Kind: 5, Session: "s1", Updated: -8, Title: "Alpha of beta", TopicKey: "alpha", Content: "beta, maxBytes beta?"})
	f, refs, sequence, err := unpack(blob, nil)
	want := facts{
		kind: 5, updated: -8, words: 7, title: 2, topic: 1, traits: asking,
		session: crc32.Checksum([]byte("s1"), castagnoli), titled: crc32.Checksum([]byte("alphaofbeta"), castagnoli),
	}
	if err != nil || f != want {
		t.Fatalf("%+v, %v", f, err)
	}
	var got []string
	for tok := (tokens{sequence}); ; {
		i, same, ok := tok.next()
		if !ok {
			break
		}
		s := string(blob[refs[i].at:refs[i].end])
		if same {
			s = "+" + s
		}
		got = append(got, s)
	}
	if want := strings.Fields("alpha of beta alpha beta maxbyt +maximum byte beta"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	uses := map[string]uint8{}
	for _, ref := range refs {
		uses[string(blob[ref.at:ref.end])] = ref.use
	}
	if uses["alpha"] != 2|inTitle|inTopic || uses["beta"] != 3|inTitle || uses["maxbyt"] != 1 {
		t.Errorf("uses %v", uses)
	}
}

// TestUnpackMalformed: what no Pack makes is refused, with a right checksum too.
func TestUnpackMalformed(t *testing.T) {
	type blob struct {
		kind                       byte
		titleWords, words          uint64
		title, topic, terms, count uint64
		text                       []string
		tokens                     []uint64
	}
	good := blob{kind: 1, titleWords: 1, words: 3, title: 1, terms: 2, count: 3, text: []string{"a", "b"}, tokens: []uint64{0, 2, 3}}
	change := func(f func(*blob)) blob {
		b := good
		f(&b)
		return b
	}
	for _, tt := range []struct {
		name string
		blob blob
		ok   bool
	}{
		{"good", good, true},
		{"kind", change(func(b *blob) { b.kind = 16 }), false},
		{"more words than bytes", change(func(b *blob) { b.words = 1 << 40 }), false},
		{"more title than tokens", change(func(b *blob) { b.title = 4 }), false},
		{"more topic than tokens", change(func(b *blob) { b.topic = 3 }), false},
		{"terms missing", change(func(b *blob) { b.terms = 200 }), false},
		{"a term that is nowhere", change(func(b *blob) { b.tokens = []uint64{0, 0, 0} }), false},
		{"a token of no term", change(func(b *blob) { b.tokens = []uint64{0, 2, 4} }), false},
		{"tokens missing", change(func(b *blob) { b.count = 4 }), false},
		{"bytes left over", change(func(b *blob) { b.count, b.tokens = 2, []uint64{0, 2, 0} }), false},
		{"empty term", change(func(b *blob) { b.text = []string{"a", ""} }), false},
		{"long term", change(func(b *blob) { b.text = []string{"a", strings.Repeat("b", maxTermBytes+1)} }), false},
		{"huge", change(func(b *blob) { b.count, b.terms, b.title = 1<<63, 1<<63, 1<<63 }), false},
	} {
		b := make([]byte, factsLen)
		b[0], b[kindAt] = Version, tt.blob.kind
		b = append(b, 0, 0) // no session, no traits
		for _, n := range []uint64{tt.blob.titleWords, 0, tt.blob.words, tt.blob.title, tt.blob.topic, tt.blob.terms} {
			b = binary.AppendUvarint(b, n)
		}
		for _, text := range tt.blob.text {
			b = binary.AppendUvarint(b, uint64(len(text)))
			b = append(b, text...)
		}
		b = binary.AppendUvarint(b, tt.blob.count)
		for _, token := range tt.blob.tokens {
			b = binary.AppendUvarint(b, token)
		}
		binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[kindAt:], castagnoli))
		if _, _, _, err := unpack(b, nil); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestLengthCode(t *testing.T) {
	last := uint8(0)
	for words := range uint32(1 << 17) {
		code := lengthCode(words)
		if near := lengthOf(code); code < last || near > words || words-near > words/16 {
			t.Fatalf("%d words: code %d, which is %d", words, code, near)
		}
		last = code
	}
}
