package recall

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

// TestPackPlaces reads a blob by its documented layout.
func TestPackPlaces(t *testing.T) {
	blob := pack(note{ID: 1, Kind: 5, Session: "s1", Created: -7, Updated: 8, Title: "Alpha beta", TopicKey: "alpha", Content: "beta, maxBytes beta"})
	f, refs, err := unpack(blob, nil)
	if err != nil || f != (facts{kind: 5, created: -7, updated: 8, words: 7}) {
		t.Fatalf("%+v, %v", f, err)
	}
	r := reader{b: blob, at: factsLen}
	session := r.uvarint()
	r.skip(session)
	if title, topic := r.uvarint(), r.uvarint(); session != 2 || title != 2 || topic != 1 {
		t.Errorf("session %d, title %d, topic %d", session, title, topic)
	}
	var got []string
	r.at = int(refs[len(refs)-1].end) + 1
	for _, ref := range refs {
		s, pos := string(blob[ref.at:ref.end]), uint64(0)
		for range ref.tf {
			pos += r.uvarint()
			s += fmt.Sprint(" ", pos)
		}
		got = append(got, s)
	}
	// Title 0–1, a gap, topic 3, a gap, content from 5.
	want := []string{"alpha 0 3", "beta 1 5 8", "byte 7", "max 6", "maxbyt 6"}
	if !slices.Equal(got, want) || r.at != len(blob) || r.bad {
		t.Errorf("got %q, %d bytes of %d", got, r.at, len(blob))
	}
}

// TestUnpackMalformed: what no Pack makes is refused, with a right checksum too.
func TestUnpackMalformed(t *testing.T) {
	type term struct {
		text string
		tf   uint64
	}
	blob := func(kind byte, words uint64, places int, terms ...term) []byte {
		b := make([]byte, factsLen)
		b[0], b[kindAt] = Version, kind
		b = append(b, 0, 1, 0) // no session, one word of title
		b = binary.AppendUvarint(b, words)
		b = binary.AppendUvarint(b, uint64(len(terms)))
		for _, t := range terms {
			b = binary.AppendUvarint(b, uint64(len(t.text)))
			b = append(b, t.text...)
			b = binary.AppendUvarint(b, t.tf)
		}
		b = append(b, make([]byte, places)...)
		binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[kindAt:], castagnoli))
		return b
	}
	for _, tt := range []struct {
		name string
		blob []byte
		ok   bool
	}{
		{"good", blob(1, 3, 3, term{"a", 1}, term{"b", 2}), true},
		{"kind", blob(16, 3, 3, term{"a", 1}, term{"b", 2}), false},
		{"fewer words than in the title", blob(1, 0, 0), false},
		{"words", blob(1, 1<<40, 3, term{"a", 1}), false},
		{"twice", blob(1, 3, 3, term{"a", 1}, term{"a", 2}), false},
		{"not ascending", blob(1, 3, 3, term{"b", 1}, term{"a", 2}), false},
		{"empty term", blob(1, 3, 3, term{"", 1}), false},
		{"long term", blob(1, 3, 3, term{strings.Repeat("a", maxTermBytes+1), 1}), false},
		{"no places", blob(1, 3, 3, term{"a", 0}), false},
		{"places missing", blob(1, 3, 2, term{"a", 1}, term{"b", 2}), false},
		{"huge tf", blob(1, 3, 2, term{"a", 1 << 63}, term{"b", 1 << 63}), false},
	} {
		if _, _, err := unpack(tt.blob, nil); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
