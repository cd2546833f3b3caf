// Package privacy turns what a client sent into text that may be stored.
//
// A client marks what must not be kept: <private>…</private>. [Redactor] takes
// such regions out, and [Text] is the proof that it did: a Text has one
// unexported field and one maker, so a function that asks for a Text cannot be
// handed a string nobody looked at. What is read back from a store is a plain
// string again; to be stored once more it passes the Redactor once more, which
// changes nothing.
//
// # The order
//
// Every text goes through the same four steps: Unicode normal form C, then
// redaction, then trimming, then the limits of its [Field]. Redaction comes
// after NFC because composing characters can make or break a tag, and before
// trimming because taking something out can leave white space at an end. The
// limits come last: they bound what is stored, not what was sent. Nothing is
// shortened to fit; a text over its limit is refused.
//
// # What it finds
//
// Tags are looked for in a reading of the text, not in its bytes: after NFKC,
// without the code points nobody sees, with HTML entities decoded up to twice.
// A tag spelled in full-width letters, with zero-width spaces in it, or escaped
// by a client that escapes everything, is the same tag to a reader. The reading
// is used to find regions only; what is outside of them is kept as it was sent.
//
// Whenever a text can be understood in two ways, the one that takes out more is
// chosen: nested openers count even inside an opener's attributes, a ">" in
// quotes does not end a tag, and a tag that never ends reaches to the end of
// its field.
//
// Then come secrets that nobody tagged, by how they look: package secrets finds
// them, and [Secrets] says what becomes of them.
//
// # What it is not
//
// It is no HTML parser and no sanitiser: other tags are plain text and stay. It
// is no encryption either, and secrets aside it cannot know that something is
// private unless it is told.
package privacy
