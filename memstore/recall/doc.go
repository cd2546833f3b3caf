// Package recall finds one user's memories by their words.
//
// It is arithmetic on text and nothing else: no input or output, no clock, no
// SQL, no goroutines, no state outside the values it returns. The store packs a
// memory's words when it saves it ([Pack]), keeps the blob beside the row, and
// feeds the blobs to an [Index], which holds one user's memories and no one
// else's. So no score and no order can tell one user about another.
//
// # What is a word
//
// Text is cut by the Unicode rules for words (UAX #29) and folded: NFKC, case,
// accents and characters that do not show, so that "Café" is "cafe" and
// "STRASSE" is "strasse". Words of ASCII letters are reduced to their stem
// (Snowball: English, or Spanish, German, French where the text's small words say
// so), irregular forms and abbreviations to their word. An identifier is found whole and by its parts: maxBytes,
// max_bytes and max-bytes are all "maxbytes", "max" and "bytes";
// memstore/sqlite/open.go is also "open.go"; v1.61.1 is also "1.61.1".
// Scripts that put no spaces between words (Han, kana, Hangul, Thai, Lao,
// Khmer, Myanmar) are found by single characters and pairs of them. Signs and
// emoji are not words. Words are alternatives; there is no query language, so
// no query can be wrong.
//
// # Ranking
//
// A linear sum of plain signs (see [Index.Search], and docs/RECALL.md for what
// each gives): BM25, words side by side, the question's words in the
// conversation around a memory, its title, its date, its manner. It uses the
// statistics of this user's live memories only. The same set of live memories
// gives the same scores and the same order, bit for bit, whatever the history of
// changes that led to it.
//
// # What it is not
//
// It does not know which rows exist: a hit is a proposal, and the row decides.
// It does not filter by anything but the kind. It finds words and
// what is around them, not meanings.
package recall
